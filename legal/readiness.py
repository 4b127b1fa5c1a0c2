"""What a version still lacks before it can be published, in sentences that say what to do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from legal.models import Text, Version
from legal.writing import WritingError, write


@dataclass(frozen=True)
class Section:
    """Something a kind of document must say: a clause called `refs`, or one that speaks of it."""

    name: str | Promise
    refs: frozenset[str]
    words: re.Pattern[str]

    def stands_in(self, text: Text) -> bool:
        return any(c.ref in self.refs or self.words.search(c.markdown) for c in text.clauses.all())


def section(name: str | Promise, refs: str, words: str) -> Section:
    return Section(name, frozenset(refs.split()), re.compile(words, re.IGNORECASE))


# Source: Charter of CHATONS (personal data clause, security, backups, log retention), law 2004-575
# (publisher, director of publication, host with address and telephone).
REQUIRED: Mapping[str, list[Section]] = {
    "terms": [
        section(
            gettext_lazy("personal data"),
            "personal-data",
            r"données (à caractère )?personnel|personal (data|information)",
        )
    ],
    "legal-notice": [
        section(gettext_lazy("the publisher"), "publisher", r"éditeur|édité par|publisher|published by"),
        section(
            gettext_lazy("the director of publication"),
            "publication-director",
            r"direct(eur|rice)( ou directrice)? de (la )?publication"
            r"|director of (the )?publication|publication director|responsible for (the )?publication",
        ),
        section(
            gettext_lazy("the hosting provider, with its address and telephone"),
            "hosting host",
            r"(?s)(héberge|host).*(\+?\d[\d .-]{7,}|téléphone|telephone|phone)",
        ),
    ],
    "technical-report": [
        section(gettext_lazy("hosting"), "hosting", r"héberge|host"),
        section(gettext_lazy("backups"), "backups backup", r"sauvegarde|backup"),
        section(
            gettext_lazy("how long logs are kept"),
            "logs log-retention",
            r"(?s)(journaux|\blogs?\b).*(conserv|durée|jours|mois|kept|keep|days|months|retention)",
        ),
        section(gettext_lazy("encryption"), "encryption", r"chiffr|encrypt"),
    ],
}


def complaints(
    version: Version, *, effective_at: datetime, at: datetime, every_language: bool = True
) -> list[str]:
    """What keeps `version`, a draft, from being published at `at`; empty when it is ready."""
    found = _about_languages(version, every_language=every_language)
    for text in version.texts.all():
        found += _about_text(version, text)
    previous = version.document.versions.filter(number__lt=version.number).order_by("-number").first()
    if effective_at < at:
        found.append(_("A version cannot take effect before it is published. Choose a later date."))
    if previous and previous.effective_at and effective_at < previous.effective_at:
        found.append(
            _("Version %(number)s takes effect on %(date)s; the next one cannot take effect before it.")
            % {"number": previous.number, "date": previous.effective_at.date().isoformat()}
        )
    return found


def _about_languages(version: Version, *, every_language: bool) -> list[str]:
    spoken = dict(settings.LANGUAGES)
    written = {text.language for text in version.texts.all()}
    found = []
    if version.authoritative_language not in written:
        found.append(
            _("There is no text in the authoritative language “%(language)s”. Add it, or choose another.")
            % {"language": version.authoritative_language}
        )
    if every_language:
        found += [
            _("There is no text in %(language)s. Write it: people read in their own language.")
            % {"language": spoken[language]}
            for language in spoken
            if language not in written and language != version.authoritative_language
        ]
    return found


def _about_text(version: Version, text: Text) -> list[str]:
    where = f"{version.document.slug} ({text.language})"
    language = {"language": text.get_language_display()}
    found = []
    if not text.title:
        found.append(_("The text in %(language)s has no title. Give it one.") % language)
    if not text.changes:
        found.append(
            _("The text in %(language)s does not say what changed. Say it in a sentence.") % language
        )
    if not text.source.strip():
        found.append(_("There is not a word in the text in %(language)s. Write it.") % language)
    try:
        write(text.source, text.language)
    except WritingError as error:
        found.append(f"{where}: {error}")
    else:
        found += [
            _("%(where)s says nothing about %(section)s, which it must. Add a clause on it.")
            % {"where": where, "section": section.name}
            for section in REQUIRED.get(version.document.slug, [])
            if not section.stands_in(text)
        ]
    return found
