"""The pages and the JSON about the services on a large host with a long past: queries, and time of the server.

    python bench/bench_status.py [--rounds 9]

A PostgreSQL and a Valkey of its own in a temporary folder; 200 services, then 1,000, each watched for three years, with
interruptions, announcements and maintenance. Cold: nothing comes from a cache, neither the page that is kept for ten
seconds nor the pictures that a process remembers; every request is answered by the view itself, through all of Django.
Warm: the same page again, as all but the first visitor in ten seconds get it. Of the wall the best of the rounds and
their median are said, and of the processors the best: what this process and its PostgreSQL worked, which other work on
the machine changes less.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from host import host

YEARS_OF_DAYS = 1_095
HANDLERS: dict[str, Any] = {}
QUERIES, BARS_MS = 10, 100
PAGES = {
    "front page": "/",
    "status page": "/status/",
    "page of a service": "/status/services/s7/",
    "a month of the journal": "/status/{month}/",
    "evidence": "/figures/interruptions/",
    "summary.json": "/api/v2/summary.json",
    "status.json": "/api/v2/status.json",
    "components.json": "/api/v2/components.json",
    "incidents.json": "/api/v2/incidents.json",
    "maintenances.json": "/api/v2/scheduled-maintenances.json",
}
BOUND = {"front page", "status page", *(name for name in PAGES if name.endswith(".json"))}

FILL = [
    "UPDATE services_watch SET looked_at = now(), known_until = now() + interval '1 day'",
    # A past of its own for each, day after day as it was written: now and then an interruption, work, a blind day.
    """INSERT INTO services_dayfigure (service_id, day, up_seconds, down_seconds, unknown_seconds, maintenance_seconds,
         looks, latency_median_ms, latency_max_ms)
       SELECT id, current_date - n, 86400 - down - blind - work, down, blind, work, 1440, 80 + n %% 50, 900
       FROM services_service, generate_series(0, %(days)s - 1) AS n,
         LATERAL (SELECT CASE WHEN hashint4(id::int * 1009 + n) %% 30 = 0 THEN 60 + abs(hashint4(n)) %% 3000 ELSE 0 END
             AS down,
           CASE WHEN hashint4(id::int * 31 + n * 7) %% 90 = 0 THEN 60000 ELSE 0 END AS blind,
           CASE WHEN n %% 30 = 12 THEN 3600 ELSE 0 END AS work) AS happened
       ORDER BY n DESC
       ON CONFLICT DO NOTHING""",
    """INSERT INTO services_outage (service_id, started_at, ended_at, summary_fr, summary_en, found_by)
       SELECT id, began, began + interval '20 minutes', '', '', 'probe'
       FROM services_service, generate_series(0, 36) AS n,
         LATERAL (SELECT now() - (n * 30 + id %% 30 + 0.5) * interval '1 day' AS began) AS past
       WHERE id NOT IN (SELECT service_id FROM services_outage)""",
    """INSERT INTO services_outage (service_id, started_at, summary_fr, summary_en, found_by)
       SELECT id, now() - interval '9 minutes', '', '', 'probe' FROM services_service WHERE id %% 100 = 7
         AND id NOT IN (SELECT service_id FROM services_outage WHERE ended_at IS NULL)""",
    """INSERT INTO services_announcement (outage_id, kind, title_fr, title_en, text_fr, text_en, published_at, loud,
         mark)
       SELECT id, kind, 'Interruption', 'Interruption', '', '', started_at + after, true, ''
       FROM services_outage,
         (VALUES ('begin', interval '5 minutes'), ('end', interval '20 minutes')) AS told (kind, after)
       WHERE (ended_at IS NOT NULL OR kind = 'begin')
         AND id NOT IN (SELECT outage_id FROM services_announcement WHERE outage_id IS NOT NULL)""",
    """INSERT INTO services_maintenance (title_fr, title_en, text_fr, text_en, quiet, starts_at, ends_at, published_at,
         changed_at, edition)
       SELECT 'Disques', 'Disks', '', '', false, now() + n * interval '3 days', now() + n * interval '3 days'
         + interval '1 hour', now() - interval '300 days', now() - interval '300 days', 0
       FROM generate_series(-90, 3) AS n WHERE NOT EXISTS (SELECT FROM services_maintenance)""",
    """INSERT INTO services_maintenance_services (maintenance_id, service_id)
       SELECT m.id, s.id FROM services_maintenance m JOIN services_service s ON s.id %% 97 = m.id %% 97
       ON CONFLICT DO NOTHING""",
]


def fill(services: int) -> None:
    from django.db import connection

    from services.models import Probe, Service

    there = Service.objects.count()
    made = Service.objects.bulk_create(
        Service(
            slug=f"s{number}",
            name=f"Service {number}",
            purpose_fr="Utile.",
            purpose_en="Useful.",
            url=f"https://s{number}.example.org/",
            group=("open", "members")[number % 2],
            software="Software",
            licence="AGPL-3.0",
            source_url="https://example.org/",
            position=number,
        )
        for number in range(there + 1, services + 1)
    )
    Probe.objects.bulk_create(Probe(service=service, target=service.url) for service in made)
    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, {"days": YEARS_OF_DAYS})
        cursor.execute("VACUUM ANALYZE")


@dataclass(frozen=True)
class Answer:
    queries: int
    wall_ms: float
    worked_ms: float
    size: int


def asked(path: str, *, cold: bool = True) -> Answer:
    """One request, as a server that has been running for a while answers it."""
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client

    from services.overview import picture

    queries = 0

    def count(execute, *args):
        nonlocal queries
        queries += 1
        return execute(*args)

    connection.ensure_connection()
    if cold:
        cache.clear()
        picture.cache_clear()
    client = Client(headers={"host": "localhost", "accept-language": "fr"})
    client.handler = HANDLERS.setdefault("one", client.handler)  # a server loads its middleware once
    with connection.execute_wrapper(count):
        worked, began = busy(connection), time.perf_counter()
        answer = client.get(path)
        taken = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered with {answer.status_code}")
    return Answer(queries, taken, busy(connection) - worked, len(answer.content))


def busy(connection: Any) -> float:
    """Milliseconds that this process and its PostgreSQL have been on a processor."""
    schedule = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    return time.process_time() * 1000 + int(schedule.split()[0]) / 1e6


def measure(rounds: int) -> None:
    from django.utils import timezone

    month = timezone.localtime().strftime("%Y/") + str(timezone.localtime().month)
    titles = ("queries", "best ms", "median", "worked", "warm ms", "kB")
    print(f"{'':24}" + "".join(f"{title:>9}" for title in titles))
    for name, path in PAGES.items():
        path = path.format(month=month)
        cold = [asked(path) for _round in range(rounds + 1)][1:]
        warm = [asked(path, cold=False).wall_ms for _round in range(rounds)]
        queries = max(one.queries for one in cold)
        walls = [one.wall_ms for one in cold]
        figures = [
            min(walls),
            median(walls),
            min(one.worked_ms for one in cold),
            min(warm),
            cold[0].size / 1000,
        ]
        note = f"   more than {QUERIES} queries" if name in BOUND and queries > QUERIES else ""
        print(f"{name:24}{queries:9}" + "".join(f"{figure:9.0f}" for figure in figures) + note)


def bars(rounds: int) -> None:
    """What the bars of all services cost, of the status page: looked up, drawn and put into it."""
    from django.template.loader import render_to_string
    from django.utils import timezone

    from services.models import Service
    from services.overview import picture, sections

    times = []
    for _round in range(rounds + 1):
        picture.cache_clear()
        at = timezone.now()
        services = Service.objects.listed().seen(at)
        began = time.perf_counter()
        render_to_string("services/_sections.html", {"sections": sections(services, at)})
        times.append((time.perf_counter() - began) * 1000)
    print(
        f"of the status page, the {len(services)} x 90 bars: best {min(times[1:]):.0f} ms (goal {BARS_MS}, for all)"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--rounds", type=int, default=9)
    rounds = options.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="bench-") as name, host(Path(name), demo=False):
        import django

        django.setup()
        from django.utils import timezone

        from legal.starters import publish_starters

        publish_starters(at=timezone.now())
        for services in (200, 1000):
            fill(services)
            print(f"\n{services} services, {YEARS_OF_DAYS} days each")
            measure(rounds)
            bars(rounds)


if __name__ == "__main__":
    main()
