"""What the host offers, when it was interrupted, and what was announced about it."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce, Least
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def said(row: models.Model, field: str, language: str | None = None) -> str:
    """Return what `row` says in `language` (the active one by default), or in the other one rather than nothing."""
    first, second = ("en", "fr") if (language or get_language() or "").startswith("en") else ("fr", "en")
    return getattr(row, f"{field}_{first}") or getattr(row, f"{field}_{second}")


class Group(models.TextChoices):
    OPEN = "open", _("open to everybody")
    MEMBERS = "members", _("for members")
    INTERNAL = "internal", _("for the host itself")


class ServiceQuerySet(models.QuerySet["Service"]):
    def listed(self) -> Self:
        return self.filter(listed=True)

    def documented(self) -> Self:
        """Those that name their licence and where their source code is (clause C5)."""
        return self.exclude(licence="").exclude(source_url="")

    def with_interruption(self, at: dt.datetime) -> Self:
        """Add `interrupted_since`: the start of the outage open at `at`, or None."""
        here = Outage.objects.open(at).filter(service=models.OuterRef("pk"))
        return self.annotate(interrupted_since=models.Subquery(here.values("started_at")[:1]))


class Service(models.Model):
    """One thing people use at this host: its files, its forge, its mail."""

    slug = models.SlugField(_("short name in addresses"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    purpose_fr = models.CharField(_("what it is for, in French"), max_length=200, blank=True)
    purpose_en = models.CharField(_("what it is for, in English"), max_length=200, blank=True)
    url = models.URLField(_("address"), blank=True)
    group = models.CharField(_("who may use it"), max_length=10, choices=Group, default=Group.MEMBERS)
    software = models.CharField(_("software"), max_length=80, blank=True)
    licence = models.CharField(
        _("licence of the software"),
        max_length=40,
        blank=True,
        help_text=_("Its SPDX name, for example AGPL-3.0."),
    )
    source_url = models.URLField(
        _("source code"),
        blank=True,
        help_text=_("Where anybody can read the code of the version that runs here."),
    )
    position = models.PositiveSmallIntegerField(_("place in the list"), default=100)
    listed = models.BooleanField(_("shown on the front page"), default=True)

    interrupted_since: dt.datetime | None  # from `with_interruption(at)`
    state: str  # both from `standing.shown`
    state_sentence: str

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[Any] = ["position", "name"]
        verbose_name = _("service")
        verbose_name_plural = _("services")
        constraints: ClassVar[Any] = [
            models.CheckConstraint(condition=~Q(name=""), name="service_has_a_name"),
            models.CheckConstraint(
                condition=~(Q(purpose_fr="") & Q(purpose_en="")),
                name="service_says_what_it_is_for",
                violation_error_message=_("Say what the service is for, in at least one language."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def purpose(self) -> str:
        return said(self, "purpose")


class OutageQuerySet(models.QuerySet["Outage"]):
    def open(self, at: dt.datetime) -> Self:
        """Those going on at `at`: begun, and not ended by then."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at), started_at__lte=at)

    def closed(self, at: dt.datetime) -> Self:
        return self.filter(ended_at__lte=at)

    def begun_between(self, since: dt.datetime, at: dt.datetime) -> Self:
        return self.filter(started_at__gte=since, started_at__lte=at)

    def longer_than(self, duration: dt.timedelta, at: dt.datetime) -> Self:
        """Those that lasted, or have lasted by `at`, more than `duration`."""
        return self.annotate(_end=Least(Coalesce("ended_at", at), at)).filter(
            _end__gt=F("started_at") + duration
        )

    def with_first_announcement(self, at: dt.datetime) -> Self:
        """Add `first_announced_at`: when the public was first told, or None if it was not by `at`."""
        told = (
            Announcement.objects.published(at).filter(outage=models.OuterRef("pk")).order_by("published_at")
        )
        return self.annotate(first_announced_at=models.Subquery(told.values("published_at")[:1]))


class Outage(models.Model):
    """A time during which one service did not do what it is for."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="outages", verbose_name=_("service"))
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    summary_fr = models.TextField(_("what happens, in French"), blank=True, max_length=2000)
    summary_en = models.TextField(_("what happens, in English"), blank=True, max_length=2000)

    first_announced_at: dt.datetime | None  # from `with_first_announcement(at)`

    objects = OutageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[Any] = ["-started_at", "-pk"]
        verbose_name = _("interruption")
        verbose_name_plural = _("interruptions")
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gt=F("started_at")),
                name="outage_ends_after_it_began",
                violation_error_message=_("An interruption ends after it began."),
            ),
            ExclusionConstraint(
                name="outages_of_a_service_never_overlap",
                expressions=[
                    ("service", RangeOperators.EQUAL),
                    (
                        Func(
                            "started_at",
                            "ended_at",
                            RangeBoundary(),
                            function="TSTZRANGE",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_(
                    "Another interruption of this service is already declared for that time."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service.name}, {self.started_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("services:outage", args=[self.pk])

    @property
    def summary(self) -> str:
        return said(self, "summary")

    def is_open(self, at: dt.datetime) -> bool:
        return self.started_at <= at and (self.ended_at is None or self.ended_at > at)

    def lasted(self, at: dt.datetime) -> dt.timedelta:
        """How long it lasted, or has lasted by `at`."""
        return min(self.ended_at or at, at) - self.started_at


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def published(self, at: dt.datetime) -> Self:
        return self.filter(published_at__lte=at)


class Announcement(models.Model):
    """Something the host told everybody, on the front page."""

    title_fr = models.CharField(_("title in French"), max_length=160, blank=True)
    title_en = models.CharField(_("title in English"), max_length=160, blank=True)
    text_fr = models.TextField(_("text in French"), blank=True, max_length=4000)
    text_en = models.TextField(_("text in English"), blank=True, max_length=4000)
    published_at = models.DateTimeField(_("published"))
    outage = models.ForeignKey(
        Outage,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="announcements",
        verbose_name=_("interruption"),
    )

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[Any] = ["-published_at", "-pk"]
        indexes: ClassVar[Any] = [models.Index(fields=["-published_at"], name="announcement_newest_first")]
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=~(Q(title_fr="") & Q(title_en="")),
                name="announcement_has_a_title",
                violation_error_message=_("Give the announcement a title, in at least one language."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("services:announcement", args=[self.pk])

    @property
    def url(self) -> str:
        return self.get_absolute_url()

    @property
    def title(self) -> str:
        return said(self, "title")

    @property
    def text(self) -> str:
        return said(self, "text")
