"""What volunteers say among themselves. Nobody else ever reads it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from abuse.models import Note, Refused, Ticket
from accounts.models import User
from journal.models import Role
from journal.verbs import record


@transaction.atomic
def note(ticket_id: int, *, text: str, by: User, at: datetime) -> Note:
    """Keep a remark for the other volunteers. The ticket does not change by it, whatever its state."""
    ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
    if ticket.forgotten_at:
        raise Refused(
            gettext("What was said in ticket %(number)s has been removed; nothing is added to it.")
            % {"number": ticket.number}
        )
    kept = Note.objects.create(ticket=ticket, body=text, by=by, at=at)
    record("abuse.noted", ticket, actor=by, role=Role.DESK)
    return kept
