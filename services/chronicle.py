"""The chronicle: what was interrupted, maintained and told, newest first, month by month. It never disappears."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from services.models import Announcement, Maintenance, Outage, Seen, Service
from services.models.interruptions import OutageQuerySet

MOMENT = dt.timedelta(microseconds=1)
SHOWN_OF_AN_OUTAGE = (
    *("started_at", "ended_at", "unseen_end", "cause", "summary_fr", "summary_en"),
    *("service__slug", "service__name"),
)
SHOWN_OF_SERVICES = Prefetch("services", Service.objects.only("slug", "name", "listed"))


@dataclass(frozen=True)
class Happening:
    """An interruption as the public sees it at a given moment."""

    outage: Outage
    goes_on: bool
    lasted: dt.timedelta
    latest: Announcement | None = None
    taken_along: list[Outage] = field(default_factory=list)

    @property
    def began_at(self) -> dt.datetime:
        return self.outage.started_at


@dataclass(frozen=True)
class Entry:
    """One line of the chronicle: exactly one of the three."""

    at: dt.datetime
    happening: Happening | None = None
    work: Maintenance | None = None
    word: Announcement | None = None


def public_outages(at: dt.datetime) -> OutageQuerySet:
    return Outage.objects.filter(service__listed=True, started_at__lte=at)


def alone(outages: OutageQuerySet) -> OutageQuerySet:
    """Those that stand for themselves: of no other, or of one that is not public."""
    return outages.exclude(cause__service__listed=True)


def happenings(outages: OutageQuerySet, at: dt.datetime) -> list[Happening]:
    """Each with what it took along and, while it goes on, what was told of it last. Three queries at most."""
    along = Outage.objects.filter(service__listed=True).select_related("service").order_by("service__name")
    found = list(
        outages.select_related("service")
        .prefetch_related(Prefetch("consequences", queryset=along.only(*SHOWN_OF_AN_OUTAGE)))
        .only(*SHOWN_OF_AN_OUTAGE)
    )
    # What was told of the others is on their own pages.
    told = Announcement.objects.published(at).order_by("published_at", "pk")
    prefetch_related_objects(
        [outage for outage in found if outage.is_open(at)], Prefetch("announcements", queryset=told)
    )
    return [happening(outage, at) for outage in found]


def happening(outage: Outage, at: dt.datetime) -> Happening:
    """From an outage whose `consequences` are at hand and, while it goes on, its `announcements`."""
    goes_on = outage.is_open(at)
    told = list(outage.announcements.all()) if goes_on else []
    return Happening(
        outage, goes_on, outage.lasted(at), told[-1] if told else None, list(outage.consequences.all())
    )


def entries(since: dt.datetime, until: dt.datetime, at: dt.datetime) -> list[Entry]:
    """Everything that began or was told from `since` to before `until`, the newest first."""
    begun, works, words = _between(since, until, at)
    return _in_order(happenings(alone(begun), at), works.prefetch_related(SHOWN_OF_SERVICES), words)


def _between(since: dt.datetime, until: dt.datetime, at: dt.datetime):
    works = Maintenance.objects.public().filter(
        starts_at__gte=since, starts_at__lt=until, starts_at__lte=at, cancelled_at=None
    )
    words = Announcement.objects.published(at).filter(
        outage=None, maintenance=None, published_at__gte=since, published_at__lt=until
    )
    return public_outages(at).filter(started_at__gte=since, started_at__lt=until), works, words


def _in_order(
    begun: Iterable[Happening], works: Iterable[Maintenance], words: Iterable[Announcement]
) -> list[Entry]:
    found = [Entry(each.began_at, happening=each) for each in begun]
    found += [Entry(work.starts_at, work=work) for work in works]
    found += [Entry(word.published_at, word=word) for word in words]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


@dataclass(frozen=True)
class Present:
    """What goes on, what is planned, and the newest of this month's chronicle."""

    going_on: list[Happening]
    planned: list[Maintenance]
    entries: list[Entry]
    month: dt.datetime
    is_all: bool  # of the month


def present(services: Iterable[Service | Seen], at: dt.datetime, *, newest: int, ahead: int) -> Present:
    """Seven queries, however much goes on in `services`: what is of the month and what is not
    over yet are asked for together."""
    month = this_month(at)
    begun, works, words = _between(month, at + MOMENT, at)
    enough = newest + 1
    over = begun.filter(ended_at__lte=at).order_by("-started_at").values("pk")
    # Asked apart, so that each reads no more of its index than it gives.
    some = over.filter(cause=None)[:enough].union(over.filter(cause__service__listed=False)[:enough])
    interrupted = [service.pk for service in services if service.interrupted_since]
    still = Outage.objects.during(at).filter(service__in=interrupted).order_by().values("pk")
    found = happenings(alone(public_outages(at)).filter(pk__in=some.union(still)), at)
    planned = list(Maintenance.objects.public().next_of_each(at)[:ahead])
    worked = list(works[:enough])
    prefetch_related_objects([*planned, *worked], SHOWN_OF_SERVICES)
    done = _in_order((one for one in found if not one.goes_on), worked, words[:enough])
    return Present(
        [one for one in found if one.goes_on], planned, done[:newest], month, is_all=len(done) <= newest
    )


MONTHS = """
    SELECT month FROM generate_series(
        date_trunc('month', least({first}) AT TIME ZONE %(zone)s), %(at)s AT TIME ZONE %(zone)s, interval '1 month'
    ) month
    WHERE {any} ORDER BY month DESC
"""
FIRST = "(SELECT moment FROM ({rows}) one(moment) ORDER BY moment LIMIT 1)"
IN_MONTH = """EXISTS (SELECT FROM ({rows}) one(moment) WHERE moment >= month AT TIME ZONE %(zone)s
    AND moment < (month + interval '1 month') AT TIME ZONE %(zone)s)"""


def months(at: dt.datetime) -> list[dt.datetime]:
    """The months of which the chronicle has something to say, newest first. One query: it asks an index whether there
    is anything in a month instead of reading all that ever happened."""
    zone = timezone.get_default_timezone()
    rows: list[str] = []
    asked: dict[str, Any] = {"zone": str(zone), "at": at}
    for number, (found, moment) in enumerate(
        (
            (public_outages(at), "started_at"),
            (Maintenance.objects.public().filter(starts_at__lte=at, cancelled_at=None), "starts_at"),
            (Announcement.objects.published(at).filter(outage=None, maintenance=None), "published_at"),
        )
    ):
        sql, values = found.order_by().values(moment).query.sql_with_params()
        names = [f"p{number}_{place}" for place in range(len(values))]
        rows.append(sql % tuple(f"%({name})s" for name in names))
        asked |= dict(zip(names, values, strict=True))
    sql = MONTHS.format(
        first=", ".join(FIRST.format(rows=each) for each in rows),
        any=" OR ".join(IN_MONTH.format(rows=each) for each in rows),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return [month.replace(tzinfo=zone) for (month,) in cursor.fetchall()]


def by_year(found: Sequence[dt.datetime]) -> list[tuple[int, list[dt.datetime]]]:
    return [(year, list(each)) for year, each in groupby(found, key=lambda month: month.year)]


def this_month(at: dt.datetime) -> dt.datetime:
    return timezone.localtime(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def first_of_month(year: int, month: int) -> dt.datetime | None:
    """Midnight of the host's own clock; None where the calendar has no such month."""
    try:
        return dt.datetime(year, month, 1, tzinfo=timezone.get_default_timezone())
    except ValueError:
        return None
