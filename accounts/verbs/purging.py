"""The daily run over the accounts nobody uses, and its brakes.

A run is a row; it goes on where it stood if whoever carried it died. It stops and asks a volunteer rather than do what
looks wrong: more accounts than usual, too large a share of all, a clock that jumped, or because somebody said stop.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext

from accounts.models import Brake, Notice, PurgeRun, Reason, Refused, User, daily_cap
from accounts.schedule import ERASING, Schedule, schedule
from accounts.sparing import spared
from accounts.verbs import noticing
from accounts.verbs.erasing import Warned, erase_locked
from journal.models import Role
from journal.verbs import record
from outbox.nudge import wake

log = logging.getLogger(__name__)

LOCK = 7_201_947  # any number, as long as nothing else in this database takes it
A_DAY = timedelta(hours=20)  # so that a run a day never slips past midnight for good
SLEPT = timedelta(days=7)
BACK = timedelta(hours=1)
RELEASE_HOLDS = timedelta(days=180)
COUNTED = 10_000  # accounts: of more, an estimate will do
ERASE_AT_ONCE = 500
RUN_SECONDS = 60  # well under the task's time limits


class Standstill(Refused):
    """The purge is switched off, was run already, or waits for a volunteer."""


def purge(at: datetime, *, seconds: float = RUN_SECONDS) -> PurgeRun | None:
    """Do what is due today; None when there is nothing to do, the run (which may have been stopped) otherwise.

    Any number of workers may do so at once. One that has no more time leaves the run open for the next.
    """
    if not settings.INACTIVITY_PURGE:
        return None
    run = _begin(at)
    if run is None:  # today's is done; what became of its letters need not wait for tomorrow
        noticing.settle_letters(at)
    if run is None or run.ended_at:
        return run
    ends = monotonic() + seconds
    for step in STEPS:
        while step(run, at):
            if monotonic() >= ends:
                wake("accounts.tasks.purge")
                return PurgeRun.objects.get(pk=run.pk)
            if PurgeRun.objects.filter(pk=run.pk, ended_at__isnull=False).exists():
                return PurgeRun.objects.get(pk=run.pk)  # somebody said stop
    return _end(run.pk, at)


# ── The steps of a run: each does a page in a transaction of its own, and says whether there is more ──


def _settle(run: PurgeRun, at: datetime) -> bool:
    failed = noticing.settle_letters(at)
    with transaction.atomic():
        _count(run, failed=failed)
    return False


def _notice(run: PurgeRun, at: datetime) -> bool:
    with transaction.atomic():
        begun = noticing.begin_notices(at)
        _count(run, noticed=begun)
    return bool(begun)


def _remind(run: PurgeRun, at: datetime) -> bool:
    with transaction.atomic():
        looked, written = noticing.remind(at)
        _count(run, reminded=written)
    return bool(looked)


def _disable(run: PurgeRun, at: datetime) -> bool:
    with transaction.atomic():
        left = _left(run)
        if not left:
            return False
        looked, disabled = noticing.disable(at, limit=min(left, noticing.PAGE))
        _count(run, disabled=disabled)
    return bool(looked)


def _erase(run: PurgeRun, at: datetime) -> bool:
    with transaction.atomic():
        left = _left(run)
        if not left:
            return False
        looked, erased = erase_unused(at, limit=min(left, ERASE_AT_ONCE))
        _count(run, erased=erased)
    return bool(looked)


STEPS: tuple[Callable[[PurgeRun, datetime], bool], ...] = (_settle, _notice, _remind, _disable, _erase)


@transaction.atomic
def erase_unused(at: datetime, *, limit: int) -> tuple[int, int]:
    """Erase accounts whose every letter arrived and whose last date is past; return how many were looked at, and done.

    The accounts are locked and everything is looked at once more: whoever signs in at that instant wins.
    """
    plan = schedule()
    looked, due = noticing.really_due(Notice.objects.filter(next_stage=ERASING), at, plan, limit)
    warned = {notice.person_id: _warned(notice, plan) for notice in due}
    erase_locked([notice.person for notice in due], reason=Reason.INACTIVE, at=at, warned=warned)
    return looked, len(due)


def _warned(notice: Notice, plan: Schedule) -> Warned:
    """By the letter that came first."""
    letters = [reminder for reminder in notice.reminders.all() if not reminder.failed_at]
    first = max(letters, key=lambda reminder: reminder.stage)
    return Warned(
        at=first.given_at,
        notice=plan.delay(first.stage, ERASING),
        unreached=not any(reminder.address for reminder in letters),
    )


def _count(run: PurgeRun, **done: int) -> None:
    """In the transaction that did it, so that what is written is what was done."""
    if not any(done.values()):
        return
    row = PurgeRun.objects.select_for_update().get(pk=run.pk)
    row.done = row.done | {name: row.done.get(name, 0) + number for name, number in done.items() if number}
    row.save(update_fields=["done"])


def _left(run: PurgeRun) -> int:
    """How many this run may still disable or erase."""
    row = PurgeRun.objects.select_for_update().get(pk=run.pk)
    return 0 if row.ended_at else max(0, row.allowed["leave"] - leaving(row.done))


def leaving(counts: dict[str, int]) -> int:
    return counts.get("disabled", 0) + counts.get("erased", 0)


# ── Brakes ────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def _begin(at: datetime) -> PurgeRun | None:
    """The run to carry on: the open one, or a new one unless today's is done. A stopped one is returned as it is."""
    _one_at_a_time()
    last = PurgeRun.objects.first()
    if last is None:
        return _open(at, None)
    if last.ended_at is None:
        return last
    if last.waits and last.brake == Brake.HALT:
        return last
    jumped = _clock_jumped(last, at)
    if jumped is not None:
        return jumped
    if at < last.began_at + A_DAY and not (last.brake and last.released_at):
        _look(last, at)
        return None if not last.brake else last
    return _open(at, last)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _look(run: PurgeRun, at: datetime) -> None:
    run.looked_at = at
    run.save(update_fields=["looked_at"])


