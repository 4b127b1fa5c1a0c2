"""What the desk knows of both sides of a ticket before it decides: past measures, reports that were for nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from abuse.models import Appeal, Decision, Sanction, SanctionKind, Ticket
from accounts.models import User

YEAR = timedelta(days=365)
OFTEN = 3
"""Decisions within a year from which on somebody is called a repeat offender (Article 23): shown, never automatic."""


@dataclass(frozen=True)
class Dossier:
    person: User | None
    decisions: Sequence[Decision]
    own: Sequence[Decision]
    sanctions: Sequence[Sanction]
    appeals: Sequence[Appeal]
    violations: int
    violations_lately: int
    warned: bool
    unfounded: int

    @property
    def is_repeat_offender(self) -> bool:
        return self.violations_lately >= OFTEN


def dossier_of(ticket: Ticket, at: datetime) -> Dossier:
    person = ticket.subject
    about = Decision.objects.about(person) if person else Decision.objects.none()
    sanctions = Sanction.objects.of(person) if person else Sanction.objects.none()
    violations = about.violations()
    return Dossier(
        person=person,
        decisions=list(about.exclude(ticket=ticket).select_related("ticket", "clause")[:20]),
        own=list(ticket.decisions.select_related("clause", "by").prefetch_related("appeals")),
        sanctions=list(sanctions.with_standing(at).select_related("decision").order_by("-decided_at")[:20]),
        appeals=list(Appeal.objects.filter(decision__ticket=ticket).select_related("decision")),
        violations=violations.count(),
        violations_lately=violations.filter(at__gt=at - YEAR).count(),
        warned=sanctions.filter(kind=SanctionKind.WARNING, lifted_at=None).exists(),
        unfounded=unfounded_reports(ticket.reporter_email, at),
    )


def unfounded_reports(address: str, at: datetime) -> int:
    """How many reports of this address, in a year, were found manifestly unfounded."""
    if not address:
        return 0
    written = Ticket.objects.written_from([address.lower()])
    return Decision.objects.filter(ticket__in=written, unfounded=True, at__gt=at - YEAR).standing().count()
