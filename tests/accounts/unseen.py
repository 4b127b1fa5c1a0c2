"""People nobody saw for long, and the days that pass; made with intent as keywords."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Notice, PurgeRun, User
from accounts.verbs import purge
from outbox.delivery import NEVER_LEFT
from outbox.models import Letter
from tests.factories import NOON, a_person

LIMIT = 365
EMPTY = {"recipient": "", "reply_to": "", "subject": "", "body": "", "last_error": ""}


def day(number: float) -> datetime:
    """So many days after everybody was last seen, at noon on 2 March 2026."""
    return NOON + timedelta(days=number)


def before_limit(days: float) -> datetime:
    return day(LIMIT - days)


def unseen(email: str = "lou@example.org", **fields: object) -> User:
    return a_person(email, **fields)


def letters(person: User | None = None) -> list[Letter]:
    """Those of the purge, in the order they were written."""
    found = Letter.objects.filter(kind__startswith="accounts_inactive").order_by("pk")
    return list(found.filter(key__startswith=f"accounts_inactive:{person.notice.pk}:") if person else found)


def server_takes_all(at: datetime) -> None:
    """What delivery leaves of letters that the mail server took at `at`."""
    Letter.objects.unsettled().update(sent_at=at, **EMPTY)


def server_refuses(at: datetime, words: str = "550 no such box") -> None:
    Letter.objects.unsettled().update(given_up_at=at, last_error=words)


def nothing_left(at: datetime) -> None:
    Letter.objects.unsettled().update(given_up_at=at, last_error=NEVER_LEFT)


def look(at: datetime) -> PurgeRun:
    """A day's run, and then the mail server takes what was written."""
    run = purge(at)
    assert run is not None
    server_takes_all(at)
    return run


def every_day(first: datetime, last: datetime) -> None:
    """A run a day, and no brake in the way."""
    at = first
    while at <= last:
        run = look(at)
        assert not run.brake, run.brake
        at += timedelta(days=1)


def gone(person: User) -> bool:
    return not User.objects.filter(pk=person.pk).exists()


def notice_of(person: User) -> Notice | None:
    return Notice.objects.filter(person=person.pk).first()


def now() -> datetime:
    return timezone.now()
