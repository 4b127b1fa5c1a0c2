"""The next version is written, in every language, before anybody is bound by it."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from journal.models import Role
from journal.verbs import record
from legal.models import Clause, Document, Text, Version
from legal.writing import Page, Passage, WritingError, write


class NoSuchDraft(Exception):
    """It was published or thrown away meanwhile."""

    def __str__(self) -> str:
        return _("This draft is no longer there: somebody published it or threw it away.")


@dataclass(frozen=True)
class Manuscript:
    """What an author hands in for one language."""

    title: str
    changes: str
    source: str


@transaction.atomic
def ensure_document(slug: str, *, in_acceptance_set: bool, position: int = 0) -> Document:
    """The document `slug`, created if the host has none of that name."""
    document, _created = Document.objects.get_or_create(
        slug=slug, defaults={"in_acceptance_set": in_acceptance_set, "position": position}
    )
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
    version_id: int, language: str, manuscript: Manuscript, *, by: AbstractBaseUser | None = None
) -> Text:
    """Keep what the author wrote, even what cannot be published as it is. Raises NoSuchDraft."""
    text = keep_text(fetch_draft(version_id), language, manuscript)
    record("legal.revised", text.version, actor=by, role="" if by else Role.OPERATOR, language=language)
    return text


@transaction.atomic
def discard_draft(version_id: int, *, by: AbstractBaseUser) -> None:
    """Throw a draft away. Raises NoSuchDraft."""
    draft = fetch_draft(version_id)
    record("legal.discarded", draft, actor=by, document=draft.document.slug, number=draft.number)
    draft.delete()


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


def passages_before(version: Version, language: str) -> list[Passage]:
    """The clauses of the version this one follows: in the same language, else in the authoritative one."""
    earlier = version.document.versions.filter(number__lt=version.number, published_at__isnull=False)
    previous = earlier.order_by("-number").prefetch_related("texts").first()
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
