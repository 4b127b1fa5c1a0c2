"""A version becomes public, for good."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from journal.models import Role
from journal.verbs import record
from legal.models import Version
from legal.readiness import complaints
from legal.verbs.accepting import ask_again, hold_documents_still
from legal.verbs.drafting import (
    Manuscript,
    begin_draft,
    fetch_draft,
    keep_again,
    keep_text,
    mark_of,
    refuse_unseen,
)
from legal.verbs.telling import begin_telling, is_told


class PublicationRefused(ValueError):
    """A version cannot be published; `complaints` say why and what to do, one sentence each."""

    def __init__(self, *complaints: str) -> None:
        super().__init__(*complaints)
        self.complaints = complaints

    def __str__(self) -> str:
        return " ".join(self.complaints)


@transaction.atomic
def publish_draft(
    version_id: int,
    *,
    at: datetime,
    effective_at: datetime | None = None,
    significant: bool = True,
    every_language: bool = True,
    seen: str | None = None,
    tell: bool = True,
    by: AbstractBaseUser | None = None,
) -> Version:
    """Publish a draft. It takes effect at `effective_at`, by default at once; its variables are filled in now.

    The first version of a document is always significant. `seen` is the mark of the whole draft as it
    was read. A significant change of what everybody has to accept is told to everybody, unless `tell` is
    false. Raises NoSuchDraft, RevisedMeanwhile, PublicationRefused.
    """
    version = fetch_draft(version_id)
    refuse_unseen(seen, mark_of(version))
    effective_at = effective_at or at
    keep_again(version)
    if found := complaints(version, effective_at=effective_at, at=at, every_language=every_language):
        raise PublicationRefused(*found)
    version.effective_at = effective_at
    version.published_at = at
    version.significant = significant or version.number == 1
    version.digest = version.fingerprint()
    hold_documents_still()
    version.save(update_fields=["effective_at", "published_at", "significant", "digest"])
    record(
        "legal.published",
        version,
        actor=by,
        role="" if by else Role.OPERATOR,
        document=version.document.slug,
        number=version.number,
        digest=version.digest,
    )
    if version.significant and version.document.in_acceptance_set:
        ask_again(version)
    if tell and is_told(version):
        begin_telling(version)
    return version


@transaction.atomic
def publish(
    slug: str,
    manuscripts: Mapping[str, Manuscript],
    *,
    authoritative: str,
    at: datetime,
    effective_at: datetime | None = None,
    significant: bool = True,
    every_language: bool = True,
    tell: bool = True,
    by: AbstractBaseUser | None = None,
) -> Version:
    """Publish texts that were written elsewhere as the next version of `slug`. Raises PublicationRefused."""
    _refuse_manuscripts(slug, manuscripts)
    draft = begin_draft(slug, authoritative=authoritative, copy=False, by=by)
    for language in sorted(manuscripts, key=lambda language: language != authoritative):
        keep_text(draft, language, manuscripts[language])
    return publish_draft(
        draft.pk,
        at=at,
        effective_at=effective_at,
        significant=significant,
        every_language=every_language,
        tell=tell,
        by=by,
    )


def _refuse_manuscripts(slug: str, manuscripts: Mapping[str, Manuscript]) -> None:
    """What cannot even be kept as a draft."""
    if Version.objects.drafts().filter(document__slug=slug).exists():
        raise PublicationRefused(
            _(
                "At the desk, the next version of “%(slug)s” is being written. Publish or discard that draft first."
            )
            % {"slug": slug}
        )
    spoken = dict(settings.LANGUAGES)
    for language, manuscript in manuscripts.items():
        if language not in spoken:
            raise PublicationRefused(
                _("The portal does not speak “%(language)s”. It speaks: %(known)s.")
                % {"language": language, "known": ", ".join(sorted(spoken))}
            )
        for words, most in ((manuscript.title, 200), (manuscript.changes, 500)):
            if len(words) > most:
                raise PublicationRefused(
                    _("“%(words)s…” is too long. Use at most %(most)d characters.")
                    % {"words": words[:40], "most": most}
                )
