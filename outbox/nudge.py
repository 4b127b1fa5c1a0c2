"""Wake a worker now instead of at the next tick of the clock. A courtesy: nothing depends on it."""

import logging
from time import monotonic

from celery import current_app
from django.db import transaction
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import producers

log = logging.getLogger(__name__)

QUIET_SECONDS = 30
# A person waits for the page behind this. Celery's own connections ask a dead broker for six seconds.
ASK_ONCE = {"max_retries": 1, "interval_start": 0, "connect_retries_timeout": 1, "socket_connect_timeout": 1}
_woken_at: dict[str, float] = {}
_quiet_until = (
    0.0  # of this process only, and only a courtesy too: whoever forgets it pays one more failed try
)


def wake(task: str, *, at_most_every: float = 0.0) -> None:
    """Have a worker do `task` soon. A broker that is down costs its refusal once in half a minute, not each time.

    With `at_most_every` (seconds), what comes in crowds wakes a worker once; what that one missed, the clock finds.
    """
    global _quiet_until
    now = monotonic()
    if now < _quiet_until or now < _woken_at.get(task, -1e9) + at_most_every:
        return
    _woken_at[task] = now
    try:
        # By name: verbs stand below tasks. Expires: the clock looks again anyway, old nudges need not pile up.
        # Out of a pool: to connect anew takes longer than to write the letter.
        broker = current_app.connection_for_write(transport_options=ASK_ONCE)
        with producers[broker].acquire(block=True, timeout=1) as producer:
            current_app.send_task(task, producer=producer, expires=60, priority=0, retry=False)
    except (OperationalError, LimitExceeded) as error:  # away, or every line to it is in use
        _quiet_until = monotonic() + QUIET_SECONDS
        log.warning("No worker could be nudged (%s); the clock will find the work.", error)


def nudge() -> None:
    wake("outbox.tasks.deliver")


def nudge_on_commit() -> None:
    """Once per transaction, however many letters it wrote."""
    if not any(callback is nudge for _, callback, _ in transaction.get_connection().run_on_commit):
        transaction.on_commit(nudge)
