"""All that was published of one document, as it stands at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from legal.models import Version


@dataclass(frozen=True)
class Chronicle:
    """The published versions of a document, newest first: one query, however much a page asks of it."""

    versions: Sequence[Version]
    in_force: Version | None
    upcoming: Sequence[Version]
    changed_at: datetime
    """When anything about the document last changed: a version came out, or took effect."""

    def numbered(self, number: int) -> Version | None:
        return next((version for version in self.versions if version.number == number), None)

    def before(self, version: Version) -> Version | None:
        return next((earlier for earlier in self.versions if earlier.number < version.number), None)

    @property
    def current(self) -> Version:
        """What to show to who asks for the document: what is in force, else what will be first."""
        return self.in_force or self.upcoming[-1]

    @property
    def latest(self) -> Version:
        """What binds next: the newest version to come, else the one in force."""
        return self.upcoming[0] if self.upcoming else self.current

    @property
    def next(self) -> Version | None:
        """The first of the versions to come."""
        return self.upcoming[-1] if self.upcoming else None


def chronicle(slug: str, at: datetime) -> Chronicle | None:
    """The document `slug` at `at`; None while nothing was published under that name."""
    versions = list(
        Version.objects.published(at)
        .filter(document__slug=slug)
        .select_related("document")
        .annotate(stands=Q(pk__in=Version.objects.in_force(at).values("pk")))
        .order_by("-number")
    )
    if not versions:
        return None
    dates = (day for version in versions for day in (version.published_at, version.effective_at))
    return Chronicle(
        versions=versions,
        in_force=next((version for version in versions if version.stands), None),
        upcoming=[version for version in versions if version.effective_at and version.effective_at > at],
        changed_at=max(day for day in dates if day and day <= at),
    )


def end_of(day: date) -> datetime:
    """The last moment of `day` where the host is: what took effect in its course was in force that day."""
    midnight = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    return midnight - timedelta(microseconds=1)
