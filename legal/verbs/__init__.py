"""What happens to documents: they are drafted and published, and people decide on them."""

from legal.verbs.accepting import DocumentsChanged, accept
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
from legal.verbs.publishing import PublicationRefused, publish, publish_draft

__all__ = [
    "DocumentsChanged",
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
    "name_clauses",
    "publish",
    "publish_draft",
    "revise_draft",
]
