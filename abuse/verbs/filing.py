"""What people send us: a report, a question, and what they add to either."""

import uuid
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext

from abuse.files import File
from abuse.links import derive_token, fingerprint
from abuse.matching import people_at
from abuse.models import (
    Appeal,
    Attachment,
    IllegalMove,
    Law,
    Message,
    Move,
    Report,
    Side,
    Source,
    State,
    Ticket,
    Topic,
)
from abuse.proofs import Proof
from abuse.verbs.rhythm import keep, tell_desk
from abuse.verbs.together import lay_down
from accounts.models import Source as SeenThrough
from accounts.verbs import touch
from journal.models import Entry, Role
from journal.verbs import line, record
from legal.models import Clause
from outbox.nudge import wake
from services.models import Service

# Who spends it first is written down; whoever comes later reads what that was.
SPEND = """
INSERT INTO abuse_spentproof (fingerprint, submission, expires_at) VALUES (%s, %s, %s)
ON CONFLICT (fingerprint) DO UPDATE SET fingerprint = EXCLUDED.fingerprint RETURNING submission
"""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Whoever writes to us, as they say who they are. With a proof of work, letters go out before they confirm it."""

    language: str
    name: str = ""
    email: str = ""
    with_proof: bool = False


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What a report says: what happened, where, and the clause or the law it breaks."""

    what: str
    where: str = ""
    clause: Clause | None = None
    law: Law | str = ""
    good_faith: bool = False

    @property
    def is_child_abuse(self) -> bool:
        return self.law == Law.CHILD

    def as_report(self, *, source: Source = Source.FORM, at: datetime) -> Report:
        """The row that keeps it, of no ticket yet."""
        return Report(
            what=self.what,
            where=self.where or None,
            terms=self.clause.text.version if self.clause else None,
            clause_ref=self.clause.ref if self.clause else "",
            law=self.law,
            good_faith=self.good_faith,
            source=source,
            received_at=at,
        )


def file_report(
    notice: Notice,
    *,
    topic: Topic = Topic.ABUSE,
    sender: Sender,
    attachments: Sequence[File] = (),
    submission: str,
    at: datetime,
) -> Ticket:
    """Take in a notice of abuse; what follows from it is done by `acknowledge_waiting`.

    The same `submission` again gives the same ticket, and nothing new is written. Of whoever reports sexual abuse of
    children neither identity nor files are kept (DSA, article 16; directive 2011/93/EU).
    """
    ticket = new_ticket(topic, sender, submission=submission, at=at, child_abuse=notice.is_child_abuse)
    report = notice.as_report(at=at)
    entry = line("abuse.reported", ticket, role=Role.STRANGER, clause=report.clause_ref)
    return _file(ticket, report, entry, attachments, at=at)


def file_question(
    message: str,
    *,
    topic: Topic = Topic.QUESTION,
    sender: Sender,
    particulars: dict[str, str] | None = None,
    service: Service | None = None,
    attachments: Sequence[File] = (),
    submission: str,
    at: datetime,
) -> Ticket:
    """Take in a message of any topic that reports nobody. The same `submission` again gives the same ticket."""
    ticket = new_ticket(
        topic, sender, submission=submission, at=at, particulars=particulars or {}, service=service
    )
    entry = line("abuse.questioned", ticket, role=Role.STRANGER, topic=topic)
    return _file(ticket, Message(side=Side.REPORTER, body=message, at=at), entry, attachments, at=at)


def _file(
    ticket: Ticket, words: Report | Message, entry: Entry, files: Sequence[File], *, at: datetime
) -> Ticket:
    """Ticket, words and the line in the journal, in one statement; or the ticket this submission made before."""
    rows = ((words, {"ticket_id": "bigint"}), (entry, {"about_id": "text"}))
    with transaction.atomic() if files else nullcontext():
        new = lay_down(ticket, *rows, once="submission")
        if new:
            attach(ticket, files, at=at)
    if not new:
        return Ticket.objects.get(submission=ticket.submission)
    transaction.on_commit(_have_it_acknowledged)
    return ticket


