"""Deliverers are real processes here, and they are killed (-9) at random moments."""

import random
import signal
import time
from collections import Counter

import pytest
from django.db import DatabaseError, connection, transaction

from outbox.delivery import MARK, deliver
from outbox.models import Letter
from tests.outbox.conftest import a_letter
from tests.outbox.processes import a_deliverer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("outbox processes")]


def write(number: int) -> None:
    with transaction.atomic():
        for each in range(number):
            a_letter(subject=str(each))


def until(fact, *, seconds: float = 120) -> None:
    ends = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < ends, "It never came to pass."
        time.sleep(0.002)


def taken(sink) -> Counter[str]:
    return Counter(letter["subject"] for letter in sink.letters)


class TestADelivererKilledAtRandomMoments:
    def test_loses_no_letter_and_doubles_at_most_the_one_in_flight(self, sink):
        letters, kills = 600, 6
        write(letters)
        moments = sorted(random.sample(range(10, letters - 60), kills))
        for moment in moments:
            deliverer = a_deliverer(sink)
            until(lambda: len(sink.envelopes) >= moment)  # noqa: B023 - used at once
            deliverer.send_signal(signal.SIGKILL)
            assert deliverer.wait() == -signal.SIGKILL
        assert a_deliverer(sink).wait() == 0
        counts = taken(sink)
        assert set(counts) == {str(number) for number in range(letters)}, moments
        assert counts.total() <= letters + kills, moments
        assert Letter.objects.sent().count() == letters

    def test_leaves_its_letter_free_at_once_with_the_same_identity(self, sink):
        """Killed at the worst moment: the server has the letter, nobody has written that down."""
        write(1)
        killed = []

        def kill(_):
            if not killed:
                killed.append(deliverer)
                deliverer.send_signal(signal.SIGKILL)
                deliverer.wait()

        sink.to_message = kill
        deliverer = a_deliverer(sink)
        until(lambda: killed)
        assert Letter.objects.unsettled().count() == 1
        assert a_deliverer(sink).wait() == 0
        first, second = sink.letters
        assert first["Message-ID"] == second["Message-ID"]


class TestDeliverersAtOnce:
    def test_share_the_letters_and_double_none(self, sink):
        write(400)
        deliverers = [a_deliverer(sink) for _ in range(4)]
        assert [deliverer.wait() for deliverer in deliverers] == [0] * 4
        counts = taken(sink)
        assert len(counts) == counts.total() == 400
        assert sink.greetings > 1  # more than one of them had something to do


def set_the_alarm(_: str) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.3)


class TimeIsOver(Exception):
    pass


class TestADelivererStoppedInTheMiddleOfAStatement:
    """Celery ends a task by an exception raised wherever it happens to be."""

    @pytest.fixture
    def stopped(self):
        def stop(*_):
            raise TimeIsOver

        before = signal.signal(signal.SIGALRM, stop)
        yield
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    def test_leaves_a_connection_that_the_next_run_can_use(self, sink, stopped, monkeypatch):
        write(2)
        sink.to_message = set_the_alarm
        with monkeypatch.context() as slowly:
            slowly.setattr("outbox.delivery.MARK", "SELECT pg_sleep(1);" + MARK)
            with pytest.raises((TimeIsOver, DatabaseError)):
                deliver()
        sink.to_message = lambda _: None
        assert not connection.in_atomic_block

        def all_left():  # PostgreSQL ends the statement that nobody waits for any more
            deliver()
            return Letter.objects.sent().count() == 2

        until(all_left)
        assert taken(sink).total() <= 3
