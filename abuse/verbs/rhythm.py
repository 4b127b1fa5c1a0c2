"""What every verb shares: fetch the ticket (locked), keep it, tell those it concerns."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from abuse.models import Overtaken, Ticket
from outbox.verbs import post


def fetch(ticket_id: int, seen: int | None) -> Ticket:
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


def keep(ticket: Ticket, *fields: str) -> None:
    ticket.revision += 1
    ticket.save(update_fields=["revision", *fields])


def write(ticket: Ticket, kind: str, *, key: str, **context: Any) -> None:
    """A letter to whoever opened the ticket, once it is known that the address is theirs."""
    if not ticket.reporter_email or not (ticket.confirmed_at or kind == "abuse_receipt"):
        return
    path = ticket.private_path()
    context |= {"ticket": ticket, "link": path and settings.SITE_URL + path}
    post(kind, to=ticket.reporter_email, key=key, language=ticket.language, context=context)


def tell_desk(kind: str, ticket: Ticket, *, key: str, **context: Any) -> None:
    """Write to whoever handles the ticket, else to the address of the host, if it has one."""
    to = ticket.handler.email if ticket.handler else settings.HOST["email"]
    if not to:
        return
    language = ticket.handler.language if ticket.handler else settings.LANGUAGE_CODE
    link = settings.SITE_URL + reverse("admin:abuse_ticket_change", args=[ticket.pk])
    post(kind, to=to, key=key, language=language, context={**context, "ticket": ticket, "link": link})
