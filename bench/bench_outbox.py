"""Letters per second, and letters doubled by `kill -9`: our outbox beside django-post-office, same server, same sink.

    python bench/bench_outbox.py [--letters 4000] [--kills 5]

Each queue gets a database of its own (dropped afterwards), the same letters (text and HTML), and its own way of
delivering: `outbox.delivery.deliver()`, and `send_queued_mail` with post_office's defaults (batches of 100, 5 threads).
The time runs from the first letter the sink took to the last; starting Python is not counted.
"""

import argparse
import json
import logging
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

SUBJECT = "Your report {number} was answered"
TEXT = """Hello,

You reported something to us, and a volunteer has read it. What you told us about is no longer there; the person who
put it there was told why. You can read our answer, and answer in turn, on this page:

https://portal.example.org/contact/{number:032x}/

- The page is yours alone: keep its address to yourself.
- It closes a month from now.

Thank you for taking the time.
"""
QUEUES = ("outbox", "post_office")
ROUNDS = 4
# Any number of our deliverers may run at once; post_office's lock file lets one run, with its five threads.
WAYS = (("outbox", 1), ("outbox", 2), ("post_office", 1))


# ── One queue, in a process of its own ────────────────────────────────────────────────────────────


def set_up(queue: str) -> None:
    import django

    if queue == "outbox":
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatons_portal.settings")
    else:
        import environ
        from django.conf import settings

        settings.configure(
            DATABASES={"default": environ.Env.db_url_config(os.environ["DATABASE_URL"])},
            INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "post_office"],
            EMAIL_BACKEND="post_office.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=int(os.environ["SINK_PORT"]),
            DEFAULT_FROM_EMAIL="portal@example.org",
            TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            USE_TZ=True,
            LOGGING_CONFIG=None,
        )
        logging.disable(logging.INFO)
    django.setup()


def fill(queue: str, letters: int) -> None:
    from django.core.management import call_command
    from django.db import transaction

    call_command("migrate", verbosity=0)
    started = time.monotonic()
    with transaction.atomic():
        for number in range(letters):
            write(queue, number)
    print(json.dumps({"written_per_second": letters / (time.monotonic() - started)}))


def write(queue: str, number: int) -> None:
    subject, text, recipient = (
        SUBJECT.format(number=number),
        TEXT.format(number=number),
        f"p{number}@example.org",
    )
    if queue == "outbox":
        from outbox.verbs import put

        put("bench", to=recipient, key=f"bench:{number}", language="en", subject=subject, body=text)
    else:
        from post_office import mail

        mail.send(
            recipient, "portal@example.org", subject=subject, message=text, html_message=f"<p>{text}</p>"
        )


def carry(queue: str) -> None:
    if queue == "outbox":
        from outbox.delivery import deliver

        deliver(seconds=3600)
    else:
        from django.core.management import call_command

        call_command("send_queued_mail", lockfile=os.environ["LOCKFILE"])


# ── The comparison ────────────────────────────────────────────────────────────────────────────────


