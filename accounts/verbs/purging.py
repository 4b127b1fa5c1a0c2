"""The daily run over the accounts nobody uses. A run is a row; it goes on where it stood if whoever carried it died."""

import logging
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from django.conf import settings
from django.db import transaction

from accounts.models import Brake, Notice, PurgeRun, Reason
from accounts.schedule import ERASING, Schedule, schedule
from accounts.verbs import noticing
from accounts.verbs.arriving import settle_letters
from accounts.verbs.braking import begin, count_due, leaving, tell
from accounts.verbs.erasing import Warned, erase_locked
from outbox.nudge import wake

log = logging.getLogger(__name__)

ERASE_AT_ONCE = 500
RUN_SECONDS = 60  # well under the task's time limits


def purge(at: datetime, *, seconds: float = RUN_SECONDS) -> PurgeRun | None:
    """Do what is due today; None when there is nothing to do, the run (which may have been stopped) otherwise.

    Any number of workers may do so at once. One that has no more time leaves the run open for the next.
    """
    if not settings.INACTIVITY_PURGE:
        return None
    run = begin(at)
    if run is None:  # today's is done; what became of its letters need not wait for tomorrow
        settle_letters(at)
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
    failed = settle_letters(at)
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
        if run.brake:
            tell(run)
    return run
