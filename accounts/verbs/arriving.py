"""What became of the letters of a notice: they were taken, they could not leave, they were refused, they came back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.in_bulk import write_back
from accounts.models import Failure, Notice, Reminder
from accounts.schedule import Schedule, schedule
from accounts.verbs.noticing import PAGE, addresses_of, go_on, letter_of, lock, not_before, write
from outbox.delivery import NEVER_LEFT
from outbox.models import Letter
from outbox.verbs import write_anew


def settle_letters(at: datetime, *, limit: int = PAGE) -> int:
    """See which letters the mail server took and which it refused; write to other addresses; return how many failed."""
    failed, after = 0, 0
    still_waits = Exists(Letter.objects.unsettled().filter(key=OuterRef("letter_key")))
    while page := list(
        Reminder.objects.filter(~still_waits, given_at=None, failed_at=None, pk__gt=after)
        .order_by("pk")
        .values_list("pk", "notice_id")[:limit]
    ):
        after = page[-1][0]
        failed += _settle(page, at)
    return failed


@transaction.atomic
def _settle(page: list[tuple[int, int]], at: datetime) -> int:
    notices = lock(Notice.objects.filter(pk__in=[notice_id for _pk, notice_id in page]))
    waiting = [
        (notice, reminder)
        for notice in notices
        for reminder in notice.reminders.all()
        if reminder.given_at is None and reminder.failed_at is None
    ]
    rows = Letter.objects.filter(key__in=[reminder.letter_key for _notice, reminder in waiting])
    letters = {letter.key: letter for letter in rows.only("key", "sent_at", "given_up_at", "last_error")}
    addresses = addresses_of([notice.person_id for notice in notices])
    plan, given, late, lost = schedule(), [], [], []
    for notice, reminder in waiting:
        letter = letters.get(reminder.letter_key)
        if letter and letter.sent_at:
            reminder.given_at = letter.sent_at
            notice.next_at = not_before(notice, plan)
            given.append((notice, reminder))
        elif letter is None or letter.given_up_at:
            why = _failure(letter)
            if letter and why == Failure.NEVER_LEFT and reminder.address in addresses[notice.person_id]:
                late.append((notice, reminder))
            else:
                reminder.failed_at, reminder.failure = at, why
                lost.append((notice, reminder))
    write_back([r for _n, r in given + lost], "given_at", "failed_at", "failure")
    write_back([n for n, _r in given], "next_at")
    _write_anew(late, at, plan)
    write([(n, r.stage) for n, r in lost], at, plan)
    return len(late) + len(lost)


def _write_anew(late: Sequence[tuple[Notice, Reminder]], at: datetime, plan: Schedule) -> None:
    """A letter that could not leave in time says the days as they are now, and stays the one letter of its stage."""
    letters = []
    for notice, reminder in late:
        reminder.written_at = at
        go_on(notice, reminder.stage, at, plan)
        letters.append(letter_of(notice, reminder))
    write_back([reminder for _notice, reminder in late], "written_at")
    write_back([notice for notice, _reminder in late], "next_stage", "next_at", "disables_at", "erases_at")
    for kind in ("accounts_inactive_warning", "accounts_inactive_disabled"):
        write_anew(kind, [letter for name, letter in letters if name == kind], due_at=at)


def _failure(letter: Letter | None) -> Failure:
    """What never left is no fault of the address."""
    if letter is None or letter.last_error in ("", NEVER_LEFT):
        return Failure.NEVER_LEFT
    return Failure.REFUSED


@transaction.atomic
def note_bounce(letter_key: str, *, at: datetime) -> bool:
    """A letter that the mail server had taken came back: it does not count, and another address is tried.

    A report comes once: it waits for a run that holds the account. Returns whether it was one that mattered.
    """
    for notice in lock(Notice.objects.filter(reminders__letter_key=letter_key), wait=True):
        reminder = next(r for r in notice.reminders.all() if r.letter_key == letter_key)
        if reminder.failed_at is None:
            reminder.failed_at, reminder.failure = at, Failure.BOUNCED
            reminder.save(update_fields=["failed_at", "failure"])
            write([(notice, reminder.stage)], at, schedule())
            return True
    return False
