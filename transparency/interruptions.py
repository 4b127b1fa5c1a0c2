"""The evidence of clause C6: of the interruptions that lasted, which were announced, and when. Misses included."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Case, Count, DurationField, F, Max, Q, Value, When
from django.db.models.functions import Greatest

from services.models import Outage
from services.models.interruptions import OutageQuerySet

TOLD_WITHIN = dt.timedelta(minutes=10)
"""Clause C6: interruptions that may exceed ten minutes are announced; told later than that counts as a miss."""

YEAR = dt.timedelta(days=365)


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Evidence:
    """How the promise was kept in the twelve months before `at`."""

    at: dt.datetime
    total: int
    told: int
    told_in_time: int
    median: dt.timedelta | None
    worst: dt.timedelta | None

    @property
    def since(self) -> dt.datetime:
        return self.at - YEAR

    @property
    def never_told(self) -> int:
        return self.total - self.told

    @property
    def share_in_time(self) -> float | None:
        return self.told_in_time / self.total if self.total else None


def that_count(at: dt.datetime) -> OutageQuerySet:
    """Interruptions of listed services, over ten minutes long, begun in the last twelve months, with their `delay`."""
    return (
        Outage.objects.filter(service__listed=True)
        .begun_between(at - YEAR, at)
        .longer_than(TOLD_WITHIN, at)
        .with_first_announcement(at)
        # Told before it began, because it was planned or because of the outage that caused it: told at once.
        .annotate(
            delay=Case(
                When(first_announced_at=None, then=None),  # the greatest of NULL and nothing would be nothing
                default=Greatest(F("first_announced_at") - F("started_at"), Value(dt.timedelta(0))),
                output_field=DurationField(),
            )
        )
    )


def evidence(at: dt.datetime) -> Evidence:
    told = Q(first_announced_at__isnull=False)
    return Evidence(
        at=at,
        **that_count(at).aggregate(
            total=Count("pk"),
            told=Count("pk", filter=told),
            told_in_time=Count("pk", filter=told & Q(delay__lte=TOLD_WITHIN)),
            median=Median("delay", filter=told),
            worst=Max("delay", filter=told),
        ),
    )


@dataclass(frozen=True)
class Counted:
    """One interruption that counts."""

    outage: Outage
    lasted: dt.timedelta
    delay: dt.timedelta | None

    @property
    def in_time(self) -> bool:
        return self.delay is not None and self.delay <= TOLD_WITHIN


def one_by_one(at: dt.datetime) -> list[Counted]:
    """The newest first."""
    return [
        Counted(outage, outage.lasted(at), getattr(outage, "delay"))  # noqa: B009 (mypy knows no annotation)
        for outage in that_count(at).select_related("service")
    ]


def as_json(shown: Evidence, counted: list[Counted]) -> dict[str, Any]:
    return {
        "clause": "c6",
        "counted_from": shown.since.isoformat(),
        "counted_until": shown.at.isoformat(),
        "longer_than_seconds": TOLD_WITHIN.total_seconds(),
        "interruptions": shown.total,
        "announced": shown.told,
        "announced_in_time": shown.told_in_time,
        "never_announced": shown.never_told,
        "share_announced_in_time": shown.share_in_time,
        "median_delay_seconds": _seconds(shown.median),
        "worst_delay_seconds": _seconds(shown.worst),
        "list": [
            {
                "service": one.outage.service.slug,
                "url": one.outage.get_absolute_url(),
                "began_at": _moment(one.outage.started_at),
                "ended_at": _moment(one.outage.ended_at),
                "announced_at": _moment(one.outage.first_announced_at),
                "delay_seconds": _seconds(one.delay),
            }
            for one in counted
        ],
    }


def _moment(at: dt.datetime | None) -> str | None:
    return at.isoformat() if at else None


def _seconds(duration: dt.timedelta | None) -> float | None:
    return duration.total_seconds() if duration is not None else None
