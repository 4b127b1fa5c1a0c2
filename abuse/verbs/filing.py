"""What people send us: a report, a question, and what they add to either."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from abuse.links import derive_token, fingerprint
from abuse.models import IllegalMove, Message, Report, Side, State, Ticket, Topic
from abuse.verbs.rhythm import keep, tell_desk, write
from journal.models import Role
from journal.verbs import record
from legal.models import Clause


@transaction.atomic
def file_report(
    *,
    topic: Topic = Topic.ABUSE,
    what: str,
    where: str,
    good_faith: bool,
    clause: Clause | None = None,
    name: str = "",
    email: str = "",
    confirmed: bool = True,
    language: str,
    submission: str,
    at: datetime,
) -> Ticket:
    """Take in a notice of abuse, give its sender a receipt and tell the desk.

    The same `submission` again gives the same ticket, and nothing new is written.
    """
    ticket, filed = _file(
        topic,
        name=name,
        email=email,
        confirmed=confirmed,
        language=language,
        submission=submission,
        at=at,
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
def file_question(
    *,
    topic: Topic = Topic.QUESTION,
    message: str,
    email: str = "",
    confirmed: bool = True,
    language: str,
    submission: str,
    at: datetime,
) -> Ticket:
    """Take in a question. The same `submission` again gives the same ticket."""
    ticket, filed = _file(
        topic,
        name="",
        email=email,
        confirmed=confirmed,
        language=language,
        submission=submission,
        at=at,
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
        tell_desk("abuse_desk_reply", ticket, key=f"abuse_desk_reply:{ticket.pk}:{ticket.revision}")
    keep(ticket, "state", "awaits_desk_since")
    Message.objects.create(ticket=ticket, side=Side.REPORTER, body=text, at=at, submission=submission)
    record("abuse.replied", ticket, role=Role.STRANGER)
    return ticket


def _file(
    topic: Topic, *, name: str, email: str, confirmed: bool, language: str, submission: str, at: datetime
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
            "confirmed_at": at if email and confirmed else None,
            "opened_at": at,
            "awaits_desk_since": at,
            "link_seed": seed,
            "token_hash": fingerprint(derive_token(seed)),
        },
    )


def _acknowledge(ticket: Ticket, clause: Clause | None = None) -> None:
    """A receipt to the sender and a word to the desk. Neither repeats the text: anybody may type
    anybody's address into the form, and gets at most one receipt a day sent to it.
    """
    address = salted_hmac("abuse.receipt", ticket.reporter_email.lower(), algorithm="sha256").hexdigest()[:32]
    write(ticket, "abuse_receipt", key=f"abuse_receipt:{address}:{ticket.opened_at:%Y-%m-%d}")
    tell_desk("abuse_desk_new", ticket, key=f"abuse_desk_new:{ticket.pk}", clause=clause)
