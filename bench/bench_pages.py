"""Pages a second beside a bare Django page with one query, and a sign-up beside the hash of its password.

    python bench/bench_pages.py [--rounds 5] [--seconds 4] [--sign-ups 30]

A PostgreSQL, a Valkey and a demonstration host of its own, in a temporary folder; both sites under the same server
(granian, WSGI, 2 workers), asked in turn, round after round, by wrk (or a small loader here when there is no wrk).
Only the ratios mean something: the machine's mood is in both sides of them.
"""

import argparse
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from statistics import median

from host import ROOT, host

CONNECTIONS = 16
GOAL = 0.6
PAGES = {"front page": "/", "terms page": "/legal/terms/"}


# ── What is asked ─────────────────────────────────────────────────────────────────────────────────


@contextmanager
def served(application: str, folder: Path) -> Iterator[int]:
    """The port where granian serves `application`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", "4", "--log-level", "warning", application]
    server = subprocess.Popen(command, cwd=folder)
    try:
        deadline = time.monotonic() + 30
        while server.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/").read()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)


# ── Who asks ──────────────────────────────────────────────────────────────────────────────────────


def pages_a_second(url: str, seconds: int) -> float:
    if which("wrk"):
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-H", "Accept-Language: fr", url]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        if "Non-2xx" in said or "Socket errors" in said:
            raise SystemExit(f"{url} did not answer every request:\n{said}")
        return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    return loader(url, seconds)


def loader(url: str, seconds: int) -> float:
    """Plain sockets kept alive, a thread each: about a tenth of what a page costs the server."""
    _, _, address, path = url.split("/", 3)
    name, port = address.split(":")
    ask = f"GET /{path} HTTP/1.1\r\nHost: {address}\r\nAccept-Language: fr\r\n\r\n".encode()
    until = time.monotonic() + seconds
    answered = [0] * CONNECTIONS

    def go(number: int) -> None:
        with socket.create_connection((name, int(port))) as line:
            while time.monotonic() < until:
                line.sendall(ask)
                head, _, body = line.recv(65536).partition(b"\r\n\r\n")
                if not head.startswith(b"HTTP/1.1 200"):
                    raise SystemExit(f"{url}: {head[:80]!r}")
                missing = int(re.search(rb"(?i)content-length: (\d+)", head)[1]) - len(body)
                while missing > 0:
                    missing -= len(line.recv(65536))
                answered[number] += 1

    threads = [threading.Thread(target=go, args=[number]) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(answered) / seconds


# ── Sign-up ───────────────────────────────────────────────────────────────────────────────────────


def sign_ups(count: int) -> tuple[float, float]:
    """Seconds of a sign-up request and of the hash of its password alone, medians of `count`, taken in turn."""
    import django

    django.setup()
    from django.contrib.auth.hashers import make_password
    from django.test import Client
    from django.urls import reverse

    from accounts.models import User

    url = reverse("account_signup")
    requests, hashes = [], []
    for number in range(-2, count):  # the first two warm up
        # An address each: the limits on sign-ups from one place are not what is measured.
        client = Client(headers={"host": "localhost"}, REMOTE_ADDR=f"10.0.{number + 2}.1")
        page = client.get(url).content.decode()
        shown = re.search(r'name="shown" value="([^"]+)"', page)[1]
        password = f"corne-muse-bleue-{number}"
        filled = {
            "email": f"bench{number}@example.net",
            "password1": password,
            "shown": shown,
            "accept": "on",
        }
        began = time.perf_counter()
        answer = client.post(url, filled)
        requests.append(time.perf_counter() - began)
        if answer.status_code != 302:
            raise SystemExit(f"The sign-up was answered with {answer.status_code}.")
        began = time.perf_counter()
        make_password(password)
        hashes.append(time.perf_counter() - began)
    if User.objects.filter(email__endswith="@example.net").count() != count + 2:
        raise SystemExit("Not every sign-up made an account.")
    return median(requests[2:]), median(hashes[2:])


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--seconds", type=int, default=4)
    asked.add_argument("--sign-ups", type=int, default=30)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, host(Path(name)):
        with (
            served("bare:application", ROOT / "bench") as bare,
            served("chatons_portal.wsgi:application", ROOT) as ours,
        ):
            urls = {"bare page": f"http://127.0.0.1:{bare}/"}
            urls |= {page: f"http://127.0.0.1:{ours}{path}" for page, path in PAGES.items()}
            speeds: dict[str, list[float]] = {page: [] for page in urls}
            for _round in range(options.rounds):
                for page, url in urls.items():
                    speeds[page].append(pages_a_second(url, options.seconds))
        print(f"{'':12} {'pages/s':>9} {'of bare':>8}")
        for page, measured in speeds.items():
            ratio = median(mine / bare for mine, bare in zip(measured, speeds["bare page"], strict=True))
            goal = "" if page == "bare page" else f"   (goal: {GOAL:.0%})"
            print(f"{page:12} {median(measured):9.0f} {ratio:8.0%}{goal}")
        request, hashing = sign_ups(options.sign_ups)
        print(
            f"\nsign-up: {request * 1000:.1f} ms, of which the hash {hashing * 1000:.1f} ms: "
            f"{hashing / request:.0%} (goal: {GOAL:.0%})"
        )


if __name__ == "__main__":
    main()
