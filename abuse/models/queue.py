"""Tickets as they are asked for: whose turn it is, what is late, what may be about the same, what is forgotten."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import (
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Left, Lower

from abuse.links import fingerprint
from abuse.models.decisions import Decision
from abuse.models.desk import Glance
from abuse.models.messages import Message
from abuse.models.reports import Report
from abuse.models.states import AT_THE_DESK, State
from abuse.models.topics import Outcome
from abuse.numbers import read_number

if TYPE_CHECKING:
    from abuse.models.tickets import Ticket


def answer_within() -> timedelta:
    """How long the desk gives itself to answer (clause C8)."""
    return timedelta(days=settings.DESK_ANSWERS_WITHIN_DAYS)


def _overdue(at: datetime) -> Q:
    return Q(awaits_desk_since__isnull=False, awaits_desk_since__lte=at - answer_within())


def _count(rows: models.QuerySet[Any], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


class TicketQuerySet(models.QuerySet["Ticket"]):
    def at_the_desk(self) -> Self:
        """It is the volunteers' turn."""
        return self.filter(state__in=AT_THE_DESK, awaits_desk_since__isnull=False)

    def unacknowledged(self) -> Self:
        """Taken in, and nothing has followed from it yet."""
        return self.filter(acknowledged_at=None)

    def waiting(self) -> Self:
        return self.filter(state=State.WAITING)

    def closed(self) -> Self:
        return self.filter(state=State.CLOSED)

    def handled_by(self, person: models.Model) -> Self:
        return self.filter(handler=person)

    def overdue(self, at: datetime) -> Self:
        """It has been the volunteers' turn for longer than the desk gives itself."""
        return self.filter(_overdue(at))

    def written_from(self, addresses: Collection[str]) -> Self:
        """Opened by whoever has one of these addresses (in lower case)."""
        return self.annotate(written_by=Lower("reporter_email")).filter(written_by__in=addresses)

    def sharing_receipt_with(self, ticket: "Ticket") -> Self:
        """Opened under the same address on the same day (UTC): one receipt stands for them all."""
        day = ticket.opened_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.written_from([ticket.reporter_email.lower()]).filter(
            opened_at__gte=day, opened_at__lt=day + timedelta(days=1)
        )

    def unanswered(self, at: datetime) -> Self:
        """They were asked, and the time to answer is over."""
        return self.waiting().filter(due_at__lte=at)

    def to_forget(self, at: datetime) -> Self:
        """Closed for longer than words are kept (legal notice, “How long we keep it”), not held, nor needed."""
        kept_for = timedelta(days=settings.DESK_FORGETS_AFTER_DAYS)
        spam_for = timedelta(days=settings.DESK_FORGETS_SPAM_AFTER_DAYS)
        needed = Decision.objects.needed(at).filter(ticket=OuterRef("pk"))
        return self.closed().filter(
            ~Exists(needed),
            Q(closed_at__lte=at - kept_for) | Q(outcome=Outcome.SPAM, closed_at__lte=at - spam_for),
            Q(held_until=None) | Q(held_until__lte=at),
            forgotten_at=None,
        )

    def related_to(self, ticket: "Ticket") -> Self:
        """What may be about the same: joined with it, about the same account or service, from the same address.

        Latest first.
        """
        root = ticket.duplicate_of_id or ticket.pk
        same = Q(pk=root) | Q(duplicate_of=root)
        if ticket.reporter_email:
            same |= Q(reporter_email__iexact=ticket.reporter_email)
        if ticket.subject_id:
            same |= Q(subject=ticket.subject_id)
        if ticket.service_id:
            same |= Q(service=ticket.service_id, state__in=[*AT_THE_DESK, State.WAITING])
        return self.filter(same).exclude(pk=ticket.pk).order_by("-opened_at", "-pk")

    def behind(self, token: str) -> Self:
        """The ticket a private link opens, if there is one."""
        return self.filter(token_hash=fingerprint(token))

    def numbered(self, written: str) -> Self:
        """The ticket meant by a public number as people say it."""
        return self.filter(pk=read_number(written))

    def naming(self, clause_ref: str) -> Self:
        """Whose report names this clause."""
        return self.filter(Exists(Report.objects.filter(ticket=OuterRef("pk"), clause_ref=clause_ref)))

    def watched(self, at: datetime, *, but_by: models.Model) -> Self:
        """With the volunteers who have each before their eyes, for a list."""
        eyes = Glance.objects.fresh(at).filter(ticket=OuterRef("pk")).exclude(by=but_by.pk)
        before_at = Func(
            F("by__email"), Value("@"), Value(1), function="split_part", output_field=models.CharField()
        )
        named = eyes.order_by("at").values(who=Coalesce("by__username", before_at))
        return self.annotate(watchers=ArraySubquery(named))

    def summarised(self, at: datetime) -> Self:
        """With the clause that was cited, the first words, how often it was reported, and whether it is overdue."""
        report = Report.objects.filter(ticket=OuterRef("pk")).order_by("pk")
        message = Message.objects.filter(ticket=OuterRef("pk")).order_by("pk")
        return self.annotate(
            late=ExpressionWrapper(_overdue(at), models.BooleanField()),
            cited=Subquery(report.values("clause_ref")[:1]),
            heard=_count(Report.objects.filter(ticket=OuterRef("pk")), "ticket")
            + _count(self.model.objects.filter(duplicate_of=OuterRef("pk")), "duplicate_of"),
            first_words=Coalesce(
                Subquery(report.values(words=Left("what", 120))[:1]),
                Subquery(message.values(words=Left("body", 120))[:1]),
            ),
        )
