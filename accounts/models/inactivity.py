"""What comes before an unused account is erased: a notice, its letters, what holds it back, and the runs that look."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User

NOT_FAILED = Q(failed_at=None)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def due(self, at: datetime) -> Self:
        return self.filter(next_at__lte=at)

    def unreachable(self) -> Self:
        """No letter can be delivered: they wait for a volunteer."""
        return self.filter(unreachable_since__isnull=False)


class Notice(models.Model):
    """That somebody has not been seen for so long that they are being written to. Being seen ends it.

    `next_stage` is what comes next (see schedule), and not before `next_at`; empty while a letter or a volunteer is
    waited for. The two dates are those the letters told: they only ever move later.
    """

    person = models.OneToOneField(User, models.CASCADE, verbose_name=_("account"))
    began_at = models.DateTimeField(_("since"))
    next_stage = models.SmallIntegerField(_("next"))
    next_at = models.DateTimeField(_("not before"), null=True)
    disables_at = models.DateTimeField(_("disabled not before"))
    erases_at = models.DateTimeField(_("erased not before"))
    unreachable_since = models.DateTimeField(_("no letter arrives since"), null=True)
    let_go_on_at = models.DateTimeField(
        _("goes on without letters since"),
        null=True,
        help_text=_("A volunteer looked into it, and letters that do not arrive no longer hold it up."),
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("inactivity notice")
        verbose_name_plural = _("inactivity notices")
        default_permissions: ClassVar[Any] = ["view", "change"]
        ordering: ClassVar[Any] = ["began_at", "pk"]
        indexes: ClassVar[Any] = [
            models.Index(
                "next_stage", "next_at", condition=Q(next_at__isnull=False), name="accounts_notice_due"
            ),
            models.Index(
                "unreachable_since",
                condition=Q(unreachable_since__isnull=False),
                name="accounts_notice_unreachable",
            ),
        ]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(disables_at__gt=F("began_at"), erases_at__gt=F("disables_at")),
                name="accounts_notice_in_order",
            ),
            models.CheckConstraint(
                condition=Q(next_at=None) | Q(unreachable_since=None),
                name="accounts_notice_waits_for_volunteer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Failure(models.TextChoices):
    """Why a letter did not arrive."""

    REFUSED = "refused", _("the mail server refused it")
    BOUNCED = "bounced", _("it came back")
    NEVER_LEFT = "never_left", _("it could not leave in time")
    NO_ADDRESS = "no_address", _("there is no confirmed address")


class Reminder(models.Model):
    """One letter of a notice. It counts once the mail server has taken it, and as long as it does not come back."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="reminders")
    stage = models.SmallIntegerField(_("days before disabling"))
    address = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    # No foreign key: letters are forgotten (OUTBOX_KEEP_SENT_DAYS), reminders stay as long as the notice.
    letter_key = models.CharField(max_length=200, unique=True)
    written_at = models.DateTimeField(_("written"))
    given_at = models.DateTimeField(_("accepted by the mail server"), null=True)
    failed_at = models.DateTimeField(_("failed"), null=True)
    failure = models.CharField(_("why"), max_length=10, choices=Failure.choices, blank=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        default_permissions: ClassVar[Any] = []
        ordering: ClassVar[Any] = ["written_at", "pk"]
        indexes: ClassVar[Any] = [
            models.Index(
                "id", condition=Q(given_at=None, failed_at=None), name="accounts_reminder_under_way"
            ),
        ]
        constraints: ClassVar[Any] = [
            # Nobody is written to twice for one stage, unless the first letter did not arrive.
            models.UniqueConstraint(
                fields=["notice", "stage"], condition=NOT_FAILED, name="accounts_reminder_once_a_stage"
            ),
            models.CheckConstraint(
                condition=Q(failed_at=None, failure="")
                | (Q(failed_at__isnull=False) & ~Q(failure="") & Q(failure__in=Failure.values)),
                name="accounts_reminder_failed_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.letter_key


class HoldQuerySet(models.QuerySet["Hold"]):
    def standing(self, at: datetime) -> Self:
        """Whether or not the clock ticks."""
        return self.filter(Q(until=None) | Q(until__gt=at), began_at__lte=at, released_at=None)


class Hold(models.Model):
    """A volunteer keeps an account out of the clock's reach: who, why, until when."""

    person = models.ForeignKey(User, models.CASCADE, related_name="holds", verbose_name=_("account"))
    why = models.CharField(_("why"), max_length=300)
    began_at = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    by_id = models.BigIntegerField(_("by account number"))
    released_at = models.DateTimeField(_("released"), null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("account on hold")
        verbose_name_plural = _("accounts on hold")
        default_permissions: ClassVar[Any] = ["add", "view", "change"]
        ordering: ClassVar[Any] = ["-began_at", "-pk"]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(condition=~Q(why=""), name="accounts_hold_for_a_reason"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("began_at")), name="accounts_hold_for_a_while"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(released_at=None), name="accounts_hold_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Brake(models.TextChoices):
    """What stopped a run."""

    CAP = "cap", _("more accounts than usual would be disabled or erased")
    SHARE = "share", _("an implausible share of all accounts looks unused")
    CLOCK = "clock", _("the clock jumped")
    HALT = "halt", _("a volunteer stopped it")


class PurgeRun(models.Model):
    """One look at the accounts nobody uses. A run that was stopped waits for a volunteer to release it.

    `wanted` is what was due when it began, `done` what it did, `allowed` what a volunteer allowed beyond the brakes.
    """

    began_at = models.DateTimeField(_("began"))
    looked_at = models.DateTimeField(_("last looked"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    brake = models.CharField(_("stopped by"), max_length=5, choices=Brake.choices, blank=True)
    wanted = models.JSONField(pgettext_lazy("inactivity run", "due"), default=dict)
    done = models.JSONField(pgettext_lazy("what a run did", "done"), default=dict)
    allowed = models.JSONField(_("allowed"), default=dict)
    released_at = models.DateTimeField(pgettext_lazy("inactivity run", "released"), null=True)
    released_by_id = models.BigIntegerField(_("released by account number"), null=True)
    released_why = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("inactivity run")
        verbose_name_plural = _("inactivity runs")
        default_permissions: ClassVar[Any] = ["view", "change"]
        ordering: ClassVar[Any] = ["-pk"]
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(ended_at=None),
                name="accounts_run_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(brake="") | Q(brake__in=Brake.values, ended_at__isnull=False),
                name="accounts_run_stopped_by_a_brake",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None)
                | (~Q(brake="") & Q(released_by_id__isnull=False) & ~Q(released_why="")),
                name="accounts_run_released_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def waits(self) -> bool:
        """For a volunteer."""
        return bool(self.brake) and self.released_at is None

    @property
    def because(self) -> str:
        """What a volunteer has to know before they release a self."""
        if self.brake == Brake.CAP:
            leave = self.wanted["disable"] + self.wanted["erase"]
            words = gettext(
                "%(leave)d accounts would be disabled or erased today; without a volunteer, at most %(allowed)d are."
            )
            return words % {"leave": leave, "allowed": self.allowed["leave"]}
        if self.brake == Brake.SHARE:
            words = gettext(
                "%(unused)d of %(accounts)d accounts look unused. Is the date of the machine right, and is that so?"
            )
            return words % self.wanted
        if self.brake == Brake.CLOCK:
            words = gettext(
                "The clock went from %(from)s to %(to)s between two looks. Is the date of the machine right now?"
            )
            moments = {name: datetime.fromisoformat(self.wanted[name]) for name in ("from", "to")}
            return words % {
                name: date_format(timezone.localtime(moment), "DATETIME_FORMAT")
                for name, moment in moments.items()
            }
        return gettext("A volunteer stopped everything.")


def daily_cap(in_use: int) -> int:
    return max(settings.INACTIVITY_DAILY_CAP, in_use * settings.INACTIVITY_DAILY_CAP_PERCENT // 100)
