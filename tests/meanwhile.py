"""Two things at once: the second is begun when the first has acted and not yet committed. Needs real transactions."""

import threading
import time
from collections.abc import Callable
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
        self.act = act
        self.answer: Any = None
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, args=[translation.get_language()])
        self.thread.start()

    def _run(self, language: str) -> None:
        try:
            with translation.override(language):
                self.answer = self.act()
        except BaseException as error:  # noqa: BLE001 (it is raised where the result is asked for)
            self.error = error
        finally:
            connection.close()

    def has_to_wait(self) -> bool:
        """Seen from the transaction that holds the rows; False when they were done without waiting."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees what it saw first
                cursor.execute(WAITING)
                if cursor.fetchone()[0]:
                    return True
            if not self.thread.is_alive():
                return False
            time.sleep(0.02)
        raise AssertionError("Neither waiting nor done.")

    def result(self) -> Any:
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive(), "It still waits."
        if self.error:
            raise self.error
        return self.answer
