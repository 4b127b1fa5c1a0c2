"""Bring database, documents and static files up to this version of the portal.

Safe to run twice, or on two machines at once.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import BaseCommand, CommandError, call_command
from django.db import NotSupportedError, OperationalError, connection
from psycopg.errors import DiskFull

OLDEST_POSTGRESQL = 15
ONE_AT_A_TIME = 0x706F7274616C  # key of the advisory lock: "portal"


class Command(BaseCommand):
    help = "Migrate the database, load the starter documents on a new host, collect the static files."
    requires_system_checks = []  # migrate makes them

    def handle(self, *args: Any, **options: Any) -> None:
        with in_one_sentence():
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('server_version_num')::integer")
                refuse_old(cursor.fetchone()[0])
                cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
            call_command("migrate", interactive=False, verbosity=0)
            call_command("legal_starters", verbosity=0)
            call_command("collectstatic", interactive=False, verbosity=0)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])


def refuse_old(version: int) -> None:
    """`version` as the server gives it: 150020 is 15.20."""
    if version // 10000 < OLDEST_POSTGRESQL:
        raise CommandError(
            f"The portal needs PostgreSQL {OLDEST_POSTGRESQL} or newer and DATABASE_URL leads to {version // 10000}: "
            "upgrade that server, or unset DATABASE_URL for a private one."
        )


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """What the operator can mend, without a traceback."""
    try:
        yield
    except NotSupportedError as error:  # Django's own limit, when older still
        raise CommandError(f"DATABASE_URL leads to a server that is too old: {error}") from error
    except OperationalError as error:
        if isinstance(error.__cause__, DiskFull):
            raise CommandError("The disk of the database is full: make room and start again.") from error
        if connection.connection is None:
            raise CommandError(
                f"The database of DATABASE_URL does not answer ({str(error).strip()}): "
                "start it, or correct DATABASE_URL."
            ) from error
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CommandError(
                f"The disk that holds {error.filename} is full: make room and start again."
            ) from error
        raise
