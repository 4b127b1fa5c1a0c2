"""The documents that ship with the portal."""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from legal.frontmatter import read
from legal.kinds import KINDS
from legal.models import Version
from legal.verbs import Manuscript, ensure_document, publish

FOLDER = Path(__file__).parent / "starters"


def manuscripts(slug: str) -> tuple[dict[str, Manuscript], str]:
    """The starter texts of one kind by language, and which language is authoritative."""
    found: dict[str, Manuscript] = {}
    authoritative = ""
    for path in sorted(FOLDER.glob(f"{slug}.*.md")):
        file = read(path)
        facts = file.facts
        found[facts["language"]] = Manuscript(facts["title"], facts["changes"], file.text)
        if facts["authoritative"] == "true":
            authoritative = facts["language"]
    return found, authoritative


@transaction.atomic
def publish_starters(*, at: datetime) -> list[Version]:
    """Publish the starter texts of every document that has no version yet; leave the others alone."""
    versions = []
    for position, kind in enumerate(KINDS):
        document = ensure_document(kind.slug, in_acceptance_set=kind.in_acceptance_set, position=position)
        if not document.versions.exists():
            texts, authoritative = manuscripts(kind.slug)
            versions.append(publish(kind.slug, texts, authoritative=authoritative, at=at))
    return versions
