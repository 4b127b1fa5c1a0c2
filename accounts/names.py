"""User names: what they may look like, and which ones are nobody's."""

import re
from functools import cache
from pathlib import Path

from accounts.sealing import finders

SHAPE = re.compile(r"[a-z][a-z0-9._-]{1,31}")


@cache
def reserved() -> frozenset[str]:
    """Names that speak for the host, or that mail and web servers give a meaning of their own (RFC 2142 and custom)."""
    text = (Path(__file__).parent / "reserved_names.txt").read_text()
    return frozenset(line for line in text.split() if not line.startswith("#"))


def is_reserved(name: str) -> bool:
    """However it is dressed up: “post-master” is “postmaster”."""
    return re.sub(r"[._-]", "", name) in reserved()


def marks(name: str) -> list[str]:
    """By what a name is known again that somebody had once, the newest key first."""
    return finders(f"user name {name}")
