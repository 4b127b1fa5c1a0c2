"""What the desk does with a ticket.

`seen` is the revision of the ticket the volunteer was looking at: acting on an older one is refused.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from abuse.models import (
    OUTCOMES,
    TRIAGE,
    IllegalMove,
    Message,
    Outcome,
    Overtaken,
    Refused,
    Side,
    State,
    Ticket,
    Topic,
)
from abuse.verbs.rhythm import fetch, keep, write
from accounts.models import User
from journal.models import Role
from journal.verbs import record


@transaction.atomic
def take(ticket_id: int, *, by: User, at: datetime, seen: int | None = None) -> Ticket:
    """Become the one who looks after a ticket. Raises IllegalMove, Overtaken.

    A ticket somebody else handles changes hands only on sight (`seen`), never by a race or in bulk.
    """
    ticket = fetch(ticket_id, seen)
    before = ticket.handler
    if ticket.is_closed:
        raise IllegalMove(
            gettext("Ticket %(number)s is closed. Reopen it first.") % {"number": ticket.number}
        )
    if before == by:
        raise Refused(gettext("Ticket %(number)s is already yours.") % {"number": ticket.number})
    if before is not None and seen is None:
        raise Overtaken(
            gettext("Ticket %(number)s is handled by %(handler)s. Open it to take it over.")
            % {"number": ticket.number, "handler": before}
        )
    if ticket.state == State.NEW:
        ticket.move_to(State.OPEN)
    ticket.handler = by
    keep(ticket, "state", "handler")
    record("abuse.taken", ticket, actor=by, role=Role.DESK, from_account=before.pk if before else None)
    return ticket


@transaction.atomic
def answer(ticket_id: int, *, text: str, by: User, at: datetime, seen: int | None = None) -> Ticket:
    """Write to the person who wrote to us; it is their turn then. Raises IllegalMove, Overtaken."""
    ticket = fetch(ticket_id, seen)
    if ticket.state != State.WAITING:
        ticket.move_to(State.WAITING)
    message = _speak(ticket, text, by=by, at=at)
    ticket.awaits_desk_since = None
    keep(ticket, "state", "handler", "awaits_desk_since", "first_answer_at")
    record("abuse.answered", ticket, actor=by, role=Role.DESK)
    write(ticket, "abuse_answer", key=f"abuse_answer:{message.pk}", message=message)
    return ticket


@transaction.atomic
def close(
    ticket_id: int, *, outcome: Outcome | str, text: str = "", by: User, at: datetime, seen: int | None = None
) -> Ticket:
    """Settle a ticket and tell the person who wrote to us, unless it was spam.

    Raises IllegalMove, Overtaken, and Refused when the outcome does not fit the ticket. From new, only
    what needs no reading by somebody in charge: spam and duplicates.
    """
    ticket = fetch(ticket_id, seen)
    outcome = Outcome(outcome)
    if outcome not in OUTCOMES[Topic(ticket.topic)]:
        raise Refused(
            gettext("“%(outcome)s” is no outcome for a ticket of this topic.") % {"outcome": outcome.label}
        )
    if ticket.state == State.NEW and outcome not in TRIAGE:
        raise IllegalMove(
            gettext(
                "Ticket %(number)s is new; it can only be put aside as a duplicate or as unwanted. Take it first."
            )
            % {"number": ticket.number}
        )
    ticket.move_to(State.CLOSED)
    message = _speak(ticket, text, by=by, at=at) if text else None
    if outcome == Outcome.ANSWERED and ticket.first_answer_at is None:
        raise Refused(
            gettext("Nobody has answered ticket %(number)s yet. Write the answer, then close it.")
            % {"number": ticket.number}
        )
    ticket.handler = ticket.handler or by
    ticket.outcome = outcome
    ticket.closed_at = at
    ticket.awaits_desk_since = None
    keep(ticket, "state", "outcome", "handler", "awaits_desk_since", "first_answer_at", "closed_at")
    record("abuse.closed", ticket, actor=by, role=Role.DESK, outcome=outcome)
    if outcome != Outcome.SPAM:
        write(ticket, "abuse_closed", key=f"abuse_closed:{ticket.pk}:{ticket.revision}", message=message)
    return ticket


@transaction.atomic
def reopen(ticket_id: int, *, text: str, by: User, at: datetime, seen: int | None = None) -> Ticket:
    """Take up a closed ticket again, saying why to the person who wrote to us. Raises IllegalMove, Overtaken."""
    ticket = fetch(ticket_id, seen)
    if not ticket.is_closed:
        raise IllegalMove(gettext("Ticket %(number)s is not closed.") % {"number": ticket.number})
    if ticket.forgotten_at:
        raise Refused(
            gettext("What was said in ticket %(number)s has been removed; there is nothing left to take up.")
            % {"number": ticket.number}
        )
    before = ticket.outcome
    ticket.move_to(State.OPEN)
    ticket.outcome = ""
    ticket.closed_at = None
    ticket.handler = by
    ticket.awaits_desk_since = at
    message = _speak(ticket, text, by=by, at=at)
    keep(ticket, "state", "outcome", "handler", "awaits_desk_since", "first_answer_at", "closed_at")
    record("abuse.reopened", ticket, actor=by, role=Role.DESK, outcome_before=before)
    write(ticket, "abuse_reopened", key=f"abuse_reopened:{ticket.pk}:{ticket.revision}", message=message)
    return ticket


def _speak(ticket: Ticket, text: str, *, by: User, at: datetime) -> Message:
    ticket.handler = ticket.handler or by
    ticket.first_answer_at = ticket.first_answer_at or at
    return Message.objects.create(ticket=ticket, side=Side.DESK, body=text, at=at, by=by)
