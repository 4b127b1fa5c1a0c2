"""The inactivity purge over a million accounts: a page, a day, a hundred thousand letters, ten thousand erasures.

    python bench/bench_purge.py [--accounts 1000000] [--letters 100000] [--erase 10000]

Goals, and it fails when one is missed: a page of 500 due in at most 5 ms, by the index; a day's run that reads no more
of the table of accounts than those who are due; a hundred thousand letters with flat memory; erasing in at most three
times what bare SQL takes.

A PostgreSQL of its own, durable as in earnest. Every account has an address, an acceptance and two lines in the
journal; one in five has a second factor; some wrote tickets; the log of the administration has a thousand lines; those
to be erased have a notice and its letter. Bare SQL deletes as many accounts of the same shape and the rows that hang
on them, in pages of the same size, each in a transaction, by turns with the verb, so that both meet the same disk; and
it does nothing else, whereas the verb seals, journals, accounts for and tells each of them. One page of each goes
before the clock starts, as in a worker that is up.
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

PAGE_GOAL_MS, ERASE_GOAL, FLAT_MB, READS_EACH = 5.0, 3.0, 10.0, 20

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
INSERT INTO abuse_ticket (topic, state, outcome, language, reporter_name, reporter_email, confirmed_at, child_abuse,
    event, particulars, opened_at, awaits_desk_since, closed_at, held_because, revision, link_seed,
    token_hash, submission)
SELECT 'question', CASE WHEN n %% 50 = 0 THEN 'new' ELSE 'closed' END,
    CASE WHEN n %% 50 = 0 THEN '' ELSE 'referred' END,
    'fr', '', 'N' || %(overdue)s + 100 + n || '@example.net', now(), false, '', '{}', now() - interval '1 year',
    CASE WHEN n %% 50 = 0 THEN now() END, CASE WHEN n %% 50 = 0 THEN NULL ELSE now() END, '', 0, gen_random_uuid(),
    md5('t' || n) || md5('u' || n), md5('s' || n) || md5('v' || n)
FROM generate_series(1, %(accounts)s / 50) AS n;
INSERT INTO django_admin_log (action_time, user_id, content_type_id, object_id, object_repr, action_flag,
    change_message)
SELECT now(), u.id, (SELECT id FROM django_content_type WHERE app_label = 'accounts' AND model = 'user'), u.id::text,
    CASE WHEN u.id %% 5 = 0 THEN u.email ELSE 'Nextcloud' END, 2, '[{"changed": {"fields": ["name"]}}]'
FROM (SELECT id, email FROM accounts_user WHERE email LIKE 'n%%@example.net' ORDER BY id DESC LIMIT 1000) u;
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


missed: list[str] = []


def say(what: str, figure: str, reached: bool) -> None:
    print(f"{what:58} {figure:>12}  {'goal reached' if reached else 'GOAL MISSED'}", flush=True)
    if not reached:
        missed.append(what)


@contextmanager
def timed(what: str):
    began, spent = time.perf_counter(), {}
    yield spent
    spent["seconds"] = time.perf_counter() - began
    print(f"{what:58} {spent['seconds']:9.2f} s", flush=True)


def page(at) -> None:
    """Five hundred who are due, of a million: by the index, and how fast."""
    from django.db import connection

    from accounts.sparing import spared_among
    from accounts.verbs.noticing import PAGE, unused

    rows = unused(at)[:PAGE]
    numbers = [person.pk for person in rows]
    plan, looks = rows.explain(analyze=True), spared_among(numbers, at).explain(analyze=True)
    scans = any(f"Seq Scan on {table}" in plan + looks for table in ("accounts_user", "account_emailaddress"))
    if "accounts_user_unused" not in plan or "Sort" in plan or scans:
        raise SystemExit(f"The page does not come by the index:\n{plan}\n{looks}")

    questions = [query.query.sql_with_params() for query in (rows.values("pk"), spared_among(numbers, at))]

    def once() -> float:
        began = time.perf_counter()
        with connection.cursor() as cursor:
            for question in questions:
                cursor.execute(*question)
                cursor.fetchall()
        return (time.perf_counter() - began) * 1000

    assert len(numbers) == PAGE
    best = min(once() for _ in range(20))
    say("a page of 500 due, by the index, and whom of them to spare", f"{best:9.2f} ms", best <= PAGE_GOAL_MS)


def reads() -> tuple[int, int, int]:
    """Of the table of accounts so far: rows read by scans and by indexes, and blocks touched."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT seq_tup_read, idx_tup_fetch, heap_blks_read + heap_blks_hit FROM pg_stat_user_tables "
            "JOIN pg_statio_user_tables USING (relid) WHERE relid = 'accounts_user'::regclass"
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

    people = list(Notice.objects.order_by("pk").values_list("person_id", flat=True))
    people = people[: 2 * (number + ERASE_AT_ONCE)]
    assert Reminder.objects.filter(notice__person__in=people[:10]).exists()
    warned = Warned(at=at - timedelta(days=90), notice=timedelta(days=90))
    spent = {"verb": 0.0, "bare": 0.0}
    for start in range(0, len(people), 2 * ERASE_AT_ONCE):
        mine, theirs = (
            people[start : start + ERASE_AT_ONCE],
            people[start + ERASE_AT_ONCE : start + 2 * ERASE_AT_ONCE],
        )
        began = time.perf_counter()
        with transaction.atomic():
            locked = list(User.objects.filter(pk__in=mine).select_for_update())
            erase_locked(locked, reason=Reason.INACTIVE, at=at, warned=dict.fromkeys(mine, warned))
        between = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in FLOOR:
                cursor.execute(statement, [theirs])
        if start:  # not the first page
            spent["verb"] += between - began
            spent["bare"] += time.perf_counter() - between
    ratio = spent["verb"] / spent["bare"]
    print(f"{f'erasing {number}, sealed, journalled, told':58} {spent['verb']:9.2f} s")
    print(f"{f'deleting {number} by bare SQL':58} {spent['bare']:9.2f} s")
    say("ratio", f"{ratio:9.2f}", ratio <= ERASE_GOAL)


