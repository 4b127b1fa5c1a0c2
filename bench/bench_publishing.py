"""Writing to everybody about a change: how long until the letters are queued, and how much memory that takes.

    python bench/bench_publishing.py [--accounts 10000 100000]

A PostgreSQL of its own, durable as in earnest. Each number of accounts has a process of its own, so that the memory
shown is that of this number alone; what a process weighs before it has told anybody is shown beside it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from host import host, peak  # noqa: E402

GOAL_SECONDS = 60


def fill(number: int) -> None:
    """Exactly `number` accounts that can be written to, and a significant version nobody was told about."""
    import django

    django.setup()
    from django.utils import timezone

    from accounts.models import User
    from legal.models import Telling
    from legal.starters import manuscripts
    from legal.verbs import publish
    from outbox.models import Letter

    now = timezone.now()
    Letter.objects.all().delete()
    Telling.objects.update(done_at=now)
    User.objects.update(is_active=False)
    for start in range(0, number, 5000):
        User.objects.bulk_create(
            User(
                email=f"p{number}.{n}@example.net",
                language=("fr", "en")[n % 2],
                joined_at=now - timedelta(days=400),
            )
            for n in range(start, min(start + 5000, number))
        )
    texts, authoritative = manuscripts("terms")
    publish("terms", texts, authoritative=authoritative, at=now, effective_at=now + timedelta(days=60))


def tell_all(number: int) -> None:
    import django

    django.setup()
    from django.utils import timezone

    from legal.verbs import tell
    from outbox.models import Letter

    before, began = peak(), time.perf_counter()
    while tell(at=timezone.now()):
        pass
    seconds = time.perf_counter() - began
    people = Letter.objects.filter(kind="legal_change").values("recipient").distinct().count()
    if not people == Letter.objects.filter(kind="legal_change").count() == number:
        raise SystemExit(f"{people} people have letters; there are {number}.")
    print(json.dumps({"seconds": seconds, "before": before, "peak": peak()}))


def in_a_process(what: str, number: int) -> str:
    command = [sys.executable, __file__, f"--{what}", str(number)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--accounts", type=int, nargs="+", default=[10_000, 100_000])
    asked.add_argument("--fill", type=int, help=argparse.SUPPRESS)
    asked.add_argument("--tell", type=int, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.fill:
        fill(options.fill)
    elif options.tell:
        tell_all(options.tell)
    else:
        compare(options.accounts)


def compare(numbers: list[int]) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as name, host(Path(name)):
        os.environ["LOG_LEVEL"] = "ERROR"
        print(f"{'accounts':>9} {'seconds':>8} {'letters/s':>10} {'MB before':>10} {'MB at most':>11}")
        for number in numbers:
            in_a_process("fill", number)
            told = json.loads(in_a_process("tell", number))
            goal = f"   (goal: {GOAL_SECONDS} s)" if number >= 100_000 else ""
            print(
                f"{number:9} {told['seconds']:8.1f} {number / told['seconds']:10.0f} "
                f"{told['before']:10.0f} {told['peak']:11.0f}{goal}"
            )


if __name__ == "__main__":
    main()
