"""Who else has a ticket open: a lock that bars nobody and tells everybody."""

from datetime import datetime

from abuse.models import Glance
from accounts.models import User


def glance(ticket_id: int, *, by: User, at: datetime) -> None:
    """Say that a volunteer has this ticket before their eyes."""
    Glance.objects.bulk_create(
        [Glance(ticket_id=ticket_id, by=by, at=at)],
        update_conflicts=True,
        unique_fields=["ticket", "by"],
        update_fields=["at"],
    )


def forget_glances(at: datetime) -> int:
    """Remove those that say nothing any more; how many there were."""
    return Glance.objects.past(at).delete()[0]
