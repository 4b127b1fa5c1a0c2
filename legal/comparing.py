"""The difference between two texts as people read it: clause by clause, computed once for each pair."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from zlib import crc32

from django.core.cache import cache
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from legal.diff import Change, Fate, Op, Piece, Segment, compare
from legal.models import Text
from legal.writing import EXPLICIT_REF, SHORT_REF, segments

KEPT_FOR = 30 * 24 * 3600  # seconds
ROOM = 64  # differences; 200 kB each where a text has 100 kB and 300 clauses
SHAPE = 1  # count it up when the same texts would give another `Difference`
PARAGRAPH = "\n\n"
READ = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Row:
    """A clause of either text, and what became of it."""

    ref: str
    lead: str
    fate: Fate
    reworded: bool  # what moved may also have changed
    was_after: str  # the lead of the clause it stood behind, if it moved
    html: SafeString

    @property
    def cited_as(self) -> str:
        """The id as people cite it, where it is short enough for that."""
        return self.ref.upper() if len(self.ref) <= SHORT_REF else ""


@dataclass(frozen=True)
class Difference:
    """All clauses of both texts in the order of the new one."""

    rows: list[Row]

    def count(self) -> dict[str, int]:
        return dict(Counter(row.fate.value for row in self.rows))

    def stretches(self) -> list[tuple[bool, list[Row]]]:
        """Neighbours together: (unchanged, rows)."""
        return [
            (same, list(rows)) for same, rows in groupby(self.rows, key=lambda row: row.fate == Fate.SAME)
        ]

    @property
    def is_empty(self) -> bool:
        return all(row.fate == Fate.SAME for row in self.rows)


def difference(old: Text, new: Text) -> Difference:
    """What changed from `old` to `new`. Published texts never change, so it is computed once.

    The rows are told apart besides the hashes: two versions with the very same words may call their clauses
    differently. There is room for so many and no more, or asking for every pair would fill the cache.
    """
    pair = f"{SHAPE}:{old.pk}:{old.sha256}:{new.pk}:{new.sha256}"
    key = f"legal:difference:{crc32(pair.encode()) % ROOM}"
    kept_pair, found = cache.get(key, ("", None))
    if kept_pair != pair or found is None:
        seen: dict[str, str] = {}
        found = between(segments_of(old, seen), segments_of(new, seen))
        cache.set(key, (pair, found), KEPT_FOR)
    return found


def segments_of(text: Text, seen: dict[str, str] | None = None) -> list[Segment]:
    """A kept text as its readers see it, cut at its clauses. `seen` remembers what stands in both texts."""
    seen = {} if seen is None else seen
    leads = dict(text.clauses.order_by("position").values_list("ref", "lead"))
    found = []
    for ref, stretch in segments(text.markdown, list(leads)):
        if ref or stretch.strip():
            if stretch not in seen:
                seen[stretch] = plain(stretch)
            found.append(Segment(ref, seen[stretch], leads.get(ref, "")))
    return found


def between(old: Sequence[Segment], new: Sequence[Segment]) -> Difference:
    return Difference([_row(change, old) for change in compare(old, new)])


def _row(change: Change, old: Sequence[Segment]) -> Row:
    pieces = gathered(change.pieces)
    reworded = any(piece.op != Op.KEEP and piece.words.strip() for piece in pieces)
    if not reworded:  # a space more or less is nothing to look at
        pieces = [Piece(Op.KEEP, "".join(piece.words for piece in pieces if piece.op != Op.REMOVE))]
    fate = Fate.SAME if change.fate == Fate.CHANGED and not reworded else change.fate
    moved_from = change.old if fate == Fate.MOVED else None
    return Row(
        ref=change.ref,
        lead=change.lead,
        fate=fate,
        reworded=reworded,
        was_after=old[moved_from - 1].lead.rstrip(". ") if moved_from else "",
        html=_paragraphs(_without_lead(pieces, change.lead)),
    )


# ── Words ─────────────────────────────────────────────────────────────────────────────────────────


def gathered(pieces: Iterable[Piece]) -> list[Piece]:
    """The same difference in fewer pieces: a comma or a space that two changes have in common does not part them."""
    found: list[Piece] = []
    removed = added = ""
    waiting = ""  # kept, with no word in it, since the last change
    for piece in pieces:
        if piece.op == Op.KEEP and (removed or added) and not waiting and _is_glue(piece.words):
            waiting = piece.words
            continue
        if piece.op == Op.KEEP:
            found += _changes(removed, added)
            found.append(Piece(Op.KEEP, waiting + piece.words))
            removed = added = waiting = ""
            continue
        removed, added = removed + waiting, added + waiting
        waiting = ""
        if piece.op == Op.REMOVE:
            removed += piece.words
        else:
            added += piece.words
    found += _changes(removed, added)
    if waiting:
        found.append(Piece(Op.KEEP, waiting))
    return found


def _is_glue(words: str) -> bool:
    return PARAGRAPH not in words and not re.search(r"\w", words)


def _changes(removed: str, added: str) -> list[Piece]:
    return [Piece(op, words) for op, words in ((Op.REMOVE, removed), (Op.ADD, added)) if words]


def _without_lead(pieces: Sequence[Piece], lead: str) -> list[Piece]:
    """The lead stands above; it is said again only where it changed."""
    if not pieces or not lead or not pieces[0].words.startswith(lead):
        return list(pieces)
    return [Piece(pieces[0].op, pieces[0].words[len(lead) :].lstrip()), *pieces[1:]]


def _paragraphs(pieces: Iterable[Piece]) -> SafeString:
    paragraphs: list[list[str]] = [[]]
    for piece in pieces:
        for number, words in enumerate(piece.words.split(PARAGRAPH)):
            if number:
                paragraphs.append([])
            if piece.op == Op.KEEP:
                paragraphs[-1].append(format_html("{}", words))
            elif words:
                paragraphs[-1].append(
                    format_html("<del>{}</del>" if piece.op == Op.REMOVE else "<ins>{}</ins>", words)
                )
    texts = ("".join(parts) for parts in paragraphs)
    return mark_safe("".join(f"<p>{text}</p>" for text in texts if text.strip()))  # noqa: S308 (escaped above)


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────


def plain(markdown: str) -> str:
    """The words of a clause without the marks of Markdown: paragraphs apart, items with a dash.

    Links bring their address. How the first line is numbered is left out: clauses go by their ids, not their place.
    """
    blocks: list[str] = []
    mark = ""
    cells: list[str] | None = None  # of the row of a table
    for position, token in enumerate(READ.parse(markdown)):
        if token.type == "list_item_open" and position > 1:
            mark = f"{token.info}{token.markup} " if token.info else "– "
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            blocks.append(" | ".join(cells or []))
            cells = None
        elif token.type == "inline" and cells is not None:
            cells.append(_words(token.children or []))
        elif token.type == "inline":
            blocks.append(mark + _words(token.children or []))
            mark = ""
        elif token.type in {"fence", "code_block"}:
            blocks.append(token.content.strip())
    return PARAGRAPH.join(block for block in blocks if block)


def _words(children: Sequence[Token]) -> str:
    said = ""
    targets: list[tuple[str, int]] = []
    for token in children:
        if token.type in {"text", "code_inline", "image"}:
            said += token.content
        elif token.type in {"softbreak", "hardbreak"}:
            said += " "
        elif token.type == "link_open":
            targets.append((str(token.attrs.get("href", "")), len(said)))
        elif token.type == "link_close":
            target, since = targets.pop()
            if said[since:] not in target:
                said += f" ({target})"
    return re.sub(" +", " ", EXPLICIT_REF.sub("", said)).strip()
