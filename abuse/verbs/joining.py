"""What a machine reports again: which ticket it joins, which it opens again, and what is closed by itself."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from abuse.mail import Kind, Understood
from abuse.matching import HOST, is_our_address, is_ours
from abuse.models import Move, Outcome, State, Ticket
from abuse.verbs.desk import open_again
from abuse.verbs.rhythm import keep, tell_desk
from accounts.models import User
from journal.models import Role
from journal.verbs import record


def event_of(said: Understood) -> str:
    """What happened, whoever reports it: the message, else the kind of abuse and where it came from; "" if unclear.

    A mail of a person is never joined to somebody else's ticket: they would read each other's.
    """
    if said.kind == Kind.PLAIN:
        return ""
    if said.message_id:
        about: list[Any] = ["message", said.message_id]
    elif said.reported_uri or said.source_ip or said.original_mail_from:
        about = [
            "place",
            (said.feedback_type or "").lower(),
            sorted(said.reported_uri or []),
            said.source_ip,
            "" if said.reported_uri else said.original_mail_from,
        ]
    else:
        return ""
    if said.is_child_abuse:  # it is kept otherwise than the rest, whatever else it names
        about.append("child")
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()


def join(said: Understood, event: str, subject: User | None, *, at: datetime) -> Ticket | None:
    """The ticket that a machine's report belongs to; None when it opens one of its own.

    An open ticket of the event takes it in. So does a closed one when it was about the very same message: that was
    judged. What was found not to break the Terms lately is opened again, be it the event or the account that is
    reported anew.
    """
    if not event:
        return None
    ticket = _of(event) or (None if said.is_child_abuse else _cleared(subject, at))
    if ticket is None:
        return None
    if not ticket.is_closed:
        keep(ticket)
    elif _cleared_lately(ticket, at):
        _open_again(ticket, at)
    elif _stays_closed(ticket, said):
        keep(ticket)
    else:
        return None
    return ticket


def _stays_closed(ticket: Ticket, said: Understood) -> bool:
    """Another complaint about a message that was judged is one more complaint; at the same place it may be news."""
    if ticket.passed_on_by_itself:
        return bool(named_elsewhere(said))
    return bool(said.message_id) and ticket.outcome != Outcome.NO_VIOLATION


def _of(event: str) -> Ticket | None:
    """The latest ticket of an event, or the one it repeats; not one whose words are gone."""
    tickets = Ticket.objects.filter(event=event, forgotten_at=None)
    open_first = tickets.exclude(state=State.CLOSED).order_by("-pk")
    ticket = _locked(open_first) or _locked(tickets.order_by("-pk"))
    if ticket and ticket.duplicate_of_id:
        return _locked(Ticket.objects.filter(pk=ticket.duplicate_of_id, forgotten_at=None))
    return ticket


def _cleared(subject: User | None, at: datetime) -> Ticket | None:
    """The latest ticket that machines opened about this account, and that found nothing against it lately.

    Those that people opened are left alone: whoever wrote one reads what is in it.
    """
    if subject is None:
        return None
    lately = Ticket.objects.filter(_lately(at), ~Q(event=""), subject=subject, forgotten_at=None)
    return _locked(lately.order_by("-closed_at", "-pk"))


def _lately(at: datetime) -> Q:
    since = at - timedelta(days=settings.DESK_REOPENS_WITHIN_DAYS)
    return Q(state=State.CLOSED, outcome=Outcome.NO_VIOLATION, closed_at__gt=since)


def _cleared_lately(ticket: Ticket, at: datetime) -> bool:
    return Ticket.objects.filter(_lately(at), pk=ticket.pk).exists()


def _locked(tickets: QuerySet[Ticket]) -> Ticket | None:
    return tickets.select_for_update().first()


def _open_again(ticket: Ticket, at: datetime) -> None:
    before = open_again(ticket, at=at)
    record("abuse.reopened", ticket, role=Role.STRANGER, outcome_before=before, because="reported again")
    tell_desk("abuse_desk_again", ticket, key=f"abuse_desk_again:{ticket.pk}:{ticket.revision}")


def refer(ticket: Ticket, said: Understood, *, at: datetime) -> bool:
    """Close a new ticket that names nothing of this host: those it concerns have their own mail. It can be reopened.

    Nobody has looked at it, so no first look is written down, and no time to one is counted.
    """
    elsewhere = named_elsewhere(said)
    if ticket.child_abuse or ticket.subject_id or ticket.service_id or not elsewhere:
        return False
    ticket.move(Move.REFER)
    ticket.outcome = Outcome.REFERRED
    ticket.closed_at, ticket.awaits_desk_since = at, None
    keep(ticket, "state", "outcome", "closed_at", "awaits_desk_since")
    record("abuse.referred", ticket, role=Role.CLOCK, names=elsewhere[:10])
    return True


def named_elsewhere(said: Understood) -> list[str]:
    """The domains and the Internet address a machine's report names, if none of them is ours; else nothing.

    Only of what came by mail or over the net: a page at a domain we do not know may be a member's own, kept by us.
    """
    of_pages = said.kind in (Kind.XARF_MAIL, Kind.XARF_JSON) and (said.reported_uri or said.reported_domain)
    if said.kind == Kind.PLAIN or of_pages:
        return []
    addresses = [said.original_mail_from or "", said.message_id or "", *said.named]
    names = {address.rpartition("@")[2].lower().rstrip(".") for address in addresses if "@" in address}
    names |= {*(said.reported_domain or []), *HOST.findall(" ".join(said.reported_uri or []).lower())}
    if any(is_ours(name) for name in names):
        return []
    address_is_ours = is_our_address(said.source_ip) if said.source_ip else None
    if address_is_ours:
        return []
    return sorted(names) + ([said.source_ip] if address_is_ours is False and said.source_ip else [])
