"""Versions as they are handed in from outside, in files: what each says, and what it says of itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from legal.adopting import take_title
from legal.frontmatter import SourceFile, line_of
from legal.writing import WritingError

LONGEST_TITLE = 200  # what the columns hold; a test compares
LONGEST_CHANGES = 500
YES_NO = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True)
class Sheet:
    """One text of an edition. A final one had its variables filled in long ago: braces are only braces."""

    where: str
    language: str
    title: str
    changes: str
    text: str
    final: bool = False
    sha256: str = ""
    refs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edition:
    """One version, to become the next of its kind. Without a date it is published now; with one, it was."""

    kind: str
    sheets: tuple[Sheet, ...]
    authoritative: str
    number: int | None = None
    published_at: datetime | None = None
    effective_at: datetime | None = None
    significant: bool | None = None
    in_acceptance_set: bool | None = None
    position: int | None = None
    digest: str = ""

    @property
    def where(self) -> str:
        return ", ".join(sheet.where for sheet in self.sheets)


@dataclass(frozen=True)
class Wishes:
    """What the operator says of files that do not say it themselves."""

    kind: str = ""
    title: str = ""
    changes: str = ""
    effective_at: datetime | None = None
    significant: bool | None = None
    in_acceptance_set: bool | None = None
    verbatim: bool = False


def editions_in(files: Iterable[tuple[str, SourceFile]], wishes: Wishes) -> list[Edition]:
    """The editions these files make, in order; each file comes with the language its reader named, or "".

    Files of the same kind, number and date are texts of one version. Raises WritingError.
    """
    groups: dict[tuple[str, datetime | None, int | None], list[tuple[str, SourceFile]]] = {}
    for language, file in files:
        kind = file.facts.get("kind") or wishes.kind
        if not kind:
            raise WritingError(
                _("%(where)s does not say which document it is. Add “kind: terms” to it, or --kind.")
                % {"where": file.where}
            )
        key = kind, moment(file, "published"), number(file, "number")
        groups.setdefault(key, []).append((file.facts.get("language") or language, file))
    order = sorted(
        groups,
        key=lambda key: (key[0], key[1] is None, key[1].timestamp() if key[1] else 0, key[2] or 0),
    )
    return [_edition(*key, groups[key], wishes) for key in order]


def _edition(
    kind: str,
    published_at: datetime | None,
    number_: int | None,
    files: Sequence[tuple[str, SourceFile]],
    wishes: Wishes,
) -> Edition:
    sheets = [sheet_of(file, language, wishes) for language, file in files]
    languages = [sheet.language for sheet in sheets]
    for sheet in sheets:
        if languages.count(sheet.language) > 1:
            raise WritingError(
                _(
                    "%(where)s: two files hold the same version in “%(language)s”. "
                    "Give them a number or a date, or import one of them."
                )
                % {"where": sheet.where, "language": sheet.language}
            )
    chosen = [
        sheet.language
        for sheet, (_language, file) in zip(sheets, files, strict=True)
        if flag(file, "authoritative")
    ]
    if len(chosen) > 1:
        raise WritingError(
            _(
                "%(where)s: of one version, one text is authoritative. Say “authoritative: true” in one of them."
            )
            % {"where": ", ".join(sheet.where for sheet in sheets)}
        )
    authoritative = chosen[0] if chosen else languages[0]
    sources = [file for _language, file in files]
    return Edition(
        kind=kind,
        sheets=tuple(sorted(sheets, key=lambda sheet: sheet.language != authoritative)),
        authoritative=authoritative,
        number=number_,
        published_at=published_at,
        effective_at=_agreed(sources, "effective", moment) or wishes.effective_at,
        significant=_first(_agreed(sources, "significant", flag), wishes.significant),
        in_acceptance_set=_first(_agreed(sources, "must_be_accepted", flag), wishes.in_acceptance_set),
        position=_agreed(sources, "position", number),
        digest=_agreed(sources, "digest", _words) or "",
    )


def sheet_of(file: SourceFile, language: str, wishes: Wishes) -> Sheet:
    """Raises WritingError."""
    if not file.text:
        raise WritingError(
            _("%(place)s: there is no text.") % {"place": line_of(file.where, file.text_begins)}
        )
    title = file.facts.get("title", "")
    changes = file.facts.get("changes") or wishes.changes
    if sha256 := file.facts.get("sha256", ""):
        refs = tuple(file.facts.get("clauses", "").split())
        return Sheet(
            file.where, language, title or wishes.title, changes, f"{file.text}\n", True, sha256, refs
        )
    title, text = take_title(file.text, title, otherwise=wishes.title)
    return Sheet(file.where, language, title, changes, text, final=wishes.verbatim)


def moment(file: SourceFile, name: str) -> datetime | None:
    """A date, whose first instant is meant, or an instant. Raises WritingError."""
    words = file.facts.get(name)
    if not words:
        return None
    try:
        return instant(words)
    except ValueError as error:
        raise WritingError(f"{file.at(name)}: {error}") from error


def instant(words: str) -> datetime:
    """A day's first moment where the host is, or the exact moment given. Raises ValueError."""
    try:
        if len(words) == len("2026-03-02"):
            return timezone.make_aware(datetime.combine(date.fromisoformat(words), time.min))
        exact = datetime.fromisoformat(words)
        return exact if timezone.is_aware(exact) else timezone.make_aware(exact)
    except (ValueError, OverflowError) as error:
        raise ValueError(_("“%(day)s” is no date. Write it as YYYY-MM-DD.") % {"day": words}) from error


def flag(file: SourceFile, name: str) -> bool | None:
    """Raises WritingError."""
    if name == "significant" and name not in file.facts and "editorial" in file.facts:
        editorial = flag(file, "editorial")
        return None if editorial is None else not editorial
    words = file.facts.get(name)
    if not words:
        return None
    if words.lower() not in YES_NO:
        raise WritingError(_("%(place)s: write “true” or “false”.") % {"place": file.at(name)})
    return YES_NO[words.lower()]


def number(file: SourceFile, name: str) -> int | None:
    """Raises WritingError."""
    words = file.facts.get(name)
    if not words:
        return None
    if not (words.isascii() and words.isdecimal() and len(words) < 10):
        raise WritingError(_("%(place)s: write a whole number.") % {"place": file.at(name)})
    return int(words)


def _words(file: SourceFile, name: str) -> str | None:
    return file.facts.get(name) or None


def _agreed(files, name, fact):
    """What the files of one version say, if they say it; they must not contradict each other."""
    said = [(file, value) for file in files if (value := fact(file, name)) is not None]
    for file, value in said[1:]:
        if value != said[0][1]:
            raise WritingError(
                _("%(place)s contradicts %(other)s, which holds the same version in another language.")
                % {"place": line_of(file.where, file.lines.get(name, 1)), "other": said[0][0].where}
            )
    return said[0][1] if said else None


def _first(*values):
    return next((value for value in values if value is not None), None)
