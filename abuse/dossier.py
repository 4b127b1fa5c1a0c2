"""What the desk knows of both sides of a ticket before it decides: past measures, reports that were for nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from abuse.models import (
    FURTHER,
    REPORTED,
    Appeal,
    Caution,
    Decision,
    Mute,
    Sanction,
    SanctionKind,
    Ticket,
)
from abuse.verbs.muting import further_reports
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
    reporter: "Reporter"

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
        decisions=list(
            about.exclude(ticket=ticket).select_related("ticket", "clause").prefetch_related("appeals")[:20]
        ),
        own=list(ticket.decisions.select_related("clause", "by").prefetch_related("appeals")),
        sanctions=list(sanctions.with_standing(at).select_related("decision").order_by("-decided_at")[:20]),
        appeals=list(Appeal.objects.filter(decision__ticket=ticket).select_related("decision")),
        violations=violations.count(),
        violations_lately=violations.filter(at__gt=at - YEAR).count(),
        warned=sanctions.filter(kind=SanctionKind.WARNING, lifted_at=None).exists(),
        reporter=reporter_of(ticket, at),
    )


@dataclass(frozen=True)
class Reporter:
    """What the desk knows of whoever reported it: of their address, that is."""

    reports: int = 0
    unfounded: int = 0
    further: int = 0
    caution: Caution | None = None
    mute: Mute | None = None
    finding: Decision | None = None
    """By which this very report is manifestly unfounded; None where it is not, or nobody can be written to."""

    @property
    def may_be_cautioned(self) -> bool:
        return self.finding is not None and self.caution is None and self.mute is None

    @property
    def may_be_muted(self) -> bool:
        since = self.caution and self.finding and self.finding.at > self.caution.at
        return bool(since) and self.further >= FURTHER and self.mute is None


def reporter_of(ticket: Ticket, at: datetime) -> Reporter:
    """Article 23 wants the number, and the proportion, before anybody is muted."""
    address = ticket.reporter_email
    if not address or not ticket.is_report:
        return Reporter()
    written = Ticket.objects.written_from([address.lower()]).filter(topic__in=REPORTED)
    caution = Caution.objects.given_to(address).counting(at).order_by("-at").first()
    reachable = ticket.is_closed and ticket.confirmed_at is not None
    return Reporter(
        reports=written.filter(opened_at__gt=at - YEAR).count(),
        unfounded=unfounded_reports(address, at),
        further=further_reports(address, caution) if caution else 0,
        caution=caution,
        mute=Mute.objects.of(address).in_force(at).first(),
        finding=ticket.decisions.filter(unfounded=True).standing().first() if reachable else None,
    )


def unfounded_reports(address: str, at: datetime) -> int:
    """How many reports of this address, in a year, were found manifestly unfounded."""
    if not address:
        return 0
    written = Ticket.objects.written_from([address.lower()])
    return Decision.objects.filter(ticket__in=written, unfounded=True, at__gt=at - YEAR).standing().count()
