"""A hold: what was said in a ticket is not forgotten yet, for a reason and until a date."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from abuse.models import Refused, Ticket
from abuse.verbs.rhythm import fetch, keep
from accounts.models import User
from journal.models import Role
from journal.verbs import record

LONGEST_HOLD = timedelta(days=3 * 366)


@transaction.atomic
def hold(
    ticket_id: int, *, because: str, until: date, by: User, at: datetime, seen: int | None = None
) -> Ticket:
    """Keep the words of a ticket until the end of a day (here), whatever the clock says. Raises Overtaken, Refused."""
    ticket = fetch(ticket_id, seen)
    end = timezone.make_aware(datetime.combine(until, time.max))
    if ticket.forgotten_at:
        raise Refused(
            gettext("What was said in ticket %(number)s has been removed; there is nothing left to hold.")
            % {"number": ticket.number}
        )
    if not at < end <= at + LONGEST_HOLD:
        raise Refused(gettext("A hold ends on a day to come, within three years. It can be renewed."))
    ticket.held_until, ticket.held_because = end, because
    keep(ticket, "held_until", "held_because")
    record("abuse.held", ticket, actor=by, role=Role.DESK, until=until.isoformat())
    return ticket


@transaction.atomic
def release(ticket_id: int, *, by: User, at: datetime, seen: int | None = None) -> Ticket:
    """End a hold: the clock goes on as if there had been none."""
    ticket = fetch(ticket_id, seen)
    if ticket.held_until is None:
        raise Refused(gettext("Ticket %(number)s is not held.") % {"number": ticket.number})
    ticket.held_until, ticket.held_because = None, ""
    keep(ticket, "held_until", "held_because")
    record("abuse.released", ticket, actor=by, role=Role.DESK)
    return ticket
