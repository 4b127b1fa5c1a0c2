"""Pytest plugin, named in pyproject.toml so that it is imported before the settings are: the servers of the tests.

One PostgreSQL and one Valkey/Redis for the whole run, in memory where there is room, with no thought of a power cut.
The schema is migrated once into a template; each xdist worker gets a copy of it and Redis databases of its own.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from chatons_portal.embedded.postgres import Postgres
from chatons_portal.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent
ROOM_WANTED = 512 * 2**20  # bytes; containers often give 64 MB of /dev/shm
PREFIX = "portal-tests-"
SPEED = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
}
WORKER = os.environ.get("PYTEST_XDIST_WORKER")  # gw0, gw1 ...; None in the process that starts the others
CHROMIUM = next(
    filter(
        None, map(shutil.which, ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"])
    ),
    None,
)
NO_CHROMIUM = "no Chromium on this machine (apt-get install chromium-headless-shell)"


class Ground:
    """The servers and files of one run, in a directory that goes with it."""

    def __init__(self) -> None:
        shared = Path("/dev/shm")
        roomy = (
            shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > ROOM_WANTED
        )
        self.sweep(shared if roomy else Path(tempfile.gettempdir()))
        self.directory = Path(
            tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=shared if roomy else None)
        )
        self.postgres = Postgres(self.directory, SPEED)
        self.valkey = Valkey(self.directory, {"appendonly": "no", "databases": "64", "maxmemory": "256mb"})

    def sweep(self, parent: Path) -> None:
        """Remove what killed runs left."""
        for left in parent.glob(f"{PREFIX}*"):
            pid = left.name.removeprefix(PREFIX).split("-")[0]
            if not Path("/proc", pid).exists():
                shutil.rmtree(left, ignore_errors=True)

    def start(self) -> None:
        self.postgres.start()
        self.valkey.start()
        self.fill_environment()
        self.prepare()

    def fill_environment(self) -> None:
        """Nothing of a developer's own settings reaches the tests, least of all a database."""
        for name in variables_of_the_portal():
            if name != "EMBEDDED_SERVERS":
                os.environ.pop(name, None)
        os.environ |= {
            "ENV_FILE": os.devnull,
            "VAR_DIR": str(self.directory / "var"),
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "SECRET_KEY": "the key of the tests, long enough for the checks of Django and for nothing else",
            "EMAIL_URL": f"filemail://{self.directory / 'mail'}",
            "STATIC_ROOT": str(self.directory / "static"),
            "DJANGO_SETTINGS_MODULE": "chatons_portal.settings",
        }

    def prepare(self) -> None:
        """Migrate the template and collect the static files, side by side."""
        commands = [["migrate", "--verbosity=0"], ["collectstatic", "--noinput", "--verbosity=0"]]
        running = [
            subprocess.Popen([sys.executable, "manage.py", *command], cwd=ROOT) for command in commands
        ]
        for process, command in zip(running, commands, strict=True):
            if process.wait():
                pytest.exit(f"manage.py {command[0]} failed, as said above", returncode=1)

    def stop(self) -> None:
        self.valkey.stop()
        self.postgres.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


def variables_of_the_portal() -> list[str]:
    """Every name that .env.example documents."""
    return re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def give_worker_its_own_redis() -> None:
    number = int(WORKER.removeprefix("gw")) if WORKER else 31
    base = os.environ["REDIS_URL"].split("?")[0]
    os.environ["REDIS_URL"] = f"{base}?db={2 * number}"
    os.environ["CELERY_BROKER_URL"] = (
        f"{base.replace('unix://', 'redis+socket://')}?virtual_host={2 * number + 1}"
    )


ground = None
if not WORKER:
    ground = Ground()
    try:
        ground.start()
    except BaseException:
        ground.stop()
        raise
give_worker_its_own_redis()


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    from django.db import connections

    default = connections.settings["default"]
    default["TEST"]["TEMPLATE"] = default["NAME"]


def pytest_unconfigure(config: pytest.Config) -> None:
    if ground:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave the directory behind
        ground.stop()


def is_browser_test(nodeid: str) -> bool:
    return nodeid.startswith("tests/browser/")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if CHROMIUM is None and is_browser_test(item.nodeid):
        if os.environ.get("CI") == "true":
            pytest.fail(f"Not run: {NO_CHROMIUM}", pytrace=False)
        pytest.skip(f"not run: {NO_CHROMIUM}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [
        report for report in terminalreporter.stats.get("skipped", []) if is_browser_test(report.nodeid)
    ]
    if CHROMIUM is None and skipped:
        terminalreporter.section("NOT RUN", red=True)
        terminalreporter.line(f"{len(skipped)} browser tests were not run: {NO_CHROMIUM}.")
