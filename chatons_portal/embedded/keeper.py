"""The process the private servers hang from. Whoever uses them holds a shared lock on var/run/users.lock; the keeper
waits for the exclusive one. So the servers stay exactly as long as somebody needs them, however that somebody ends,
and the kernel does the counting. Should the keeper itself be killed, the servers go with it. A server that ends before
its users is started again: whoever used it connects anew and finds everything that was committed.
"""

import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from chatons_portal.embedded import place
from chatons_portal.embedded.postgres import Postgres
from chatons_portal.embedded.trouble import Trouble, from_os
from chatons_portal.embedded.valkey import Valkey

STORES = (Postgres, Valkey)
ADDRESSES = "servers.json"  # in var/run, while they run
READY = "ready"
LONGEST_PAUSE = 30  # seconds before a server that ended soon after its start is started again
STEADY_AFTER = 60  # seconds of life that make the next restart immediate again
LOOK_SECONDS = 1.0


class Ended(Exception):
    """The keeper was asked to stop."""


class Fell(Exception):
    """A server ended although nobody asked for that here."""


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
        addresses.unlink(missing_ok=True)
        for store in reversed(stores):
            store.stop()
        os.close(keeper)  # before the users' lock, which the kernel might otherwise free first
    return 0


def wait_for_the_end(stores: list[Postgres | Valkey], users: int) -> None:
    """Return when nobody uses the servers, and have them run until then. Raises Trouble: one does not start again."""
    started = dict.fromkeys(stores, time.monotonic())
    pauses = dict.fromkeys(stores, 0)
    while True:
        try:
            with watched(stores):
                fcntl.flock(users, fcntl.LOCK_EX)
            return
        except Fell:
            pass
        for store in stores:
            if store.has_ended:
                if time.monotonic() - started[store] > STEADY_AFTER:
                    pauses[store] = 0
                say(f"{store.name} ended; starting it again in {pauses[store]} s.")
                if nobody_comes_to_need_it(users, seconds=pauses[store]):
                    return
                store.start()
                say(f"{store.name} answers again.")
                started[store] = time.monotonic()
                pauses[store] = min(max(pauses[store] * 2, 1), LONGEST_PAUSE)


@contextmanager
def watched(stores: list[Postgres | Valkey]) -> Iterator[None]:
    """Raise Fell, once, as soon as a server has ended. One that is ending may wait for clients who do not know: hurry
    it."""
    told = False

    def look(number: int, frame: FrameType | None) -> None:
        nonlocal told
        for store in stores:
            if not told and store.has_ended:
                told = True
                raise Fell
            store.hurry()

    for each in (signal.SIGCHLD, signal.SIGALRM):
        signal.signal(each, look)
    try:
        signal.setitimer(signal.ITIMER_REAL, LOOK_SECONDS, LOOK_SECONDS)
        look(signal.SIGCHLD, None)
        yield
    finally:
        told = True
        signal.setitimer(signal.ITIMER_REAL, 0)


def nobody_comes_to_need_it(users: int, *, seconds: float) -> bool:
    """Wait; True as soon as the last of the users has left meanwhile."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if place.try_lock(users):
            return True
        time.sleep(0.1)
    return False


def say(line: str) -> None:
    """Into var/log/keeper.log."""
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}", file=sys.stderr, flush=True)


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
