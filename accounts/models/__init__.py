"""People who hold an account with the host, what shows that they still want it, and how they leave."""

from accounts.models.inactivity import Brake, Failure, Hold, Notice, PurgeRun, Reminder, daily_cap
from accounts.models.leaving import (
    CLAUSES,
    Category,
    Erasure,
    Export,
    Reason,
    SealedRecord,
    kept_for,
    mark_of,
)
from accounts.models.people import NameOnceUsed, Refused, Session, Source, User

__all__ = [
    "CLAUSES",
    "Brake",
    "Category",
    "Erasure",
    "Export",
    "Failure",
    "Hold",
    "NameOnceUsed",
    "Notice",
    "PurgeRun",
    "Reason",
    "Refused",
    "Reminder",
    "SealedRecord",
    "Session",
    "Source",
    "User",
    "daily_cap",
    "kept_for",
    "mark_of",
]
