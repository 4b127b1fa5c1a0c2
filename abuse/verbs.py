"""What happens to a ticket. Each verb is one transaction, one line in the journal, letters on commit."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from abuse.links import derive_token, fingerprint
from abuse.models import (
    OUTCOMES,
    TRIAGE,
    IllegalMove,
    Message,
    Outcome,
    Overtaken,
    Refused,
    Report,
    Side,
    State,
    Ticket,
    Topic,
)
from accounts.models import User
from journal.models import Role
from journal.verbs import record
from legal.models import Clause
from outbox.verbs import post

# ── What people send us ───────────────────────────────────────────────────────────────────────────


@transaction.atomic
def file_report(
    *,
    what: str,
    where: str,
    good_faith: bool,
    clause: Clause | None = None,
    name: str = "",
    email: str = "",
    language: str,
    submission: str,
    at: datetime,
) -> Ticket:
    """Take in a notice of abuse, give its sender a receipt and tell the desk.

    The same `submission` again gives the same ticket, and nothing new is written.
    """
    ticket, filed = _file(
        Topic.ABUSE, name=name, email=email, language=language, submission=submission, at=at
    )
    if filed:
        Report.objects.create(
            ticket=ticket,
            what=what,
            where=where,
            terms=clause.text.version if clause else None,
            clause_ref=clause.ref if clause else "",
            good_faith=good_faith,
            received_at=at,
        )
        record("abuse.reported", ticket, role=Role.STRANGER, clause=clause.ref if clause else "")
        _acknowledge(ticket, clause=clause)
    return ticket


@transaction.atomic
def file_question(*, message: str, email: str = "", language: str, submission: str, at: datetime) -> Ticket:
    """Take in a question. The same `submission` again gives the same ticket."""
    ticket, filed = _file(
        Topic.QUESTION, name="", email=email, language=language, submission=submission, at=at
    )
    if filed:
        Message.objects.create(ticket=ticket, side=Side.REPORTER, body=message, at=at)
        record("abuse.asked", ticket, role=Role.STRANGER)
        _acknowledge(ticket)
    return ticket


@transaction.atomic
def reply(ticket_id: int, *, text: str, submission: str, at: datetime) -> Ticket:
    """Add what the person who wrote to us has to say. Raises IllegalMove once the ticket is closed.

    The same `submission` again changes nothing.
    """
    ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
    if Message.objects.filter(submission=submission).exists():
        return ticket
    if ticket.is_closed:
        raise IllegalMove(
            gettext("This exchange was closed in the meantime. Write to us again if something is left.")
        )
    if ticket.state == State.WAITING:
        ticket.move_to(State.OPEN)
        ticket.awaits_desk_since = at
        _tell_desk("abuse_desk_reply", ticket, key=f"abuse_desk_reply:{ticket.pk}:{ticket.revision}")
    _keep(ticket, "state", "awaits_desk_since")
    Message.objects.create(ticket=ticket, side=Side.REPORTER, body=text, at=at, submission=submission)
    record("abuse.replied", ticket, role=Role.STRANGER)
    return ticket


# ── What the desk does ────────────────────────────────────────────────────────────────────────────
# `seen` is the revision of the ticket the volunteer was looking at: acting on an older one is refused.


@transaction.atomic
def take(ticket_id: int, *, by: User, at: datetime, seen: int | None = None) -> Ticket:
    """Become the one who looks after a ticket. Raises IllegalMove, Overtaken.

    A ticket somebody else handles changes hands only on sight (`seen`), never by a race or in bulk.
    """
    ticket = _fetch(ticket_id, seen)
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
    _keep(ticket, "state", "handler")
    record("abuse.taken", ticket, actor=by, role=Role.DESK, from_account=before.pk if before else None)
    return ticket


@transaction.atomic
def answer(ticket_id: int, *, text: str, by: User, at: datetime, seen: int | None = None) -> Ticket:
    """Write to the person who wrote to us; it is their turn then. Raises IllegalMove, Overtaken."""
    ticket = _fetch(ticket_id, seen)
    if ticket.state != State.WAITING:
        ticket.move_to(State.WAITING)
    message = _speak(ticket, text, by=by, at=at)
    ticket.awaits_desk_since = None
    _keep(ticket, "state", "handler", "awaits_desk_since", "first_answer_at")
    record("abuse.answered", ticket, actor=by, role=Role.DESK)
    _write(ticket, "abuse_answer", key=f"abuse_answer:{message.pk}", message=message)
    return ticket


@transaction.atomic
def close(
    ticket_id: int, *, outcome: Outcome | str, text: str = "", by: User, at: datetime, seen: int | None = None
) -> Ticket:
    """Settle a ticket and tell the person who wrote to us, unless it was spam.

    Raises IllegalMove, Overtaken, and Refused when the outcome does not fit the ticket. From new, only
    what needs no reading by somebody in charge: spam and duplicates.
    """
    ticket = _fetch(ticket_id, seen)
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
    _keep(ticket, "state", "outcome", "handler", "awaits_desk_since", "first_answer_at", "closed_at")
    record("abuse.closed", ticket, actor=by, role=Role.DESK, outcome=outcome)
    if outcome != Outcome.SPAM:
        _write(ticket, "abuse_closed", key=f"abuse_closed:{ticket.pk}:{ticket.revision}", message=message)
    return ticket


@transaction.atomic
def reopen(ticket_id: int, *, text: str, by: User, at: datetime, seen: int | None = None) -> Ticket:
    """Take up a closed ticket again, saying why to the person who wrote to us. Raises IllegalMove, Overtaken."""
    ticket = _fetch(ticket_id, seen)
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
    _keep(ticket, "state", "outcome", "handler", "awaits_desk_since", "first_answer_at", "closed_at")
    record("abuse.reopened", ticket, actor=by, role=Role.DESK, outcome_before=before)
    _write(ticket, "abuse_reopened", key=f"abuse_reopened:{ticket.pk}:{ticket.revision}", message=message)
    return ticket


# ── What the clock does ───────────────────────────────────────────────────────────────────────────


def forget(at: datetime) -> int:
    """Remove the words, names and addresses of tickets closed long ago; how many there were.

    Each ticket is a transaction of its own: stopped half-way, the next run goes on from there.
    """
    due = list(Ticket.objects.to_forget(at).values_list("pk", flat=True))
    return sum(_forget_ticket(pk, at) for pk in due)


@transaction.atomic
def _forget_ticket(ticket_id: int, at: datetime) -> bool:
    """Topic, clause, state, outcome and dates stay: what the public figures count."""
    ticket = Ticket.objects.select_for_update().to_forget(at).filter(pk=ticket_id).first()
    if ticket is None:
        return False
    _remove_words(ticket, at)
    return True


def _remove_words(ticket: Ticket, at: datetime) -> None:
    ticket.reporter_name = ticket.reporter_email = ""
    ticket.forgotten_at = at
    _keep(ticket, "reporter_name", "reporter_email", "forgotten_at")
    ticket.reports.update(what=None, where=None)
    ticket.messages.update(body=None)
    record("abuse.forgotten", ticket)


@transaction.atomic
def forget_reporter(addresses: Collection[str], *, at: datetime) -> int:
    """Take whoever has these addresses (in lower case) out of the tickets they opened; how many there were.

    A question that is settled loses its words too. A report of abuse keeps them, as what a decision about somebody
    else stands on, and so does an exchange that is not over: with nobody's name, until `forget` comes to them.
    """
    tickets = list(Ticket.objects.written_from(addresses).order_by("pk").select_for_update())
    for ticket in tickets:
        if ticket.is_closed and ticket.topic == Topic.QUESTION:
            _remove_words(ticket, at)
            continue
        ticket.reporter_name = ticket.reporter_email = ""
        _keep(ticket, "reporter_name", "reporter_email")
        record("abuse.reporter_forgotten", ticket)
    return len(tickets)


# ── How they do it ────────────────────────────────────────────────────────────────────────────────


def _file(
    topic: Topic, *, name: str, email: str, language: str, submission: str, at: datetime
) -> tuple[Ticket, bool]:
    """The ticket of this submission, and whether it is new: the unique column decides a race."""
    seed = uuid.uuid4()
    return Ticket.objects.get_or_create(
        submission=submission,
        defaults={
            "topic": topic,
            "language": language,
            "reporter_name": name,
            "reporter_email": email,
            "opened_at": at,
            "awaits_desk_since": at,
            "link_seed": seed,
            "token_hash": fingerprint(derive_token(seed)),
        },
    )


def _fetch(ticket_id: int, seen: int | None) -> Ticket:
    """Lock the row, and refuse when it is no longer what the volunteer saw. Raises Overtaken."""
    # No select_related here: after a wait for the lock PostgreSQL reads this row anew, but not the joined one.
    ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
    if seen is not None and seen != ticket.revision:
        raise Overtaken(
            gettext(
                "Ticket %(number)s has changed since you opened it, and nothing was done. "
                "Read what is new, then decide again."
            )
            % {"number": ticket.number}
        )
    return ticket


def _keep(ticket: Ticket, *fields: str) -> None:
    ticket.revision += 1
    ticket.save(update_fields=["revision", *fields])


def _speak(ticket: Ticket, text: str, *, by: User, at: datetime) -> Message:
    ticket.handler = ticket.handler or by
    ticket.first_answer_at = ticket.first_answer_at or at
    return Message.objects.create(ticket=ticket, side=Side.DESK, body=text, at=at, by=by)


def _acknowledge(ticket: Ticket, clause: Clause | None = None) -> None:
    """A receipt to the sender and a word to the desk. Neither repeats the text: anybody may type
    anybody's address into the form, and gets at most one receipt a day sent to it.
    """
    address = salted_hmac("abuse.receipt", ticket.reporter_email.lower(), algorithm="sha256").hexdigest()[:32]
    _write(ticket, "abuse_receipt", key=f"abuse_receipt:{address}:{ticket.opened_at:%Y-%m-%d}")
    _tell_desk("abuse_desk_new", ticket, key=f"abuse_desk_new:{ticket.pk}", clause=clause)


def _write(ticket: Ticket, kind: str, *, key: str, **context: Any) -> None:
    if not ticket.reporter_email:
        return
    path = ticket.private_path()
    context |= {"ticket": ticket, "link": path and settings.SITE_URL + path}
    post(kind, to=ticket.reporter_email, key=key, language=ticket.language, context=context)


def _tell_desk(kind: str, ticket: Ticket, *, key: str, **context: Any) -> None:
    """Write to whoever handles the ticket, else to the address of the host, if it has one."""
    to = ticket.handler.email if ticket.handler else settings.HOST["email"]
    if not to:
        return
    language = ticket.handler.language if ticket.handler else settings.LANGUAGE_CODE
    link = settings.SITE_URL + reverse("admin:abuse_ticket_change", args=[ticket.pk])
    post(kind, to=to, key=key, language=language, context={**context, "ticket": ticket, "link": link})
