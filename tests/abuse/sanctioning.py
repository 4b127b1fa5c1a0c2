"""Decisions and what follows from them, made with intent as keywords."""

from datetime import datetime, timedelta
from typing import Any

from abuse import verbs
from abuse.models import Appeal, Appellant, Decision, Outcome, SanctionKind, State, Ticket, WithoutNotice
from abuse.verbs import Finding, Measure
from tests.abuse.writing import a_ticket, later
from tests.factories import a_person

NILS = "nils@example.org"
DECIDED = later(hours=5)
CONTESTED = later(days=1)
FACTS = {
    "facts": "A thousand letters about watches left this mailbox on 1 March.",
    "explanation": "Nobody had asked for them.",
    "clause_ref": "u6",
    "category": "OTHER_VIOLATION_TC",
}


def a_finding(**more: Any) -> Finding:
    return Finding(**FACTS | more)


def a_measure(kind: SanctionKind = SanctionKind.SUSPENSION, *, days: int | None = 30, **more: Any) -> Measure:
    """From the decision on, because waiting would do harm."""
    words: dict[str, Any] = {
        "kind": kind,
        "starts_at": more.get("at", DECIDED),
        "without_notice": WithoutNotice.HARM,
    }
    more.pop("at", None)
    if kind == SanctionKind.RESTRICTION:
        words["services"] = ["nextcloud"]
    if days and kind in (SanctionKind.RESTRICTION, SanctionKind.SUSPENSION):
        words["ends_at"] = words["starts_at"] + timedelta(days=days)
    return Measure(**words | more)


def a_decision(
    by: Any,
    subject: Any,
    *measures: Measure,
    outcome: Outcome = Outcome.VIOLATION,
    ticket: Ticket | None = None,
    at: datetime = DECIDED,
    finding: Finding | None = None,
    **more: Any,
) -> Decision:
    ticket = ticket or a_ticket(State.OPEN, by=by)
    return verbs.decide(
        ticket.pk,
        outcome=outcome,
        subject=subject,
        finding=finding or a_finding(),
        measures=measures,
        by=by,
        at=at,
        **more,
    )


def an_appeal(
    decision: Decision,
    side: Appellant = Appellant.SUBJECT,
    *,
    at: datetime = CONTESTED,
    text: str = "It was not me.",
) -> Appeal:
    return verbs.appeal(decision.pk, side=side, text=text, at=at)


def another_volunteer(email: str = NILS) -> Any:
    return a_person(email, staff=True)
