"""People who hold an account with the host, what shows that they still want it, and how they leave."""

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
    "Category",
    "Erasure",
    "Export",
    "NameOnceUsed",
    "Reason",
    "Refused",
    "SealedRecord",
    "Session",
    "Source",
    "User",
    "kept_for",
    "mark_of",
]
