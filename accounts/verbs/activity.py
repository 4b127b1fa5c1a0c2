"""Somebody was seen: the one clock by which an account counts as used."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.models import Notice, User
from accounts.verbs.noticing import end_notices
from journal.models import Role

NOT_AGAIN_FOR = timedelta(days=1)


def touch(person: User | int, source: str, at: datetime) -> bool:
    """Write down that somebody was seen at `at`, by what; return whether anything was written.

    At most one write a day for each person, and none for a sight older than the last one. It undoes whatever not being
    seen had brought about. Of a person already at hand it asks the row no question.
    """
    if isinstance(person, User):
        if not _is_news(person, at):
            return False
        person_id = person.pk
    else:
        person_id = person
    return _note(person_id, source, at)


def _is_news(person: User, at: datetime) -> bool:
    return person.noticed_at is not None or person.last_seen_at <= at - NOT_AGAIN_FOR


@transaction.atomic
def _note(person_id: int, source: str, at: datetime) -> bool:
    """Whoever erases at this moment holds the row: then it is too late, and nothing is written."""
    news = Q(last_seen_at__lte=at - NOT_AGAIN_FOR) | Q(noticed_at__isnull=False, last_seen_at__lt=at)
    person = User.objects.filter(news, pk=person_id).select_for_update().first()
    if person is None:
        return False
    person.last_seen_at, person.last_seen_through = at, source
    person.noticed_at = person.disabled_at = None
    person.save(update_fields=["last_seen_at", "last_seen_through", "noticed_at", "disabled_at"])
    for notice in Notice.objects.filter(person=person):
        notice.person = person
        end_notices([notice], at, "accounts.seen_again", role=Role.PERSON)
    return True
