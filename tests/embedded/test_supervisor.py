"""`make run`: one of it, on a free port; what dies comes back; nothing outlives it."""

import http.client
import os
import signal
import socket

import pytest
from django.core.management import CommandError

from chatons_portal.management.commands.prepare import refuse_old
from tests.embedded.conftest import free_port, wait_for

pytestmark = pytest.mark.xdist_group("supervisor")  # two whole portals at once would only wait for each other


def answers(port):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request("GET", "/health/", headers={"Host": "localhost"})
        return line.getresponse().status
    except OSError:
        return None
    finally:
        line.close()


def told(process, words):
    """Read what it says until it says that."""
    said = ""
    while words not in said:
        line = process.stdout.readline()
        assert line, f"it ended, having said: {said}"
        said += line
    return said


def named(host, words):
    found = []
    for pid in host.processes():
        try:
            with open(f"/proc/{pid}/cmdline") as file:
                if words in file.read().replace("\0", " "):
                    found.append(pid)
        except OSError:
            continue  # ended meanwhile
    return sorted(found)


class TestRunning:
    def test_serves_and_recovers_and_stops_in_order(self, host):
        port = free_port()
        portal = host.supervise(port)
        said = told(portal, "it works once")
        assert f"http://localhost:{port}/" in said
        assert portal.stdout.readline().startswith(f"http://localhost:{port}/")
        assert answers(port) == 200

        # A second one is sent away; a command finds the servers that run.
        again, code = host.supervise(free_port()).communicate()[0].strip(), host.started[-1].returncode
        assert code == 1
        assert again.startswith(
            f"The portal already runs here (process {portal.pid}, http://localhost:{port}/)"
        )
        assert len(again.splitlines()) == 1
        server = host.postmaster()
        assert host.sql("select count(*) > 0 from django_migrations") == ("True", 0)
        assert host.postmaster() == server

        # A web server that is killed leaves children that hold the port; they go with it and it comes back.
        killed = named(host, "granian")[0]
        os.kill(killed, signal.SIGKILL)
        told(portal, "web ended (code -9)")
        wait_for(lambda: answers(port) == 200 and killed not in named(host, "granian"))

        wait_for(lambda: named(host, "celery -A chatons_portal --quiet worker"))
        portal.send_signal(signal.SIGTERM)
        rest = portal.communicate(timeout=180)[0]
        assert portal.returncode == 0, rest
        wait_for(host.are_gone)  # the keeper's last breath
        log = (host.var / "log" / "postgresql.log").read_text()
        assert "database system is shut down" in log.splitlines()[-1]

    def test_killed_leaves_nobody_and_starts_again(self, host):
        port = free_port()
        portal = host.supervise(port)
        told(portal, "The portal is at")
        deaf = wait_for(lambda: named(host, "quiet worker"))[0]
        os.kill(deaf, signal.SIGSTOP)  # it will not hear the kernel's word; the guard sees to it
        portal.kill()
        wait_for(host.are_gone)
        assert answers(port) is None

        portal = host.supervise(port)
        told(portal, "The portal is at")
        # Killed together with the web server's parent, it leaves children that hold the port;
        # the next start ends them.
        for pid in [portal.pid, named(host, "granian")[0]]:
            os.kill(pid, signal.SIGKILL)
        portal.wait()
        portal = host.supervise(port)
        told(portal, "The portal is at")
        assert answers(port) == 200

        # Its database and its broker come back, and so does everything that needs them.
        for fallen in (host.postmaster(), host.broker()):
            os.kill(fallen, signal.SIGKILL)
            wait_for(lambda fallen=fallen: fallen not in host.processes() and answers(port) == 200)

        # A database that cannot be started any more leaves nothing to keep running.
        (host.var / "pg" / "global" / "pg_control").unlink()
        os.kill(host.postmaster(), signal.SIGKILL)
        rest = portal.communicate(timeout=180)[0]
        assert portal.returncode == 1
        assert "A private server cannot be started again" in rest
        wait_for(host.are_gone)


class TestRefusing:
    def test_a_port_that_is_taken(self, host):
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            door.listen()
            port = door.getsockname()[1]
            said, code = host.supervise(port).communicate()[0].strip(), host.started[-1].poll()
        assert code == 1
        assert said == (
            f"Port {port} is taken by another program: stop that one, "
            f"or choose another port with make run PORT={port + 1}."
        )
        assert not (host.var / "pg").exists()

    def test_a_database_that_does_not_answer(self, host):
        portal = host.supervise(
            free_port(),
            DATABASE_URL="postgres://nobody@/nothing?host=/nonexistent",
            REDIS_URL="redis://127.0.0.1:1",
        )
        said, _ = portal.communicate(timeout=180)
        assert portal.returncode == 1
        assert "The database of DATABASE_URL does not answer" in said
        assert "Traceback" not in said

    def test_a_database_that_is_too_old(self):
        with pytest.raises(CommandError, match="needs PostgreSQL 15 or newer and DATABASE_URL leads to 14"):
            refuse_old(140012)
        refuse_old(150000)
