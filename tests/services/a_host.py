"""A whole portal as an operator runs it, in a hurry, beside servers that it looks at and tells: everything is real."""

import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psycopg

from tests.embedded.conftest import free_port, wait_for
from tests.outbox.fediverse import TOKEN, Fediverse, Homeserver, Listener
from tests.outbox.sink import Sink
from tests.services.loopback import OK, Server, says

PATIENCE = 240  # seconds; what takes ten on a quiet machine
SECRET = "a secret between the portal and the listener"
SUBSCRIBER = "sami@example.org"
FILL = """
from django.utils import timezone
from services.models import Probe, Subscriber
from tests.factories import a_service
for number, target in enumerate({targets}):
    Probe.objects.create(service=a_service(f"Service{{number}}"), target=target, timeout_seconds=5)
Subscriber.objects.create(email={subscriber!r}, language="en", subscribed_at=timezone.now())
"""


class Service:
    """A server somebody needs; dead, its port refuses."""

    def __init__(self, number):
        self.name = f"Service{number}"
        self.server = Server(says(OK))
        self.port = self.server.port
        self.died_at = []

    @property
    def is_dead(self):
        return self.server.over

    def die(self):
        self.server.stop()
        self.died_at.append(datetime.now(UTC))

    def rise(self):
        self.server = Server(says(OK), port=self.port)


