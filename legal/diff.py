"""What changed between two texts: clause by clause, and word by word inside a clause."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum

WORDS = re.compile(r"\w+|\s+|[^\w\s]")


class Fate(StrEnum):
    """What became of a clause. One that moved may have changed as well: its pieces say so."""

    SAME = "same"
    CHANGED = "changed"
    MOVED = "moved"
    ADDED = "added"
    REMOVED = "removed"


class Op(StrEnum):
    KEEP = "keep"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True)
class Piece:
    op: Op
    words: str


@dataclass(frozen=True)
class Segment:
    """A stretch of a text: a clause, or what stands before the first one, then `ref` is empty."""

    ref: str
    markdown: str
    lead: str = ""


@dataclass(frozen=True)
class Change:
    """One segment and its fate. `old` and `new` are its positions in the two texts, where it has one."""

    ref: str
    lead: str
    fate: Fate
    pieces: list[Piece] = field(default_factory=list)
    old: int | None = None
    new: int | None = None


def compare(old: Sequence[Segment], new: Sequence[Segment]) -> list[Change]:
    """Every segment of both texts, in the order of the new one; what was removed stands where it stood."""
    old_at = {segment.ref: i for i, segment in enumerate(old)}
    new_refs = {segment.ref for segment in new}
    stayed = _stayed(old, new, old_at)
    changes: list[Change] = []
    told = 0  # segments of the old text up to here are in the list

    def tell_removed(until: int) -> None:
        nonlocal told
        for i in range(told, until):
            if old[i].ref not in new_refs:
                pieces = [Piece(Op.REMOVE, old[i].markdown)]
                changes.append(Change(old[i].ref, old[i].lead, Fate.REMOVED, pieces, old=i))
        told = max(told, until)

    for j, segment in enumerate(new):
        i = old_at.get(segment.ref)
        if i is None:
            pieces = [Piece(Op.ADD, segment.markdown)]
            changes.append(Change(segment.ref, segment.lead, Fate.ADDED, pieces, new=j))
            continue
        if segment.ref in stayed:
            tell_removed(i)
        pieces = words_between(old[i].markdown, segment.markdown)
        changed = any(piece.op != Op.KEEP for piece in pieces)
        fate = Fate.MOVED if segment.ref not in stayed else Fate.CHANGED if changed else Fate.SAME
        changes.append(Change(segment.ref, segment.lead, fate, pieces, old=i, new=j))
    tell_removed(len(old))
    return changes


def _stayed(old: Sequence[Segment], new: Sequence[Segment], old_at: dict[str, int]) -> set[str]:
    """The most refs that kept their order among themselves; the others moved (patience sorting)."""
    sequence = [old_at[segment.ref] for segment in new if segment.ref in old_at]
    tails: list[int] = []  # index into `sequence` of the smallest end of a run of each length
    before: list[int] = []
    for position, value in enumerate(sequence):
        low, high = 0, len(tails)
        while low < high:
            middle = (low + high) // 2
            if sequence[tails[middle]] < value:
                low = middle + 1
            else:
                high = middle
        before.append(tails[low - 1] if low else -1)
        tails[low:] = [position] if low == len(tails) else [position, *tails[low + 1 :]]
    kept, at = set(), tails[-1] if tails else -1
    while at >= 0:
        kept.add(old[sequence[at]].ref)
        at = before[at]
    return kept


def words_between(old: str, new: str) -> list[Piece]:
    """The words kept, removed and added, in reading order."""
    if old == new:
        return [Piece(Op.KEEP, new)] if new else []
    a, b = WORDS.findall(old), WORDS.findall(new)
    pieces: list[Piece] = []
    # Spaces are everywhere: looking for matches among them takes half of the time and finds nothing.
    for tag, a1, a2, b1, b2 in SequenceMatcher(str.isspace, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Op.KEEP, "".join(b[b1:b2])))
            continue
        if a1 < a2:
            pieces.append(Piece(Op.REMOVE, "".join(a[a1:a2])))
        if b1 < b2:
            pieces.append(Piece(Op.ADD, "".join(b[b1:b2])))
    return pieces


def after(changes: Sequence[Change]) -> str:
    """The new text, put together again from the old one and its changes."""
    rows = sorted((c for c in changes if c.new is not None), key=lambda c: c.new or 0)
    return "".join(p.words for change in rows for p in change.pieces if p.op != Op.REMOVE)


def before(changes: Sequence[Change]) -> str:
    """The old text, likewise."""
    rows = sorted((c for c in changes if c.old is not None), key=lambda c: c.old or 0)
    return "".join(p.words for change in rows for p in change.pieces if p.op != Op.ADD)
