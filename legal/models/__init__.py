"""Documents, their versions in every language, their clauses, and who accepted which text."""

from legal.models.acceptances import Acceptance, AcceptsDocuments, Decision, How, pseudonym
from legal.models.documents import Clause, Document, Text, Version, same_set
from legal.models.tellings import Telling

__all__ = [
    "Acceptance",
    "AcceptsDocuments",
    "Clause",
    "Decision",
    "Document",
    "How",
    "Telling",
    "Text",
    "Version",
    "pseudonym",
    "same_set",
]
