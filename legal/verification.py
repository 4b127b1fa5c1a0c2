"""Is everything that was published still what it was? Every hash is computed anew."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from journal.models import Entry
from legal.models import Acceptance, Document, Text, Version
from legal.writing import WritingError, typeset

FATEFUL = ("legal.published", "legal.imported")
# The name a clause's link has for those who hear the page: it may be translated better one day.
SPOKEN = re.compile(r' aria-label="[^"]*"')
GUARDS = {
    "legal_document_final",
    "legal_version_final",
    "legal_text_final",
    "legal_clause_final",
    "legal_acceptance_final",
}


@dataclass(frozen=True)
class Finding:
    """A row, by table and key, and what is wrong with it."""

    row: str
    what: str

    def __str__(self) -> str:
        return f"{self.row}: {self.what}"


@dataclass
class Verified:
    documents: int = 0
    versions: int = 0
    texts: int = 0
    clauses: int = 0
    acceptances: int = 0
    findings: list[Finding] = field(default_factory=list)


def verify() -> Verified:
    """Look at every row; nothing is changed."""
    verified = Verified()
    digests = {
        entry.about_id: entry.details.get("digest", "")
        for entry in Entry.objects.filter(verb__in=FATEFUL, about_type=Version._meta.label_lower)
    }
    for document in Document.objects.order_by("pk"):
        verified.documents += 1
        verified.findings += _of_document(document, digests, verified)
    verified.findings += [
        Finding(_row(Version, pk), _("the journal says it was published, and it is not there."))
        for pk in digests
    ]
    verified.acceptances = Acceptance.objects.count()
    verified.findings += _of_acceptances()
    verified.findings += _of_guards()
    return verified


def _of_document(document: Document, digests: dict[str, str], verified: Verified) -> Iterator[Finding]:
    """The chain of its versions. What is found of `digests` is taken out of it."""
    previous, due = "", 1
    versions = document.versions.filter(published_at__isnull=False).order_by("number")
    for version in versions.prefetch_related("texts").iterator(chunk_size=20):
        version.document = document
        verified.versions += 1
        row = _row(Version, version.pk, document.slug, version.number)
        if version.number != due:
            yield Finding(row, _("version %(number)d, which comes before it, is missing.") % {"number": due})
        if version.previous_digest != previous:
            yield Finding(row, _("it does not follow the version before it: that digest is another."))
        if version.fingerprint() != version.digest:
            yield Finding(row, _("its digest is not that of its dates, titles and texts."))
        journalled = digests.pop(str(version.pk), None)
        if journalled is None:
            yield Finding(row, _("the journal does not know of its publication."))
        elif journalled != version.digest:
            yield Finding(row, _("its digest is not the one the journal noted at publication."))
        texts = list(version.texts.all())
        if version.authoritative_language not in {text.language for text in texts}:
            yield Finding(row, _("its authoritative text is missing."))
        for text in texts:
            verified.texts += 1
            yield from _of_text(text, f"{document.slug} {version.number} {text.language}", verified)
        previous, due = version.digest, version.number + 1


def _of_text(text: Text, name: str, verified: Verified) -> Iterator[Finding]:
    """Its words against their hash; what its page shows and its clauses quote, against its words."""
    row = _row(Text, text.pk, name)
    clauses = list(text.clauses.order_by("position"))
    verified.clauses += len(clauses)
    if hashlib.sha256(text.markdown.encode()).hexdigest() != text.sha256:
        yield Finding(row, _("its words do not have the SHA-256 beside them."))
    try:
        page = typeset(text.markdown, text.language, parallel=[clause.ref for clause in clauses])
    except WritingError as error:
        yield Finding(row, str(error))
        return
    if len(page.passages) != len(clauses):
        yield Finding(
            row,
            _("it has %(found)d clauses and %(kept)d are kept.")
            % {"found": len(page.passages), "kept": len(clauses)},
        )
        return
    if SPOKEN.sub("", page.html) != SPOKEN.sub("", text.html):
        yield Finding(row, _("its page does not show its words."))
    for position, (passage, clause) in enumerate(zip(page.passages, clauses, strict=True)):
        kept = {name: getattr(clause, name) for name in asdict(passage)}
        if kept != asdict(passage) or clause.position != position:
            yield Finding(
                _row(type(clause), clause.pk, name, clause.ref), _("it is not what the text says there.")
            )


def _of_acceptances() -> Iterator[Finding]:
    """Each must name the hash of the text it points to, and that text must have been public."""
    others = Acceptance.objects.exclude(sha256=F("text__sha256")).order_by("pk")
    for pk in others.values_list("pk", flat=True).iterator():
        yield Finding(_row(Acceptance, pk), _("the SHA-256 accepted is not that of its text."))
    drafts = Acceptance.objects.filter(text__version__published_at=None).order_by("pk")
    for pk in drafts.values_list("pk", flat=True).iterator():
        yield Finding(_row(Acceptance, pk), _("its text was never published."))


def _of_guards() -> Iterator[Finding]:
    """The triggers that refuse changes must stand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgname = ANY(%s) AND tgenabled IN ('O', 'A')", [[*GUARDS]]
        )
        standing = {name for (name,) in cursor.fetchall()}
    for name in sorted(GUARDS - standing):
        yield Finding(name, _("this trigger, which refuses changes, is missing or switched off."))


def _row(model, pk: object, *names: object) -> str:
    named = " ".join(str(name) for name in names)
    return f"{model._meta.db_table} {pk}" + (f" ({named})" if named else "")