def _have_it_acknowledged() -> None:
    wake("abuse.tasks.acknowledge", at_most_every=1.0)


@transaction.atomic
def answer(
    ticket_id: int, *, text: str, attachments: Sequence[File] = (), submission: str, at: datetime
) -> Ticket:
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
    was_asked = ticket.state == State.WAITING
    ticket.move(Move.ANSWER)
    if was_asked:
        ticket.awaits_desk_since, ticket.due_at = at, None
        tell_desk("abuse_desk_reply", ticket, key=f"abuse_desk_reply:{ticket.pk}:{ticket.revision}")
    keep(ticket, "state", "awaits_desk_since", "due_at")
    message = Message.objects.create(
        ticket=ticket, side=Side.REPORTER, body=text, at=at, submission=submission
    )
    attach(ticket, attachments, at=at, message=message)
    record("abuse.answered", ticket, role=Role.STRANGER)
    return ticket


def spend(proof: Proof, submission: str) -> bool:
    """Whether a proof of work may stand for this submission: it serves one, however often that one is sent."""
    with connection.cursor() as cursor:
        cursor.execute(SPEND, [proof.fingerprint, submission, proof.expires_at])
        return bool(cursor.fetchone()[0] == submission)


@transaction.atomic
def confirm(ticket_id: int, *, at: datetime) -> Ticket:
    """Whoever reads the mail of the address that was given says that they wrote: nothing else proves it.

    A day's tickets share one receipt, so all it stands for are confirmed together.
    """
    ticket = Ticket.objects.get(pk=ticket_id)
    if ticket.confirmed_at or not ticket.reporter_email:
        return ticket
    together = Ticket.objects.sharing_receipt_with(ticket).filter(confirmed_at=None)
    for one in together.order_by("pk").select_for_update(of=("self",)):
        one.confirmed_at = at
        keep(one, "confirmed_at")
        record("abuse.confirmed", one, role=Role.STRANGER)
    for person in people_at([ticket.reporter_email]):
        touch(person, SeenThrough.CONTACT, at)
    ticket.refresh_from_db()
    return ticket


def attach(
    ticket: Ticket,
    files: Sequence[File],
    *,
    at: datetime,
    message: Message | None = None,
    appeal: Appeal | None = None,
) -> None:
    """Keep files with a ticket; never with one about sexual abuse of children, whoever sends them."""
    if ticket.child_abuse:
        return
    Attachment.objects.bulk_create(
        Attachment(
            ticket=ticket,
            message=message,
            appeal=appeal,
            name=file.name,
            kind=file.kind,
            size=len(file.content),
            sha256=file.sha256,
            content=file.content,
            received_at=at,
        )
        for file in files
    )


def new_ticket(
    topic: Topic | str,
    sender: Sender,
    *,
    submission: str,
    at: datetime,
    child_abuse: bool = False,
    **about: Any,
) -> Ticket:
    """A ticket that is nowhere yet. Of whoever reports sexual abuse of children it knows no name."""
    seed = uuid.uuid4()
    return Ticket(
        topic=topic,
        reporter_name="" if child_abuse else sender.name,
        reporter_email="" if child_abuse else sender.email,
        with_proof=sender.with_proof,
        language=sender.language,
        child_abuse=child_abuse,
        submission=submission,
        opened_at=at,
        awaits_desk_since=at,
        link_seed=seed,
        token_hash=fingerprint(derive_token(seed)),
        **about,
    )


def file_ticket(topic: Topic | str, sender: Sender, **more: Any) -> tuple[Ticket, bool]:
    """The ticket of this submission, and whether it is new: the unique column decides a race."""
    ticket = new_ticket(topic, sender, **more)
    # One statement where get_or_create takes four; a second sender waits here for the first one's commit.
    Ticket.objects.bulk_create([ticket], ignore_conflicts=True)
    kept = Ticket.objects.get(submission=ticket.submission)
    return kept, kept.link_seed == ticket.link_seed
