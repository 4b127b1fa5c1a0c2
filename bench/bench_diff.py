"""The difference of two texts of 100 kB and 300 clauses: computed once, then taken from the cache.

    python bench/bench_diff.py [--rounds 9]

A PostgreSQL and a Valkey of its own, in a temporary folder. The first text is made of the sentences of the starter
documents; the second is that text as people edit: words changed in one clause of five, some clauses new, some gone,
some elsewhere. Both are published as any version is. The ratios of one run are what can be compared between machines.
"""

import argparse
import random
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from host import ROOT, host

CLAUSES = 300
BYTES = 100_000
GOAL = 0.3  # seconds, once
CHANGED, ADDED, REMOVED, MOVED = 0.2, 0.05, 0.05, 0.03


# ── The texts ─────────────────────────────────────────────────────────────────────────────────────


def sentences(language: str) -> list[str]:
    """What the starter documents say, sentence by sentence."""
    said = []
    for path in sorted((ROOT / "legal" / "starters").glob(f"*.{language}.md")):
        text = path.read_text("utf-8").split("---\n", 2)[2]
        text = re.sub(r"\{\{.*?\}\}", "the host", text)
        text = re.sub(r"\{#[^}]*\}|^#+ .*$|^\s*(?:\d+\.|-)\s+|\*\*", "", text, flags=re.M)
        said += [" ".join(s.split()) for s in re.split(r"(?<=[.!?])\s+|\n\n", text)]
    return [sentence for sentence in said if 30 < len(sentence) < 400]


def first_text(chance: random.Random, pool: list[str]) -> list[str]:
    """Headings and numbered clauses, 300 in all, of 100 kB together."""
    clauses = []
    for number in range(CLAUSES):
        wanted = BYTES / CLAUSES
        lead = chance.choice(pool)
        if number % 10 == 0:
            clauses.append(f"## {lead[:60].rstrip('.')}")
            continue
        words = f"{number % 10}. **{lead}**"
        while len(words.encode()) < wanted * 0.9:
            words += " " + chance.choice(pool)
        clauses.append(words)
    return clauses


def next_text(chance: random.Random, pool: list[str], clauses: list[str]) -> list[str]:
    edited = [change_words(chance, pool, c) if chance.random() < CHANGED else c for c in clauses]
    edited = [clause for clause in edited if clause.startswith("##") or chance.random() > REMOVED]
    for _time in range(int(CLAUSES * MOVED)):
        clause = edited.pop(chance.randrange(1, len(edited)))
        edited.insert(chance.randrange(1, len(edited)), clause)
    for _time in range(int(CLAUSES * ADDED)):
        new = "1. " + " ".join(chance.sample(pool, 3))
        edited.insert(chance.randrange(1, len(edited)), new)
    return edited


def change_words(chance: random.Random, pool: list[str], clause: str) -> str:
    words = clause.split(" ")
    for _time in range(chance.randint(1, 6)):
        words[chance.randrange(1, len(words))] = chance.choice(chance.choice(pool).split())
    return " ".join(words)


# ── Where they are kept ───────────────────────────────────────────────────────────────────────────


def published(sources: list[list[str]]) -> list[int]:
    """The numbers of the texts, one for each of `sources`, as versions of one document."""
    from django.utils import timezone

    from legal.verbs import Manuscript, ensure_document, publish

    ensure_document("by-laws", in_acceptance_set=False)
    pks = []
    for source in sources:
        text = Manuscript("By-laws", "Edited.", "\n\n".join(source))
        version = publish(
            "by-laws", {"en": text}, authoritative="en", at=timezone.now(), every_language=False
        )
        pks.append(version.texts.get().pk)
    return pks


# ── How long it takes ─────────────────────────────────────────────────────────────────────────────


@contextmanager
def measured(into: list[tuple[float, float]]) -> Iterator[None]:
    """Adds the seconds on the clock, and those of the processor, which other programs do not lengthen."""
    clock, processor = time.perf_counter(), time.process_time()
    yield
    into.append((time.perf_counter() - clock, time.process_time() - processor))


def compared(pks: list[int], into: list[tuple[float, float]]) -> int:
    """From two bare rows to all clauses with their fates; how many clauses that was."""
    from legal.comparing import difference
    from legal.models import Text

    old, new = (Text.objects.only("sha256").get(pk=pk) for pk in pks)
    with measured(into):
        found = difference(old, new)
    return len(found.rows)


def page(into: list[tuple[float, float]]) -> None:
    """The page that shows it, not shared: a query string keeps it out."""
    from django.test import Client

    with measured(into):
        answer = Client(headers={"host": "localhost"}).get("/legal/by-laws/changes/1-2/?bench")
    if answer.status_code != 200:
        raise SystemExit(f"The page was answered with {answer.status_code}.")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--rounds", type=int, default=9)
    options = asked.parse_args()
    chance = random.Random(300)
    pool = sentences("en")
    old = first_text(chance, pool)
    new = next_text(chance, pool, old)
    with tempfile.TemporaryDirectory(prefix="bench-") as name, host(Path(name), demo=False):
        import django

        django.setup()
        from django.core.cache import cache

        pks = published([old, new])
        page([])  # templates and catalogues are read now, and measured by nobody
        names = ("once", "cached", "page, once", "page, cached")
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
        rows = 0
        for _round in range(options.rounds):
            cache.clear()
            rows = compared(pks, times["once"])
            compared(pks, times["cached"])
            cache.clear()
            page(times["page, once"])
            page(times["page, cached"])
    for words, text in (("old", old), ("new", new)):
        size = len("\n\n".join(text).encode())
        print(f"{words}: {size / 1000:.0f} kB, {len(text)} clauses")
    print(f"together {rows} clauses; medians of {options.rounds} rounds\n")
    print(f"{'':14} {'ms':>8} {'best':>8} {'processor':>10} {'of once':>9}")
    for what, taken in times.items():
        whole = times["page, once" if what.startswith("page") else "once"]
        ratio = median(mine[0] / other[0] for mine, other in zip(taken, whole, strict=True))
        clock, processor = ([seconds[n] * 1000 for seconds in taken] for n in (0, 1))
        print(f"{what:14} {median(clock):8.1f} {min(clock):8.1f} {median(processor):10.1f} {ratio:9.3f}")
    print(f"\ngoal: once in at most {GOAL * 1000:.0f} ms")


if __name__ == "__main__":
    main()
