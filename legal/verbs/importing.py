"""Versions that were published elsewhere, or are written in files, become versions here."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from journal.models import Role
from journal.verbs import record
from legal.editions import LONGEST_CHANGES, LONGEST_TITLE, Edition, Sheet
from legal.kinds import KINDS
from legal.models import Document, Version
from legal.verbs.accepting import ask_again, hold_documents_still
from legal.verbs.drafting import Manuscript, ensure_document, keep_page, passages_before
from legal.verbs.publishing import PublicationRefused, publish
from legal.writing import Page, WritingError, filled, typeset, write


@dataclass
class Imported:
    """What became of the editions handed in."""

    kept: list[Version] = field(default_factory=list)
    already_there: int = 0
    unchanged: int = 0


@transaction.atomic
def import_editions(editions: Iterable[Edition], *, at: datetime) -> Imported:
    """Keep editions as versions, in the order given: all of them or none. Raises PublicationRefused.

    One with a date is history: it is kept as of that date, nobody is written to, and only the first
    version of a document and those said to be significant ask anybody to accept. One without a date is
    published at `at`, as from the desk. What is there already is recognised and left alone.
    """
    imported = Imported()
    standing: dict[str, Version] = {}  # of each document, the version the last edition is, or was kept as
    met: set[int] = set()
    for edition in editions:
        for sheet in edition.sheets:
            _refuse_sheet(sheet)
        document = _document_of(edition)
        latest = document.versions.published(at).order_by("-number").first()
        before = standing.get(edition.kind, latest)
        if there := _there(document, edition, met):
            imported.already_there += 1
        elif before and not edition.digest and _says_the_same(before, edition):
            imported.unchanged += 1
            continue
        elif edition.published_at is None:
            there = _publish(edition, latest, at=at)
            imported.kept.append(there)
        else:
            there = _keep(document, edition, latest, at=at)
            imported.kept.append(there)
        standing[edition.kind] = there
        met.add(there.pk)
    return imported


def _document_of(edition: Edition) -> Document:
    """The document, made if need be, and locked. Raises PublicationRefused."""
    known = {kind.slug: (kind.in_acceptance_set, position) for position, kind in enumerate(KINDS)}
    in_acceptance_set, position = known.get(edition.kind, (False, len(KINDS)))
    if edition.in_acceptance_set is not None:
        in_acceptance_set = edition.in_acceptance_set
    if edition.position is not None:
        position = edition.position
    try:
        Document(slug=edition.kind, position=position).clean_fields()
    except ValidationError as error:
        raise PublicationRefused(f"{edition.where}: “{edition.kind}”: {' '.join(error.messages)}") from error
    ensure_document(edition.kind, in_acceptance_set=in_acceptance_set, position=position)
    return Document.objects.select_for_update().get(slug=edition.kind)


def _there(document: Document, edition: Edition, met: set[int]) -> Version | None:
    """The version that this very edition became before. Raises PublicationRefused where another took its place.

    Those already `met` are other editions: two commits of one second may hold the same words.
    """
    versions = (
        document.versions.filter(published_at__isnull=False).prefetch_related("texts").order_by("number")
    )
    if edition.digest and edition.number is not None:
        there = versions.filter(number=edition.number).first()
        if there and there.digest != edition.digest:
            raise PublicationRefused(
                _("%(where)s: the portal has another version %(number)s of “%(kind)s”.")
                % {"where": edition.where, "number": there.number, "kind": edition.kind}
            )
        return there
    if edition.published_at is None:
        return None
    same_moment = versions.filter(published_at=edition.published_at).exclude(pk__in=met)
    return next((version for version in same_moment if _holds_its_words(version, edition)), None)


def _says_the_same(version: Version, edition: Edition) -> bool:
    titles = {text.language: text.title for text in version.texts.all()}
    return (
        version.authoritative_language == edition.authoritative
        and titles == {sheet.language: sheet.title.strip() for sheet in edition.sheets}
        and _holds_its_words(version, edition)
    )


def _holds_its_words(version: Version, edition: Edition) -> bool:
    """By hash. What is history is also known by its source: the host's own facts may have changed since."""
    there = {text.language: text for text in version.texts.all()}
    return set(there) == {sheet.language for sheet in edition.sheets} and all(
        there[sheet.language].sha256 == _sha256(_final(sheet))
        or (edition.published_at is not None and there[sheet.language].source.strip() == sheet.text.strip())
        for sheet in edition.sheets
    )


def _publish(edition: Edition, latest: Version | None, *, at: datetime) -> Version:
    _refuse_number(edition, latest)
    manuscripts = {
        sheet.language: Manuscript(sheet.title, sheet.changes, sheet.text) for sheet in edition.sheets
    }
    try:
        return publish(
            edition.kind,
            manuscripts,
            authoritative=edition.authoritative,
            at=at,
            effective_at=edition.effective_at,
            significant=edition.significant is not False,
            every_language=False,  # a host that publishes from the console may have one language only
        )
    except PublicationRefused as refusal:
        raise PublicationRefused(
            *(f"{edition.where}: {complaint}" for complaint in refusal.complaints)
        ) from refusal


