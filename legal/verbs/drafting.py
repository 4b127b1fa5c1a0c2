"""The next version is written, in every language, before anybody is bound by it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.models import Role
from journal.verbs import record
from legal.models import Clause, Document, Text, Version
from legal.verbs.accepting import ask_again, hold_documents_still
from legal.writing import Page, Passage, WritingError, with_ids, write


class NoSuchDraft(Exception):
    """It was published or thrown away meanwhile."""

    def __str__(self) -> str:
        return _("This draft is no longer there: somebody published it or threw it away.")


class RevisedMeanwhile(Exception):
    """Somebody else saved after the author opened the page; nothing was overwritten."""

    def __str__(self) -> str:
        return _("Somebody else changed this draft while you were working on it.")


@dataclass(frozen=True)
class Manuscript:
    """What an author hands in for one language."""

    title: str
    changes: str
    source: str

    @classmethod
    def of(cls, text: Text) -> "Manuscript":
        return cls(text.title, text.changes, text.source)

    def mark(self) -> str:
        """Tells this manuscript from any other: what an author has seen, to compare with what is there."""
        content = json.dumps([self.title, self.changes, self.source], ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()


def mark_of(version: Version, language: str = "") -> str:
    """The mark of one text of a draft ("" while there is none), or of the whole draft."""
    texts = version.texts.filter(language=language) if language else version.texts.order_by("language")
    marks = [Manuscript.of(text).mark() for text in texts]
    return "".join(marks) if language else "-".join([version.authoritative_language, *marks])


@transaction.atomic
def ensure_document(slug: str, *, in_acceptance_set: bool, position: int = 0) -> Document:
    """The document `slug`, created if the host has none of that name."""
    document, _created = Document.objects.get_or_create(
        slug=slug, defaults={"in_acceptance_set": in_acceptance_set, "position": position}
    )
    return document


@transaction.atomic
def describe_document(document: Document, *, by: AbstractBaseUser) -> Document:
    """Keep a kind of document, new or described anew; it says whether everybody has to accept it.

    Everybody is asked when it joins the acceptance set: until then nobody had to accept it.
    """
    document.full_clean()
    joins = (
        document.in_acceptance_set
        and Document.objects.filter(pk=document.pk, in_acceptance_set=False).exists()
    )
    verb = "legal.document-described" if document.pk else "legal.document-added"
    document.save()
    standing = document.versions.published(timezone.now()).filter(significant=True)
    if joins and (latest := standing.order_by("-effective_at").first()):
        hold_documents_still()
        ask_again(latest)
    record(verb, document, actor=by, slug=document.slug, in_acceptance_set=document.in_acceptance_set)
    return document


@transaction.atomic
def begin_draft(
    slug: str, *, authoritative: str = "", copy: bool = True, by: AbstractBaseUser | None = None
) -> Version:
    """The draft of the document's next version, begun from the latest one unless `copy` is false.

    The draft that is there already, if there is one.
    """
    document = Document.objects.select_for_update().get(slug=slug)
    draft = document.versions.drafts().first()
    if draft:
        return draft
    latest = document.versions.order_by("-number").first()
    draft = Version.objects.create(
        document=document,
        number=latest.number + 1 if latest else 1,
        authoritative_language=authoritative or (latest.authoritative_language if latest else "fr"),
        previous_digest=latest.digest if latest else "",
    )
    if latest and copy:
        for text in sorted(latest.texts.all(), key=lambda text: not text.is_authoritative):
            keep_text(draft, text.language, Manuscript(title=text.title, changes="", source=text.source))
    record("legal.drafted", draft, actor=by, role="" if by else Role.OPERATOR, number=draft.number)
    return draft


@transaction.atomic
def revise_draft(
    version_id: int,
    language: str,
    manuscript: Manuscript,
    *,
    seen: str | None = None,
    by: AbstractBaseUser | None = None,
) -> Text:
    """Keep what the author wrote, even what cannot be published as it is.

    `seen` is the mark of the text the author began from. Raises NoSuchDraft, RevisedMeanwhile.
    """
    draft = fetch_draft(version_id)
    before = mark_of(draft, language)
    refuse_unseen(seen, before)
    if manuscript.mark() == before:
        return draft.texts.get(language=language)
    text = keep_text(draft, language, manuscript)
    if language == draft.authoritative_language:
        _keep_translations(draft)
    record("legal.revised", draft, actor=by, role="" if by else Role.OPERATOR, language=language)
    return text


@transaction.atomic
def name_clauses(version_id: int, language: str, names: Mapping[int, str], *, by: AbstractBaseUser) -> Text:
    """Say which clauses the ones at these positions are, by writing {#id} into the source.

    An empty name makes the clause a new one. Raises NoSuchDraft; WritingError where no text can
    carry these names, and then nothing is changed.
    """
    draft = fetch_draft(version_id)
    text = draft.texts.get(language=language)
    known = passages_before(draft, language)
    manuscript = Manuscript(
        text.title, text.changes, with_ids(text.source, names, avoid=[passage.ref for passage in known])
    )
    page = write(manuscript.source, language, known=known, parallel=_parallel(draft, language))
    for position, name in names.items():
        if name and page.passages[position].ref != name:
            raise WritingError(
                _("The id “%(ref)s” cannot be written at this clause. Write it into the source yourself.")
                % {"ref": name}
            )
    text = keep_text(draft, language, manuscript)
    if language == draft.authoritative_language:
        _keep_translations(draft)
    named = {
        str(position): clause.ref for position, clause in enumerate(text.clauses.all()) if position in names
    }
    record("legal.clauses-named", draft, actor=by, language=language, names=named)
    return text


@transaction.atomic
def choose_authoritative(version_id: int, language: str, *, by: AbstractBaseUser) -> Version:
    """Decide which text counts where two languages differ. Raises NoSuchDraft."""
    if language not in dict(settings.LANGUAGES):
        raise ValueError(language)
    draft = fetch_draft(version_id)
    draft.authoritative_language = language
    draft.save(update_fields=["authoritative_language"])
    keep_again(draft)
    record("legal.authority-chosen", draft, actor=by, language=language)
    return draft


@transaction.atomic
def discard_draft(version_id: int, *, seen: str | None = None, by: AbstractBaseUser) -> None:
    """Throw a draft away. `seen` is the mark of the whole draft. Raises NoSuchDraft, RevisedMeanwhile."""
    draft = fetch_draft(version_id)
    refuse_unseen(seen, mark_of(draft))
    record("legal.discarded", draft, actor=by, document=draft.document.slug, number=draft.number)
    draft.delete()


def refuse_unseen(seen: str | None, there: str) -> None:
    if seen is not None and seen != there:
        raise RevisedMeanwhile


def fetch_draft(version_id: int) -> Version:
    """The draft, locked together with its document. Raises NoSuchDraft."""
    drafts = Version.objects.drafts().select_related("document")
    draft = drafts.select_for_update(of=("self", "document")).filter(pk=version_id).first()
    if draft is None:
        raise NoSuchDraft
    return draft


def keep_text(version: Version, language: str, manuscript: Manuscript) -> Text:
    """The text of a draft in one language, with its page and clauses as far as they can be made."""
    try:
        page = write(
            manuscript.source,
            language,
            known=passages_before(version, language),
            parallel=_parallel(version, language),
        )
    except WritingError:
        page = Page(markdown="", html="", passages=[])
    return keep_page(version, language, manuscript, page)


def keep_page(version: Version, language: str, manuscript: Manuscript, page: Page) -> Text:
    """The rows of one text of a draft: itself and its clauses."""
    text, _created = Text.objects.update_or_create(
        version=version,
        language=language,
        defaults={
            "title": manuscript.title.strip(),
            "changes": manuscript.changes.strip(),
            "source": manuscript.source.replace("\x00", ""),
            "markdown": page.markdown,
            "html": page.html,
            "sha256": hashlib.sha256(page.markdown.encode()).hexdigest(),
        },
    )
    text.clauses.all().delete()
    Clause.objects.bulk_create(
        Clause(text=text, position=position, **asdict(passage))
        for position, passage in enumerate(page.passages)
    )
    return text


def keep_again(version: Version) -> None:
    """Make the pages and clauses of a draft anew: what they are made of besides their source may have changed."""
    for text in sorted(version.texts.all(), key=lambda text: text.language != version.authoritative_language):
        keep_text(version, text.language, Manuscript.of(text))


def _keep_translations(version: Version) -> None:
    """Their clauses are called like those of the authoritative text, which has just changed."""
    for text in version.texts.exclude(language=version.authoritative_language):
        keep_text(version, text.language, Manuscript.of(text))


def version_before(version: Version) -> Version | None:
    """The published version that `version` follows."""
    earlier = version.document.versions.filter(number__lt=version.number, published_at__isnull=False)
    return earlier.order_by("-number").prefetch_related("texts").first()


def passages_before(version: Version, language: str) -> list[Passage]:
    """The clauses of the version this one follows: in the same language, else in the authoritative one."""
    previous = version_before(version)
    if previous is None:
        return []
    clauses = previous.text_in(language).clauses.all()
    return [Passage(c.ref, c.lead, c.markdown, c.is_heading) for c in clauses]


def _parallel(version: Version, language: str) -> Sequence[str]:
    """The ids of the authoritative text, for a translation; it must be kept first."""
    if language == version.authoritative_language:
        return []
    clauses = Clause.objects.filter(text__version=version, text__language=version.authoritative_language)
    return list(clauses.order_by("position").values_list("ref", flat=True))
