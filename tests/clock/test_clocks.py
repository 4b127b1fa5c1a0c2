"""Real clocks (celery beat) on the database of the tests; what they send is counted in the broker."""

import json
import signal
import time

import pytest
import redis
from django.db import connection

from chatons_portal.clock import SCHEDULE
from chatons_portal.embedded.valkey import Valkey
from tests.outbox.processes import celery
from tests.outbox.test_kills import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("clock processes")]

HOLDERS = """
    FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND datname = current_database()
"""


@pytest.fixture
def broker(tmp_path_factory):
    broker = Valkey(tmp_path_factory.mktemp("v"), {"appendonly": "no", "databases": "2"})
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def ticks(broker):
    """How many reminders of the tests' one entry lie in the broker."""
    connection = redis.Redis.from_url(broker.url)

    def number() -> int:
        messages = connection.lrange("celery", 0, -1)
        return sum(json.loads(message)["headers"]["task"] == "tests.clock.tick" for message in messages)

    return number


@pytest.fixture
def clocks(broker):
    started = []

    def start():
        url = broker.url.split("?")[0].replace("unix://", "redis+socket://") + "?virtual_host=0"
        started.append(
            celery(
                "beat", "--pidfile=", "--loglevel=WARNING", "--scheduler=tests.clock.every_second:EverySecond",
                CELERY_BROKER_URL=url,
            )
        )  # fmt: skip
        return started[-1]

    yield start
    for clock in started:
        clock.kill()
        clock.wait()


class TestTwoClocks:
    def test_tick_as_one_and_the_second_takes_over_when_the_first_is_killed(self, clocks, ticks):
        first = clocks()
        until(lambda: ticks() >= 1)
        second = clocks()
        time.sleep(3)  # the second is up by now, and stands by
        began, before = time.monotonic(), ticks()
        time.sleep(4)
        # Each for itself, they would tick twice as often; a machine that is busy ticks less.
        assert 1 <= ticks() - before <= (time.monotonic() - began) + 1.5

        first.send_signal(signal.SIGKILL)
        first.wait()
        before = ticks()
        until(lambda: ticks() > before, seconds=60)
        assert second.poll() is None

    def test_one_whose_connection_is_cut_takes_the_lock_again(self, clocks, ticks):
        clocks()
        until(lambda: ticks() >= 1)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_terminate_backend(pid) {HOLDERS}")
            assert cursor.rowcount == 1
        before = ticks()
        until(lambda: ticks() >= before + 2, seconds=60)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pid {HOLDERS}")
            assert cursor.rowcount == 1


def test_every_entry_is_a_task_that_exists():
    from chatons_portal.celery import app

    app.loader.import_default_modules()
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(app.tasks)
