"""A nudge is a courtesy: whatever state the lines to the broker are in, whoever wrote the letter notices nothing."""

from contextlib import ExitStack

import pytest
from celery import current_app
from kombu.pools import producers

from outbox import nudge


@pytest.fixture(autouse=True)
def not_quiet(monkeypatch):
    monkeypatch.setattr(nudge, "_quiet_until", 0.0)


def test_fails_nobody_when_every_line_is_in_use():
    pool = producers[current_app.connection_for_write(transport_options=nudge.ASK_ONCE)]
    with ExitStack() as held:
        for _line in range(pool.limit):
            held.enter_context(pool.acquire(block=False))
        nudge.wake("outbox.tasks.deliver")
    assert nudge._quiet_until > 0
