"""What the desk does with one ticket: take it, ask, settle it, take it up again.

`seen` is the revision of the ticket the volunteer was looking at: acting on an older one is refused.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from abuse.models import (
    JUDGED,
    OUTCOMES,
    Message,
    Move,
    Outcome,
    Overtaken,
    Party,
    Refused,
    Side,
    State,
    Ticket,
    Topic,
)
from abuse.verbs.hearing import hear, write_subject
from abuse.verbs.rhythm import fetch, hold_joining, keep, write, write_to_reporters
from accounts.models import User
from journal.models import Role
from journal.verbs import record


@transaction.atomic
def take(ticket_id: int, *, by: User, at: datetime, seen: int | None = None) -> Ticket:
    """Become the one who looks after a ticket, or take it back from whoever was asked. Raises IllegalMove, Overtaken.

    A ticket somebody else handles changes hands only on sight (`seen`), never by a race or in bulk.
    """
    ticket = fetch(ticket_id, seen, by=by)
    before = ticket.handler
    if before == by and ticket.state == State.OPEN:
        raise Refused(gettext("Ticket %(number)s is already yours.") % {"number": ticket.number})
    if before is not None and before != by and seen is None and not ticket.is_closed:
        raise Overtaken(
            gettext("Ticket %(number)s is handled by %(handler)s. Open it to take it over.")
            % {"number": ticket.number, "handler": before}
        )
    ticket.move(Move.TAKE)
    ticket.handler = by
    ticket.first_look_at = ticket.first_look_at or at
    ticket.awaits_desk_since = ticket.awaits_desk_since or at
    ticket.due_at = None
    keep(ticket, "state", "handler", "first_look_at", "awaits_desk_since", "due_at")
    record("abuse.taken", ticket, actor=by, role=Role.DESK, from_account=before.pk if before else None)
    return ticket


@transaction.atomic
def ask(
    ticket_id: int,
    *,
    text: str,
    to: Party | str = Party.REPORTER,
    days: int | None = None,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> Ticket:
    """Write to one of the people concerned; it is their turn then, for so many days. Raises IllegalMove, Overtaken."""
    ticket = fetch(ticket_id, seen, by=by)
    ticket.move(Move.ASK)
    if to == Party.SUBJECT and ticket.subject_id is None:
        raise Refused(
            gettext("It is not said yet whom ticket %(number)s is about.") % {"number": ticket.number}
        )
    if to == Party.REPORTER and ticket.was_found_by_us:
        raise Refused(
            gettext("Nobody wrote ticket %(number)s: we found it ourselves.") % {"number": ticket.number}
        )
    message = speak(ticket, text, to=Party(to), by=by, at=at)
    ticket.awaits_desk_since = None
    ticket.due_at = at + timedelta(days=days or settings.DESK_WAITS_FOR_DAYS)
    keep(ticket, "state", "handler", "awaits_desk_since", "due_at", "first_answer_at")
    record("abuse.asked", ticket, actor=by, role=Role.DESK, to=message.party)
    if message.party == Party.REPORTER:
        write(ticket, "abuse_asked", key=f"abuse_asked:{message.pk}", message=message)
    elif ticket.subject:
        hearing = hear(ticket, ticket.subject, at=at)
        write_subject(hearing, "abuse_asked_subject", key=f"abuse_asked:{message.pk}", message=message)
    return ticket


@transaction.atomic
def settle(
    ticket_id: int,
    *,
    outcome: Outcome | str,
    text: str = "",
    duplicate_of: int | None = None,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> Ticket:
    """Close a ticket nobody has to be judged in, and tell whoever wrote to us, unless it was unwanted.

    Raises IllegalMove, Overtaken, and Refused when the outcome does not fit the ticket.
    """
    outcome = Outcome(outcome)
    if outcome == Outcome.DUPLICATE:
        hold_joining()
    ticket = fetch(ticket_id, seen, by=by)
    check_outcome(ticket, outcome)
    if outcome in JUDGED:
        raise Refused(
            gettext(
                "Whether the Terms were broken is decided with reasons, on the page “Decide” of ticket %(number)s."
            )
            % {"number": ticket.number}
        )
    ticket.move(Move.DECIDE)
    message = speak(ticket, text, by=by, at=at) if text else None
    if outcome == Outcome.ANSWERED and ticket.first_answer_at is None:
        raise Refused(
            gettext("Nobody has answered ticket %(number)s yet. Write the answer, then close it.")
            % {"number": ticket.number}
        )
    close(ticket, outcome, duplicate_of=duplicate_of, by=by, at=at)
    record("abuse.settled", ticket, actor=by, role=Role.DESK, outcome=outcome)
    if outcome != Outcome.SPAM:
        tell_outcome(ticket, message)
    return ticket


@transaction.atomic
def reopen(ticket_id: int, *, text: str, by: User, at: datetime, seen: int | None = None) -> Ticket:
    """Take up a closed ticket again, saying why to the person who wrote to us. Raises IllegalMove, Overtaken."""
    ticket = fetch(ticket_id, seen, by=by)
    if ticket.forgotten_at:
        raise Refused(
            gettext("What was said in ticket %(number)s has been removed; there is nothing left to take up.")
            % {"number": ticket.number}
        )
    ticket.handler = by
    message = speak(ticket, text, by=by, at=at)
    before = open_again(ticket, at=at)
    record("abuse.reopened", ticket, actor=by, role=Role.DESK, outcome_before=before)
    write(ticket, "abuse_reopened", key=f"abuse_reopened:{ticket.pk}:{ticket.revision}", message=message)
    return ticket


# ── How they do it ────────────────────────────────────────────────────────────────────────────────


def open_again(ticket: Ticket, *, at: datetime) -> str:
    """Make a closed ticket the desk's turn again; how it had ended. Raises IllegalMove."""
    before = ticket.outcome
    ticket.move(Move.REOPEN)
    ticket.outcome = ""
    ticket.closed_at = ticket.duplicate_of = ticket.sweep = None
    ticket.awaits_desk_since = at
    keep(
        ticket,
        "state",
        "outcome",
        "closed_at",
        "duplicate_of",
        "sweep",
        "handler",
        "awaits_desk_since",
        "first_answer_at",
    )
    return before


