"""Two things at once: the second is begun when the first has acted and not yet committed. Needs real transactions."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection
from django.utils import translation

PATIENCE = 120  # seconds
WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'
"""


class Meanwhile:
    """Somebody else does a thing, on a connection of their own; `result` is what they got, or raises what they met."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.doing = ThreadPoolExecutor(1).submit(_elsewhere, act, translation.get_language())

    def has_to_wait(self) -> bool:
        """Seen from the transaction that holds the rows; False when they were done without waiting."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees what it saw first
                cursor.execute(WAITING)
                if cursor.fetchone()[0]:
                    return True
            if self.doing.done():
                return False
            time.sleep(0.02)
        raise AssertionError("Neither waiting nor done.")

    def result(self) -> Any:
        return self.doing.result(PATIENCE)


def _elsewhere(act: Callable[[], Any], language: str) -> Any:
    try:
        with translation.override(language):
            return act()
    finally:
        connection.close()
