"""Probers are real processes here; they, and their connections to the database, are killed at random moments."""

import random
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection
from django.db.models import Count

from services.models import Outage, Probe, Sample, Watch
from tests.factories import a_service
from tests.outbox.processes import ROOT, environment
from tests.services.loopback import OK, Server, says

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("prober processes")]

SERVICES, KILLS = 12, 8


def a_prober():
    return subprocess.Popen([sys.executable, "-m", "tests.services.a_prober"], cwd=ROOT, env=environment())


def until(fact, *, seconds=120):
    ends = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < ends, "It never came to pass."
        time.sleep(0.05)


@pytest.fixture
def servers():
    servers = [Server(says(OK)) for _ in range(SERVICES)]
    for number, server in enumerate(servers):
        service = a_service(f"Service{number}")
        Probe.objects.create(service=service, target=server.url, timeout_seconds=5)
    yield servers
    for server in servers:
        server.stop()


def open_ones():
    return set(Outage.objects.filter(ended_at=None).values_list("service__name", flat=True))


def cut_connections():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def test_no_interruption_is_lost_doubled_or_invented(servers):
    probers = [a_prober(), a_prober()]
    try:
        until(lambda: Watch.objects.filter(judged_since__isnull=False).count() == SERVICES)
        dying = list(range(0, SERVICES, 2))
        for _ in range(KILLS):
            time.sleep(random.uniform(0.05, 0.5))
            if dying:
                servers[dying.pop()].stop()
            if random.random() < 0.4:
                cut_connections()
                continue
            killed = random.randrange(2)
            probers[killed].send_signal(signal.SIGKILL)
            probers[killed].wait()
            probers[killed] = a_prober()
        until(lambda: len(open_ones()) == SERVICES // 2)
        time.sleep(2)  # and nothing more comes
        assert open_ones() == {f"Service{number}" for number in range(0, SERVICES, 2)}
        assert Outage.objects.count() == SERVICES // 2
        twice = Sample.objects.values("probe", "taken_at").annotate(times=Count("pk")).filter(times__gt=1)
        assert not twice.exists()
    finally:
        for prober in probers:
            prober.kill()
            prober.wait()