def _clock_jumped(last: PurgeRun, at: datetime) -> PurgeRun | None:
    """The stopped run when the clock is not where it should be, from what the last look saw.

    Nobody can tell a machine that slept for a month from a clock that is a month ahead. So nothing is done until a
    volunteer says that the clock is right, or it went on steadily for a week.
    """
    strange = at < last.looked_at - BACK or at > last.looked_at + SLEPT
    if strange:
        return _stop(at, Brake.CLOCK, wanted={"from": last.looked_at.isoformat(), "to": at.isoformat()})
    if last.waits and last.brake == Brake.CLOCK:
        _look(last, at)
        if at < last.began_at + SLEPT:
            return last
    return None


def _open(at: datetime, last: PurgeRun | None) -> PurgeRun:
    wanted = count_due(at)
    allowed = _allowed(at, wanted, last)
    if brake := _tripped(wanted, allowed):
        return _stop(at, brake, wanted=wanted, allowed=allowed, again=last)
    return PurgeRun.objects.create(began_at=at, looked_at=at, wanted=wanted, allowed=allowed)


def _tripped(wanted: dict[str, int], allowed: dict[str, int]) -> Brake | None:
    if wanted["unused"] > allowed["unused"]:
        return Brake.SHARE
    return Brake.CAP if wanted["disable"] + wanted["erase"] > allowed["leave"] else None


def brakes(at: datetime, wanted: dict[str, int]) -> list[str]:
    """What would stop a run now, in words; changes nothing."""
    last = PurgeRun.objects.first()
    if last and last.waits:
        return [str(last.get_brake_display())]
    brake = _tripped(wanted, _allowed(at, wanted, last))
    return [str(brake.label)] if brake else []


def count_due(at: datetime) -> dict[str, int]:
    """What a run at this moment would find, and how many accounts there are at all."""
    due = Notice.objects.due(at).exclude(person__in=User.objects.filter(spared(at)))
    unused = noticing.to_warn(at).count()
    return {
        "accounts": _accounts(),
        "unused": unused + Notice.objects.count(),
        "notice": unused,
        "remind": due.filter(next_stage__gt=0).count(),
        "disable": due.filter(next_stage=0).count(),
        "erase": due.filter(next_stage=ERASING).count(),
    }


