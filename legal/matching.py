"""Which clause of the new text is which clause of the old one: same, close, or new.

Two clauses are close when the words they share are at least half of all their words (Dice's
coefficient over bags of words: 2 x shared / (all of one + all of the other)). Equal texts are paired
first, then the closest, so a clause that moved or was reworded keeps its id.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

CLOSE = 0.5
WORD = re.compile(r"\w+")
MARK = re.compile(r"[ \t]*\{#[a-z0-9-]+\}|^\s*(?:\d+[.)]|[-*+]|#+)\s*|[*_`]", re.M)


def match(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Pair positions of `new` with positions of `old`, each used once at most."""
    pairs = _equal(old, new)
    left_old = [i for i in range(len(old)) if i not in set(pairs.values())]
    left_new = [j for j in range(len(new)) if j not in pairs]
    scored = _closeness({i: _bag(old[i]) for i in left_old}, {j: _bag(new[j]) for j in left_new})
    taken: set[int] = set()
    # The closest first; among equals the one that moved least.
    for _score, _distance, j, i in sorted((-s, abs(i - j), j, i) for (j, i), s in scored.items()):
        if j not in pairs and i not in taken:
            pairs[j] = i
            taken.add(i)
    return pairs


def _equal(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    waiting: dict[str, list[int]] = defaultdict(list)
    for i, text in enumerate(old):
        waiting[_plain(text)].append(i)
    pairs = {}
    for j, text in enumerate(new):
        if same := waiting[_plain(text)]:
            pairs[j] = same.pop(0)
    return pairs


def _plain(text: str) -> str:
    """The words as they are read: without marks of Markdown, ids, numbers of items, or line breaks."""
    return " ".join(MARK.sub("", text).split())


def _bag(text: str) -> Counter[str]:
    return Counter(WORD.findall(_plain(text).lower()))


def _closeness(old: dict[int, Counter[str]], new: dict[int, Counter[str]]) -> dict[tuple[int, int], float]:
    """Every close pair (new, old) with its score, found through the words that few clauses hold.

    A pair that shares at least half its words shares one of its rarer ones, unless all its words are
    everywhere; so common words only count, they do not search.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    for i, bag in old.items():
        for word in bag:
            holders[word].append(i)
    common = max(8, len(old) // 4)
    sizes = {i: sum(bag.values()) for i, bag in old.items()}
    found = {}
    for j, bag in new.items():
        size = sum(bag.values())
        candidates = {i for word in bag for i in holders.get(word, ()) if len(holders[word]) <= common}
        for i in candidates:
            shared = sum(min(count, old[i][word]) for word, count in bag.items())
            score = 2 * shared / (size + sizes[i])
            if score >= CLOSE:
                found[j, i] = score
    return found
