"""What became of the last days: a letter a day and the seconds of each kind, for many services at once."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from services.models import DayFigure, Outage, Seen, Service
from services.uptime import Tally

DAYS = 90

SHORT_SECONDS = 600
"""Interruptions of a day that come to no more than this are drawn smaller: what clause C6 lets pass untold."""

# One pass over the days, no sorting. Only those on which something happened say their place and their letter (see
# `drawing.BARS`); between the first day and the last the others were up.
QUERY = f"""
SELECT service_id, sum(up_seconds), sum(down_seconds), sum(maintenance_seconds), sum(unknown_seconds),
  min(day) - %(first)s::date, max(day) - %(first)s::date, count(*),
  coalesce(string_agg(chr(32 + (day - %(first)s::date)) || CASE
    WHEN down_seconds > {SHORT_SECONDS} THEN 'd'
    WHEN down_seconds > 0 THEN 's'
    WHEN unknown_seconds > up_seconds + maintenance_seconds OR up_seconds + maintenance_seconds = 0 THEN 'n'
    WHEN maintenance_seconds > 0 THEN 'm'
    ELSE 'u' END, '') FILTER (WHERE down_seconds + maintenance_seconds + unknown_seconds > 0 OR up_seconds = 0), '')
FROM {DayFigure._meta.db_table}
WHERE day BETWEEN %(first)s AND %(last)s AND (%(services)s::bigint[] IS NULL OR service_id = ANY(%(services)s))
GROUP BY service_id
"""  # noqa: S608 (names of ours, no words of anybody)


class History(NamedTuple):
    """The days of one service, the oldest first."""

    letters: str
    tally: Tally
    last: dt.date

    def days(self, letters: str) -> int:
        return sum(self.letters.count(letter) for letter in letters)

    @property
    def watched(self) -> bool:
        return self.tally != Tally()


def histories(
    at: dt.datetime, *, days: int = DAYS, services: Collection[int] | None = None
) -> dict[int, History]:
    """By number of the service; those that were never looked at have none. One query; another if days are missing."""
    last = timezone.localtime(at).date()
    first = last - dt.timedelta(days=days - 1)
    asked = {"first": first, "last": last, "services": None if services is None else list(services)}
    found: dict[int, History] = {}
    holes: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute(QUERY, asked)
        for service, up, down, planned, unknown, begins, ends, count, said in cursor.fetchall():
            if ends - begins + 1 != count:
                holes.append(service)
            letters = _letters(days, range(begins, ends + 1), said)
            found[service] = History(letters, Tally(up, down, planned, unknown), last)
    for service, known in _known_days(holes, first, last).items():
        letters = "".join(
            letter if place in known else "n" for place, letter in enumerate(found[service].letters)
        )
        found[service] = found[service]._replace(letters=letters)
    return found


def _letters(days: int, known: range, said: str) -> str:
    letters = "n" * known.start + "u" * len(known) + "n" * (days - known.stop)
    if not said:
        return letters
    each = list(letters)
    for place, letter in zip(said[::2], said[1::2], strict=True):
        each[ord(place) - 32] = letter
    return "".join(each)


def _known_days(services: Collection[int], first: dt.date, last: dt.date) -> dict[int, set[int]]:
    known: dict[int, set[int]] = {}
    if services:
        figures = DayFigure.objects.filter(service__in=services, day__range=(first, last)).order_by()
        for service, day in figures.values_list("service_id", "day"):
            known.setdefault(service, set()).add((day - first).days)
    return known


def of_declared(outages: Iterable[Outage], at: dt.datetime, *, days: int = DAYS) -> str:
    """The letters of a service nobody looks at: what was declared, and otherwise that nothing is known."""
    last = timezone.localtime(at).date()
    letters = ["n"] * days
    seconds = [0.0] * days
    for outage in outages:
        for day, lasted in by_day(outage.started_at, min(outage.ended_at or at, at)):
            place = days - 1 - (last - day).days
            if 0 <= place < days:
                seconds[place] += lasted
    for place, lasted in enumerate(seconds):
        if lasted:
            letters[place] = "d" if lasted > SHORT_SECONDS else "s"
    return "".join(letters)


def by_day(since: dt.datetime, until: dt.datetime) -> Iterable[tuple[dt.date, float]]:
    """Cut a time at every midnight of the host: each day, and how many seconds of it."""
    zone = timezone.get_default_timezone()
    day = since.astimezone(zone).date()
    while since < until:
        day += dt.timedelta(days=1)
        midnight = dt.datetime.combine(day, dt.time(), tzinfo=zone)
        # In UTC: two local times are subtracted as if the clocks never changed.
        end = min(until.astimezone(dt.UTC), midnight.astimezone(dt.UTC))
        yield day - dt.timedelta(days=1), (end - since.astimezone(dt.UTC)).total_seconds()
        since = end


def histories_of(
    services: Collection[Service | Seen], at: dt.datetime, *, days: int = DAYS
) -> dict[int, History]:
    """One for each of `services` (as they were at `at`), looked at or not. Two queries."""
    found = histories(at, days=days, services=None if len(services) > 50 else [s.pk for s in services])
    last = timezone.localtime(at).date()
    unwatched = {service.pk for service in services if service.pk not in found}
    declared: dict[int, list[Outage]] = {}
    if unwatched:
        since = timezone.localtime(at) - dt.timedelta(days=days)
        outages = Outage.objects.filter(service__in=unwatched, started_at__lte=at).exclude(ended_at__lt=since)
        for outage in outages.only("service_id", "started_at", "ended_at"):
            declared.setdefault(outage.service_id, []).append(outage)
    for service in services:
        if service.pk in unwatched:
            letters = of_declared(declared.get(service.pk, []), at, days=days)
            found[service.pk] = History(letters, Tally(), last)
        elif service.interrupted_since:
            found[service.pk] = _with_now(found[service.pk], service.interrupted_since, at)
    return found


def _with_now(history: History, since: dt.datetime, at: dt.datetime) -> History:
    """Today's figure may be some minutes old; what goes on now is shown at once."""
    today = "d" if (at - since).total_seconds() > SHORT_SECONDS or history.letters[-1] == "d" else "s"
    return history._replace(letters=history.letters[:-1] + today)
