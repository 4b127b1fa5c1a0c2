"""Writing to subscribers about an interruption: how long until their letters are queued, and in how much memory.

    python bench/bench_telling.py [--subscribers 10000 100000]

A PostgreSQL of its own, durable as in earnest. Each number of subscribers has a process of its own, so that the memory
shown is that of this number alone. Half of them chose one service, so that choosing costs what it costs; beside it
stands the least that could be done: the same rows, put into the same table by one COPY.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from host import host, peak  # noqa: E402

GOAL_SECONDS = 60


def fill(number: int) -> None:
    """Exactly `number` subscribers who want to hear of an interruption that is about to be told."""
    import django

    django.setup()
    from django.utils import timezone

    from outbox.models import Letter
    from services.models import Service, Subscriber, Telling
    from services.verbs import open_outage

    now = timezone.now()
    Letter.objects.all().delete()
    Telling.objects.update(done_at=now)
    Subscriber.objects.all().delete()
    service = Service.objects.create(
        slug=f"s{number}", name=f"Service {number}", purpose_en="It is measured."
    )
    for start in range(0, number, 5000):
        made = Subscriber.objects.bulk_create(
            Subscriber(
                email=f"p{n}@example.net",
                language=("fr", "en")[n % 2],
                everything=n % 4 < 2,
                subscribed_at=now,
            )
            for n in range(start, min(start + 5000, number))
        )
        Subscriber.services.through.objects.bulk_create(
            Subscriber.services.through(subscriber=one, service=service) for one in made if not one.everything
        )
    open_outage(service.pk, started_at=now, at=now)


def tell_all(number: int) -> None:
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from outbox.models import Letter
    from services.verbs import tell_subscribers

    before, began, cpu = peak(), time.perf_counter(), time.process_time()
    while tell_subscribers(at=timezone.now()):
        pass
    seconds, cpu, most = time.perf_counter() - began, time.process_time() - cpu, peak()
    told = Letter.objects.filter(kind="services_told")
    people = told.values("recipient").distinct().count()
    if not people == told.count() == number:
        raise SystemExit(f"{people} subscribers have letters; there are {number}.")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE copied (LIKE outbox_letter INCLUDING ALL)")
        with cursor.copy("COPY outbox_letter TO STDOUT") as out:
            rows = b"".join(bytes(part) for part in out)
        began = time.perf_counter()
        with cursor.copy("COPY copied FROM STDIN") as into:
            into.write(rows)
        least = time.perf_counter() - began
        cursor.execute("DROP TABLE copied")
    print(json.dumps({"seconds": seconds, "cpu": cpu, "before": before, "most": most, "least": least}))


def in_a_process(what: str, number: int) -> str:
    command = [sys.executable, __file__, f"--{what}", str(number)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--subscribers", type=int, nargs="+", default=[10_000, 100_000])
    asked.add_argument("--fill", type=int, help=argparse.SUPPRESS)
    asked.add_argument("--tell", type=int, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.fill:
        fill(options.fill)
    elif options.tell:
        tell_all(options.tell)
    else:
        compare(options.subscribers)


def compare(numbers: list[int]) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as name, host(Path(name), demo=False):
        os.environ["LOG_LEVEL"] = "ERROR"
        print(
            f"{'subscribers':>11} {'seconds':>8} {'CPU s':>6} {'letters/s':>10} {'one COPY, s':>12} "
            f"{'MB before':>10} {'MB at most':>11}"
        )
        for number in numbers:
            in_a_process("fill", number)
            told = json.loads(in_a_process("tell", number))
            goal = f"   (goal: {GOAL_SECONDS} s)" if number >= 100_000 else ""
            print(
                f"{number:11} {told['seconds']:8.1f} {told['cpu']:6.1f} {number / told['seconds']:10.0f} "
                f"{told['least']:12.1f} {told['before']:10.0f} {told['most']:11.0f}{goal}"
            )


if __name__ == "__main__":
    main()
