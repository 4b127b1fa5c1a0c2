"""What the host offers, when it was interrupted, and what was announced about it."""

from services.models.announcing import Announcement
from services.models.catalogue import Group, Service
from services.models.interruptions import Outage
from services.models.saying import said

__all__ = ["Announcement", "Group", "Outage", "Service", "said"]