class Portal:
    """The supervisor with all it starts, and what stands at the other end of every channel."""

    def __init__(self, host, services):
        self.host = host
        self.services = [Service(number) for number in range(services)]
        # One that forgets keys, as Mastodon does after an hour and others always.
        self.fediverse, self.room, self.listener, self.sink = (
            Fediverse(forgets_keys=True),
            Homeserver(),
            Listener(),
            Sink(),
        )
        self.killed = Counter()
        self.said = []
        host.environment |= {
            "DJANGO_SETTINGS_MODULE": "tests.services.hurried",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "EMAIL_FROM": "portal@example.org",
            "MASTODON_URL": self.fediverse.url,
            "MASTODON_TOKEN": TOKEN,
            "MATRIX_URL": self.room.url,
            "MATRIX_TOKEN": TOKEN,
            "MATRIX_ROOM": "!room:example.org",
            "WEBHOOKS": self.listener.url,
            "WEBHOOK_SECRET": SECRET,
            "PROBE_INSIDE": "*",
            "WEB_PROCESSES": "1",
            "WORKER_PROCESSES": "1",
        }
        self.port = free_port()

    def start(self):
        self.supervisor = self.host.supervise(self.port)
        while "The portal is at" not in (line := self.supervisor.stdout.readline()):
            assert line, "it did not start"
        # Somebody must read on: what is told to a full pipe stops who tells it.
        threading.Thread(target=self.said.extend, args=[self.supervisor.stdout], daemon=True).start()
        targets = [service.server.url for service in self.services]
        said, code = self.host.run(
            "manage.py", "shell", "-v0", "-c", FILL.format(targets=targets, subscriber=SUBSCRIBER)
        )
        assert code == 0, said
        self.until(
            lambda: (
                self.ask("SELECT count(*) FROM services_watch WHERE judged_since IS NOT NULL")
                == [(len(self.services),)]
            )
        )

    def close(self):
        for service in self.services:
            service.server.stop()
        for other in (self.fediverse, self.room, self.listener, self.sink):
            other.close()

    def ask(self, statement):
        """What the rows say; None while the database is down."""
        sockets = (self.host.var / "pg").resolve().parent / "run" / "postgresql"
        try:
            with psycopg.connect(
                host=str(sockets), user="portal", dbname="portal", connect_timeout=5
            ) as line:
                return line.execute(statement).fetchall()
        except psycopg.OperationalError:
            return None

    def until(self, fact, seconds=PATIENCE):
        wait_for(fact, seconds)
        assert self.supervisor.poll() is None, "the supervisor ended"

    def process(self, words):
        for pid in self.host.processes():
            try:
                with open(f"/proc/{pid}/cmdline") as file:
                    if words in file.read().replace("\0", " "):
                        return pid
            except OSError:
                continue  # ended meanwhile
        return None

    def kill(self, what, how=signal.SIGKILL):
        """One of its processes, by what it is for; nothing when it is away just now."""
        found = {
            "database": self.host.postmaster,
            "broker": self.host.broker,
            "prober": lambda: self.process("--queues probes"),
            "worker": lambda: self.process("--concurrency"),
            "clock": lambda: self.process("quiet beat"),
            "web": lambda: self.process("granian"),
        }[what]
        with suppress(OSError, TypeError, ValueError):
            if pid := found():
                os.kill(pid, how)
                self.killed[f"{what} {how.name}"] += 1

    # ── What came of it ──

    def open_ones(self):
        rows = self.ask(
            "SELECT s.name FROM services_outage o JOIN services_service s ON s.id = o.service_id "
            "WHERE o.ended_at IS NULL ORDER BY 1"
        )
        return None if rows is None else [name for (name,) in rows]

    def told_of(self, kind):
        rows = self.ask(f"SELECT count(*) FROM services_announcement WHERE kind = '{kind}'")
        return rows and rows[0][0]

    def is_quiet(self):
        """Nothing is on its way any more."""
        waits = "SELECT count(*) FROM outbox_letter WHERE sent_at IS NULL AND given_up_at IS NULL"
        return self.ask(waits) == [(0,)] and self.ask(
            "SELECT count(*) FROM services_telling WHERE done_at IS NULL"
        ) == [(0,)]

    def hurry_letters(self):
        """Those that a refusal made wait, and channels that rest."""
        self.host.sql("UPDATE outbox_letter SET next_try_at = due_at WHERE sent_at IS NULL RETURNING 1")

    def deaths(self):
        return sum(len(service.died_at) for service in self.services)

    def check(self, *, worst=timedelta(seconds=PATIENCE)):
        """Every interruption that was is in the rows and was told to everybody once, and no other."""
        rows = self.ask(
            "SELECT s.name, o.started_at, o.ended_at FROM services_outage o "
            "JOIN services_service s ON s.id = o.service_id ORDER BY o.started_at"
        )
        for service in self.services:
            seen = [start for name, start, _end in rows if name == service.name]
            assert len(seen) == len(service.died_at), (
                f"{service.name} died at {service.died_at}, seen: {seen}"
            )
            for died, start in zip(service.died_at, seen, strict=True):
                assert died - timedelta(seconds=1) <= start <= died + worst
        assert all(end for _name, _start, end in rows)
        told = self.ask(
            "SELECT a.kind, a.outage_id, a.title_en, a.title_fr FROM services_announcement a ORDER BY a.id"
        )
        assert Counter(kind for kind, *_rest in told) == {"begin": len(rows), "end": len(rows)}
        assert len({(kind, outage) for kind, outage, *_rest in told}) == len(told)
        self.check_what_arrived(told)

    def check_what_arrived(self, told):
        letters = {str(letter["Message-ID"]): str(letter["Subject"]) for letter in self.sink.letters}
        assert Counter(letters.values()) == Counter(english for *_which, english, _french in told)
        assert len({headers["webhook-id"] for headers, _body in self.listener.heard}) == len(told)
        # Of each interruption a first post, which was edited to say that it is over, and an answer that says it.
        over = sorted(french for kind, _outage, _english, french in told if kind == "end")
        posts = [(post["text"], post["answers"]) for post in self.fediverse.posts.values()]
        said = [
            (event["body"], "m.relates_to" in event)
            for event in self.room.messages
            if "m.new_content" not in event
        ]
        for shown, edited in (posts, True), (said, False):
            assert len(shown) == len(told)
            assert sorted(text.splitlines()[0] for text, answers in shown if answers) == over
            assert (
                not edited or sorted(text.splitlines()[0] for text, answers in shown if not answers) == over
            )


def a_round(portal, dying, kills, chance=random):
    """These services die while this is killed, and come back while it is killed again."""

    def pause():
        time.sleep(chance.uniform(0.1, 1.5))

    told = portal.deaths()
    for service in dying:
        pause()
        service.die()
    for what, how in kills:
        pause()
        portal.kill(what, how)
    portal.until(lambda: portal.open_ones() == sorted(service.name for service in dying))
    portal.until(lambda: portal.told_of("begin") == told + len(dying))
    for service in dying:
        service.rise()
    for what, how in reversed(kills):
        pause()
        portal.kill(what, how)
    portal.until(lambda: portal.open_ones() == [])
    portal.until(lambda: portal.told_of("end") == told + len(dying))
