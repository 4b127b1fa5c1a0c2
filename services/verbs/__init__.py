"""What volunteers do to the catalogue, the interruptions and the announcements."""

from services.verbs.announcing import announce, reword
from services.verbs.catalogue import describe_service
from services.verbs.interruptions import close_outage, open_outage, refuse_opening
from services.verbs.looking import forget_samples

__all__ = [
    "announce",
    "close_outage",
    "describe_service",
    "forget_samples",
    "open_outage",
    "refuse_opening",
    "reword",
]
