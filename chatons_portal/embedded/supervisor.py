"""`make run`: the private servers, then web, clock, prober and worker over them, until Ctrl-C or SIGTERM.

Stops in order: web, clock, prober, worker, Valkey, PostgreSQL. A child that dies takes its process group with it and
comes back, later each time. So does a private server (see keeper); one that cannot ends everything. Killed itself, the
supervisor leaves nobody behind: the kernel tells the children, and a guard sees to those that do not listen.
"""

import argparse
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from chatons_portal.embedded import child, place
from chatons_portal.embedded.servers import Tenancy, private_servers, read_environment
from chatons_portal.embedded.trouble import Trouble, in_one_sentence

MARK = "PORTAL_SUPERVISED"  # in the environment of every child: whose it is
SIGNALS = {signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104, where "everywhere" is asked from here
ROOT_IS_KNOWN = (
    "ignore:You're running the worker with superuser privileges"  # docs/operating.md says what to do
)
LONGEST_BACK_OFF = 30  # seconds
STEADY_AFTER = 60  # seconds of life that make the next restart immediate again
GRACE = 10  # seconds that children have to stop when their supervisor or their servers are gone
WEB_SECONDS = 60  # to the first answer
WORKER_SECONDS = 125  # CELERY_TASK_TIME_LIMIT and a little more


@dataclass
class Child:
    """One of the processes that are kept running."""

    name: str
    argv: list[str]
    patience: float  # seconds from SIGTERM to SIGKILL
    farewell: signal.Signals = signal.SIGTERM  # from the kernel, when the supervisor dies
    process: subprocess.Popen | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    back_off: float = 1.0

    def start(self, environment: dict[str, str], inherited: list[int]) -> None:
        self.started_at = time.monotonic()
        self.process = child.start(
            [sys.executable, "-W", ROOT_IS_KNOWN, "-m", *self.argv],
            farewell=self.farewell,
            env=environment,
            cwd=place.BASE_DIR,
            pass_fds=inherited,
        )

    def bury(self) -> None:
        """Note the end of the process and when to start the next."""
        assert self.process is not None
        child.kill_group(self.process)
        now = time.monotonic()
        if now - self.started_at > STEADY_AFTER:
            self.back_off = 1.0
        say(
            f"{self.name} ended (code {self.process.returncode}); starting it again in {self.back_off:.0f} s."
        )
        self.process, self.due_at = None, now + self.back_off
        self.back_off = min(self.back_off * 2, LONGEST_BACK_OFF)

    def stop(self, patience: float) -> None:
        if self.process is not None:
            # A second Ctrl-C or SIGTERM hurries: the tasks in hand are delivered again.
            until = time.monotonic() + patience
            self.process.send_signal(signal.SIGTERM)
            while self.process.poll() is None and time.monotonic() < until:
                if signal.sigtimedwait(SIGNALS - {signal.SIGCHLD}, 0.05):
                    break
            child.kill_group(self.process)
            self.process.wait()


def marked(beginning: str) -> list[int]:
    """Processes whose environment says that they are a supervisor's; children of children inherit it."""
    mark, found = os.fsencode(f"{MARK}={beginning}"), []
    for entry in Path("/proc").iterdir():
        try:
            environment = (entry / "environ").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue  # gone meanwhile, or somebody else's
        if any(variable.startswith(mark) for variable in environment.split(b"\0")):
            found.append(int(entry.name))
    return found


class Supervisor:
    def __init__(self, bind: str, port: int) -> None:
        self.bind, self.port = bind, port
        self.address = f"http://localhost:{port}/"
        self.mark = f"{place.var_dir()}:{os.getpid()};"

    def run(self) -> int:
        if "MAKELEVEL" in os.environ:
            child.libc.prctl(child.PR_SET_PDEATHSIG, int(signal.SIGTERM))  # a killed `make` is a wish to stop
        lock = self.only_one()
        try:
            self.end_leftovers()
            self.check_port()
            self.post_a_guard(lock)
            os.environ.setdefault("SITE_URL", self.address.rstrip("/"))
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatons_portal.settings")
            with ExitStack() as stack:
                tenancy = stack.enter_context(private_servers())
                os.umask(0o077)
                signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
                _, code = self.manage("prepare")
                return code or self.keep(tenancy)
        finally:
            os.close(lock)

    def only_one(self) -> int:
        """Take the lock of this var/, or say who has it."""
        lock = place.open_lock("supervisor.lock")
        if not place.try_lock(lock):
            pid, address = [*os.pread(lock, 200, 0).decode().split(), "?", "?"][:2]
            raise Trouble(
                f"The portal already runs here (process {pid}, {address}): open it, or stop it with kill {pid}."
            )
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()} {self.address}\n".encode(), 0)
        return lock

    def end_leftovers(self) -> None:
        """Kill what a supervisor left that was killed together with its guard: it may hold the port."""
        if found := marked(f"{place.var_dir()}:"):
            child.tell(found, signal.SIGKILL)
            time.sleep(0.3)  # for the kernel to give the port back

    def post_a_guard(self, lock: int) -> None:
        """Fork a process that outlives this one by moments: children told to stop by the kernel may not listen."""
        ear, self.mouth = os.pipe()  # closes when this process ends, however it does
        if os.fork():
            os.close(ear)
            return
        os.close(self.mouth)
        os.close(lock)
        os.setsid()
        for each in SIGNALS - {signal.SIGCHLD}:
            signal.signal(each, signal.SIG_IGN)
        os.read(ear, 1)
        until = time.monotonic() + GRACE
        while (left := marked(self.mark)) and time.monotonic() < until:
            time.sleep(0.1)
        child.tell(left, signal.SIGKILL)
        os._exit(0)

    def check_port(self) -> None:
        family = socket.AF_INET6 if ":" in self.bind else socket.AF_INET
        with socket.socket(family) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((self.bind, self.port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    raise Trouble(
                        f"Port {self.port} is taken by another program: stop that one, "
                        f"or choose another port with make run PORT={self.port + 1}."
                    ) from error
                if error.errno == errno.EACCES:
                    raise Trouble(
                        f"Port {self.port} is reserved for root: choose one above 1023, as in make run PORT=8000."
                    ) from error
                raise Trouble(
                    f"{self.bind} port {self.port} cannot be listened on ({error.strerror}): choose another BIND."
                ) from error

    def manage(self, *arguments: str) -> tuple[str, int]:
        """Run one of Django's commands to its end: what it printed, and its exit code. It says itself why it failed."""
        command = [sys.executable, "manage.py", *arguments]
        process = child.start(
            command, farewell=signal.SIGKILL, stdout=subprocess.PIPE, text=True, cwd=place.BASE_DIR
        )
        while process.poll() is None:
            came = signal.sigtimedwait(SIGNALS, 0.5)
            if came and came.si_signo != signal.SIGCHLD:
                child.kill_group(process)
                raise KeyboardInterrupt
        said, _ = process.communicate()
        return said.strip(), process.returncode

    def children(self) -> list[Child]:
        """In the order in which they stop."""
        web = ["granian", "--interface", "wsgi", "--host", self.bind, "--port", str(self.port)]
        web += ["--workers", number("WEB_PROCESSES", 2), "--blocking-threads", number("WEB_THREADS", 4)]
        web += ["--respawn-failed-workers", "--workers-kill-timeout", "10", "--log-level", "warning"]
        celery = ["celery", "-A", "chatons_portal", "--quiet"]
        worker = [
            "worker",
            "--concurrency",
            number("WORKER_PROCESSES", 2),
            "--without-gossip",
            "--without-mingle",
        ]
        # One process that does nothing else: whatever the worker is busy with, services are looked at.
        prober = ["worker", "--queues", "probes", "--pool", "solo", "--hostname", "prober@%h"]
        prober += ["--without-gossip", "--without-mingle"]
        return [
            Child("web", [*web, "chatons_portal.wsgi:application"], patience=15),
            Child(
                "clock", [*celery, "beat", "--pidfile="], patience=3, farewell=signal.SIGKILL
            ),  # it keeps nothing
            Child("prober", [*celery, *prober], patience=3, farewell=signal.SIGKILL),  # claims run out
            Child("worker", [*celery, *worker], patience=WORKER_SECONDS),
        ]

    def keep(self, tenancy: Tenancy) -> int:
        children = self.children()
        environment = os.environ | {MARK: self.mark}
        inherited = (
            [] if tenancy.users is None else [tenancy.users]
        )  # the stores outlive the last of the children
        try:
            for each in children:
                each.start(environment, inherited)
            if self.wait_for_web(children[0]):
                self.welcome()
                while True:
                    came = signal.sigtimedwait(SIGNALS, 1)
                    if came and came.si_signo != signal.SIGCHLD:
                        break
                    if not tenancy.is_alive():
                        say(
                            "A private server cannot be started again; stopping. var/log/keeper.log says why."
                        )
                        return 1
                    for each in children:
                        if each.process and each.process.poll() is not None:
                            each.bury()
                        if each.process is None and time.monotonic() >= each.due_at:
                            each.start(environment, inherited)
            say("Stopping ...")
            return 0
        finally:
            # Without its servers a task cannot end, only time out.
            for each in children:
                each.stop(each.patience if tenancy.is_alive() else min(each.patience, GRACE))

    def wait_for_web(self, web: Child) -> bool:
        """True at its first answer, False when asked to stop before."""
        assert web.process is not None
        until = time.monotonic() + WEB_SECONDS
        while web.process.poll() is None and time.monotonic() < until:
            line = http.client.HTTPConnection(LOOPBACK.get(self.bind, self.bind), self.port, timeout=5)
            try:
                line.request("GET", "/health/", headers={"Host": "localhost"})
                line.getresponse()
                return True
            except OSError:
                pass  # not listening yet
            finally:
                line.close()
            came = signal.sigtimedwait(SIGNALS - {signal.SIGCHLD}, 0.1)
            if came:
                return False
        raise Trouble("The web server does not start, as said above.")

    def welcome(self) -> None:
        say(f"The portal is at {os.environ['SITE_URL']}/ (Ctrl-C stops it)")
        if not os.environ.get("EMAIL_URL"):
            say(f"Letters are written into {place.var_dir() / 'mail'}/ until EMAIL_URL names a mail server.")
        link, _ = self.manage("first_administrator")
        if link:
            say(
                "Nobody administers it yet. Who opens this link becomes the first administrator; it works once:"
            )
            say(link)


def number(variable: str, default: int) -> str:
    return os.environ.get(variable) or str(default)


def say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make run", description="Run the whole portal.")
    parser.add_argument("--bind", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    try:
        with in_one_sentence(place.var_dir()):
            read_environment()
            return Supervisor(options.bind, options.port).run()
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
