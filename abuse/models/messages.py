"""Messages: the conversation on a ticket."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Side(models.TextChoices):
    REPORTER = "reporter", _("who wrote to us")
    SUBJECT = "subject", _("whom it is about")
    DESK = "desk", _("the desk")


class Party(models.TextChoices):
    """With whom the desk has an exchange. Neither party reads the other's."""

    REPORTER = "reporter", _("who wrote to us")
    SUBJECT = "subject", _("whom it is about")


class MessageQuerySet(models.QuerySet["Message"]):
    def with_reporter(self) -> Self:
        return self.filter(party=Party.REPORTER)

    def with_subject(self) -> Self:
        return self.filter(party=Party.SUBJECT)


class Message(models.Model):
    """One turn of the conversation. Its words are never rewritten either, only forgotten (null)."""

    ticket = models.ForeignKey(
        "abuse.Ticket", models.PROTECT, related_name="messages", verbose_name=_("ticket")
    )
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)
    party = models.CharField(_("with whom"), max_length=10, choices=Party.choices, default=Party.REPORTER)
    body = models.TextField(_("message"), null=True)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    submission = models.CharField(max_length=64, unique=True, null=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        default_permissions: ClassVar[Any] = ["view"]
        ordering: ClassVar[Any] = ["at", "pk"]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(condition=Q(side__in=Side.values), name="abuse_message_known_side"),
            models.CheckConstraint(
                condition=Q(side=Side.DESK) | Q(by__isnull=True), name="abuse_message_reporter_is_unnamed"
            ),
            models.CheckConstraint(
                condition=Q(party__in=Party.values) & (Q(side=Side.DESK) | Q(side=F("party"))),
                name="abuse_message_side_is_party",
            ),
            models.CheckConstraint(condition=~Q(body=""), name="abuse_message_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket.number} {self.side}"

    @property
    def is_from_desk(self) -> bool:
        return self.side == Side.DESK
