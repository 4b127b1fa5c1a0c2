"""CPU seconds for 1,000 looks: the whole path (claim, look, judge, write, roll up) beside a bare loop of the same
client library over the same targets, and beside Argos from PyPI; and what hanging targets cost the others.

    python bench/bench_probe.py [--services 1000] [--rounds 5] [--argos PYTHON]

Targets are web pages over TLS on loopback; each look is a connection, a handshake with the certificate verified, and a
kilobyte in which a word is looked for. Each round is a process of its own, and starting Python is not counted.
`--argos` names the Python of an environment in which `pip install argos-monitoring` was run; the bench installs
nothing.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from host import ROOT, host

AT_ONCE = 100
TIMEOUT_SECONDS = 10
GOAL_RATIO, GOAL_ARGOS, GOAL_SECONDS = 1.5, 5.0, 60.0


def addresses(port: int, count: int, hanging: int = 0) -> list[str]:
    every = count // hanging if hanging else 0
    return [
        f"https://127.0.1.{number % 200 + 1}:{port}/{'hangs' if every and number % every == 0 else ''}"
        for number in range(count)
    ]


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


# ── One round, in a process of its own ────────────────────────────────────────────────────────────


def bare(urls: list[str], authority: str) -> dict[str, float]:
    """What anybody would write first: a multi handle, a pool of easy handles, perform and select."""
    import pycurl

    multi = pycurl.CurlMulti()
    free = [pycurl.Curl() for _ in range(AT_ONCE)]
    waiting, good = list(reversed(urls)), 0
    bodies: dict[pycurl.Curl, list[bytes]] = {}
    cpu_before, began = cpu(), time.monotonic()
    while waiting or bodies:
        while waiting and free:
            handle, url = free.pop(), waiting.pop()
            bodies[handle] = []
            handle.setopt(pycurl.URL, url)
            handle.setopt(pycurl.CAINFO, authority)
            handle.setopt(pycurl.TIMEOUT, TIMEOUT_SECONDS)
            handle.setopt(pycurl.NOSIGNAL, 1)
            handle.setopt(pycurl.FRESH_CONNECT, 1)
            handle.setopt(pycurl.FORBID_REUSE, 1)
            handle.setopt(pycurl.SSL_SESSIONID_CACHE, 0)
            handle.setopt(pycurl.WRITEFUNCTION, bodies[handle].append)
            multi.add_handle(handle)
        multi.perform()
        while True:
            more, over, broken = multi.info_read()
            for handle in [*over, *(each[0] for each in broken)]:
                multi.remove_handle(handle)
                good += handle.getinfo(pycurl.RESPONSE_CODE) == 200 and b"Welcome" in b"".join(
                    bodies.pop(handle)
                )
                free.append(handle)
            if not more:
                break
        multi.select(1.0)
    return {"cpu": cpu() - cpu_before, "wall": time.monotonic() - began, "good": good}


def whole() -> dict[str, float]:
    """All due at once, as after a start."""
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from services import prober
    from services.models import Probe, Sample, Watch
    from services.verbs import roll_up

    Sample.objects.all().delete()
    Watch.objects.update(due_at=timezone.now(), claimed_until=None)
    prober.engine()
    connection.ensure_connection()
    cpu_before, began = cpu(), time.monotonic()
    started = timezone.now()
    counted = prober.look()
    looked, rolled = time.monotonic() - began, cpu()
    roll_up(timezone.now())
    # Until each had been looked at once; then the first is due again, and what failed is looked at a second time.
    first: dict[int, float] = {}
    for probe, at, latency in Sample.objects.order_by("taken_at").values_list(
        "probe", "taken_at", "latency_ms"
    ):
        lasted = TIMEOUT_SECONDS if latency is None else latency / 1000
        first.setdefault(probe, (at - started).total_seconds() + lasted)
    result = {
        "cpu": cpu() - cpu_before,
        "wall": max(first.values()),
        "good": Sample.objects.filter(outcome=1).values("probe").distinct().count(),
        "roll_up_wall": time.monotonic() - began - looked,
        "roll_up_cpu": cpu() - rolled,
    }
    assert Sample.objects.values("probe").distinct().count() == Probe.objects.count(), counted
    return result


def fill(urls: list[str]) -> None:
    import django

    django.setup()
    from services.models import Probe, Service

    Probe.objects.all().delete()
    Service.objects.all().delete()
    services = [
        Service(slug=f"s{number}", name=f"Service {number}", purpose_en="To be looked at.")
        for number in range(len(urls))
    ]
    Service.objects.bulk_create(services)
    Probe.objects.bulk_create(
        Probe(
            service=service,
            target=url,
            expects_text="Welcome",
            timeout_seconds=TIMEOUT_SECONDS,
        )
        for service, url in zip(services, urls, strict=True)
    )


# ── The whole benchmark ───────────────────────────────────────────────────────────────────────────


@contextmanager
def targets(folder: Path) -> Iterator[int]:
    command = [sys.executable, str(ROOT / "bench" / "probe_targets.py"), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def in_a_process(part: str, urls: list[str], authority: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--part", part, "--authority", authority]
    done = subprocess.run(
        command, input=json.dumps(urls), capture_output=True, text=True, cwd=ROOT, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1]) if part != "fill" else {}


def measure(urls: list[str], authority: str, rounds: int) -> dict[str, list[dict[str, float]]]:
    """Turn by turn, so that whatever else the machine does falls on both."""
    in_a_process("fill", urls, authority)
    found: dict[str, list[dict[str, float]]] = {"bare": [], "whole": []}
    for _ in range(rounds):
        for part, results in found.items():
            results.append(in_a_process(part, urls, authority))
            assert results[-1]["good"] == len(urls), results[-1]
    return found


def middle(results: list[dict[str, float]], name: str) -> float:
    return statistics.median(result[name] for result in results)


def main(services: int, rounds: int, argos: str | None) -> None:
    with tempfile.TemporaryDirectory() as name, targets(Path(name)) as port:
        folder = Path(name)
        authority = str(folder / "authority.pem")
        os.environ |= {"PROBE_CA_FILE": authority, "PROBE_INSIDE": "*", "LOG_LEVEL": "WARNING"}
        (folder / "host").mkdir()
        with host(folder / "host", demo=False):
            urls = addresses(port, services)
            found = measure(urls, authority, rounds)
            per_thousand = {part: middle(results, "cpu") * 1000 / services for part, results in found.items()}
            ratios = [w["cpu"] / b["cpu"] for w, b in zip(found["whole"], found["bare"], strict=True)]
            for part, results in found.items():
                each = ", ".join(f"{result['cpu'] * 1000 / services:.2f}" for result in results)
                print(
                    f"{part:>6}: {per_thousand[part]:5.2f} CPU s per 1,000 looks ({each}); "
                    f"{services} looks in {middle(results, 'wall'):.1f} s"
                )
            rolling = [middle(found["whole"], f"roll_up_{name}") * 1000 for name in ("wall", "cpu")]
            print(f"        of which the day of all of them: {rolling[0]:.0f} ms, {rolling[1]:.0f} ms of CPU")
            ratio = statistics.median(ratios)
            print(f"ratio of whole to bare: {ratio:.2f} (goal: at most {GOAL_RATIO})")
            wall = middle(found["whole"], "wall")
            hanging = addresses(port, services, hanging=max(services // 100, 1))
            in_a_process("fill", hanging, authority)
            slow = in_a_process("whole", hanging, authority)
            added = slow["wall"] - wall
            print(
                f"1 % of hanging targets: {slow['wall']:.1f} s, {added:+.1f} s (goal: at most {TIMEOUT_SECONDS + 2}); "
                f"{slow['good']:.0f} of the others seen up"
            )
            reached = [ratio <= GOAL_RATIO, wall <= GOAL_SECONDS, added <= TIMEOUT_SECONDS + 2]
            reached.append(slow["good"] == services - max(services // 100, 1))
            if argos:
                from argos_beside import argos_cpu

                theirs = argos_cpu(argos, folder / "argos", urls, authority) * 1000 / services
                print(
                    f"argos-monitoring: {theirs:.2f} CPU s per 1,000, {theirs / per_thousand['whole']:.1f} times ours "
                    f"(goal: at least {GOAL_ARGOS})"
                )
                reached.append(theirs >= GOAL_ARGOS * per_thousand["whole"])
            else:
                print("argos-monitoring: not measured; name an environment that has it with --argos")
    sys.exit(not all(reached))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--services", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--argos", help="a Python that has argos-monitoring")
    parser.add_argument("--part", choices=["bare", "whole", "fill"], help=argparse.SUPPRESS)
    parser.add_argument("--authority", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        sys.path.insert(0, str(ROOT))
        given = json.load(sys.stdin)
        if arguments.part == "fill":
            fill(given)
        else:
            print(json.dumps(bare(given, arguments.authority) if arguments.part == "bare" else whole()))
    else:
        main(arguments.services, arguments.rounds, arguments.argos)
