"""Appeals: somebody contests a decision, and somebody else settles it."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from abuse.models.decisions import APPEAL_WITHIN, LONGEST_DAY
from abuse.models.sanctions import ALONE_AFTER


class Appellant(models.TextChoices):
    SUBJECT = "subject", _("the person concerned")
    REPORTER = "reporter", _("who reported it")


class Ruling(models.TextChoices):
    """How an appeal ended."""

    UPHELD = "upheld", pgettext_lazy("appeal", "the decision stands")
    OVERTURNED = "overturned", pgettext_lazy("appeal", "the decision is overturned")
    AMENDED = "amended", pgettext_lazy("appeal", "the decision is softened")
    WITHDRAWN = "withdrawn", pgettext_lazy("appeal", "the appeal was withdrawn")


class AppealQuerySet(models.QuerySet["Appeal"]):
    def pending(self) -> Self:
        return self.filter(outcome="")

    def settled(self) -> Self:
        return self.exclude(outcome="")


class Appeal(models.Model):
    """A decision contested by one of those concerned, once each.

    Who decided is copied here, so that the database can keep them and whoever settles it apart.
    """

    decision = models.ForeignKey(
        "abuse.Decision", models.PROTECT, related_name="appeals", verbose_name=_("decision")
    )
    side = models.CharField(_("side"), max_length=10, choices=Appellant.choices)
    ticket = models.ForeignKey(
        "abuse.Ticket",
        models.PROTECT,
        related_name="appeals",
        verbose_name=_("ticket"),
        help_text=_("The one its author wrote; of several who reported the same, each has their own."),
    )
    reasons = models.TextField(_("why"), null=True)
    filed_at = models.DateTimeField(_("filed"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=Ruling.choices, blank=True)
    answer = models.TextField(_("answer"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_alone = models.BooleanField(_("settled by the same person, who is alone"), default=False)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        default_permissions: ClassVar[Any] = ["view"]
        ordering: ClassVar[Any] = ["filed_at", "pk"]
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(fields=["decision", "side", "ticket"], name="abuse_appeal_once_each"),
            models.CheckConstraint(condition=Q(side__in=Appellant.values), name="abuse_appeal_known_side"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(outcome__in=Ruling.values), name="abuse_appeal_known_outcome"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at=None, settled_by=None, answer=None)
                | (~Q(outcome="") & Q(settled_at__isnull=False, settled_at__gte=F("filed_at"))),
                name="abuse_appeal_settled_has_date",
            ),
            models.CheckConstraint(condition=~Q(reasons="") & ~Q(answer=""), name="abuse_appeal_has_words"),
            models.CheckConstraint(
                condition=Q(settled_by=None) | Q(settled_alone=True) | ~Q(settled_by=F("decided_by")),
                name="abuse_appeal_settled_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(settled_alone=False) | Q(settled_at__gte=F("decided_at") + ALONE_AFTER),
                name="abuse_appeal_alone_only_after_a_pause",
            ),
            models.CheckConstraint(
                condition=Q(filed_at__gte=F("decided_at"))
                & Q(filed_at__lte=F("decided_at") + (APPEAL_WITHIN + LONGEST_DAY)),
                name="abuse_appeal_within_six_months",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision.number} {self.side}"

    @property
    def is_pending(self) -> bool:
        return self.outcome == ""

    @property
    def is_subjects(self) -> bool:
        return self.side == Appellant.SUBJECT
