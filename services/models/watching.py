"""What the host saw when it looked, what is known by it, and what the days came to."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from services.models.catalogue import Service, Sign
from services.models.probing import Probe


class Outcome(models.IntegerChoices):
    UP = 1, _("works")
    DOWN = 2, _("does not work")
    UNKNOWN = 3, _("nobody can say")


class Reason(models.TextChoices):
    """Why a look did not see a service work: what failed there, or here."""

    NAME = "name", _("its name does not resolve")
    REFUSED = "refused", _("the connection is refused")
    UNREACHABLE = "unreachable", _("there is no way to its machine")
    TIMEOUT = "timeout", _("it does not answer in time")
    RESET = "reset", _("it breaks the connection off")
    EXPIRED = "expired", _("its certificate has expired")
    CERTIFICATE = "certificate", _("its certificate is not valid for it")
    TLS = "tls", _("no secure connection can be made")
    STATUS = "status", _("it answers with an error")
    REDIRECTS = "redirects", _("it sends visitors in circles")
    CONTENT = "content", _("it does not answer what is expected")
    PROTOCOL = "protocol", _("its answer cannot be understood")
    # Ours, not the service's: such a look says nothing about it.
    INSIDE = "inside", _("its address is a private one, where the host may not look")
    OFFLINE = "offline", _("the host itself has no connection")
    OURS = "ours", _("the look itself failed")


class Judgement(models.TextChoices):
    UP = "up", _("up")
    SUSPECT = "suspect", _("suspect")
    DOWN = "down", _("down")
    RECOVERING = "recovering", _("recovering")


class WatchQuerySet(models.QuerySet["Watch"]):
    def in_use(self) -> Self:
        return self.filter(probe__enabled=True)

    def failing(self) -> Self:
        """Those that are judged down, and have not yet been judged up again."""
        return self.in_use().filter(judgement__in=[Judgement.DOWN, Judgement.RECOVERING])

    def working(self) -> Self:
        return self.in_use().filter(
            judgement__in=[Judgement.UP, Judgement.SUSPECT], judged_since__isnull=False
        )

    def never_worked(self) -> Self:
        """Those that have looked, and have never seen their service work: there is a mistake in them, most likely."""
        return self.in_use().filter(judged_since=None, outcome__isnull=False)

    def expiring(self, at: dt.datetime) -> Self:
        """Those that saw a certificate which expires sooner than whoever wrote the probe wants to know."""
        return self.in_use().filter(
            certificate_ends_at__lt=at + F("probe__warns_days") * dt.timedelta(days=1)
        )

    def stale(self, at: dt.datetime) -> Self:
        """Those of which nobody knows at `at`: never looked, or the last look is too old to count."""
        return self.filter(self.are_stale(at))

    def fresh(self, at: dt.datetime) -> Self:
        return self.filter(known_until__gte=at)

    @staticmethod
    def are_stale(at: dt.datetime) -> Q:
        return Q(known_until=None) | Q(known_until__lt=at)

    def signs(self, at: dt.datetime) -> Self:
        """Add `signs` (see Sign): what each of them says of its service at `at`. One that was overruled is silent."""
        heard = Q(overruled_at=None)
        return self.annotate(
            signs=_if(self.are_stale(at), Sign.STALE)
            + _if(heard & Q(judgement__in=[Judgement.SUSPECT, Judgement.DOWN]), Sign.FAILING)
            + _if(heard & Q(judgement=Judgement.RECOVERING), Sign.RECOVERING)
        )


def _if(condition: Q, sign: Sign) -> Case:
    return Case(When(condition, Value(sign.value)), default=Value(0))


class Watch(models.Model):
    """Where looking through one probe has got to. A trigger makes it with the probe; only the prober writes it.

    The judgement is what was last known. Whether that still holds is a question of the date: after `known_until`
    nobody knows.
    """

    probe = models.OneToOneField(Probe, models.CASCADE, primary_key=True, verbose_name=_("probe"))
    # When it was put into use, or told to look in another way: as long as it has not known since, nobody knows.
    began_at = models.DateTimeField(_("in use since"), db_default=Now())
    judgement = models.CharField(_("state"), max_length=10, choices=Judgement, default=Judgement.UP)
    # Since the first of the looks that made the judgement what it is.
    judged_since = models.DateTimeField(_("since"), null=True)
    # The looks that may change it, one after the other: how many, and when the first began.
    contrary = models.PositiveSmallIntegerField(default=0, db_default=0)
    contrary_since = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(_("last known"), null=True)
    known_until = models.DateTimeField(null=True)
    # Of the last look, whatever it saw.
    outcome = models.PositiveSmallIntegerField(_("last look"), choices=Outcome, null=True)
    reason = models.CharField(_("reason"), max_length=11, choices=Reason, blank=True, default="")
    words = models.CharField(_("in its own words"), max_length=300, blank=True, default="")
    latency_ms = models.PositiveIntegerField(_("answers in … ms"), null=True)
    certificate_ends_at = models.DateTimeField(_("certificate valid until"), null=True)
    # A volunteer closed the interruption while it was down: silent until it was up again.
    overruled_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(_("next look"), db_default=Now())
    claimed_until = models.DateTimeField(null=True)

    objects = WatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(judgement__in=[Judgement.UP, Judgement.DOWN], contrary=0, contrary_since=None)
                | Q(
                    judgement__in=[Judgement.SUSPECT, Judgement.RECOVERING],
                    contrary__gt=0,
                    contrary_since__isnull=False,
                ),
                name="watch_doubts_exactly_when_looks_contradict",
            ),
            models.CheckConstraint(
                condition=Q(known_until=None) | Q(looked_at__isnull=False, known_until__gte=F("looked_at")),
                name="watch_knows_only_after_a_look",
            ),
        ]

    def __str__(self) -> str:
        return str(self.probe)


class Sample(models.Model):
    """What one look saw. Kept for a week."""

    probe = models.ForeignKey(Probe, models.CASCADE, related_name="samples", verbose_name=_("probe"))
    taken_at = models.DateTimeField(_("taken"))
    outcome = models.PositiveSmallIntegerField(_("outcome"), choices=Outcome)
    reason = models.CharField(_("reason"), max_length=11, choices=Reason, blank=True, db_default="")
    latency_ms = models.PositiveIntegerField(_("answered in … ms"), null=True)

    class Meta:
        ordering: ClassVar[Any] = ["-taken_at", "-pk"]
        verbose_name = _("sample")
        verbose_name_plural = _("samples")
        indexes: ClassVar[Any] = [
            models.Index(fields=["probe", "taken_at"], name="sample_by_probe_and_time"),
            models.Index(fields=["taken_at"], name="sample_by_time"),
        ]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(outcome=Outcome.UP, reason="") | (Q(outcome__gt=Outcome.UP) & ~Q(reason="")),
                name="sample_says_why_unless_it_was_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.probe}, {self.taken_at:%Y-%m-%d %H:%M}: {self.get_outcome_display()}"


class Gap(models.Model):
    """A time of which nobody can say whether a probe would have seen its service work."""

    probe = models.ForeignKey(Probe, models.CASCADE, related_name="gaps", verbose_name=_("probe"))
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"))

    class Meta:
        ordering: ClassVar[Any] = ["-started_at", "-pk"]
        verbose_name = _("gap")
        verbose_name_plural = _("gaps")
        indexes: ClassVar[Any] = [models.Index(fields=["ended_at"], name="gap_by_end")]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(condition=Q(ended_at__gt=F("started_at")), name="gap_ends_after_it_began"),
        ]

    def __str__(self) -> str:
        return f"{self.probe}, {self.started_at:%Y-%m-%d}"


class DayFigure(models.Model):
    """One day of one service in seconds, for ever. Computed again from the rows whenever they are corrected.

    A day is one of the host's time zone, 23 to 25 hours long; the first begins with the first look.
    """

    service = models.ForeignKey(
        Service, models.CASCADE, related_name="day_figures", verbose_name=_("service")
    )
    day = models.DateField(_("day"))
    up_seconds = models.PositiveIntegerField(_("seconds up"), default=0)
    down_seconds = models.PositiveIntegerField(_("seconds interrupted"), default=0)
    unknown_seconds = models.PositiveIntegerField(_("seconds unknown"), default=0)
    maintenance_seconds = models.PositiveIntegerField(_("seconds of maintenance"), default=0)
    looks = models.PositiveIntegerField(_("looks"), default=0)
    latency_median_ms = models.PositiveIntegerField(_("median time to answer, in ms"), null=True)
    latency_max_ms = models.PositiveIntegerField(_("longest time to answer, in ms"), null=True)

    class Meta:
        ordering: ClassVar[Any] = ["-day", "service"]
        verbose_name = _("figures of a day")
        verbose_name_plural = _("figures of days")
        indexes: ClassVar[Any] = [models.Index(fields=["day"], name="day_figure_by_day")]
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(fields=["service", "day"], name="one_figure_a_day_and_service"),
            models.CheckConstraint(
                condition=Q(
                    up_seconds__lte=90_000
                    - F("down_seconds")
                    - F("unknown_seconds")
                    - F("maintenance_seconds")
                ),
                name="a_day_has_at_most_25_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}, {self.day}"
