"""A schedule that can be watched."""

from datetime import timedelta

from chatons_portal.clock import LockedScheduler


class EverySecond(LockedScheduler):
    intervals = {"tick": {"task": "tests.clock.tick", "schedule": timedelta(seconds=1)}}
