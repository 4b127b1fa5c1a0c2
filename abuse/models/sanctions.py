"""Sanctions: what follows from a decision for an account. Their state is computed from their dates, never stored."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ALONE_AFTER = timedelta(hours=48)
"""Where there is no second volunteer, the first looks again after this long; it is marked and journalled."""


class SanctionKind(models.IntegerChoices):
    """From the lightest to the gravest; the gaps leave room."""

    WARNING = 10, _("warning")
    RESTRICTION = 20, _("restriction of services")
    SUSPENSION = 30, _("suspension of the account")
    DELETION = 40, _("deletion of the account")


class Standing(models.TextChoices):
    """Where a sanction stands at a given moment."""

    PROPOSED = "proposed", pgettext_lazy("sanction", "waits for a second volunteer")
    SCHEDULED = "scheduled", pgettext_lazy("sanction", "begins later")
    ACTIVE = "active", pgettext_lazy("sanction", "in force")
    EXPIRED = "expired", pgettext_lazy("sanction", "over")
    LIFTED = "lifted", pgettext_lazy("sanction", "lifted")
    EXECUTED = "executed", pgettext_lazy("sanction", "carried out")


class WithoutNotice(models.TextChoices):
    """Why nothing was said beforehand (clause S1)."""

    HARM = "harm", _("waiting would harm somebody or the services")
    AUTHORITY = "authority", _("an authority so orders")
    NO_CONTACT = "no_contact", _("we have no means of reaching the person")
    BULK = "bulk", _("deceptive commercial bulk mailing")


class Lifted(models.TextChoices):
    """Why a sanction was lifted before its end."""

    APPEAL = "appeal", _("after an appeal")
    NOT_CONFIRMED = "not_confirmed", _("the second volunteer did not confirm it")
    DESK = "desk", _("the desk took it back")


NOT_UNDONE = Q(lifted_at=None, executed_at=None)


def _confirmed() -> Q:
    return ~Q(kind=SanctionKind.DELETION) | Q(approved_at__isnull=False)


def _in_force(at: datetime) -> Q:
    not_over = Q(ends_at=None) | Q(ends_at__gt=at)
    return NOT_UNDONE & _confirmed() & Q(starts_at__lte=at) & not_over


class SanctionQuerySet(models.QuerySet["Sanction"]):
    def of(self, person: models.Model) -> Self:
        return self.filter(person=person)

    def in_force(self, at: datetime) -> Self:
        """Whether or not the clock ticks and any worker lives."""
        return self.filter(_in_force(at))

    def announced(self, at: datetime) -> Self:
        """Decided and told, and not begun: they begin later, or wait for a second volunteer."""
        return self.filter(NOT_UNDONE).filter(Q(starts_at__gt=at) | ~_confirmed())

    def shutting_out(self, at: datetime) -> Self:
        """In force, and of a kind that closes the whole account."""
        return self.in_force(at).filter(kind__gte=SanctionKind.SUSPENSION)

    def restricting(self, service: str, at: datetime) -> Self:
        """In force, and closing this service (by its slug) to its person."""
        closed = Q(kind__gte=SanctionKind.SUSPENSION) | Q(
            kind=SanctionKind.RESTRICTION, services__contains=[service]
        )
        return self.in_force(at).filter(closed)

    def with_standing(self, at: datetime) -> Self:
        """Add `standing`: where each stands at `at`, a Standing."""
        return self.annotate(
            standing=Case(
                When(executed_at__isnull=False, then=Value(Standing.EXECUTED)),
                When(lifted_at__isnull=False, then=Value(Standing.LIFTED)),
                When(~_confirmed(), then=Value(Standing.PROPOSED)),
                When(starts_at__gt=at, then=Value(Standing.SCHEDULED)),
                When(ends_at__lte=at, then=Value(Standing.EXPIRED)),
                default=Value(Standing.ACTIVE),
                output_field=models.CharField(),
            )
        )

    def proposed(self) -> Self:
        """Deletions that a second volunteer has not looked at yet."""
        return self.filter(NOT_UNDONE, kind=SanctionKind.DELETION, approved_at=None)

    def to_carry_out(self, at: datetime) -> Self:
        """Deletions that are confirmed and due, and that nobody contests for the moment."""
        due = self.filter(
            NOT_UNDONE, kind=SanctionKind.DELETION, approved_at__isnull=False, starts_at__lte=at
        )
        return due.exclude(decision__appeals__outcome="")

    def ending_before(self, at: datetime) -> Self:
        """Restrictions and suspensions whose end comes near, and of whose end no volunteer was reminded."""
        return self.filter(NOT_UNDONE, reminded_at=None, ends_at__lte=at, kind__gte=SanctionKind.RESTRICTION)


class Sanction(models.Model):
    """One measure against one account. Several may follow from one decision."""

    decision = models.ForeignKey(
        "abuse.Decision", models.PROTECT, related_name="sanctions", verbose_name=_("decision")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="sanctions",
        verbose_name=_("account"),
    )
    kind = models.PositiveSmallIntegerField(_("kind"), choices=SanctionKind.choices)
    services = ArrayField(models.SlugField(), default=list, blank=True, verbose_name=_("services"))
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    without_notice = models.CharField(
        _("without prior notice because"), max_length=12, choices=WithoutNotice.choices, blank=True
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    approved_at = models.DateTimeField(_("confirmed"), null=True)
    approved_alone = models.BooleanField(_("confirmed by the same person, who is alone"), default=False)
    lifted_at = models.DateTimeField(_("lifted"), null=True)
    lifted_because = models.CharField(_("lifted because"), max_length=14, choices=Lifted.choices, blank=True)
    executed_at = models.DateTimeField(_("carried out"), null=True)
    reminded_at = models.DateTimeField(_("desk reminded of its end"), null=True)

    standing: str  # from `with_standing(at)`

    objects = SanctionQuerySet.as_manager()

    class Meta:
        verbose_name = _("sanction")
        verbose_name_plural = _("sanctions")
        default_permissions: ClassVar[Any] = ["view"]
        ordering: ClassVar[Any] = ["pk"]
        indexes: ClassVar[Any] = [
            # What the gate asks at every request of somebody signed in: almost always an empty corner of a small index.
            models.Index(
                "person",
                condition=Q(lifted_at=None, executed_at=None, kind__gte=30),
                name="abuse_sanction_shutting_out",
            ),
            models.Index(
                "starts_at",
                condition=Q(lifted_at=None, executed_at=None, kind=40),
                name="abuse_sanction_deletions",
            ),
        ]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(kind__in=SanctionKind.values), name="abuse_sanction_known_kind"
            ),
            models.CheckConstraint(
                condition=(Q(kind=SanctionKind.RESTRICTION) & ~Q(services=[]))
                | (~Q(kind=SanctionKind.RESTRICTION) & Q(services=[])),
                name="abuse_sanction_restriction_names_services",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None)
                | Q(ends_at__gt=F("starts_at"), kind__in=[SanctionKind.RESTRICTION, SanctionKind.SUSPENSION]),
                name="abuse_sanction_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__gte=F("decided_at")), name="abuse_sanction_not_before_decision"
            ),
            models.CheckConstraint(
                condition=Q(kind=SanctionKind.WARNING)
                | Q(starts_at__gt=F("decided_at"))
                | ~Q(without_notice=""),
                name="abuse_sanction_notice_or_reason",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None, approved_alone=False)
                | Q(
                    approved_at__isnull=False,
                    approved_at__gte=F("decided_at"),
                    kind=SanctionKind.DELETION,
                ),
                name="abuse_sanction_confirmed_after_decision",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(approved_alone=True) | ~Q(approved_by=F("decided_by")),
                name="abuse_sanction_second_is_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(approved_alone=False) | Q(approved_at__gte=F("decided_at") + ALONE_AFTER),
                name="abuse_sanction_alone_only_after_a_pause",
            ),
            models.CheckConstraint(
                condition=Q(executed_at=None)
                | Q(
                    kind=SanctionKind.DELETION,
                    lifted_at=None,
                    approved_at__isnull=False,
                    executed_at__gte=F("starts_at"),
                ),
                name="abuse_sanction_carried_out_once_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_because="")
                | (Q(lifted_at__isnull=False, lifted_at__gte=F("decided_at")) & ~Q(lifted_because="")),
                name="abuse_sanction_lifted_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.decision_id}"

    @property
    def is_restriction(self) -> bool:
        return self.kind == SanctionKind.RESTRICTION

    @property
    def is_suspension(self) -> bool:
        return self.kind == SanctionKind.SUSPENSION

    @property
    def is_deletion(self) -> bool:
        return self.kind == SanctionKind.DELETION

    def until_this(self) -> "SanctionQuerySet":
        """The suspensions that were to last until this deletion: of the same decision, and without an end."""
        if not self.is_deletion:
            return Sanction.objects.none()
        return Sanction.objects.filter(
            NOT_UNDONE, decision=self.decision_id, kind=SanctionKind.SUSPENSION, ends_at=None
        )

    @property
    def has_notice(self) -> bool:
        return self.starts_at > self.decided_at
