"""What happens to documents: they are drafted and published, and people decide on them."""

from legal.verbs.accepting import DocumentsChanged, accept, refuse, send_receipts
from legal.verbs.drafting import (
    Manuscript,
    NoSuchDraft,
    RevisedMeanwhile,
    begin_draft,
    choose_authoritative,
    describe_document,
    discard_draft,
    ensure_document,
    name_clauses,
    revise_draft,
)
from legal.verbs.importing import Imported, import_editions
from legal.verbs.publishing import PublicationRefused, publish, publish_draft
from legal.verbs.telling import is_told, people_to_tell, tell
from legal.verbs.verifying import verify_daily

__all__ = [
    "DocumentsChanged",
    "Imported",
    "Manuscript",
    "NoSuchDraft",
    "PublicationRefused",
    "RevisedMeanwhile",
    "accept",
    "begin_draft",
    "choose_authoritative",
    "describe_document",
    "discard_draft",
    "ensure_document",
    "import_editions",
    "is_told",
    "name_clauses",
    "people_to_tell",
    "publish",
    "publish_draft",
    "refuse",
    "revise_draft",
    "send_receipts",
    "tell",
    "verify_daily",
]
