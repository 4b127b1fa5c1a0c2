"""An answer that was asked for and did not come: the clock gives the ticket back to the desk."""

from datetime import datetime

from django.db import transaction

from abuse.models import Move, Ticket
from abuse.verbs.rhythm import keep, tell_desk
from journal.verbs import record


def come_due(at: datetime) -> int:
    """Open the tickets whose answer did not come in time, and tell their handlers; how many there were.

    Each is a transaction of its own: stopped half-way, the next run goes on from there.
    """
    return sum(_come_due(pk, at) for pk in list(Ticket.objects.unanswered(at).values_list("pk", flat=True)))


@transaction.atomic
def _come_due(ticket_id: int, at: datetime) -> bool:
    ticket = Ticket.objects.select_for_update().unanswered(at).filter(pk=ticket_id).first()
    if ticket is None:
        return False  # it was answered, or taken back, in the meantime
    ticket.move(Move.COME_DUE)
    ticket.due_at = None
    ticket.awaits_desk_since = at
    keep(ticket, "state", "due_at", "awaits_desk_since")
    record("abuse.came_due", ticket)
    tell_desk("abuse_desk_due", ticket, key=f"abuse_desk_due:{ticket.pk}:{ticket.revision}")
    return True
