"""Settings of a portal in a hurry, for processes of their own: what takes minutes in earnest takes seconds."""

import datetime as dt

from django.apps import AppConfig

from chatons_portal.settings import *  # noqa: F403
from chatons_portal.settings import INSTALLED_APPS

OUTAGE_TOLD_AFTER_MINUTES = 0.05
INSTALLED_APPS = [*INSTALLED_APPS, "tests.services.hurried.Hurried"]


class Hurried(AppConfig):
    name = "tests.services"
    label = "hurried"

    def ready(self) -> None:
        from chatons_portal import clock
        from services import judging
        from services.verbs import looking, telling

        judging.FAILS_FOR = judging.WORKS_FOR = dt.timedelta(seconds=1)
        judging.LOOKS_AGAIN_AFTER = dict.fromkeys(judging.LOOKS_AGAIN_AFTER, dt.timedelta(seconds=0.5))
        place = judging.next_place
        judging.next_place = lambda probe, interval, after: place(probe, interval / 10, after)
        looking.LEASE_SECONDS = 1
        telling.CALM = dt.timedelta(seconds=1)
        for name in ("carry letters", "tell of interruptions", "write to subscribers", "look at services"):
            clock.SCHEDULE[name]["schedule"] = dt.timedelta(seconds=1)
