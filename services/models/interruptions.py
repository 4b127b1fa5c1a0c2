"""When a service did not do what it is for."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Case, F, Func, Q, When
from django.db.models.functions import Coalesce, Least
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from services.models.catalogue import Service
from services.models.saying import said
from services.models.watching import Reason


class OutageQuerySet(models.QuerySet["Outage"]):
    def open(self, at: dt.datetime) -> Self:
        """Those going on at `at`: begun, and not ended by then."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at), started_at__lte=at)

    def during(self, at: dt.datetime) -> Self:
        """The same as `open`, said as the exclusion constraint says it: its index finds that of one service at once."""
        time = Func(
            "started_at",
            "ended_at",
            RangeBoundary(),
            function="TSTZRANGE",
            output_field=DateTimeRangeField(),
        )
        return self.alias(_time=time).filter(_time__contains=at)

    def closed(self, at: dt.datetime) -> Self:
        return self.filter(ended_at__lte=at)

    def begun_between(self, since: dt.datetime, at: dt.datetime) -> Self:
        return self.filter(started_at__gte=since, started_at__lte=at)

    def longer_than(self, duration: dt.timedelta, at: dt.datetime) -> Self:
        """Those that lasted, or have lasted by `at`, more than `duration`."""
        return self.annotate(_end=Least(Coalesce("ended_at", at), at)).filter(
            _end__gt=F("started_at") + duration
        )

    def talked_about(self) -> Self:
        """Those of a service that is listed, or that took a listed one along."""
        with_it = Outage.objects.filter(cause=models.OuterRef("pk"), service__listed=True)
        return self.filter(Q(service__listed=True) | models.Exists(with_it))

    def roots(self) -> Self:
        """Those that stand for themselves; the others are part of one of these."""
        return self.filter(cause=None)

    def with_first_announcement(self, at: dt.datetime) -> Self:
        """Add `first_announced_at`: when the public was first told, or None if it was not by `at`.

        Of one that is part of another, what was told of that one counts, if it named both: only the cause is announced.
        """
        from services.models.announcing import Announcement  # which know their outage

        told = Announcement.objects.published(at).order_by("published_at")
        own = models.Subquery(told.filter(outage=models.OuterRef("pk")).values("published_at")[:1])
        of_cause = told.filter(outage=models.OuterRef("cause"))
        naming_both = of_cause.naming_all().filter(published_at__gte=models.OuterRef("joined_at"))
        return self.alias(
            _of_cause=models.Subquery(of_cause.values("published_at")[:1])
        ).annotate(
            first_announced_at=Least(  # the least of one and nothing is the one
                own,
                Case(
                    When(Q(joined_at=None) | Q(joined_at__lte=F("_of_cause")), then=F("_of_cause")),
                    default=models.Subquery(naming_both.values("published_at")[:1]),
                ),
            )
        )


class Finder(models.TextChoices):
    PROBE = "probe", _("a probe")
    VOLUNTEER = "volunteer", _("a volunteer")


class Outage(models.Model):
    """A time during which one service did not do what it is for."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="outages", verbose_name=_("service"))
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # Its last probe was put out of use: it ended then or later, and nobody saw when.
    unseen_end = models.BooleanField(_("nobody saw its end"), default=False, db_default=False, editable=False)
    found_by = models.CharField(
        _("found by"), max_length=9, choices=Finder, default=Finder.VOLUNTEER, db_default=Finder.VOLUNTEER
    )
    # Why the probe did not see it work; empty when a volunteer declared it.
    reason = models.CharField(
        _("reason"), max_length=11, choices=Reason, blank=True, default="", db_default=""
    )
    # A service that needs another one is down with it: told of once, as part of the other's.
    cause = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="consequences",
        verbose_name=_("part of the interruption"),
    )
    # When it became part of it: what was told of the cause before did not name this one.
    joined_at = models.DateTimeField(_("part of it since"), null=True, blank=True, editable=False)
    summary_fr = models.TextField(_("what happens, in French"), blank=True, max_length=2000)
    summary_en = models.TextField(_("what happens, in English"), blank=True, max_length=2000)

    first_announced_at: dt.datetime | None  # from `with_first_announcement(at)`

    objects = OutageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[Any] = ["-started_at", "-pk"]
        verbose_name = _("interruption")
        verbose_name_plural = _("interruptions")
        indexes: ClassVar[Any] = [models.Index(fields=["-started_at"], name="outage_newest_first")]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gt=F("started_at")),
                name="outage_ends_after_it_began",
                violation_error_message=_("An interruption ends after it began."),
            ),
            models.CheckConstraint(
                condition=Q(cause=None) | ~Q(cause=F("pk")), name="outage_is_not_its_own_cause"
            ),
            models.CheckConstraint(
                condition=Q(unseen_end=False) | Q(ended_at__isnull=False),
                name="outage_has_an_end_that_nobody_saw",
            ),
            models.CheckConstraint(
                condition=Q(reason="") | Q(found_by=Finder.PROBE),
                name="outage_has_a_reason_only_from_a_probe",
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
        return f"{self.service.name}, {_day(self.started_at)}"

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


class Correction(models.Model):
    """What a volunteer changed about an interruption afterwards, and why. Never changed, shown on its page.

    The journal knows who it was.
    """

    outage = models.ForeignKey(
        Outage, models.PROTECT, related_name="corrections", verbose_name=_("interruption")
    )
    corrected_at = models.DateTimeField(_("corrected"))
    why = models.CharField(_("why"), max_length=300)
    was_started_at = models.DateTimeField(_("began before"))
    was_ended_at = models.DateTimeField(_("ended before"), null=True, blank=True)
    # Joined to this one: the number that its old address still has.
    former_number = models.BigIntegerField(
        _("number of the interruption that was joined"), null=True, blank=True, unique=True
    )

    class Meta:
        ordering: ClassVar[Any] = ["corrected_at", "pk"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints: ClassVar[Any] = [
            models.CheckConstraint(condition=~Q(why=""), name="correction_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.outage}, {_day(self.corrected_at)}"


def _day(at: dt.datetime) -> str:
    """As the reader's calendar has it: an interruption after midnight is of the new day."""
    return date_format(timezone.localtime(at), "DATE_FORMAT")
