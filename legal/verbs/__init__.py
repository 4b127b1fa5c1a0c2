"""What happens to documents: they are drafted and published, and people decide on them."""

from legal.verbs.accepting import DocumentsChanged, accept
from legal.verbs.drafting import (
    Manuscript,
    NoSuchDraft,
    begin_draft,
    discard_draft,
    ensure_document,
    revise_draft,
)
from legal.verbs.publishing import PublicationRefused, publish, publish_draft

__all__ = [
    "DocumentsChanged",
    "Manuscript",
    "NoSuchDraft",
    "PublicationRefused",
    "accept",
    "begin_draft",
    "discard_draft",
    "ensure_document",
    "publish",
    "publish_draft",
    "revise_draft",
]
