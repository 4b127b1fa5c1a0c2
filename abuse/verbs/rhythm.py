"""What every verb shares: fetch the ticket (locked), keep it, tell those it concerns."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext

from abuse.models import REPORTED, Outcome, Overtaken, Refused, Ticket
from accounts.holdings import addresses_of
from accounts.models import User
from outbox.verbs import post


def fetch(ticket_id: int, seen: int | None, *, by: User | None = None) -> Ticket:
    """Lock the row; refuse when it is no longer what the volunteer saw. Raises Overtaken, Refused."""
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
    if by is not None:
        _leave_to_others(ticket, by)
    return ticket


def _leave_to_others(ticket: Ticket, by: User) -> None:
    """Nobody judges themselves, nor a report of their own where there is somebody else to do it."""
    if ticket.subject_id == by.pk:
        raise Refused(
            gettext("Ticket %(number)s is about you: somebody else looks after it.")
            % {"number": ticket.number}
        )
    if ticket.topic in REPORTED and wrote(by, ticket) and others_at_the_desk(by):
        raise Refused(
            gettext("You reported ticket %(number)s yourself: somebody else looks after it.")
            % {"number": ticket.number}
        )


def wrote(person: User, ticket: Ticket) -> bool:
    """Whether they reported it, or the same in a ticket that joined it, from any address of theirs."""
    own = Ticket.objects.written_from({person.email.lower(), *addresses_of(person)})
    return own.filter(Q(pk=ticket.pk) | Q(duplicate_of=ticket.pk)).exists()


def others_at_the_desk(by: User) -> bool:
    return User.objects.filter(is_staff=True, is_active=True).exclude(pk=by.pk).exists()


def hold_joining() -> None:
    """One at a time joins tickets, so that none ever repeats one that repeats another. Before any row is locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('abuse.joining'))")


def keep(ticket: Ticket, *fields: str) -> None:
    ticket.revision += 1
    ticket.save(update_fields=["revision", *fields])


def write(ticket: Ticket, kind: str, *, key: str, **context: Any) -> None:
    """A letter to whoever opened the ticket: those who prove nothing are written to once they confirmed."""
    if not ticket.gets_letters:
        return
    path = ticket.path_in_letters()
    context |= {"ticket": ticket, "link": path and settings.SITE_URL + path}
    post(kind, to=ticket.reporter_email, key=key, language=ticket.language, context=context)


def write_to_reporters(ticket: Ticket, kind: str, *, key: str, **context: Any) -> None:
    """To whoever wrote this ticket, and to everybody who reported the same: each with their own number and link."""
    write(ticket, kind, key=key, **context)
    if ticket.outcome != Outcome.DUPLICATE:
        for repeat in ticket.duplicates.exclude(reporter_email=""):
            write(repeat, kind, key=f"{key}:{repeat.pk}", **{**context, "joined": ticket, "message": None})


def tell_desk(kind: str, ticket: Ticket, *, key: str, **context: Any) -> None:
    """Write to whoever handles the ticket, else to the address of the host, if it has one."""
    to = ticket.handler.email if ticket.handler else settings.HOST["email"]
    if not to:
        return
    language = ticket.handler.language if ticket.handler else settings.LANGUAGE_CODE
    link = settings.SITE_URL + reverse("admin:abuse_ticket_change", args=[ticket.pk])
    post(kind, to=to, key=key, language=language, context={**context, "ticket": ticket, "link": link})
