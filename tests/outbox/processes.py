"""Real processes on the database of the tests."""

import os
import subprocess
import sys
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
DELIVER = "import django; django.setup(); from outbox.delivery import deliver; deliver()"


def environment(**more: str) -> dict[str, str]:
    before, question, options = os.environ["DATABASE_URL"].partition("?")
    database = f"{before.rpartition('/')[0]}/{connection.settings_dict['NAME']}{question}{options}"
    return (
        os.environ
        | {"DATABASE_URL": database, "LOG_LEVEL": "WARNING", "EMAIL_FROM": "portal@example.org"}
        | more
    )


def a_deliverer(sink) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", DELIVER], cwd=ROOT, env=environment(EMAIL_URL=f"smtp://127.0.0.1:{sink.port}")
    )


def celery(*arguments: str, **variables: str) -> subprocess.Popen:
    """In a process group of its own, so that a worker dies with its children."""
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "chatons_portal", *arguments],
        cwd=ROOT,
        env=environment(**variables),
        start_new_session=True,
    )
