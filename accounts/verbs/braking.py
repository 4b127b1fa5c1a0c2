"""What stops a run over the accounts nobody uses, and who lets it go on.

It stops and asks a volunteer rather than do what looks wrong: more accounts than usual, too large a share of all, a
clock that jumped, or because somebody said stop.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext

from accounts.models import Brake, Notice, PurgeRun, Refused, User, daily_cap
from accounts.schedule import ERASING
from accounts.sparing import spared
from accounts.verbs.noticing import to_warn
from journal.models import Role
from journal.verbs import record
from outbox.nudge import wake
from outbox.verbs import post

log = logging.getLogger(__name__)

LOCK = 7_201_947  # any number, as long as nothing else in this database takes it
A_DAY = timedelta(hours=23, minutes=50)  # the clock looks every ten minutes: a run stays at its hour
SLEPT = timedelta(days=7)
BACK = timedelta(hours=1)
RELEASE_HOLDS = timedelta(days=180)
HANDFUL = 5  # accounts: so few are no share of anything
COUNTED = 10_000  # accounts: of more, an estimate will do


class Standstill(Refused):
    """The purge is switched off, was run already, or waits for a volunteer."""


def leaving(counts: dict[str, int]) -> int:
    return counts.get("disabled", 0) + counts.get("erased", 0)


@transaction.atomic
def begin(at: datetime) -> PurgeRun | None:
    """The run to carry on: the open one, or a new one unless today's is done. A stopped one is returned as it is."""
    _one_at_a_time()
    last = PurgeRun.objects.first()
    if last is None:
        return _open(at, None)
    if last.waits and last.brake == Brake.HALT:
        return last
    jumped = _clock_jumped(last, at)
    if jumped is not None:
        return jumped
    if at < last.began_at + A_DAY and not (last.brake and last.released_at):
        _look(last, at)
        return last if last.brake or last.ended_at is None else None
    _close(last, at)
    return _open(at, last)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _look(run: PurgeRun, at: datetime) -> None:
    run.looked_at = at
    run.save(update_fields=["looked_at"])


def _close(run: PurgeRun, at: datetime) -> None:
    """Whoever carried it died, and nobody went on with it in its time: what it was allowed is not for another day."""
    if run.ended_at is None:
        run.ended_at = at
        run.save(update_fields=["ended_at"])


def _clock_jumped(last: PurgeRun, at: datetime) -> PurgeRun | None:
    """The stopped run when the clock is not where it should be, from what the last look saw.

    Nobody can tell a machine that slept for a month from a clock that is a month ahead. So nothing is done until a
    volunteer says that the clock is right, or it went on steadily for a week.
    """
    strange = at < last.looked_at - BACK or at > last.looked_at + SLEPT
    if strange:
        _close(last, at)
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
    unused = to_warn(at).count()
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
    leave = daily_cap(wanted["accounts"] - wanted["unused"]) - sum(leaving(run.done) for run in today)
    if last and last.brake == Brake.CAP and last.released_at:
        leave = max(leave, last.wanted["disable"] + last.wanted["erase"])
    unused = max(HANDFUL, wanted["accounts"] * settings.INACTIVITY_IMPLAUSIBLE_PERCENT // 100)
    released = PurgeRun.objects.filter(brake=Brake.SHARE, released_at__gt=at - RELEASE_HOLDS).first()
    if released:  # they stay unused for as long as their notice lasts
        unused = max(unused, released.wanted["unused"] * 11 // 10 + HANDFUL)
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
    tell(run)
    return run


def tell(run: PurgeRun, *, besides: User | None = None) -> None:
    """Write to the volunteers who may release it; once for each stop, however many days it lasts."""
    log.warning("The run over unused accounts was stopped: %s. A volunteer is asked.", Brake(run.brake).name)
    asked = User.objects.who_may("accounts.change_purgerun")
    for volunteer in asked.exclude(pk=besides.pk) if besides else asked:
        post(
            "accounts_purge_stopped",
            to=volunteer.email,
            key=f"accounts_purge_stopped:{run.pk}:{volunteer.pk}",
            language=volunteer.language,
            context={"run": run},
        )


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
    tell(run, besides=by)
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
