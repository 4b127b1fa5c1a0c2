"""What can go wrong before the portal runs, said in one sentence with what to do about it."""

import errno
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Trouble(Exception):
    """Its text is the whole message to the operator; no traceback helps."""


LEAST_ROOM = 32 * 2**20  # bytes; with less than this free, a program that failed failed for want of it
FULL = {errno.ENOSPC, errno.EDQUOT}
FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def from_os(error: OSError, place: Path | str) -> Trouble | None:
    where = error.filename or place
    if error.errno in FULL:
        return no_room(where)
    if error.errno in FORBIDDEN and error.filename:
        return Trouble(f"{where} is closed to this user: give it back with chown, or run as its owner.")
    return None


def no_room(place: Path | str) -> Trouble:
    return Trouble(
        f"The disk that holds {place} is full: make room (the portal wants about 1 GB) and start again."
    )


def failed(what: str, said: str, place: Path) -> Trouble:
    """A program of somebody else's stopped: its last words, or the full disk they mean."""
    room = os.statvfs(place if place.exists() else place.parent)
    full = room.f_bavail * room.f_frsize < LEAST_ROOM
    if full or "No space left on device" in said or "Disk quota exceeded" in said:
        return no_room(place)
    lines = [line.strip() for line in said.strip().splitlines() if line.strip()] or ["it said nothing"]
    grave = [line for line in lines if re.search("fatal|panic|error", line, re.IGNORECASE)]
    return Trouble(f"{what} failed: {(grave or lines)[-1]}")


@contextmanager
def in_one_sentence(place: Path | str) -> Iterator[None]:
    """Turn trouble into a line on the error output and exit code 1."""
    try:
        yield
    except Trouble as trouble:
        sys.exit(str(trouble))
    except OSError as error:
        said = from_os(error, place)
        if said is None:
            raise
        sys.exit(str(said))


def output(argv: list[str], **options: Any) -> str:
    """Run a program to its end; return what it said. Raises CalledProcessError with both outputs in `.stdout`."""
    done = subprocess.run(
        argv,
        check=True,
        text=True,
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **options,
    )
    return done.stdout