def _accounts() -> int:
    """How many there are; of very many, as good as PostgreSQL knows without reading them all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [User._meta.db_table]
        )
        estimate: int = cursor.fetchone()[0]
    return estimate if estimate > COUNTED else User.objects.count()


def _allowed(at: datetime, wanted: dict[str, int], last: PurgeRun | None) -> dict[str, int]:
    """By the brakes, less what was done today already, or by the volunteer who released the last run."""
    today = PurgeRun.objects.filter(began_at__gt=at - A_DAY, began_at__lte=at)
    leave = daily_cap(wanted["accounts"]) - sum(leaving(run.done) for run in today)
    if last and last.brake == Brake.CAP and last.released_at:
        leave = max(leave, last.wanted["disable"] + last.wanted["erase"])
    unused = max(
        settings.INACTIVITY_DAILY_CAP, wanted["accounts"] * settings.INACTIVITY_IMPLAUSIBLE_PERCENT // 100
    )
    released = PurgeRun.objects.filter(brake=Brake.SHARE, released_at__gt=at - RELEASE_HOLDS).first()
    if released:  # they stay unused for as long as their notice lasts
        unused = max(unused, released.wanted["unused"] * 11 // 10 + settings.INACTIVITY_DAILY_CAP)
    return {"leave": max(0, leave), "unused": unused}


def _stop(
    at: datetime,
    brake: Brake,
    *,
    wanted: dict[str, Any],
    allowed: dict[str, int] | None = None,
    again: PurgeRun | None = None,
) -> PurgeRun:
    """Write down that a run was stopped, and tell the desk; the same brake twice running is one row."""
    if again and again.waits and again.brake == brake:
        again.looked_at, again.wanted, again.allowed = at, wanted, allowed or {}
        again.save(update_fields=["looked_at", "wanted", "allowed"])
        return again
    run = PurgeRun.objects.create(
        began_at=at, looked_at=at, ended_at=at, brake=brake, wanted=wanted, allowed=allowed or {}
    )
    record("accounts.purge_stopped", run, role=Role.CLOCK, brake=brake)
    log.warning("The run over unused accounts was stopped: %s. A volunteer is asked.", Brake(brake).name)
    return run


@transaction.atomic
def _end(run_id: int, at: datetime) -> PurgeRun:
    """Done; or stopped, when more had to leave than it was allowed."""
    run = PurgeRun.objects.select_for_update().get(pk=run_id)
    if run.ended_at is None:
        run.ended_at = run.looked_at = at
        if leaving(run.done) >= run.allowed["leave"]:
            over = count_due(at)
            if over["disable"] + over["erase"]:
                run.brake, run.wanted = Brake.CAP, over
        run.save(update_fields=["ended_at", "looked_at", "brake", "wanted"])
        log.info("Unused accounts: %s.", run.done or "nothing to do")
    return run


@transaction.atomic
def halt(*, why: str, by: User, at: datetime) -> PurgeRun:
    """Stop everything at once, and until somebody releases it: a run that is under way ends after its page."""
    _one_at_a_time()
    run = PurgeRun.objects.filter(ended_at=None).select_for_update().first()
    if run is None:
        run = PurgeRun(began_at=at, looked_at=at)
    run.brake, run.ended_at = Brake.HALT, at
    run.save()
    record("accounts.purge_halted", run, actor=by, role=Role.DESK, why=why)
    return run


@transaction.atomic
def release(run_id: int, *, why: str, by: User, at: datetime) -> PurgeRun:
    """Let a stopped run go on, with as many accounts as it asked for. Raises Standstill when it is not waiting."""
    _one_at_a_time()
    run = PurgeRun.objects.select_for_update().get(pk=run_id)
    if not run.waits or run != PurgeRun.objects.first():
        raise Standstill(
            gettext("This run does not wait to be released: somebody was faster, or it is over.")
        )
    run.released_at, run.released_by_id, run.released_why = at, by.pk, why
    run.looked_at = max(at, run.looked_at) if run.brake != Brake.CLOCK else at
    run.save(update_fields=["released_at", "released_by_id", "released_why", "looked_at"])
    record("accounts.purge_released", run, actor=by, role=Role.DESK, brake=run.brake, why=why)
    transaction.on_commit(lambda: wake("accounts.tasks.purge"))
    return run