def _keep(document: Document, edition: Edition, latest: Version | None, *, at: datetime) -> Version:
    """A version as it was: at its date, with its texts, after the one before it."""
    published_at = edition.published_at
    assert published_at
    effective_at = edition.effective_at or published_at
    _refuse_place(document, edition, latest, effective_at=effective_at, at=at)
    first = latest is None
    version = Version.objects.create(
        document=document,
        number=latest.number + 1 if latest else 1,
        authoritative_language=edition.authoritative,
        significant=bool(edition.significant) or first,
        previous_digest=latest.digest if latest else "",
    )
    parallel: list[str] = []
    for sheet in edition.sheets:
        page = _page(version, sheet, parallel)
        parallel = parallel or [passage.ref for passage in page.passages]
        keep_page(version, sheet.language, Manuscript(sheet.title, sheet.changes, sheet.text), page)
    version.published_at = published_at
    version.effective_at = effective_at
    version.digest = version.fingerprint()
    if edition.digest and version.digest != edition.digest:
        raise PublicationRefused(
            _("%(where)s: what this version says of itself does not make its digest. Something was altered.")
            % {"where": edition.where}
        )
    hold_documents_still()
    version.save(update_fields=["published_at", "effective_at", "digest"])
    record(
        "legal.imported",
        version,
        role=Role.OPERATOR,
        document=document.slug,
        number=version.number,
        digest=version.digest,
        origin=[sheet.where for sheet in edition.sheets],
    )
    if version.significant and document.in_acceptance_set:
        ask_again(version)
    return version


def _page(version: Version, sheet: Sheet, parallel: list[str]) -> Page:
    known = passages_before(version, sheet.language)
    try:
        if not sheet.final:
            return write(sheet.text, sheet.language, known=known, parallel=parallel)
        page = typeset(_final(sheet), sheet.language, known=known, parallel=sheet.refs or parallel)
    except WritingError as error:
        raise PublicationRefused(f"{sheet.where}: {error}") from error
    if sheet.sha256 and [passage.ref for passage in page.passages] != list(sheet.refs):
        raise PublicationRefused(
            _("%(where)s: the clauses it names are not those of its text.") % {"where": sheet.where}
        )
    return page


def _final(sheet: Sheet) -> str:
    """The words as they are kept. Raises PublicationRefused."""
    try:
        return filled(sheet.text, sheet.language, variables_too=not sheet.final)
    except WritingError as error:
        raise PublicationRefused(f"{sheet.where}: {error}") from error


def _sha256(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def _refuse_sheet(sheet: Sheet) -> None:
    spoken = dict(settings.LANGUAGES)
    if not sheet.language:
        raise PublicationRefused(
            _("%(where)s does not say its language. Add “language: fr” to it, or --lang fr.")
            % {"where": sheet.where}
        )
    if sheet.language not in spoken:
        raise PublicationRefused(
            _("%(where)s: the portal does not speak “%(language)s”. It speaks: %(known)s.")
            % {"where": sheet.where, "language": sheet.language, "known": ", ".join(sorted(spoken))}
        )
    for fact, option, words, most in (
        ("title", "--title", sheet.title.strip(), LONGEST_TITLE),
        ("changes", "--changes", sheet.changes.strip(), LONGEST_CHANGES),
    ):
        if not words:
            raise PublicationRefused(
                _(
                    "%(where)s needs a line “%(fact)s: …” between two lines of dashes at its top, or %(option)s."
                )
                % {"where": sheet.where, "fact": fact, "option": option}
            )
        if len(words) > most:
            raise PublicationRefused(
                _("%(where)s: “%(words)s…” is too long. Use at most %(most)d characters.")
                % {"where": sheet.where, "words": words[:40], "most": most}
            )
    if sheet.sha256 and sheet.sha256 != _sha256(_final(sheet)):
        raise PublicationRefused(
            _(
                "%(where)s: its text does not have the SHA-256 it names, so it was altered. To import it as a new "
                "version, remove the lines “sha256”, “digest”, “number” and “published”."
            )
            % {"where": sheet.where}
        )


def _refuse_place(
    document: Document, edition: Edition, latest: Version | None, *, effective_at: datetime, at: datetime
) -> None:
    """Whether the edition can stand after `latest`, the last version there is."""
    published_at = edition.published_at
    assert published_at
    if document.versions.drafts().exists():
        raise PublicationRefused(
            _(
                "At the desk, the next version of “%(slug)s” is being written. Publish or discard that draft first."
            )
            % {"slug": document.slug}
        )
    if published_at > at:
        raise PublicationRefused(
            _("%(where)s is dated %(date)s, which is still to come. Leave the date out to publish it now.")
            % {"where": edition.where, "date": published_at.isoformat()}
        )
    if effective_at < published_at:
        raise PublicationRefused(
            _("%(where)s: a version cannot take effect before it is published. Choose a later date.")
            % {"where": edition.where}
        )
    if latest and latest.published_at and latest.effective_at:
        if published_at < latest.published_at:
            raise PublicationRefused(
                _(
                    "%(where)s is dated %(date)s, and the portal has version %(number)s of “%(kind)s” since "
                    "%(latest)s. History is only ever added at its end: import the oldest first, into a "
                    "document that has no version yet."
                )
                % {
                    "where": edition.where,
                    "date": published_at.isoformat(),
                    "number": latest.number,
                    "kind": edition.kind,
                    "latest": latest.published_at.isoformat(),
                }
            )
        if effective_at < latest.effective_at:
            raise PublicationRefused(
                _("%(where)s: version %(number)s takes effect on %(date)s; the next one cannot before it.")
                % {
                    "where": edition.where,
                    "number": latest.number,
                    "date": latest.effective_at.isoformat(),
                }
            )
    _refuse_number(edition, latest)


def _refuse_number(edition: Edition, latest: Version | None) -> None:
    due = latest.number + 1 if latest else 1
    if edition.number is not None and edition.number != due:
        raise PublicationRefused(
            _("%(where)s says it is version %(number)d; the next one of “%(kind)s” is %(due)d.")
            % {"where": edition.where, "number": edition.number, "kind": edition.kind, "due": due}
        )
