"""The inactivity purge over a million accounts: a page, a day, a hundred thousand letters, ten thousand erasures.

    python bench/bench_purge.py [--accounts 1000000] [--letters 100000] [--erase 10000]

A PostgreSQL of its own, durable as in earnest. Every account has an address, an acceptance and two lines in the
journal; one in five has a second factor; those to be erased have a notice and its letter. The floor is what bare SQL
needs to delete as many accounts and the rows that hang on them, in pages of the same size, by turns with the verb;
the verb seals, journals, accounts for and tells each of them besides.
"""

import argparse
import os
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from host import host, peak  # noqa: E402

PAGE_GOAL_MS, ERASE_GOAL = 5.0, 3.0

FILL = """
INSERT INTO accounts_user (password, is_superuser, sub, email, language, is_active, is_staff, joined_at, last_seen_at,
    last_seen_through)
SELECT '!', false, gen_random_uuid(), 'n' || n || '@example.net', CASE n %% 2 WHEN 0 THEN 'fr' ELSE 'en' END, true,
    false, now() - interval '3 years',
    now() - CASE WHEN n <= %(overdue)s THEN interval '500 days' WHEN n <= %(overdue)s + 40 THEN interval '304.3 days'
        ELSE random() * interval '300 days' END, 'portal'
FROM generate_series(1, %(accounts)s) n;
INSERT INTO account_emailaddress (user_id, email, verified, "primary")
SELECT id, email, true, true FROM accounts_user WHERE email LIKE 'n%%@example.net';
INSERT INTO journal_entry (at, verb, about_type, about_id, role, details)
SELECT now(), 'bench.line', 'accounts.user', id::text, 'person', '{}' FROM accounts_user, generate_series(1, 2)
WHERE email LIKE 'n%%@example.net';
INSERT INTO legal_acceptance (person_id, text_id, sha256, decision, how, at, person_hash)
SELECT u.id, t.id, t.sha256, 'accepted', 'sign_up', now() - interval '2 years', md5(u.id::text) || md5(u.email)
FROM accounts_user u, (SELECT id, sha256 FROM legal_text WHERE sha256 <> '' LIMIT 1) t
WHERE u.email LIKE 'n%%@example.net';
INSERT INTO mfa_authenticator (user_id, type, data, created_at)
SELECT id, 'totp', '{"secret": "x"}', now() FROM accounts_user WHERE email LIKE 'n%%@example.net' AND id %% 5 = 0;
"""
# What hangs on an account, in the order in which bare SQL has to take it.
FLOOR = [
    "DELETE FROM accounts_reminder WHERE notice_id IN (SELECT id FROM accounts_notice WHERE person_id = ANY(%s))",
    "DELETE FROM accounts_notice WHERE person_id = ANY(%s)",
    "DELETE FROM accounts_hold WHERE person_id = ANY(%s)",
    "DELETE FROM accounts_export WHERE person_id = ANY(%s)",
    "DELETE FROM account_emailaddress WHERE user_id = ANY(%s)",
    "DELETE FROM mfa_authenticator WHERE user_id = ANY(%s)",
    "DELETE FROM accounts_user_groups WHERE user_id = ANY(%s)",
    "DELETE FROM accounts_user_user_permissions WHERE user_id = ANY(%s)",
    "DELETE FROM django_admin_log WHERE user_id = ANY(%s)",
    "UPDATE legal_acceptance SET person_id = NULL WHERE person_id = ANY(%s)",
    "DELETE FROM accounts_user WHERE id = ANY(%s)",
]


@contextmanager
def timed(what: str, goal: str = ""):
    began, spent = time.perf_counter(), {}
    yield spent
    spent["seconds"] = time.perf_counter() - began
    print(f"{what:58} {spent['seconds']:9.2f} s  {goal}", flush=True)


def page(at) -> None:
    """Five hundred who are due, of a million: by the index, and how fast."""
    from django.db import connection

    from accounts.verbs.noticing import PAGE, to_warn

    rows = to_warn(at)[:PAGE]
    plan = rows.explain(analyze=True)
    if "accounts_user_unused" not in plan or "Seq Scan on accounts_user" in plan:
        raise SystemExit(f"The page does not come by the index:\n{plan}")
    best = min(_once(connection, rows) for _ in range(20))
    print(
        f"{'a page of 500 due, by the index (fetched, best of 20)':58} {best:9.2f} ms (goal: {PAGE_GOAL_MS:.0f} ms)"
    )


