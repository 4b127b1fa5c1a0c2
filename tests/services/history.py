"""Pasts of services, made with intent as keywords."""

import datetime as dt

from django.utils import timezone

from services.models import DayFigure, Judgement, Maintenance, Probe, Watch

DAY = 86_400


def seen_up(service, *, at, known_for=dt.timedelta(minutes=2)):
    """A service somebody looked at, and it worked."""
    probe = Probe.objects.filter(service=service).first() or Probe.objects.create(
        service=service, target="https://cloud.example.org/"
    )
    Watch.objects.filter(probe=probe).update(
        judgement=Judgement.UP, looked_at=at, known_until=at + known_for, latency_ms=120
    )
    return probe


def a_past(service, letters, *, until):
    """A day figure for each letter, the last one on the day of `until`; a blank is a day without one."""
    last = timezone.localtime(until).date()
    seconds = {
        "u": {"up_seconds": DAY},
        "s": {"up_seconds": DAY - 300, "down_seconds": 300},
        "d": {"up_seconds": DAY - 3600, "down_seconds": 3600},
        "m": {"up_seconds": DAY - 7200, "maintenance_seconds": 7200},
        "n": {"up_seconds": 3600, "unknown_seconds": DAY - 3600},
    }
    DayFigure.objects.bulk_create(
        DayFigure(
            service=service,
            day=last - dt.timedelta(days=len(letters) - 1 - number),
            latency_median_ms=100 + number if letter in "us" else None,
            **seconds[letter],
        )
        for number, letter in enumerate(letters)
        if letter != " "
    )


def a_maintenance(*services, title="New disks", begins=None, minutes=60, **fields):
    """Planned and published a day before it begins."""
    begins = begins or timezone.now() + dt.timedelta(hours=1)
    before = begins - dt.timedelta(days=1)
    work = Maintenance.objects.create(
        title_en=title,
        starts_at=begins,
        ends_at=begins + dt.timedelta(minutes=minutes),
        published_at=before,
        changed_at=before,
        **fields,
    )
    work.services.set(services)
    return work
