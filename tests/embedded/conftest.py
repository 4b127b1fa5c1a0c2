"""A var/ of its own for each test, and what runs on it, started as an operator would."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.servers import ROOT, variables_of_the_portal


def wait_for(fact, seconds=120):
    until = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < until, f"not within {seconds} seconds"
        time.sleep(0.02)
    return found


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


class Host:
    """One checkout's var/, and the commands given on it."""

    def __init__(self, directory):
        self.var = directory / "var"
        self.started = []
        self.environment = {
            name: value for name, value in os.environ.items() if name not in variables_of_the_portal()
        } | {"VAR_DIR": str(self.var), "ENV_FILE": os.devnull}
        self.environment.pop("MAKELEVEL", None)
        if chosen := os.environ.get("EMBEDDED_SERVERS"):
            self.environment["EMBEDDED_SERVERS"] = chosen

    def start(self, *arguments, **environment):
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def run(self, *arguments, **environment):
        """What it said, and its exit code."""
        process = self.start(*arguments, **environment)
        said, _ = process.communicate(timeout=180)
        return said.strip(), process.returncode

    def sql(self, statement):
        return self.run("-c", f"{CONNECT}    print(*line.execute({statement!r}).fetchone())")

    def tenant(self):
        """A process that uses the servers until told to leave."""
        process = self.start("-c", f"{CONNECT}    print('in', flush=True); input(); line.execute('select 1')")
        assert process.stdout.readline().strip() == "in"
        return process

    def supervise(self, port, **environment):
        return self.start("-m", "chatons_portal.embedded.supervisor", "--port", str(port), **environment)

    def processes(self):
        """Every process that belongs to this var/, by its words, its environment or where it stands."""
        mark, found = os.fsencode(self.var), set()
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                alive = b"State:\tZ" not in (entry / "status").read_bytes()
                words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                if alive and mark in words + os.fsencode(os.readlink(entry / "cwd")):
                    found.add(int(entry.name))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return found

    def kill_all(self):
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def are_gone(self):
        return not self.processes()

    def serves(self):
        """Did who left last leave without seeing the servers stop?"""
        sockets = [self.var / "run" / "postgresql" / ".s.PGSQL.5432", self.var / "run" / "valkey" / "socket"]
        return [path for path in [self.var / "pg" / "postmaster.pid", *sockets] if path.exists()]

    def postmaster(self):
        return int((self.var / "pg" / "postmaster.pid").read_text().split("\n")[0])

    def broker(self):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.var / "run" / "valkey" / "socket"))
            line.sendall(b"INFO server\r\n")
            return int(re.search(rb"process_id:(\d+)", line.recv(4096))[1])

    def answers(self):
        """Both servers, and whoever asks is let in."""
        try:
            self.broker()
            state = (self.var / "pg" / "postmaster.pid").read_text().splitlines()[7]
        except (OSError, IndexError, TypeError):
            return False
        return state.strip() == "ready"


CONNECT = """
import os, environ, psycopg
from chatons_portal.embedded import private_servers
from chatons_portal.embedded.trouble import in_one_sentence
with in_one_sentence("var/"), private_servers(), psycopg.connect(
    host=environ.Env.db_url_config(os.environ["DATABASE_URL"])["HOST"], user="portal", dbname="portal", autocommit=True
) as line:
"""


@pytest.fixture
def host():
    directory = Path(tempfile.mkdtemp(prefix="portal-host-"))
    directory.chmod(0o711)  # a server that may not be root walks through here
    host = Host(directory)
    yield host
    for process in host.started:
        process.kill()
        process.wait()
    try:
        wait_for(host.are_gone)
    finally:
        host.kill_all()
        shutil.rmtree(directory, ignore_errors=True)
