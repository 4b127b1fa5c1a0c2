"""The figures a believable host would have of every day: mostly up, as slow as it is used, sometimes not looked at."""

import datetime as dt
from random import Random

from django.utils import timezone

from services.history import by_day
from services.models import DayFigure, Outage, Service

DAYS = 400
NOT_WATCHED = "secret"
"""One service that no probe looks at, as there are."""


def look_back(at: dt.datetime, chance: Random) -> None:
    """Write a figure a day and service, in agreement with the interruptions."""
    last = timezone.localtime(at).date()
    down: dict[tuple[int, dt.date], float] = {}
    for outage in Outage.objects.filter(started_at__lte=at):
        for day, seconds in by_day(outage.started_at, min(outage.ended_at or at, at)):
            down[outage.service_id, day] = down.get((outage.service_id, day), 0) + seconds
    days = [last - dt.timedelta(days=number) for number in range(DAYS)]
    blind = {day: 7_200 * (1 + chance.randrange(10)) for day in days[1:] if chance.random() < 0.008}
    for service in Service.objects.exclude(slug=NOT_WATCHED):
        usual = chance.randrange(60, 300)
        DayFigure.objects.bulk_create(
            _day(service, day, at, round(down.get((service.pk, day), 0)), blind.get(day, 0), usual, chance)
            for day in days
        )


def _day(
    service: Service, day: dt.date, at: dt.datetime, down: int, unknown: int, usual: int, chance: Random
) -> DayFigure:
    midnight = dt.datetime.combine(day, dt.time(), tzinfo=timezone.get_default_timezone())
    whole = sum(seconds for _day, seconds in by_day(midnight, min(midnight + dt.timedelta(days=1), at)))
    work = 1_800 if day.weekday() == 1 and day.day <= 7 else 0  # the first Tuesday of the month
    latency = round(usual * (0.8 + 0.4 * chance.random()) * (0.7 if day.weekday() > 4 else 1))
    return DayFigure(
        service=service,
        day=day,
        up_seconds=max(round(whole) - down - unknown - work, 0),
        down_seconds=down,
        unknown_seconds=unknown,
        maintenance_seconds=work,
        looks=round(whole / 60),
        latency_median_ms=latency,
        latency_max_ms=round(latency * (3 + 5 * chance.random())),
    )
