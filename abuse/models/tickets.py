"""Tickets: one matter each, by whom it is looked after, and how it ended."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from abuse.links import confirmation_code, token_of
from abuse.models.queue import TicketQuerySet, answer_within
from abuse.models.reports import Source
from abuse.models.states import AT_THE_DESK, BARRED, WAY_OUT, IllegalMove, Move, State, next_state
from abuse.models.topics import REPORTED, TRIAGE, Outcome, Topic
from abuse.numbers import public_number


class Ticket(models.Model):
    """One matter somebody wrote to the host about, from the first word to its outcome."""

    topic = models.CharField(_("topic"), max_length=20, choices=Topic.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.NEW)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, blank=True)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handled by"),
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    reporter_name = models.CharField(_("name"), max_length=200, blank=True)
    reporter_email = models.EmailField(_("e-mail address"), blank=True)
    confirmed_at = models.DateTimeField(
        _("address confirmed"),
        null=True,
        editable=False,
        help_text=_("Whoever reads its mail said, by a letter of ours, that they wrote this."),
    )
    with_proof = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text=_("A proof of work came along: letters go to the address before anybody confirmed it."),
    )
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account it is about"),
    )
    service = models.ForeignKey(
        "services.Service",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("service it is about"),
    )
    particulars = models.JSONField(_("particulars"), default=dict, blank=True)
    child_abuse = models.BooleanField(_("sexual abuse of children"), default=False)
    event = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text=_("Fingerprint of what a machine reported: reported again, it joins this ticket."),
    )
    opened_at = models.DateTimeField(_("opened"))
    acknowledged_at = models.DateTimeField(
        null=True, editable=False, help_text=_("Until then its receipt is still to be written.")
    )
    awaits_desk_since = models.DateTimeField(_("awaits the desk since"), null=True)
    due_at = models.DateTimeField(_("answer awaited until"), null=True)
    first_look_at = models.DateTimeField(_("first looked at"), null=True)
    first_answer_at = models.DateTimeField(_("first answered"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates", verbose_name=_("repeats")
    )
    sweep = models.ForeignKey(
        "abuse.Sweep", models.SET_NULL, null=True, blank=True, related_name="tickets", editable=False
    )
    held_until = models.DateTimeField(_("held until"), null=True)
    held_because = models.CharField(_("reason of the hold"), max_length=300, blank=True)
    forgotten_at = models.DateTimeField(_("words removed"), null=True, editable=False)
    revision = models.PositiveIntegerField(
        default=0, help_text=_("Grows with every change, so that nobody acts on what is no longer so.")
    )
    link_seed = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    submission = models.CharField(
        max_length=64,
        unique=True,
        editable=False,
        help_text=_("Fingerprint of the form as it was sent: sent twice, it is the same ticket."),
    )

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        default_permissions: ClassVar[Any] = ["view", "change"]
        ordering: ClassVar[Any] = ["opened_at", "pk"]
        indexes: ClassVar[Any] = [
            models.Index(
                fields=["awaits_desk_since", "id"],
                condition=Q(awaits_desk_since__isnull=False),
                name="abuse_ticket_queue",
            ),
            models.Index(
                fields=["id"], condition=Q(acknowledged_at=None), name="abuse_ticket_unacknowledged"
            ),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="abuse_ticket_due"),
            models.Index(fields=["-opened_at", "-id"], name="abuse_ticket_latest"),
            models.Index(
                fields=["-closed_at", "-id"], condition=Q(closed_at__isnull=False), name="abuse_ticket_closed"
            ),
            models.Index(
                Lower("reporter_email"), condition=~Q(reporter_email=""), name="abuse_ticket_written_from"
            ),
            models.Index(fields=["event"], condition=~Q(event=""), name="abuse_ticket_event"),
            # The few that are open, whoever wrote them (see own_sparing).
            models.Index(Lower("reporter_email"), condition=Q(closed_at=None), name="abuse_ticket_open"),
        ]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="abuse_ticket_known_topic"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="abuse_ticket_known_state"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(outcome__in=Outcome.values), name="abuse_ticket_known_outcome"
            ),
            models.CheckConstraint(
                condition=(Q(state=State.CLOSED) & ~Q(outcome="") & Q(closed_at__isnull=False))
                | (~Q(state=State.CLOSED) & Q(outcome="") & Q(closed_at__isnull=True)),
                name="abuse_ticket_outcome_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.NEW) | Q(handler__isnull=True), name="abuse_ticket_new_is_nobodys"
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.ANSWERED) | Q(first_answer_at__isnull=False),
                name="abuse_ticket_answered_has_answer",
            ),
            models.CheckConstraint(
                condition=Q(state__in=AT_THE_DESK, awaits_desk_since__isnull=False)
                | (~Q(state__in=AT_THE_DESK) & Q(awaits_desk_since__isnull=True)),
                name="abuse_ticket_turn_has_date",
            ),
            models.CheckConstraint(
                condition=Q(state=State.WAITING, due_at__isnull=False)
                | (~Q(state=State.WAITING) & Q(due_at__isnull=True)),
                name="abuse_ticket_waiting_has_end",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of=None) | (Q(outcome=Outcome.DUPLICATE) & ~Q(duplicate_of=F("pk"))),
                name="abuse_ticket_repeats_another",
            ),
            models.CheckConstraint(
                condition=Q(sweep=None) | Q(outcome__in=sorted(TRIAGE)), name="abuse_ticket_swept_is_triaged"
            ),
            models.CheckConstraint(
                condition=Q(held_until=None, held_because="")
                | (Q(held_until__isnull=False) & ~Q(held_because="")),
                name="abuse_ticket_hold_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")),
                name="abuse_ticket_closed_after_opened",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at=None) | Q(state=State.CLOSED, reporter_name="", reporter_email=""),
                name="abuse_ticket_forgotten_is_nameless",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at=None) | Q(particulars={}),
                name="abuse_ticket_forgotten_without_particulars",
            ),
            # Directive 2011/93/EU, articles 3 to 7: whoever reports these is asked for no name (DSA, article 16).
            models.CheckConstraint(
                condition=Q(child_abuse=False) | Q(reporter_name="", reporter_email=""),
                name="abuse_ticket_child_abuse_is_nameless",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return public_number(self.pk)

    @property
    def is_report(self) -> bool:
        return self.topic in REPORTED

    @property
    def was_found_by_us(self) -> bool:
        """A volunteer opened it for what they found themselves: nobody wrote it, so nobody can be written back."""
        return self.is_report and self.reports.filter(source=Source.OWN).exists()

    @property
    def is_closed(self) -> bool:
        return self.state == State.CLOSED

    @property
    def gets_letters(self) -> bool:
        """Beyond the one receipt, which asks whether the address is theirs."""
        return bool(self.reporter_email) and (self.with_proof or self.confirmed_at is not None)

    @property
    def passed_on_by_itself(self) -> bool:
        """A machine reported something that is not ours, and nobody has looked at it."""
        return self.outcome == Outcome.REFERRED and self.first_look_at is None

    @property
    def learns_from(self) -> "Ticket | None":
        """The ticket this one repeats, once that is settled: whoever wrote either learns its outcome."""
        other = self.duplicate_of
        settled = other is not None and other.is_closed and other.outcome not in TRIAGE
        return other if settled else None

    @property
    def answer_expected_by(self) -> datetime | None:
        return self.awaits_desk_since and self.awaits_desk_since + answer_within()

    def private_path(self) -> str | None:
        token = token_of(self.link_seed, self.token_hash)
        return token and reverse("abuse:ticket", args=[token])

    def confirmation_path(self) -> str | None:
        """Where whoever reads the mail of the address given says so; None when there is nothing to confirm."""
        token = token_of(self.link_seed, self.token_hash)
        if token is None or self.confirmed_at or not self.reporter_email:
            return None
        return reverse("abuse:ticket-confirm", args=[token, confirmation_code(self.link_seed)])

    def path_in_letters(self) -> str | None:
        """The way to the private page for whoever has a letter; it asks on the way, once, whether they wrote."""
        return self.confirmation_path() or self.private_path()

    def move(self, move: Move) -> None:
        """Raises IllegalMove."""
        here = State(self.state)
        there = next_state(here, move)
        if there is None:
            sentence = str(BARRED[move]) % {"number": self.number, "here": here.label}
            raise IllegalMove(f"{sentence} {WAY_OUT[here]}")
        self.state = there
