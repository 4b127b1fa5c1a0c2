"""The desk's queue with 100 tickets and with 100,000: how many queries, how long.

    python bench/bench_queue.py [tickets]

Goal: at most 15 queries, and at most three times as long as with 100. Most tickets are closed, as they are after years;
the last lines have every other one wait for the desk.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench.host import host

FEW, ROUNDS, MOST_QUERIES, MOST_TIMES = 100, 15, 15, 3.0
PAGES = {
    "ours": "",
    "late": "?turn=late",
    "closed": "?turn=closed",
    "all": "?turn=all",
    "one topic": "?topic=abuse",
    "a number": "?q=42-L",
    "a word": "?q=watches77",
    "a web address": "?q=watches77@example.org",
    "two words": "?q=letters+about+number+77",
    "no such word": "?q=nowhere",
}

FILL = """
INSERT INTO abuse_ticket (topic, state, outcome, language, reporter_name, reporter_email, confirmed_at, child_abuse,
    event, particulars, opened_at, awaits_desk_since, first_look_at, closed_at, held_because, revision, link_seed,
    token_hash, submission)
SELECT CASE WHEN n %% 3 = 0 THEN 'question' ELSE 'abuse' END,
    CASE WHEN n %% 50 < %(open)s THEN 'new' ELSE 'closed' END, CASE WHEN n %% 50 < %(open)s THEN '' ELSE 'referred' END,
    'fr', '', 'rita' || n || '@example.org', now(), false, '', '{}',
    now() - n * interval '365 days' / %(number)s,
    CASE WHEN n %% 50 < %(open)s THEN now() - n * interval '365 days' / %(number)s END, NULL,
    CASE WHEN n %% 50 < %(open)s THEN NULL ELSE now() END, '', 0, gen_random_uuid(),
    md5('t' || n) || md5('u' || n), md5('s' || n) || md5('v' || n)
FROM generate_series(1, %(number)s) AS n;
INSERT INTO abuse_report (ticket_id, what, "where", clause_ref, law, good_faith, source, received_at, submission)
SELECT id, 'A thousand letters about watches came from you, number ' || id, 'watches' || id || '@example.org',
    '', '', true, 'form', opened_at, NULL FROM abuse_ticket WHERE topic = 'abuse';
INSERT INTO abuse_message (ticket_id, side, party, body, at)
SELECT id, 'reporter', 'reporter', 'How do I export my calendar, number ' || id || '?', opened_at
    FROM abuse_ticket WHERE topic = 'question';
"""


def refill(number: int, *, open_of_fifty: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE abuse_ticket, abuse_report, abuse_message, abuse_note, abuse_glance, abuse_attachment CASCADE"
        )
        cursor.execute(FILL, {"number": number, "open": open_of_fifty})
        cursor.execute("ANALYZE")


def measure() -> dict[str, tuple[int, float]]:
    """Queries and milliseconds of each page."""
    from django.db import connection

    client = a_volunteer()
    found = {}
    for name, question in PAGES.items():
        path = f"/desk/abuse/ticket/{question}"
        assert client.get(path).status_code == 200, path
        queries: list[str] = []

        def count(execute, sql, params, many, context, queries=queries):
            queries.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            client.get(path)
        took = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            client.get(path)
            took.append(time.perf_counter() - began)
        found[name] = (len(queries), median(took) * 1000)
    return found


def a_volunteer():
    from django.test import Client

    from accounts.models import User

    person = User.objects.filter(email="bench@example.org").first()
    if person is None:
        person = User.objects.create_superuser(email="bench@example.org", password="x")
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    return client


def main(many: int) -> int:
    with tempfile.TemporaryDirectory() as folder, host(Path(folder), demo=False):
        os.environ["DESK_NEEDS_TWO_FACTOR"] = "false"
        import django

        django.setup()
        figures = {}
        for label, number, open_of_fifty in [
            (f"{FEW}", FEW, 25),
            (f"{many}, 2 % open", many, 1),
            (f"{many}, half open", many, 25),
        ]:
            refill(number, open_of_fifty=open_of_fifty)
            figures[label] = measure()
        base = next(iter(figures.values()))
        failed = False
        for label, pages in figures.items():
            for name, (queries, ms) in pages.items():
                times = ms / base[name][1]
                bad = queries > MOST_QUERIES or times > MOST_TIMES
                failed |= bad
                said = "  MISSED" if bad else ""
                print(f"{label:>20}  {name:<10} {queries:>3} queries {ms:>8.1f} ms  x{times:.2f}{said}")
        return int(failed)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
