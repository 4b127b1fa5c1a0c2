"""Documents in files: facts between two lines of dashes, then the text."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from legal.writing import WritingError

OPENING = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.S | re.M)
FACT = re.compile(r"([A-Za-z][\w -]*?)\s*:(.*)")
BESIDE = re.compile(r"\s|-|#|$")  # what other programs keep in front matter: nested, listed, remarks, nothing
SYNONYMS = {
    "slug": "kind",
    "lang": "language",
    "date": "published",
    "published_at": "published",
    "effective_at": "effective",
}


@dataclass(frozen=True)
class SourceFile:
    """A file as it was read. `where` names it in what is said about it."""

    where: str
    text: str
    text_begins: int = 1
    facts: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    def at(self, fact: str) -> str:
        """Where a fact stands, for a message."""
        return line_of(self.where, self.lines[fact])


def line_of(where: str, line: int) -> str:
    return _("%(where)s, line %(line)d") % {"where": where, "line": line}


def read(path: Path) -> SourceFile:
    """Read a document that was written for the portal. Raises WritingError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WritingError(
            _("%(path)s cannot be read: %(why)s") % {"path": path, "why": error.strerror}
        ) from error
    return parse(content, str(path))


def parse(content: bytes, where: str, *, foreign: bool = False) -> SourceFile:
    """Tell the facts from the text. Raises WritingError.

    What was written for another program (`foreign`) may say more in its front matter than we know: that
    is passed over. In ours, a line that is no fact is a slip of the pen.
    """
    try:
        whole = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise WritingError(
            _("%(place)s, is not UTF-8. Save the file as UTF-8.") % {"place": line_of(where, line)}
        ) from error
    if "\x00" in whole:
        line = whole[: whole.index("\x00")].count("\n") + 1
        raise WritingError(
            _("%(place)s, holds a NUL character. Save the file again as plain text.")
            % {"place": line_of(where, line)}
        )
    opening = OPENING.match(whole)
    if not opening:
        return SourceFile(where, whole.strip())
    facts: dict[str, str] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(opening[1].split("\n"), start=2):
        fact = FACT.match(line)
        if fact:
            name = SYNONYMS.get(fact[1], fact[1])
            facts[name], lines[name] = _unquoted(fact[2].strip()), number
        elif foreign and not BESIDE.match(line):
            return SourceFile(where, whole.strip())  # two rules around a text, no front matter
        elif line.strip() and not foreign:
            raise WritingError(_("%(place)s: write “name: value”.") % {"place": line_of(where, number)})
    begins = whole[: opening.end()].count("\n") + 1
    return SourceFile(where, whole[opening.end() :].strip(), begins, facts, lines)


def compose(facts: Mapping[str, str], text: str) -> str:
    """The file that `parse` reads as these facts and this text."""
    head = "".join(f"{name}: {_quoted(value)}".rstrip() + "\n" for name, value in facts.items())
    return f"---\n{head}---\n\n{text}"


def _quoted(value: str) -> str:
    plain = value == _unquoted(value.strip()) and "\n" not in value and "\r" not in value
    return value if plain else json.dumps(value, ensure_ascii=False)


def _unquoted(value: str) -> str:
    """Words in quotes, as other programs write them, without these."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        try:
            words = json.loads(value)
        except ValueError:
            return value  # "To be" or "not to be": quotes that are part of the words
        return words if isinstance(words, str) else value
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    return value
