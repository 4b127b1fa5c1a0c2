"""Words, names and addresses go when their time is over, or when whoever gave them leaves."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from abuse.models import Appeal, SpentProof, Ticket
from abuse.verbs.rhythm import keep
from journal.verbs import record


def forget(at: datetime) -> int:
    """Remove the words, names and addresses of tickets closed long ago; how many there were.

    Each ticket is a transaction of its own: stopped half-way, the next run goes on from there.
    """
    due = list(Ticket.objects.to_forget(at).values_list("pk", flat=True))
    return sum(_forget_ticket(pk, at) for pk in due)


def forget_proofs(at: datetime) -> int:
    """Remove the proofs of work that could not be used again anyway; how many there were."""
    return SpentProof.objects.filter(expires_at__lte=at).delete()[0]


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
    ticket.particulars = {}
    ticket.held_until, ticket.held_because = None, ""
    ticket.forgotten_at = at
    keep(
        ticket,
        "reporter_name",
        "reporter_email",
        "particulars",
        "held_until",
        "held_because",
        "forgotten_at",
    )
    ticket.reports.update(what=None, where=None, understood=None)
    ticket.messages.update(body=None)
    ticket.decisions.update(facts=None, explanation=None)
    Appeal.objects.filter(decision__ticket=ticket).update(reasons=None)
    Appeal.objects.filter(decision__ticket=ticket).settled().update(answer=None)
    ticket.notes.update(body=None)
    ticket.attachments.update(name=None, sha256=None, content=None)
    record("abuse.forgotten", ticket)


@transaction.atomic
def forget_reporter(addresses: Collection[str], *, at: datetime) -> int:
    """Take whoever has these addresses (in lower case) out of the tickets they opened; how many there were.

    A question that is settled loses its words too. A report of abuse keeps them, as what a decision about somebody
    else stands on, and so does an exchange that is not over: with nobody's name, until `forget` comes to them.
    """
    tickets = list(Ticket.objects.written_from(addresses).order_by("pk").select_for_update())
    for ticket in tickets:
        if ticket.is_closed and not ticket.is_report and not (ticket.held_until and ticket.held_until > at):
            _remove_words(ticket, at)
            continue
        ticket.reporter_name = ticket.reporter_email = ""
        keep(ticket, "reporter_name", "reporter_email")
        record("abuse.reporter_forgotten", ticket)
    return len(tickets)
