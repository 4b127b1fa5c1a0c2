"""The documents that ship with the portal, and reading documents from files."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from legal.models import Version
from legal.verbs import Manuscript, PublicationRefused, ensure_document, publish

FOLDER = Path(__file__).parent / "starters"
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.S)


@dataclass(frozen=True)
class Kind:
    slug: str
    in_acceptance_set: bool


KINDS = [
    Kind("terms", in_acceptance_set=True),
    Kind("legal-notice", in_acceptance_set=True),
    Kind("technical-report", in_acceptance_set=False),
]


def read(path: Path) -> tuple[dict[str, str], str]:
    """The front matter of a file, as a dictionary, and its text. Raises PublicationRefused."""
    try:
        content = path.read_text("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise PublicationRefused(
            _("%(path)s cannot be read: %(why)s") % {"path": path, "why": error.strerror}
        ) from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise PublicationRefused(
            _("%(path)s, line %(line)d, is not UTF-8. Save the file as UTF-8.") % {"path": path, "line": line}
        ) from error
    match = FRONT_MATTER.match(content)
    if not match:
        return {}, content.strip()
    facts = {}
    for number, line in enumerate(match[1].split("\n"), start=2):
        name, colon, value = line.partition(":")
        if line.strip() and not colon:
            raise PublicationRefused(
                _("%(path)s, line %(line)d: write “name: value”.") % {"path": path, "line": number}
            )
        if colon:
            facts[name.strip()] = value.strip()
    return facts, content[match.end() :].strip()


def manuscripts(slug: str) -> tuple[dict[str, Manuscript], str]:
    """The starter texts of one kind by language, and which language is authoritative."""
    found: dict[str, Manuscript] = {}
    authoritative = ""
    for path in sorted(FOLDER.glob(f"{slug}.*.md")):
        facts, source = read(path)
        found[facts["language"]] = Manuscript(facts["title"], facts["changes"], source)
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
