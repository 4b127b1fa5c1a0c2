"""Erasures are also written beside the database, so that a restored backup does not bring the erased back."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.models import Erasure, Notice, Reason, User, mark_of
from accounts.verbs.closing import begin_closings_anew
from accounts.verbs.erasing import OnlyAdministrator, erase
from accounts.verbs.noticing import end_notices, lock
from journal.models import Role


def erasures_file() -> Path:
    return Path(settings.VAR_DIR) / "erasures.log"


def write_out() -> int:
    """Append the erasures that the file does not have yet; return how many.

    The clock repeats it, on every machine that has one: a crash between an erasure and its line is made up for.
    """
    path = erasures_file()
    written = {mark for mark, _reason in _lines(path)}
    erasures = Erasure.objects.exclude(mark="").order_by("at", "pk")
    missing = [erasure for erasure in erasures if erasure.mark not in written]
    if missing:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The first line break ends what a crash may have cut off.
        lines = "".join(f"\n{erasure.at.isoformat()} {erasure.reason} {erasure.mark}" for erasure in missing)
        # One write in append mode: two processes never mix their lines.
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, f"{lines}\n".encode())
            os.fsync(file)
        finally:
            os.close(file)
    return len(missing)


def come_back() -> Iterator[tuple[User, Reason]]:
    """Accounts that are here although the file says they were erased."""
    erased = dict(_lines(erasures_file()))
    for person in User.objects.order_by("pk").iterator():
        if reason := erased.get(mark_of(person.sub)):
            yield person, Reason(reason)


@dataclass(frozen=True)
class Reapplied:
    """How many were erased again, whether one could not be, and how many notices and closings begin anew."""

    erased: int
    only_administrator: bool
    notices: int
    closings: int


def reapply_erasures(at: datetime) -> Reapplied:
    """Erase once more whoever came back with a restored backup. They were told the first time.

    One who had left may be the only administrator the backup knows: they stay until there is another, and hold up
    nobody else. Who was under notice, or leaving, may have been seen since the backup, or have changed their mind: for
    them it begins anew.
    """
    erased, only_administrator = 0, False
    for person, reason in list(come_back()):
        try:
            erase(person.pk, reason=reason, at=at, role=Role.OPERATOR, tell=False, repeated=True)
            erased += 1
        except OnlyAdministrator:
            only_administrator = True
    return Reapplied(erased, only_administrator, _begin_notices_anew(at), begin_closings_anew(at))


@transaction.atomic
def _begin_notices_anew(at: datetime) -> int:
    notices = lock(Notice.objects.all(), wait=True)
    end_notices(notices, at, "accounts.notice_begun_anew", role=Role.OPERATOR)
    return len(notices)


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Mark and reason of each whole line; one that a crash cut off is passed over, and written again."""
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        parts = line.split(" ")
        if len(parts) == 3 and len(parts[2]) == 64 and parts[1] in Reason.values:
            yield parts[2], parts[1]
