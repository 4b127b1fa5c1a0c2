"""A copy of everything the portal holds of a person, made for them by a worker."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from accounts.archive import Archive, check
from accounts.holdings import holdings
from accounts.models import Export, Refused, User
from journal.models import Entry, Role
from journal.verbs import record
from outbox.nudge import wake
from outbox.verbs import post

NOWHERE = "nowhere.invalid"  # a name that no machine has (RFC 2606)
PAUSE = timedelta(days=1)
# Longer than a task may run (CELERY_TASK_TIME_LIMIT): a copy in the hands of a living worker is never begun twice.
CLAIM = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 30)


class TooSoon(Refused):
    """One copy a day."""


@transaction.atomic
def ask_for_export(person_id: int, *, at: datetime) -> Export:
    """Have a copy made of all that is held of a person. Raises TooSoon, and Refused once the account is gone.

    Asked a second time while it is being made, it is the same copy.
    """
    person = User.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise Refused(gettext("This account has been erased; nothing is left that could be copied."))
    last = Export.objects.of(person).first()
    if last and last.done_at is None:
        return last
    if last and last.asked_at > at - PAUSE:
        raise TooSoon(
            gettext("You asked for a copy less than a day ago. It is on this page; ask again tomorrow.")
        )
    export = Export.objects.create(person=person, asked_at=at, parts=len(holdings()))
    record("accounts.export_asked", person, actor=person, role=Role.PERSON)
    transaction.on_commit(lambda: wake("accounts.tasks.make_exports"))
    return export


def make_exports(at: datetime) -> int:
    """Make the copies that were asked for; return how many. Any number of workers may do so at once."""
    made = 0
    while export := _claim(at):
        made += _make(export, at)
    return made


@transaction.atomic
def _claim(at: datetime) -> Export | None:
    waiting = Export.objects.to_make(at).order_by("asked_at").select_related("person")
    export = waiting.select_for_update(of=("self",), skip_locked=True).first()
    if export:
        export.claimed_until = at + CLAIM
        export.parts_done, export.parts = 0, len(holdings())
        export.save(update_fields=["claimed_until", "parts_done", "parts"])
    return export


def _make(export: Export, at: datetime) -> bool:
    """Part by part, each seen from outside as soon as it is there; False when the account went meanwhile."""
    ours = Export.objects.filter(pk=export.pk, claimed_until=export.claimed_until, done_at=None)
    with Archive(export.person, at) as archive:
        for number, holding in enumerate(holdings(), start=1):
            archive.add(holding)
            if not ours.update(parts_done=number):
                return False
    content = archive.content()
    check(content)
    return _hand_over(export, content, at)


@transaction.atomic
def _hand_over(export: Export, content: bytes, at: datetime) -> bool:
    """Only to somebody who is still there: erasing takes the row away, and then there is no letter either."""
    mine = Export.objects.select_for_update().filter(
        pk=export.pk, claimed_until=export.claimed_until, done_at=None
    )
    if not mine.exists():
        return False
    mine.update(content=content, size=len(content), done_at=at, claimed_until=None)
    export.done_at = at
    record("accounts.exported", export.person, role=Role.CLOCK, size=len(content))
    post(
        "accounts_export_ready",
        to=export.person.email,
        key=f"accounts_export_ready:{export.pk}",
        language=export.person.language,
        context={"export": export},
    )
    return True


def try_export(at: datetime) -> bool:
    """Once a day, make a copy for somebody made up, open it and take everything back; True when it was tried.

    That it worked is written down: it is what clause C7 stands on. When it does not, the error stops the run and is
    seen, and nothing is written. Raises accounts.archive.Broken.
    """
    if Entry.objects.of("accounts.export_tried").filter(at__gt=at - PAUSE).exists():
        return False
    with transaction.atomic():
        person = User.objects.create_user(f"{uuid4().hex}@{NOWHERE}", language=settings.LANGUAGE_CODE)
        with Archive(person, at) as archive:
            for holding in holdings():
                archive.add(holding)
        names = check(archive.content())
        transaction.set_rollback(True)
    record("accounts.export_tried", role=Role.CLOCK, files=len(names))
    return True


def forget_exports(at: datetime) -> int:
    """Remove the copies that can no longer be fetched; return how many."""
    removed, _by_model = Export.objects.outlived(at).delete()
    return removed
