"""The process the private servers hang from. Whoever uses them holds a shared lock on var/run/users.lock; the keeper
waits for the exclusive one. So the servers stay exactly as long as somebody needs them, however that somebody ends,
and the kernel does the counting. Should the keeper itself be killed, the servers go with it.
"""

import fcntl
import json
import os
import signal
import sys
from types import FrameType

from chatons_portal.embedded import place
from chatons_portal.embedded.postgres import Postgres
from chatons_portal.embedded.trouble import Trouble, from_os
from chatons_portal.embedded.valkey import Valkey

STORES = (Postgres, Valkey)
ADDRESSES = "servers.json"  # in var/run, while they run
READY = "ready"


class Ended(Exception):
    """A server died, or the keeper was asked to stop."""


def main(variables: list[str]) -> int:
    os.umask(0o077)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, end)
    keeper = place.open_lock("keeper.lock")
    users = place.open_lock("users.lock")
    fcntl.flock(keeper, fcntl.LOCK_EX)  # starters take turns: at most one that is ending still has it
    addresses = place.var_dir() / "run" / ADDRESSES
    addresses.unlink(missing_ok=True)  # of one that was killed
    stores: list[Postgres | Valkey] = []
    try:
        for kind in STORES:
            if kind.variable in variables:
                stores.append(kind(place.var_dir()))
                stores[-1].start()
        write(addresses, {store.variable: store.url for store in stores})
        answer(READY)
        wait_for_the_end(stores, users)
    except Ended:
        return 1
    except Trouble as trouble:
        return answer(str(trouble))
    except OSError as error:
        said = from_os(error, place.var_dir())
        if said is None:
            raise
        return answer(str(said))
    finally:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        addresses.unlink(missing_ok=True)
        for store in reversed(stores):
            store.stop()
        os.close(keeper)  # before the users' lock, which the kernel might otherwise free first
    return 0


def wait_for_the_end(stores: list[Postgres | Valkey], users: int) -> None:
    """Return when nobody uses the servers; raise Ended when one of them dies."""

    def look(number: int, frame: FrameType | None) -> None:
        for store in stores:
            if store.process and store.process.poll() is not None:
                print(
                    f"{store.name} ended with code {store.process.returncode}.", file=sys.stderr, flush=True
                )
                raise Ended

    signal.signal(signal.SIGCHLD, look)
    look(signal.SIGCHLD, None)
    fcntl.flock(users, fcntl.LOCK_EX)


def end(number: int, frame: FrameType | None) -> None:
    raise Ended


def write(path: os.PathLike[str], facts: dict[str, object]) -> None:
    new = f"{path}.new"
    with open(new, "w") as file:
        json.dump({"keeper": os.getpid()} | facts, file)
    os.rename(new, path)


def answer(line: str) -> int:
    """Tell the process that started us, once; it may be gone."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        pass
    os.dup2(2, 1)
    return line != READY
