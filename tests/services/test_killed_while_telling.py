"""The process that tells is killed (-9), at random and at the worst moment: nothing is lost, nothing is said twice."""

import datetime as dt
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.db.models import F
from django.utils import timezone

from outbox.models import Letter, Trouble
from services.models import Announcement, Kind
from services.verbs import open_outage
from tests.factories import a_service
from tests.outbox.fediverse import TOKEN, Fediverse
from tests.outbox.processes import ROOT, environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("outbox processes")]

TELL = """
import django; django.setup()
from django.utils import timezone
from outbox.delivery import deliver
from services.verbs import tell_outages
for _ in range(3):
    tell_outages(timezone.now())
    deliver()
"""
SERVICES = 6


@pytest.fixture
def fediverse(settings):
    """One that forgets keys, as Mastodon does after an hour, and others always."""
    server = Fediverse(forgets_keys=True)
    settings.MASTODON_URL, settings.MASTODON_TOKEN = server.url, TOKEN
    yield server
    server.close()


def a_teller(server) -> subprocess.Popen:
    variables = environment(
        MASTODON_URL=server.url, MASTODON_TOKEN=TOKEN, SITE_URL="https://portal.example.org"
    )
    return subprocess.Popen([sys.executable, "-c", TELL], cwd=ROOT, env=variables)


def fail(number: int) -> None:
    since = timezone.now() - dt.timedelta(minutes=6)
    for each in range(number):
        open_outage(a_service(f"Service{each}").pk, started_at=since, at=since, tell=False)


def finish(server) -> None:
    server.fault = lambda method, path: None
    for _ in range(2):
        Letter.objects.unsettled().update(next_try_at=F("due_at"))
        Trouble.objects.all().delete()
        assert a_teller(server).wait() == 0


def said_once(server, number: int) -> None:
    assert Announcement.objects.filter(kind=Kind.BEGIN).count() == Announcement.objects.count() == number
    titles = Counter(text.splitlines()[0] for text in server.texts)
    assert titles.total() == len(titles) == number


class TestTheOneWhoTells:
    def test_killed_at_the_worst_moment(self, fediverse):
        """The other side has the post; nobody has written that down."""
        fail(1)
        killed = []

        def kill(method, path):
            if (method, path) == ("POST", "/api/v1/statuses") and not killed:
                killed.append(teller)
                teller.send_signal(signal.SIGKILL)
                teller.wait()
                return 0, {}, True
            return None

        fediverse.fault = kill
        teller = a_teller(fediverse)
        teller.wait()
        assert killed
        ends = time.monotonic() + 60
        while not fediverse.posts and time.monotonic() < ends:
            time.sleep(0.01)
        assert len(fediverse.posts) == 1
        finish(fediverse)
        said_once(fediverse, 1)

    def test_killed_at_random_moments(self, fediverse):
        fail(SERVICES)
        asked = 0
        for _ in range(3):
            teller = a_teller(fediverse)
            asked += random.randint(1, 6)
            ends = time.monotonic() + 60
            while len(fediverse.asked) < asked and teller.poll() is None and time.monotonic() < ends:
                time.sleep(0.002)
            teller.send_signal(signal.SIGKILL)
            teller.wait()
        finish(fediverse)
        said_once(fediverse, SERVICES)
