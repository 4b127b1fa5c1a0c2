"""What the host offers, when it was interrupted, and what was announced about it."""

from services.models.announcing import Announcement, Kind
from services.models.catalogue import Group, Service
from services.models.interruptions import Outage
from services.models.maintenance import Maintenance, Rhythm, Routine
from services.models.saying import said
from services.models.subscribing import Subscriber, Telling

__all__ = [
    "Announcement",
    "Group",
    "Kind",
    "Maintenance",
    "Outage",
    "Rhythm",
    "Routine",
    "Service",
    "Subscriber",
    "Telling",
    "said",
]