class Ground:
    """A database, a sink and the environment in which one queue works."""

    def __init__(self, queue: str, letters: int, folder: Path) -> None:
        import environ
        import psycopg

        self.queue, self.letters = queue, letters
        self.record = folder / f"{queue}-{time.monotonic_ns()}"
        self.record.touch()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.database = f"bench_{queue}_{os.getpid()}"
        url = os.environ["DATABASE_URL"]
        at = environ.Env.db_url_config(url)
        self.server = psycopg.connect(
            dbname=at["NAME"],
            user=at["USER"] or None,
            password=at["PASSWORD"] or None,
            host=at["HOST"] or at.get("OPTIONS", {}).get("host"),
            port=at["PORT"] or None,
            autocommit=True,
        )
        self.server.execute(f'CREATE DATABASE "{self.database}"')
        self.environment = os.environ | {
            "DATABASE_URL": renamed(url, self.database),
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "EMAIL_FROM": "portal@example.org",
            "SINK_PORT": str(port),
            "LOCKFILE": str(self.record) + ".lock",
            "LOG_LEVEL": "ERROR",
            "DEBUG": "false",
        }
        self.sink = subprocess.Popen(
            [sys.executable, ROOT / "bench" / "smtp_sink.py", str(port), self.record]
        )

    def __enter__(self) -> "Ground":
        return self

    def __exit__(self, *_: object) -> None:
        self.sink.kill()
        self.sink.wait()
        self.server.execute(f'DROP DATABASE "{self.database}" WITH (FORCE)')
        self.server.close()

    def start(self, what: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, __file__, what, self.queue, "--letters", str(self.letters)],
            env=self.environment,
            stdout=subprocess.PIPE,
        )

    def fill(self) -> float:
        filling = self.start("fill")
        answer = json.loads(filling.communicate()[0].splitlines()[-1])
        return answer["written_per_second"]

    def taken(self) -> list[tuple[float, bytes]]:
        lines = self.record.read_bytes().splitlines()
        return [(float(at), subject) for at, subject in (line.split(b" ", 1) for line in lines)]

    def speed(self, carriers: int) -> float:
        started = [self.start("carry") for _ in range(carriers)]
        if any(carrier.wait() for carrier in started):
            raise SystemExit(f"{self.queue} failed")
        times = [at for at, _ in self.taken()]
        return (len(times) - 1) / (max(times) - min(times))

    def killed(self, kills: int) -> dict[str, int]:
        """Deliver everything, with `kills` SIGKILLs at random moments on the way."""
        moments = sorted(random.sample(range(self.letters // 20, self.letters), kills))
        done = 0
        for moment in moments:
            carrier = self.start("carry")
            while self.record.stat().st_size == 0 or len(self.taken()) < moment:
                if carrier.poll() is not None:
                    break
                time.sleep(0.002)
            else:
                carrier.send_signal(signal.SIGKILL)
                done += 1
            carrier.wait()
        if self.start("carry").wait():
            raise SystemExit(f"{self.queue} failed")
        counts = Counter(subject for _, subject in self.taken())
        return {
            "kills": done,
            "doubled": sum(number - 1 for number in counts.values()),
            "lost": self.letters - len(counts),
        }


def renamed(url: str, database: str) -> str:
    before, question, options = url.partition("?")
    return f"{before.rpartition('/')[0]}/{database}{question}{options}"


def compare(letters: int, kills: int) -> None:
    rounds: dict[tuple[str, int], list[tuple[float, float]]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):  # by turns: what else the machine does weighs on all
            for queue, carriers in WAYS:
                with Ground(queue, letters // ROUNDS, Path(folder)) as ground:
                    rounds[queue, carriers].append((ground.fill(), ground.speed(carriers)))
        print(
            f"{ROUNDS} rounds of {letters // ROUNDS} letters, by turns: letters delivered (written) per second"
        )
        theirs = rounds[WAYS[-1]]
        for (queue, carriers), figures in rounds.items():
            ratio = statistics.median(one[1] / other[1] for one, other in zip(figures, theirs, strict=True))
            print(
                f"  {queue:12} {carriers} at once:",
                ", ".join(f"{speed:.0f} ({written:.0f})" for written, speed in figures),
                f"= {ratio:.2f} times post_office",
            )

        print(f"{letters} letters, {kills} kills (-9) on the way")
        for queue in QUEUES:
            with Ground(queue, letters, Path(folder)) as ground:
                ground.fill()
                figures = ground.killed(kills)
            print(
                f"  {queue:12}", ", ".join(f"{name} {number}" for name, number in figures.items()), flush=True
            )
            if queue == "outbox" and (figures["doubled"] > figures["kills"] or figures["lost"]):
                raise SystemExit("The outbox lost a letter, or doubled more than one per kill.")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("what", nargs="?", default="compare", choices=["compare", "fill", "carry"])
    arguments.add_argument("queue", nargs="?", choices=QUEUES)
    arguments.add_argument("--letters", type=int, default=4000)
    arguments.add_argument("--kills", type=int, default=5)
    given = arguments.parse_args()
    if given.what == "compare":
        from chatons_portal.embedded import private_servers

        with private_servers():
            compare(given.letters, given.kills)
    else:
        set_up(given.queue)
        fill(given.queue, given.letters) if given.what == "fill" else carry(given.queue)
