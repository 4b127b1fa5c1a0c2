"""The clock: says to the workers, at intervals, "look for what is due". It promises nothing and remembers nothing.

Any number of clocks may run, on any machine: one holds a lock in PostgreSQL and ticks, the others stand by. PostgreSQL
drops the lock with the connection, so a killed clock is replaced within seconds. There is no schedule file.
"""

from datetime import timedelta
from typing import Any

import psycopg
from celery.beat import Scheduler
from celery.utils.log import get_logger
from django.db import connection

log = get_logger(__name__)

# Intervals only, each to a task that looks for due work and is safe to run twice. A clock that starts or takes over
# sends all of them at once: a day's interval would otherwise never end on a machine that restarts every morning.
SCHEDULE: dict[str, dict[str, Any]] = {
    "carry letters": {"task": "outbox.tasks.deliver", "schedule": timedelta(seconds=10)},
    "tell everybody what changed": {"task": "legal.tasks.tell", "schedule": timedelta(seconds=30)},
    "look whether documents are what was published": {
        "task": "legal.tasks.verify",
        "schedule": timedelta(hours=1),
    },
    "tell of interruptions": {"task": "services.tasks.tell_outages", "schedule": timedelta(seconds=10)},
    "write to subscribers": {"task": "services.tasks.tell_subscribers", "schedule": timedelta(seconds=30)},
    "look for subscribers who cannot be reached": {
        "task": "services.tasks.look_at_refusals",
        "schedule": timedelta(hours=1),
    },
    "look after maintenance": {
        "task": "services.tasks.look_after_maintenance",
        "schedule": timedelta(seconds=30),
    },
    "look at services": {"task": "services.tasks.look", "schedule": timedelta(seconds=2)},
    "compute the figures of the day": {"task": "services.tasks.roll_up", "schedule": timedelta(minutes=5)},
    "forget what looks saw": {"task": "services.tasks.forget_samples", "schedule": timedelta(hours=1)},
    "copy the status pages": {"task": "chatons_portal.tasks.copy_status", "schedule": timedelta(seconds=30)},
    "look at the portal's settings": {
        "task": "chatons_portal.tasks.check_settings",
        "schedule": timedelta(hours=1),
    },
    "forget letters": {"task": "outbox.tasks.forget", "schedule": timedelta(hours=1)},
    "forget people who never confirmed": {"task": "accounts.tasks.forget", "schedule": timedelta(hours=1)},
    "make copies of people's data": {
        "task": "accounts.tasks.make_exports",
        "schedule": timedelta(seconds=30),
    },
    "try whether copies can be made": {"task": "accounts.tasks.try_export", "schedule": timedelta(hours=1)},
    "write erasures beside the database": {
        "task": "accounts.tasks.write_out_erasures",
        "schedule": timedelta(minutes=10),
    },
    "close accounts": {"task": "accounts.tasks.carry_out_closings", "schedule": timedelta(minutes=10)},
    "look at accounts nobody uses": {"task": "accounts.tasks.purge", "schedule": timedelta(minutes=10)},
    "acknowledge what people wrote": {
        "task": "abuse.tasks.acknowledge",
        "schedule": timedelta(seconds=10),
    },
    "open tickets whose answer did not come": {
        "task": "abuse.tasks.come_due",
        "schedule": timedelta(minutes=10),
    },
    "forget who was looking at tickets": {
        "task": "abuse.tasks.forget_glances",
        "schedule": timedelta(hours=1),
    },
    "forget what was put aside together": {
        "task": "abuse.tasks.forget_sweeps",
        "schedule": timedelta(hours=1),
    },
    "forget who was muted": {"task": "abuse.tasks.forget_mutes", "schedule": timedelta(hours=1)},
    "delete accounts as decided": {
        "task": "abuse.tasks.carry_out_deletions",
        "schedule": timedelta(minutes=10),
    },
    "remind the desk of sanctions that end": {
        "task": "abuse.tasks.remind_of_ends",
        "schedule": timedelta(hours=1),
    },
    "forget closed tickets": {"task": "abuse.tasks.forget", "schedule": timedelta(hours=1)},
    "forget proofs of work": {"task": "abuse.tasks.forget_proofs", "schedule": timedelta(hours=1)},
}

LOCK = 0x63_6C_6F_63_6B  # "clock"
STAND_BY_SECONDS = 2.0


class LockedScheduler(Scheduler):
    """Celery's in-memory scheduler, which ticks only while it holds the lock."""

    intervals = SCHEDULE
    lock: psycopg.Connection | None = None

    def setup_schedule(self) -> None:
        for name, entry in self.intervals.items():
            # A reminder that lay in the broker for longer than its interval has been overtaken by the next.
            options = {"expires": entry["schedule"].total_seconds()}
            self.add(name=name, task=entry["task"], schedule=entry["schedule"], options=options)

    def tick(self, *args: object, **kwargs: object) -> float:
        """Seconds until the next one."""
        if not self.holds_lock():
            return STAND_BY_SECONDS
        return min(super().tick(*args, **kwargs), STAND_BY_SECONDS)

    def holds_lock(self) -> bool:
        try:
            if self.lock is not None:
                self.lock.execute("SELECT 1")
                return True
            self.take_lock()
        except psycopg.OperationalError as error:
            log.warning("The clock stands still: %s", error)
            self.drop_lock()
        return self.lock is not None

    def take_lock(self) -> None:
        """On a connection of its own, which does nothing else and dies early when the server is gone."""
        candidate = psycopg.connect(
            **{
                name: value
                for name, value in connection.get_connection_params().items()
                if name not in {"context", "cursor_factory", "prepare_threshold"}
            }
            | {
                "connect_timeout": 5,
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "tcp_user_timeout": 10_000,
            },
            autocommit=True,
        )
        if candidate.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone() != (True,):
            candidate.close()
            return
        log.info("This clock ticks now.")
        self.lock = candidate
        self.send_all_at_once()

    def send_all_at_once(self) -> None:
        for entry in self.schedule.values():
            entry.last_run_at = entry.default_now() - entry.schedule.run_every
        self._heap = None  # built anew at the next tick

    def drop_lock(self) -> None:
        if self.lock is not None:
            self.lock.close()
            self.lock = None

    def close(self) -> None:
        self.drop_lock()
        super().close()

    @property
    def info(self) -> str:
        return "    . lock -> PostgreSQL"
