"""What happens to documents: they are published, and people accept them."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from journal.models import Role
from journal.verbs import record
from legal.models import (
    Acceptance,
    AcceptsDocuments,
    Clause,
    Decision,
    Document,
    How,
    Text,
    Version,
    pseudonym,
    same_set,
)
from legal.writing import WritingError, write


class PublicationRefused(ValueError):
    """A version cannot be published; the message says what to do."""


class DocumentsChanged(Exception):
    """What the person was shown is no longer what has to be accepted."""


@dataclass(frozen=True)
class Manuscript:
    """What an author hands in for one language."""

    title: str
    changes: str
    source: str


@transaction.atomic
def publish(
    slug: str,
    manuscripts: Mapping[str, Manuscript],
    *,
    authoritative: str,
    at: datetime,
    effective_at: datetime | None = None,
    significant: bool = True,
    by: AbstractBaseUser | None = None,
) -> Version:
    """Publish the next version of the document `slug`, for good.

    It takes effect at `effective_at`, by default at once. Raises PublicationRefused.
    """
    effective_at = effective_at or at
    document = Document.objects.select_for_update().get(slug=slug)
    previous = document.versions.order_by("-number").first()
    _refuse_unready(manuscripts, authoritative, effective_at, at, previous)
    version = Version.objects.create(
        document=document,
        number=previous.number + 1 if previous else 1,
        authoritative_language=authoritative,
        significant=significant or previous is None,
        effective_at=effective_at,
        previous_digest=previous.digest if previous else "",
    )
    for language, manuscript in sorted(manuscripts.items()):
        _keep_text(version, language, manuscript)
    version.published_at = at
    version.digest = version.fingerprint()
    version.save(update_fields=["published_at", "digest"])
    record(
        "legal.published",
        version,
        actor=by,
        role="" if by else Role.OPERATOR,
        document=slug,
        number=version.number,
        digest=version.digest,
    )
    return version


def _refuse_unready(
    manuscripts: Mapping[str, Manuscript],
    authoritative: str,
    effective_at: datetime,
    at: datetime,
    previous: Version | None,
) -> None:
    known = dict(settings.LANGUAGES)
    if unknown := sorted(set(manuscripts) - set(known)):
        raise PublicationRefused(
            _("The portal does not speak “%(language)s”. It speaks: %(known)s.")
            % {"language": unknown[0], "known": ", ".join(sorted(known))}
        )
    if authoritative not in manuscripts:
        raise PublicationRefused(
            _("There is no text in the authoritative language “%(language)s”. Add it, or choose another.")
            % {"language": authoritative}
        )
    for language, manuscript in manuscripts.items():
        if not (manuscript.title.strip() and manuscript.changes.strip() and manuscript.source.strip()):
            raise PublicationRefused(
                _("The text in “%(language)s” needs a title, a word on what changed, and a text.")
                % {"language": language}
            )
    if effective_at < at:
        raise PublicationRefused(
            _("A version cannot take effect before it is published. Choose a later date.")
        )
    if previous and effective_at < previous.effective_at:
        raise PublicationRefused(
            _("Version %(number)s takes effect on %(date)s; the next one cannot take effect before it.")
            % {"number": previous.number, "date": previous.effective_at.date().isoformat()}
        )


def _keep_text(version: Version, language: str, manuscript: Manuscript) -> None:
    try:
        page = write(manuscript.source, language)
    except WritingError as error:
        raise PublicationRefused(f"{version.document.slug} ({language}): {error}") from error
    text = Text.objects.create(
        version=version,
        language=language,
        title=manuscript.title.strip(),
        changes=manuscript.changes.strip(),
        source=manuscript.source,
        markdown=page.markdown,
        html=page.html,
        sha256=hashlib.sha256(page.markdown.encode()).hexdigest(),
    )
    Clause.objects.bulk_create(
        Clause(text=text, position=position, **asdict(passage))
        for position, passage in enumerate(page.passages)
    )


@transaction.atomic
def accept(person: AcceptsDocuments, texts: Iterable[Text], *, how: How, at: datetime) -> list[Acceptance]:
    """Write down that `person` accepted exactly `texts`. Raises DocumentsChanged.

    The texts must be the whole set in force at `at`; their language is the reader's business.
    """
    texts = list(texts)
    required = Text.objects.to_accept(at, settings.LANGUAGE_CODE)
    if not same_set(texts, required):
        raise DocumentsChanged
    rows = Acceptance.objects.bulk_create(
        Acceptance(
            person=person,
            person_hash=pseudonym(person),
            text=text,
            sha256=text.sha256,
            decision=Decision.ACCEPTED,
            how=how,
            at=at,
        )
        for text in texts
    )
    person.accepted_through = max((text.version.effective_at for text in required), default=None)
    person.save(update_fields=["accepted_through"])
    record("legal.accepted", person, actor=person, how=how, texts=[text.pk for text in texts])
    return rows


@transaction.atomic
def ensure_document(slug: str, *, in_acceptance_set: bool, position: int = 0) -> Document:
    """The document `slug`, created if the host has none of that name."""
    document, _created = Document.objects.get_or_create(
        slug=slug, defaults={"in_acceptance_set": in_acceptance_set, "position": position}
    )
    return document
