"""A host of its own for a benchmark: a PostgreSQL and a Valkey in a temporary folder."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def peak() -> float:
    """Megabytes this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def host(folder: Path, *, demo: bool = True) -> Iterator[None]:
    """Private stores, with a demonstration in them or empty; the environment leads there."""
    from chatons_portal.embedded.postgres import Postgres
    from chatons_portal.embedded.valkey import Valkey

    postgres, valkey = Postgres(folder), Valkey(folder)
    try:
        postgres.start()
        valkey.start()
        os.environ |= {
            "ENV_FILE": os.devnull,
            "VAR_DIR": str(folder),
            "STATIC_ROOT": str(folder / "static"),
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "CELERY_BROKER_URL": "",
            "SECRET_KEY": "the key of a benchmark, which protects nothing and is gone in a minute",
            "DEBUG": "false",
            "SITE_URL": "http://localhost:8000",
            "DJANGO_SETTINGS_MODULE": "chatons_portal.settings",
        }
        filled = [["demo"]] if demo else []
        for command in (["migrate", "-v0"], *filled, ["collectstatic", "--noinput", "-v0"]):
            subprocess.run(
                [sys.executable, "manage.py", *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
            )
        yield
    finally:
        valkey.stop()
        postgres.stop()
