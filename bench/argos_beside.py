"""Argos from PyPI over the same targets: its server, on a PostgreSQL database of its own, and one agent."""

import os
import secrets
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

SECONDS_AT_MOST = 240
CONFIG = """
general:
  db: {{url: "{database}", pool_size: 10, max_overflow: 20}}
  env: production
  cookie_secret: "{secret}"
  frequency: "60m"
  alerts: {{ok: [local], warning: [local], critical: [local], unknown: [local], no_agent: [local]}}
service: {{secrets: ["{secret}"]}}
ssl: {{thresholds: [{{"1d": critical}}, {{"5d": warning}}]}}
recurring_tasks: {{max_results_age: "1d", max_lock_seconds: 1000, time_without_agent: 5}}
websites:
"""
WEBSITE = """  - domain: "{domain}"
    ipv6: false
    paths: [{{path: "{path}", checks: [{{status-is: 200}}, {{body-contains: "Welcome"}}]}}]
"""


def argos_cpu(python: str, folder: Path, urls: list[str], authority: str) -> float:
    """CPU seconds of agent and server for one look at each address, what they take to start subtracted."""
    folder.mkdir()
    # postgres://user@/folder/of/the/socket/name, as the portal writes it
    where = urlsplit(os.environ["DATABASE_URL"])
    sockets, _, name = where.path.removeprefix("/").rpartition("/")
    user = where.username
    with psycopg.connect(host=sockets, user=user, dbname=name, autocommit=True) as line:
        line.execute("CREATE DATABASE argos")
    database = f"postgresql://{user}@localhost/argos?host={sockets}"
    secret = secrets.token_hex(16)
    config = folder / "argos.yaml"
    sites = "".join(
        WEBSITE.format(domain=f"{parts.scheme}://{parts.netloc}", path=f"/?{number}")
        for number, parts in enumerate(map(urlsplit, urls))
    )
    config.write_text(CONFIG.format(database=database, secret=secret) + sites)
    env = {"PATH": os.environ["PATH"], "ARGOS_YAML_FILE": str(config), "SSL_CERT_FILE": authority}
    argos = str(Path(python).parent / "argos")
    for command in (["migrate"], ["reload-config"]):
        subprocess.run([argos, "server", *command], env=env, check=True, capture_output=True)
    port = "18127"
    server = subprocess.Popen(
        [argos, "server", "start", "--port", port],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    agent = None
    try:
        idle = cpu_of_an_idle_agent(argos, env)
        time.sleep(8)
        before = cpu_of(server.pid)
        began = time.monotonic()
        agent = subprocess.Popen(
            [argos, "agent", "--max-tasks", "100", "--wait-time", "1", f"http://127.0.0.1:{port}", secret],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_results(database, len(urls) * 2)
        parts = cpu_of(server.pid) - before, cpu_of(agent.pid) - idle
        print(f"argos: server {parts[0]:.2f}, agent {parts[1]:.2f} CPU s, {time.monotonic() - began:.1f} s")
        return sum(parts)
    finally:
        for process in filter(None, (agent, server)):
            process.kill()
            process.wait()


def cpu_of_an_idle_agent(argos: str, env: dict[str, str]) -> float:
    """What it takes to start, with no server to ask."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        [argos, "agent", "http://127.0.0.1:9", "x"], env=env, stdout=quiet, stderr=quiet
    ) as agent:
        time.sleep(6)
        used = cpu_of(agent.pid)
        agent.kill()
    return used


def cpu_of(pid: int) -> float:
    """Of the process and of all that it started."""
    ticks = os.sysconf("SC_CLK_TCK")
    parents, used = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(stat.parent.name)
        # Its own, and those of its children that have ended.
        parents[number], used[number] = int(fields[1]), sum(map(int, fields[11:15])) / ticks
    family = {pid}
    while more := {number for number, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(used.get(number, 0) for number in family)


def wait_for_results(database: str, wanted: int) -> None:
    until = time.monotonic() + SECONDS_AT_MOST
    with psycopg.connect(database, autocommit=True) as line:
        while True:
            row = line.execute(
                "SELECT count(*), count(*) FILTER (WHERE status = 'success') FROM results"
            ).fetchone()
            assert row is not None
            if row[0] >= wanted:
                if row[1] < wanted:
                    raise SystemExit(f"Argos saw only {row[1]} of {wanted} checks succeed.")
                return
            if time.monotonic() > until:
                raise SystemExit(f"Argos had {row[0]} of {wanted} results after {SECONDS_AT_MOST} seconds.")
            time.sleep(0.5)
