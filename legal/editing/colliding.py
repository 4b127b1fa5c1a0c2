"""Two authors at once: what the other saved, shown beside what this one typed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import groupby

from legal.diff import Op, Piece, words_between
from legal.models import Version
from legal.verbs import Manuscript
from legal.verbs.drafting import mark_of

LONGEST_BLOCK = 20_000  # characters compared word by word; longer ones are shown one after the other


@dataclass(frozen=True)
class Collision:
    """What somebody else saved while this author was writing."""

    theirs: Manuscript
    mark: str
    title: list[Piece] = field(default_factory=list)
    changes: list[Piece] = field(default_factory=list)
    source: list[Piece] = field(default_factory=list)


def collide(version: Version, language: str, mine: Manuscript) -> Collision:
    """Their text and mine, as one difference: removed is what mine would take away, added what it brings."""
    text = version.texts.filter(language=language).first()
    theirs = Manuscript.of(text) if text else Manuscript("", "", "")
    return Collision(
        theirs=theirs,
        mark=mark_of(version, language),
        title=words_between(theirs.title, mine.title) if theirs.title != mine.title else [],
        changes=words_between(theirs.changes, mine.changes) if theirs.changes != mine.changes else [],
        source=_around_changes(lines_between(theirs.source, mine.source)),
    )


def lines_between(old: str, new: str) -> list[Piece]:
    """Like words_between, line by line first, so that long texts are compared quickly."""
    a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    pieces: list[Piece] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        was, now = "".join(a[a1:a2]), "".join(b[b1:b2])
        if tag == "equal":
            pieces.append(Piece(Op.KEEP, now))
        elif was and now and len(was) + len(now) <= LONGEST_BLOCK:
            pieces += words_between(was, now)
        else:
            pieces += [Piece(op, words) for op, words in ((Op.REMOVE, was), (Op.ADD, now)) if words]
    return [
        Piece(op, "".join(piece.words for piece in run))
        for op, run in groupby(pieces, key=lambda piece: piece.op)
    ]


def _around_changes(pieces: Sequence[Piece], lines: int = 3) -> list[Piece]:
    """Long stretches that are the same, cut down to the lines beside what differs."""
    if all(piece.op == Op.KEEP for piece in pieces):
        return []
    shown = []
    for position, piece in enumerate(pieces):
        kept = piece.words.splitlines(keepends=True)
        if piece.op == Op.KEEP and len(kept) > 2 * lines + 1:
            before = kept[:lines] if position else []
            after = kept[-lines:] if position < len(pieces) - 1 else []
            piece = Piece(Op.KEEP, "".join([*before, "[…]\n", *after]))
        shown.append(piece)
    return shown
