"""Where the private things are: var/, its locks, its sockets, its secret."""

import fcntl
import hashlib
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatons_portal.embedded.trouble import Trouble

BASE_DIR = Path(__file__).resolve().parent.parent.parent
LONGEST_SOCKET_PATH = 107  # bytes; sockaddr_un.sun_path, less its end
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432.lock"


def var_dir() -> Path:
    return Path(os.environ.get("VAR_DIR") or BASE_DIR / "var").absolute()


def make_private(directory: Path) -> Path:
    """Make `directory`, and what is missing above it, for its owner alone."""
    for one in [*reversed(directory.parents), directory]:
        if not one.exists():
            one.mkdir(mode=0o700, exist_ok=True)
    return directory


def fingerprint(directory: Path) -> str:
    return hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]


def socket_directory(wanted: Path, owner: int) -> Path:
    """A directory only `owner` enters, whose sockets fit into a socket address and need no quoting in a URL."""
    long = len(os.fsencode(str(wanted) + LONGEST_SOCKET_NAME)) > LONGEST_SOCKET_PATH
    if long or not re.fullmatch(r"[A-Za-z0-9/._-]+", str(wanted)):
        wanted = Path("/tmp", f"portal-{owner}-{fingerprint(wanted)}")  # noqa: S108, owner and mode are checked
    make_private(wanted)
    found = wanted.lstat()
    if os.geteuid() == 0 and found.st_uid == 0 != owner:
        os.chown(wanted, owner, -1)
        found = wanted.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) & 0o077:
        raise Trouble(
            f"{wanted} must be a directory of user {owner} with mode 0700: remove it and start again."
        )
    return wanted


def try_lock(file: int, how: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def open_lock(name: str) -> int:
    return os.open(make_private(var_dir() / "run") / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Wait for a lock of var/run and hold it. The kernel frees it however the holder ends."""
    file = open_lock(name)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def is_held(name: str) -> bool:
    """Does somebody hold this lock alone? Asks with a shared one, so that two who ask do not meet."""
    file = open_lock(name)
    try:
        return not try_lock(file, fcntl.LOCK_SH)
    finally:
        os.close(file)


def secret_key() -> str:
    """The key of this var/, made at the first call; readable by its owner alone."""
    path = make_private(var_dir()) / "secret_key"
    with locked("secret.lock"):
        if not path.exists():
            with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix="secret_key.", delete=False) as new:
                new.write(secrets.token_urlsafe(64) + "\n")
                new.flush()
                os.fsync(new.fileno())
            os.rename(new.name, path)
    return path.read_text().strip()
