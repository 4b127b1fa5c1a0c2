"""Reports that come by mail, most of them from machines: understood, matched, joined, and never lost."""

import hashlib
import logging
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from abuse.files import File
from abuse.mail import Kind as MailKind
from abuse.mail import Understood, understand
from abuse.matching import HOST, MOST, the_account, the_service
from abuse.models import Kind, Law, Message, Report, Side, Source, Ticket, Topic
from abuse.verbs.acknowledging import acknowledge
from abuse.verbs.filing import Sender, attach, file_ticket
from abuse.verbs.joining import event_of, join, refer
from abuse.verbs.muting import set_aside_if_muted
from accounts.models import User
from journal.models import Role
from journal.verbs import record
from outbox.verbs import can_be_written_to

# What the reader of mails says of one it did not open, for gettext to know of.
UNOPENED = [
    gettext_noop("too large"),
    gettext_noop("too deep"),
    gettext_noop("too long"),
    gettext_noop("too strange"),
    gettext_noop("too many parts"),
]
log = logging.getLogger(__name__)

LARGEST_KEPT = 50 * 1024 * 1024  # bytes of a mail; of a larger one the beginning is kept, and it is said
TRACE = ("received", "return-path", "delivered-to", "x-original-to", "x-envelope", "authentication-results")


def receive(raw: bytes, *, at: datetime, sender: str | None = None) -> tuple[Ticket, bool]:
    """Take in a mail that reports something; the ticket, and whether the mail is new.

    The same mail again changes nothing. Another report of the same event joins its ticket. `sender` is the address
    on the envelope, when the mail server says it; empty for a mail that must not be answered (RFC 5321). Raises
    OperationalError when the database is away: then the mail server must keep the mail.
    """
    try:
        return _take_in(raw, understand(raw), at=at, sender=sender)
    except (OperationalError, InterfaceError):
        raise
    # Whatever else a stranger's mail brings about would come again at every try, until the mail server gives it up.
    except Exception as error:
        log.exception("A mail could not be filed by what it says; it is kept unread.")
        unread = Understood(troubles=[f"could not be filed ({type(error).__name__})"])
        return _take_in(raw, unread, at=at, sender=sender)


@transaction.atomic
def _take_in(raw: bytes, said: Understood, *, at: datetime, sender: str | None) -> tuple[Ticket, bool]:
    submission = fingerprint_of(raw)
    event, subject = event_of(said), _subject(said)
    _one_at_a_time(submission, event, f"about {subject.pk}" if event and subject else "")
    known = Ticket.objects.filter(Q(submission=submission) | Q(reports__submission=submission)).first()
    if known:
        return known, False
    with translation.override(settings.LANGUAGE_CODE):
        joined = join(said, event, subject, at=at)
        ticket = joined or _open(said, event, subject, submission, at=at, sender=sender)
        if _is_untyped(said):
            Message.objects.create(ticket=ticket, side=Side.REPORTER, body=_unopened_words(said), at=at)
        else:
            _report(ticket, said, submission, at)
        attach(ticket, [_as_it_came(raw)], at=at)
        verb = "abuse.mail_joined" if joined else "abuse.mail_received"
        record(verb, ticket, role=Role.STRANGER, kind=said.kind, feedback_type=said.feedback_type or "")
        if not (joined or refer(ticket, said, at=at) or set_aside_if_muted(ticket, at=at)):
            acknowledge(ticket)
    return ticket, True


def fingerprint_of(raw: bytes) -> str:
    """Of what its sender wrote: servers on the way write their own lines above it, and may deliver it twice."""
    head, _, body = raw.replace(b"\r\n", b"\n").lstrip(b"\n").partition(b"\n\n")
    lines = []
    kept = True
    for line in head.split(b"\n"):
        if line[:1] not in (b" ", b"\t"):
            kept = not line.lower().startswith((b"from ", *(name.encode() for name in TRACE)))
        if kept:
            lines.append(line)
    return hashlib.sha256(b"abuse.mail\n" + b"\n".join(lines) + b"\n\n" + body).hexdigest()


