"""A real Celery worker and a real broker; both are killed. What waits is in PostgreSQL, so nothing is lost."""

import os
import signal
import time

import pytest
from celery import Celery

from chatons_portal.embedded.valkey import Valkey
from outbox import nudge
from outbox.models import Letter
from tests.outbox.conftest import a_letter
from tests.outbox.processes import celery
from tests.outbox.test_kills import taken, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("outbox processes")]


@pytest.fixture
def broker(tmp_path_factory):
    """Without any persistence: what it knew is gone with it."""
    broker = Valkey(tmp_path_factory.mktemp("v"), {"appendonly": "no", "databases": "2"})
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def broker_url(broker):
    return broker.url.split("?")[0].replace("unix://", "redis+socket://") + "?virtual_host=0"


@pytest.fixture
def nudges(broker_url, monkeypatch):
    """They go to the broker of this test, with the portal's own settings."""
    app = Celery("tests", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    monkeypatch.setenv("CELERY_BROKER_URL", broker_url)  # Celery itself looks there first
    monkeypatch.setattr(nudge, "current_app", app)
    monkeypatch.setattr(nudge, "_quiet_until", 0.0)
    monkeypatch.setattr(nudge, "QUIET_SECONDS", 0)
    yield
    app.close()


@pytest.fixture
def workers(sink, broker_url):
    started = []

    def start():
        started.append(
            celery(
                "worker",
                "--concurrency=1",
                "--without-gossip",
                "--without-mingle",
                "--loglevel=WARNING",
                CELERY_BROKER_URL=broker_url,
                EMAIL_URL=f"smtp://127.0.0.1:{sink.port}",
            )
        )
        return started[-1]

    yield start
    for worker in started:
        kill(worker)


def kill(worker) -> None:
    """The worker and its child: it leads their group."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def test_a_letter_leaves_by_its_nudge_and_survives_broker_and_worker(sink, broker, workers):
    first_worker = workers()
    a_letter(subject="nudged")
    until(lambda: taken(sink)["nudged"])

    # The broker dies: the verb is not disturbed, the letter waits.
    broker.process.send_signal(signal.SIGKILL)
    broker.process.wait()
    started = time.monotonic()
    a_letter(subject="while the broker was away")
    assert time.monotonic() - started < 10  # it did not wait until the broker comes back
    assert Letter.objects.unsettled().count() == 1

    # It comes back empty. The next nudge, or tick of the clock, finds what waits; the worker has come back by itself.
    broker.start()
    nudge.nudge()
    until(lambda: taken(sink)["while the broker was away"])

    # The worker is killed while the server has a letter in its hands; the next worker carries on.
    worst_moment = []

    def kill_once(message):
        if "in flight" in message and not worst_moment:
            worst_moment.append(True)
            kill(first_worker)
            return "451 nobody hears this"
        return None

    sink.to_message = kill_once
    a_letter(subject="in flight")
    until(lambda: worst_moment)
    workers()
    nudge.nudge()
    until(lambda: not Letter.objects.unsettled().exists())
    assert taken(sink) == {"nudged": 1, "while the broker was away": 1, "in flight": 1}