def speak(ticket: Ticket, text: str, *, to: Party = Party.REPORTER, by: User, at: datetime) -> Message:
    ticket.handler = ticket.handler or by
    if to == Party.REPORTER:
        ticket.first_answer_at = ticket.first_answer_at or at
    return Message.objects.create(ticket=ticket, side=Side.DESK, party=to, body=text, at=at, by=by)


def check_outcome(ticket: Ticket, outcome: Outcome) -> None:
    """Raises Refused."""
    if outcome not in OUTCOMES[Topic(ticket.topic)]:
        raise Refused(
            gettext("“%(outcome)s” is no outcome for a ticket of this topic.") % {"outcome": outcome.label}
        )


def close(
    ticket: Ticket, outcome: Outcome, *, duplicate_of: int | None = None, by: User, at: datetime
) -> None:
    """Write down how a ticket ended, once it has moved. Raises Refused when it cannot join the ticket it repeats."""
    join(ticket, outcome, duplicate_of)
    ticket.handler = ticket.handler or by
    ticket.outcome = outcome
    ticket.first_look_at = ticket.first_look_at or at
    ticket.closed_at = at
    ticket.awaits_desk_since = None
    keep(
        ticket,
        "state",
        "outcome",
        "duplicate_of",
        "sweep",
        "handler",
        "first_look_at",
        "awaits_desk_since",
        "first_answer_at",
        "closed_at",
    )


def join(ticket: Ticket, outcome: Outcome, other_id: int | None) -> None:
    """A duplicate names the ticket that goes on, never another duplicate. Raises Refused."""
    if outcome != Outcome.DUPLICATE:
        return
    other = other_id and Ticket.objects.filter(pk=other_id).select_related("duplicate_of").first()
    if not other:
        raise Refused(gettext("Say which ticket it repeats, by its number such as 42-X."))
    other = other.duplicate_of or other
    if other == ticket:
        raise Refused(
            gettext("Ticket %(number)s cannot be a duplicate of itself, nor of one that repeats it.")
            % {"number": ticket.number}
        )
    ticket.duplicate_of = other
    ticket.duplicates.update(duplicate_of=other)


def tell_outcome(ticket: Ticket, message: Message | None) -> None:
    """To whoever wrote, and to whoever reported the same; of what was settled before, at once how.

    A decision that can still be contested is told with the way to do so.
    """
    known: dict[str, Any] = {}
    if settled := ticket.learns_from:
        decision = settled.decisions.first()
        contestable = decision and ticket.closed_at and ticket.closed_at <= decision.appeal_until
        known = {"joined": settled, "decision": decision if contestable else None}
    write_to_reporters(
        ticket, "abuse_closed", key=f"abuse_closed:{ticket.pk}:{ticket.revision}", message=message, **known
    )
