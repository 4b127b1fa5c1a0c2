"""The evidence of clause C6: of the interruptions that lasted, which were announced, and when. Misses included."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Aggregate, Case, DurationField, F, Value, When
from django.db.models.functions import Greatest

from services.models import Announcement, Kind, Outage, Service
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


# The same in one pass, each table read once: what `with_first_announcement` looks up for every row would be looked up
# again for every figure.
COUNT = f"""
WITH told AS (
  SELECT outage_id, min(published_at) AS at FROM {Announcement._meta.db_table}
  WHERE outage_id IS NOT NULL AND published_at <= %(at)s GROUP BY outage_id
), counted AS (
  SELECT greatest(least(own.at, named.at) - outage.started_at, '0') AS delay,
    least(own.at, named.at) IS NOT NULL AS told
  FROM {Outage._meta.db_table} AS outage
  JOIN {Service._meta.db_table} AS service ON service.id = outage.service_id AND service.listed
  LEFT JOIN told AS own ON own.outage_id = outage.id
  LEFT JOIN told AS of_cause ON of_cause.outage_id = outage.cause_id
  CROSS JOIN LATERAL (SELECT CASE WHEN outage.joined_at IS NULL OR outage.joined_at <= of_cause.at THEN of_cause.at
    ELSE (SELECT min(later.published_at) FROM {Announcement._meta.db_table} AS later
      WHERE later.outage_id = outage.cause_id AND later.published_at BETWEEN outage.joined_at AND %(at)s
        AND later.kind NOT IN ('{Kind.END}', '{Kind.POST_MORTEM}')) END AS at) AS named
  WHERE outage.started_at BETWEEN %(since)s AND %(at)s
    AND least(coalesce(outage.ended_at, %(at)s), %(at)s) > outage.started_at + %(longer)s::interval
)
SELECT count(*), count(*) FILTER (WHERE told), count(*) FILTER (WHERE told AND delay <= %(longer)s::interval),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY delay) FILTER (WHERE told), max(delay) FILTER (WHERE told)
FROM counted
"""  # noqa: S608 (names of ours, no words of anybody)


def evidence(at: dt.datetime) -> Evidence:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"at": at, "since": at - YEAR, "longer": str(TOLD_WITHIN)})
        return Evidence(at, *cursor.fetchone())


@dataclass(frozen=True)
class Counted:
    """One interruption that counts."""

    outage: Outage
    lasted: dt.timedelta
    delay: dt.timedelta | None

    @property
    def in_time(self) -> bool:
        return self.delay is not None and self.delay <= TOLD_WITHIN


def one_by_one(at: dt.datetime, *, newest: int | None = None) -> list[Counted]:
    """The newest first; all of them unless said how many."""
    return [
        Counted(outage, outage.lasted(at), getattr(outage, "delay"))  # noqa: B009 (mypy knows no annotation)
        for outage in that_count(at).select_related("service")[:newest]
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
