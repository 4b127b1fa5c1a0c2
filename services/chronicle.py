"""The chronicle: what was interrupted, maintained and told, newest first, month by month. It never disappears."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Prefetch, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from services.models import Announcement, Maintenance, Outage
from services.models.interruptions import OutageQuerySet


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


def happenings(outages: OutageQuerySet, at: dt.datetime) -> list[Happening]:
    """Those of `outages` that stand for themselves, each with what it took along. Three queries."""
    told = Announcement.objects.published(at).order_by("published_at", "pk")
    along = Outage.objects.filter(service__listed=True).select_related("service").order_by("service__name")
    # One whose cause is not public stands for itself.
    found = outages.exclude(cause__service__listed=True).select_related("service")
    return [
        happening(outage, at)
        for outage in found.prefetch_related(
            Prefetch("announcements", queryset=told), Prefetch("consequences", queryset=along)
        )
    ]


def happening(outage: Outage, at: dt.datetime) -> Happening:
    """From an outage whose `announcements` and `consequences` are at hand."""
    told = list(outage.announcements.all())
    return Happening(
        outage,
        outage.is_open(at),
        outage.lasted(at),
        told[-1] if told else None,
        list(outage.consequences.all()),
    )


def entries(since: dt.datetime, until: dt.datetime, at: dt.datetime) -> list[Entry]:
    """Everything that began or was told from `since` to before `until`, the newest first."""
    begun = public_outages(at).filter(started_at__gte=since, started_at__lt=until)
    works = Maintenance.objects.public().filter(
        starts_at__gte=since, starts_at__lt=until, starts_at__lte=at, cancelled_at=None
    )
    words = Announcement.objects.published(at).filter(
        outage=None, maintenance=None, published_at__gte=since, published_at__lt=until
    )
    found = [Entry(each.began_at, happening=each) for each in happenings(begun, at)]
    found += [Entry(work.starts_at, work=work) for work in works.prefetch_related("services")]
    found += [Entry(word.published_at, word=word) for word in words]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def months(at: dt.datetime) -> list[dt.datetime]:
    """The months of which the chronicle has something to say, newest first. One query."""
    begun = _months(public_outages(at), "started_at")
    works = _months(Maintenance.objects.public().filter(starts_at__lte=at, cancelled_at=None), "starts_at")
    words = _months(Announcement.objects.published(at).filter(outage=None, maintenance=None), "published_at")
    return sorted({month for (month,) in begun.union(works, words)}, reverse=True)


def _months(rows: QuerySet, date: str) -> QuerySet:
    return rows.order_by().annotate(month=TruncMonth(date)).values_list("month").distinct()


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