def measure(accounts: int, letters: int, erasures: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from accounts.models import Notice
    from outbox.models import Letter

    settings.INACTIVITY_DAILY_CAP, settings.INACTIVITY_IMPLAUSIBLE_PERCENT = accounts, 100
    now = timezone.now()
    with timed(f"making {accounts} accounts"), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # rows that fit need no look at each
        cursor.execute(FILL, {"accounts": accounts, "overdue": letters})
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE")
    page(now)
    warn(letters, now)
    Letter.objects.unsettled().update(
        sent_at=now, recipient="", reply_to="", subject="", body="", last_error=""
    )
    with timed(f"seeing that {letters} letters were taken"):
        run_until_done(now + timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    a_quiet_day(now + timedelta(days=1))
    assert Notice.objects.count() >= 2 * erasures, "not enough under notice to erase"
    erase_both_ways(erasures, now + timedelta(days=100))


def warn(letters: int, now) -> None:
    """The first letters, and what memory they took as they went."""
    from accounts.verbs import noticing

    begin, marks = noticing.begin_notices, []

    def watched(*what, **how):
        done = begin(*what, **how)
        marks.append(peak())
        return done

    noticing.begin_notices = watched
    with timed(f"first letters to {letters}") as spent:
        run = run_until_done(now)
    noticing.begin_notices = begin
    assert run.done["noticed"] == letters, run.done
    early, late = marks[min(10, len(marks) - 1)], marks[-1]
    print(f"{'':58} {letters / spent['seconds']:9.0f} letters/s")
    say(
        f"memory after ten pages {early:.0f} MB, after all {late:.0f} MB",
        "",
        late - early <= FLAT_MB,
    )


def a_quiet_day(quiet) -> None:
    """A handful is due: nobody else's row is read."""
    before = reads()
    with timed("a day's run on which a handful is due"):
        run = run_until_done(quiet)
    scanned, fetched, blocks = (after - then for after, then in zip(reads(), before, strict=True))
    due = sum(run.done.values())
    assert due, "nobody was due"
    print(f"{'':58} {due} due; of the accounts {scanned} rows read by scans, {fetched} by indexes")
    say(f"blocks of the accounts touched: {blocks}", "", not scanned and fetched <= READS_EACH * due)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--accounts", type=int, default=1_000_000)
    asked.add_argument("--letters", type=int, default=100_000)
    asked.add_argument("--erase", type=int, default=10_000)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, host(Path(name), demo=False):
        os.environ["LOG_LEVEL"] = "ERROR"
        measure(options.accounts, options.letters, options.erase)
    if missed:
        raise SystemExit(f"Missed: {'; '.join(missed)}.")


if __name__ == "__main__":
    main()