def _once(connection, rows) -> float:
    sql, values = rows.values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(sql, values)
        found = len(cursor.fetchall())
        assert found == 500, found
        return (time.perf_counter() - began) * 1000


def reads() -> int:
    """Rows of the table of accounts that were looked at so far, by any way."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT seq_tup_read, idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'accounts_user'"
        )
        return cursor.fetchone()


def run_until_done(at):
    from accounts.verbs import purge

    run = purge(at)
    while run is not None and run.ended_at is None:
        run = purge(at)
    return run


def erase_both_ways(number: int, at) -> None:
    """The same number of accounts of the same shape: by the verb, and by bare SQL."""
    from django.db import connection, transaction

    from accounts.models import Notice, Reason, Reminder, User
    from accounts.verbs.erasing import Warned, erase_locked
    from accounts.verbs.purging import ERASE_AT_ONCE

    people = list(Notice.objects.order_by("pk").values_list("person_id", flat=True)[: 2 * number])
    assert Reminder.objects.filter(notice__person__in=people[:10]).exists()
    warned = Warned(at=at - timedelta(days=90), notice=timedelta(days=90))
    spent = {"verb": 0.0, "bare": 0.0}
    # By turns, so that both meet the same disk.
    for start in range(0, 2 * number, 2 * ERASE_AT_ONCE):
        mine, theirs = (
            people[start : start + ERASE_AT_ONCE],
            people[start + ERASE_AT_ONCE : start + 2 * ERASE_AT_ONCE],
        )
        began = time.perf_counter()
        with transaction.atomic():
            locked = list(User.objects.filter(pk__in=mine).select_for_update())
            erase_locked(locked, reason=Reason.INACTIVE, at=at, warned=dict.fromkeys(mine, warned))
        spent["verb"] += time.perf_counter() - began
        began = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in FLOOR:
                cursor.execute(statement, [theirs])
        spent["bare"] += time.perf_counter() - began
    ratio = spent["verb"] / spent["bare"]
    print(f"{f'erasing {number}, sealed, journalled, told':58} {spent['verb']:9.2f} s")
    print(f"{f'deleting {number} by bare SQL':58} {spent['bare']:9.2f} s")
    print(f"{'ratio':58} {ratio:9.2f}    (goal: {ERASE_GOAL:.0f})")


def measure(accounts: int, letters: int, erasures: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from accounts.models import Notice
    from outbox.models import Letter

    settings.INACTIVITY_DAILY_CAP = accounts
    now = timezone.now()
    with timed(f"making {accounts} accounts"), connection.cursor() as cursor:
        cursor.execute(FILL, {"accounts": accounts, "overdue": letters})
        cursor.execute("ANALYZE")
    page(now)
    before = peak()
    with timed(f"first letters to {letters}") as spent:
        run = run_until_done(now)
    assert run.done["noticed"] == letters, run.done
    print(
        f"{'':58} {letters / spent['seconds']:9.0f} letters/s, {before:.0f} MB before, {peak():.0f} MB at most"
    )
    Letter.objects.unsettled().update(
        sent_at=now, recipient="", reply_to="", subject="", body="", last_error=""
    )
    with timed(f"seeing that {letters} letters were taken"):
        run_until_done(now + timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    quiet = now + timedelta(days=1)
    before = reads()
    with timed("a day's run on which a handful is due"):
        run = run_until_done(quiet)
    after = reads()
    due = sum(run.done.values())
    print(
        f"{'':58} {due} due; accounts read: {after[0] - before[0]} by scans, {after[1] - before[1]} by indexes"
    )
    assert Notice.objects.count() >= 2 * erasures, "not enough under notice to erase"
    erase_both_ways(erasures, now + timedelta(days=100))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--accounts", type=int, default=1_000_000)
    asked.add_argument("--letters", type=int, default=100_000)
    asked.add_argument("--erase", type=int, default=10_000)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, host(Path(name), demo=False):
        os.environ["LOG_LEVEL"] = "ERROR"
        measure(options.accounts, options.letters, options.erase)


if __name__ == "__main__":
    main()
