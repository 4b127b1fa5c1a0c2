"""What the settings need to know before they load: where the data is, and the secret."""

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import environ

from chatons_portal.embedded import place, postgres, valkey
from chatons_portal.embedded.keeper import ADDRESSES, READY
from chatons_portal.embedded.trouble import Trouble

KEEPER = "import sys; from chatons_portal.embedded.keeper import main; sys.exit(main(sys.argv[1:]))"
VARIABLES = ("DATABASE_URL", "REDIS_URL")
# Commands that load the settings and touch no data.
NEED_NO_SERVERS = {
    "help",
    "--help",
    "-h",
    "version",
    "--version",
    "makemessages",
    "compilemessages",
    "startapp",
}


def are_not_needed(arguments: list[str]) -> bool:
    """Whether this command line of manage.py gets along without stores."""
    command = arguments[0] if arguments else "help"
    only_explains = command == "receive_report" and any(word.startswith("--explain") for word in arguments)
    return command in NEED_NO_SERVERS or only_explains


@contextmanager
def private_servers() -> Iterator["Tenancy"]:
    """Fill in what neither the environment nor .env sets, and keep the private servers up meanwhile.

    Finds those that run for this var/ or starts them; the last to leave sees them stopped. Raises Trouble.
    """
    read_environment()
    tenancy = Tenancy([name for name in VARIABLES if not os.environ.get(name)])
    with tenancy:
        yield tenancy


def read_environment() -> None:
    """Read .env as the settings will, and see to the secret."""
    environ.Env.read_env(os.environ.get("ENV_FILE") or place.BASE_DIR / ".env")
    if not os.environ.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = place.secret_key()


def placeholders() -> None:
    """Addresses for a command that will not use them."""
    read_environment()
    for name, address in zip(VARIABLES, ("postgres://nowhere/portal", "redis://nowhere"), strict=True):
        os.environ[name] = os.environ.get(name) or address


class Tenancy:
    """One process's use of the private servers: a shared lock, held from before they start until it is left."""

    def __init__(self, variables: list[str]) -> None:
        self.variables = variables
        self.users: int | None = None
        self.keeper_pid: int | None = None

    def __enter__(self) -> "Tenancy":
        if self.variables:
            self.users = place.open_lock("users.lock")
            fcntl.flock(self.users, fcntl.LOCK_SH)  # waits while a keeper is stopping them
            try:
                self.enter()
            except BaseException:
                os.close(self.users)
                raise
        return self

    def enter(self) -> None:
        with place.locked("start.lock"):
            addresses = place.var_dir() / "run" / ADDRESSES
            while (kept := place.is_held("keeper.lock")) and not addresses.exists():
                time.sleep(0.02)  # one that is stopping, or whose starter was killed and that starts
            if not kept:
                self.start_keeper()
            found = json.loads(addresses.read_text())
        self.keeper_pid = found["keeper"]
        for name in self.variables:
            if name not in found:
                raise Trouble(
                    f"The private servers run for a command that had set {name}: wait for its end, or set it here."
                )
            os.environ[name] = found[name]

    def start_keeper(self) -> None:
        if "DATABASE_URL" in self.variables:
            postgres.find(place.var_dir())  # here, where the operator sees that something is fetched
        if "REDIS_URL" in self.variables:
            valkey.find()
        with open(place.make_private(place.var_dir() / "log") / "keeper.log", "ab") as log:
            keeper = subprocess.Popen(
                [sys.executable, "-c", KEEPER, *self.variables],
                cwd=place.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # the terminal's Ctrl-C is not for it
            )
        assert keeper.stdout is not None
        with keeper.stdout as words:
            said = words.readline().strip()
        if said != READY:
            keeper.wait()
            raise Trouble(said or f"The private servers did not start: {log.name} says why.")

    def is_alive(self) -> bool:
        return not self.variables or place.is_held("keeper.lock")

    def __exit__(self, *failure: object) -> None:
        """Leave; when nobody else is there, wait until the servers have stopped."""
        if self.users is None:
            return
        last = place.try_lock(self.users, fcntl.LOCK_EX) or not place.try_lock(self.users, fcntl.LOCK_SH)
        os.close(self.users)
        if last:
            with place.locked("keeper.lock"):
                pass
