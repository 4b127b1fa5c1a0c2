"""Work that is planned: a window in which a service may stand still, once or again and again."""

import calendar
import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.models.catalogue import Service
from services.models.saying import said

LONGEST = dt.timedelta(days=31)
MINUTE = dt.timedelta(minutes=1)


class Rhythm(models.TextChoices):
    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("every week, on that weekday")
    FORTNIGHTLY = "fortnightly", _("every second week, on that weekday")
    MONTHLY = "monthly", _("every month, on the same weekday of the month")


STEPS = {Rhythm.DAILY: 1, Rhythm.WEEKLY: 7, Rhythm.FORTNIGHTLY: 14}


class Planned(models.Model):
    """What a single maintenance and a routine have in common: what is said of it."""

    title_fr = models.CharField(_("title in French"), max_length=160, blank=True)
    title_en = models.CharField(_("title in English"), max_length=160, blank=True)
    text_fr = models.TextField(_("what is done and what it changes, in French"), blank=True, max_length=2000)
    text_en = models.TextField(_("what is done and what it changes, in English"), blank=True, max_length=2000)
    quiet = models.BooleanField(
        _("only on the pages and in the calendar"),
        default=False,
        help_text=_("For small things that hardly anybody notices: no letters, no posts."),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return said(self, "title")

    @property
    def text(self) -> str:
        return said(self, "text")


HAS_A_TITLE = ~(Q(title_fr="") & Q(title_en=""))
NEEDS_A_TITLE = _("Give the maintenance a title, in at least one language.")


class RoutineQuerySet(models.QuerySet["Routine"]):
    def running(self, at: dt.datetime) -> Self:
        return self.filter(Q(stopped_at=None) | Q(stopped_at__gt=at))


class Routine(Planned):
    """Maintenance that comes back, at the same hour on the clock of the wall, summer and winter."""

    services = models.ManyToManyField(Service, related_name="routines", verbose_name=_("services"))
    rhythm = models.CharField(_("how often"), max_length=12, choices=Rhythm, default=Rhythm.WEEKLY)
    first_day = models.DateField(_("first time"))
    last_day = models.DateField(_("last time"), null=True, blank=True, help_text=_("Empty: without end."))
    begins_at = models.TimeField(_("hour"), help_text=_("In the host’s own time, whatever the season."))
    minutes = models.PositiveSmallIntegerField(
        _("minutes it takes"), default=60, validators=[MinValueValidator(1), MaxValueValidator(24 * 60)]
    )
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True, editable=False)

    objects = RoutineQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[Any] = ["first_day", "pk"]
        verbose_name = _("routine")
        verbose_name_plural = _("routines")
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=HAS_A_TITLE, name="routine_has_a_title", violation_error_message=NEEDS_A_TITLE
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=24 * 60),
                name="routine_takes_a_day_at_most",
                violation_error_message=_("A routine takes between one minute and a day."),
            ),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="routine_ends_after_it_began",
                violation_error_message=_("The last time comes after the first."),
            ),
        ]

    def days(self, since: dt.date, until: dt.date) -> Iterator[dt.date]:
        """The days it falls on, from `since` to `until`, both included."""
        until = min(until, self.last_day or until)
        if self.rhythm == Rhythm.MONTHLY:
            yield from (day for day in self._months(until) if day >= since)
            return
        step = STEPS[Rhythm(self.rhythm)]
        passed = max(-(-(since - self.first_day).days // step), 0)
        for number in range(passed, (until - self.first_day).days // step + 1):
            yield self.first_day + dt.timedelta(days=number * step)

    def _months(self, until: dt.date) -> Iterator[dt.date]:
        """The second Tuesday of each month, if the first time was one; a fifth is always the last."""
        which = (self.first_day.day - 1) // 7
        year, month = self.first_day.year, self.first_day.month
        while (year, month) <= (until.year, until.month):
            days = [
                week[self.first_day.weekday()]
                for week in calendar.monthcalendar(year, month)
                if week[self.first_day.weekday()]
            ]
            day = dt.date(year, month, days[-1] if which == 4 else days[which])
            if day <= until:
                yield day
            year, month = year + month // 12, month % 12 + 1

    def window(self, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
        """When it begins and ends on `day`, in UTC. An hour that the clocks skip becomes the one after it; of an hour
        they show twice it is the first."""
        local = dt.datetime.combine(day, self.begins_at, tzinfo=timezone.get_default_timezone())
        begins = local.astimezone(dt.UTC)
        return begins, begins + self.minutes * MINUTE


class MaintenanceQuerySet(models.QuerySet["Maintenance"]):
    def kept(self) -> Self:
        """Those that were not called off."""
        return self.filter(cancelled_at=None)

    def with_end(self) -> Self:
        """Add `until`: when it really ended, or will."""
        return self.annotate(until=Coalesce("finished_at", "ends_at"))

    def upcoming(self, at: dt.datetime) -> Self:
        return self.kept().filter(starts_at__gt=at)

    def going_on(self, at: dt.datetime) -> Self:
        return self.kept().with_end().filter(starts_at__lte=at, until__gt=at)

    def unfinished(self, at: dt.datetime) -> Self:
        """Going on or still to come, the next one first."""
        return self.kept().with_end().filter(until__gt=at).order_by("starts_at", "pk")

    def next_of_each(self, at: dt.datetime) -> Self:
        """Unfinished, and of every routine only the one that comes first: a list nobody has to scroll through."""
        earlier = Maintenance.objects.unfinished(at).filter(
            routine=models.OuterRef("routine"), starts_at__lt=models.OuterRef("starts_at")
        )
        return self.unfinished(at).exclude(models.Exists(earlier))

    def over(self, at: dt.datetime) -> Self:
        return self.kept().with_end().filter(until__lte=at)

    def ended_after(self, moment: Any) -> Self:
        """Called off or not: those that calendars still show."""
        return self.with_end().filter(until__gt=moment)

    def ended_around(self, moment: Any) -> Self:
        """Those that ended at that moment, or a minute from it: what is down since then did not come back."""
        return self.with_end().filter(until__gte=moment - MINUTE, until__lte=moment + MINUTE)

    def covering(self, service_ids: Collection[int], at: dt.datetime) -> Self:
        """Those in whose window the moment falls, of any of these services: what fails then was announced."""
        return self.going_on(at).filter(services__in=service_ids).distinct()

    def public(self) -> Self:
        """Those that concern a service which is talked about."""
        listed = Service.objects.listed().filter(maintenances=models.OuterRef("pk"))
        return self.filter(models.Exists(listed))


class Maintenance(Planned):
    """A window in which some services may stand still: published before, so that nobody is surprised."""

    services = models.ManyToManyField(Service, related_name="maintenances", verbose_name=_("services"))
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends at the latest"))
    published_at = models.DateTimeField(_("published"), editable=False)
    changed_at = models.DateTimeField(_("changed"), editable=False)
    cancelled_at = models.DateTimeField(_("called off"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, editable=False)
    edition = models.PositiveSmallIntegerField(_("edition of the plan"), default=0, editable=False)
    routine = models.ForeignKey(
        Routine, models.PROTECT, null=True, blank=True, related_name="occurrences", editable=False
    )
    routine_day = models.DateField(null=True, blank=True, editable=False)

    until: dt.datetime  # from `with_end()`

    objects = MaintenanceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[Any] = ["-starts_at", "-pk"]
        verbose_name = _("maintenance")
        verbose_name_plural = _("maintenance")
        indexes: ClassVar[Any] = [models.Index(fields=["-starts_at"], name="maintenance_newest_first")]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=HAS_A_TITLE, name="maintenance_has_a_title", violation_error_message=NEEDS_A_TITLE
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="maintenance_ends_after_it_begins",
                violation_error_message=_("A maintenance ends after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__lte=F("starts_at") + LONGEST),
                name="maintenance_lasts_a_month_at_most",
                violation_error_message=_(
                    "A maintenance lasts a month at most: what is longer is an outage."
                ),
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None)
                | Q(finished_at__gte=F("starts_at"), finished_at__lte=F("ends_at"), cancelled_at=None),
                name="maintenance_finished_within_its_window",
            ),
            models.UniqueConstraint(
                fields=["routine", "routine_day"], name="maintenance_once_a_day_of_routine"
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("services:maintenance", args=[self.pk])

    def is_going_on(self, at: dt.datetime) -> bool:
        return self.cancelled_at is None and self.starts_at <= at < (self.finished_at or self.ends_at)