def _one_at_a_time(*keys: str) -> None:
    """Two processes with the same mail, or the same event, take turns until the first has committed."""
    with connection.cursor() as cursor:
        for key in sorted(filter(None, keys)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"abuse.mail {key}"])


def _is_untyped(said: Understood) -> bool:
    """Nothing could be read in it: it is a message with the mail attached, and a volunteer opens that."""
    return said.kind == MailKind.PLAIN and not said.text and said.evidence_message == "none"


def _subject(said: Understood) -> User | None:
    return the_account([name for name in (said.original_mail_from, *said.named) if name])


def _open(
    said: Understood,
    event: str,
    subject: User | None,
    submission: str,
    *,
    at: datetime,
    sender: str | None,
) -> Ticket:
    places = " ".join(said.reported_uri or []) + " " + (said.text if said.kind == MailKind.PLAIN else "")
    hosts = [*HOST.findall(places)[:MOST], *(said.reported_domain or [])]
    child_abuse = said.is_child_abuse
    topic = Topic.OTHER if _is_untyped(said) else Topic.ILLEGAL if child_abuse else Topic.ABUSE
    ticket, _new = file_ticket(
        topic,
        Sender(email=_answerable(said, sender), language=settings.LANGUAGE_CODE),
        submission=submission,
        at=at,
        event=event,
        child_abuse=child_abuse,
        subject=subject,
        service=the_service(hosts),
    )
    return ticket


def _answerable(said: Understood, envelope: str | None) -> str:
    """Whom a receipt may go to: a person who wrote by hand. Machines are never answered, nor are we ourselves."""
    ours = {parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower(), settings.HOST["email"].lower()}
    nobody = envelope is not None and "@" not in envelope  # <>, of which Postfix makes MAILER-DAEMON
    no_answer = said.automatic or nobody or said.sender.lower() in ours
    return said.sender if not no_answer and len(said.sender) <= 254 and can_be_written_to(said.sender) else ""


def _report(ticket: Ticket, said: Understood, submission: str, at: datetime) -> None:
    about = {"sender": said.sender, "subject": said.subject[:300], "troubles": said.troubles[:20]}
    if not said.is_child_abuse:  # of which no copy is kept
        about["evidence"] = said.evidence
    Report.objects.create(
        ticket=ticket,
        what=_words(said),
        where=_places(said) or None,
        law=Law.CHILD if said.is_child_abuse else "",
        good_faith=False,
        source=Source.MAIL,
        understood=said.explained() | about,
        submission=submission,
        received_at=at,
    )


def _words(said: Understood) -> str:
    text = f"{said.subject[:300]}\n\n{said.text}".strip()
    return text or gettext("A report by mail, without words.")


def _unopened_words(said: Understood) -> str:
    trouble = ", ".join(gettext(one) for one in said.troubles) or gettext("empty")
    words = gettext("A mail came that could not be read (%(trouble)s). It is attached as it arrived.") % {
        "trouble": trouble
    }
    return f"{said.subject[:300]}\n\n{words}".strip()


def _places(said: Understood) -> str:
    lines = [
        " ".join(filter(None, [said.source_ip, said.arrival_date])) if said.source_ip else "",
        said.original_mail_from or "",
        *(said.reported_uri or [])[:100],
        *(said.reported_domain or [])[:100],
        f"Message-ID: {said.message_id}" if said.message_id else "",
    ]
    return "\n".join(line for line in lines if line)


def _as_it_came(raw: bytes) -> File:
    content = raw[:LARGEST_KEPT]
    name = "mail.eml" if len(raw) <= LARGEST_KEPT else "mail-beginning.eml"
    return File(name, Kind.MAIL, content or b"\n", hashlib.sha256(raw).hexdigest())
