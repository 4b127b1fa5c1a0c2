"""Everybody is written to about a change they will have to accept, once, whatever is killed meanwhile."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction

from journal.models import Role
from journal.verbs import record
from legal.models import Acceptance, Telling, Version
from outbox.nudge import wake
from outbox.verbs import Recipient, can_be_written_to, put_many

BATCH = 1000  # accounts in one transaction: what a kill can undo, and all that is ever in memory
# An account's number is taken before its row is visible. By then its sign-up has long ended, one way or the other.
SETTLES_WITHIN = timedelta(minutes=1)


def is_told(version: Version) -> bool:
    """Whether publishing `version` writes to everybody. First versions change nothing for anybody."""
    return version.significant and version.number > 1 and version.document.in_acceptance_set


def people_to_tell() -> "models.QuerySet[Any]":
    return get_user_model()._default_manager.filter(is_active=True)


def begin_telling(version: Version) -> Telling:
    """Call it in the transaction that publishes; the letters are written by the clock's workers, in batches."""
    telling = Telling.objects.create(version=version)
    transaction.on_commit(lambda: wake("legal.tasks.tell"))
    return telling


def tell(*, at: datetime, seconds: float = 60) -> int:
    """Write to people until all are told or `seconds` have passed; returns how many letters were written."""
    ends = monotonic() + seconds
    letters = 0
    for telling_id in Telling.objects.under_way().order_by("pk").values_list("pk", flat=True):
        while monotonic() < ends:
            written = tell_some(telling_id, at=at)
            if written is None:
                break
            letters += written
    return letters


@transaction.atomic
def tell_some(telling_id: int, *, at: datetime) -> int | None:
    """Write to the next people: their letters and the mark of how far it came are one transaction.

    Returns how many letters that made; None when nobody is due now, or another worker is at it.
    """
    waiting = Telling.objects.under_way().select_related("version__document")
    telling = waiting.select_for_update(skip_locked=True, of=("self",)).filter(pk=telling_id).first()
    if telling is None:
        return None
    accounts = get_user_model()._default_manager.filter(pk__gt=telling.told_through_id).order_by("pk")
    people = _settled(accounts.only("pk", "email", "language", "is_active", "joined_at")[:BATCH], at)
    if not people:
        _end(telling, at, everybody=not accounts.exists())
        return None
    know = set(
        Acceptance.objects.of_version(telling.version)
        .filter(person__in=[person.pk for person in people])
        .values_list("person_id", flat=True)
    )
    recipients = [
        Recipient(
            to=person.email,
            key=f"legal.told:{telling.version_id}:{person.pk}",
            language=person.language or settings.LANGUAGE_CODE,
        )
        for person in people
        if person.is_active and person.pk not in know and can_be_written_to(person.email)
    ]
    telling.letters += put_many("legal_change", recipients, context=_context(telling.version))
    telling.told_through_id = people[-1].pk
    telling.save(update_fields=["letters", "told_through_id"])
    return len(recipients)


def _settled(accounts: "models.QuerySet[Any]", at: datetime) -> Sequence[Any]:
    """The accounts before the first that is so new that one with a smaller number may still appear."""
    people = list(accounts)
    for position, person in enumerate(people):
        if abs(at - person.joined_at) < SETTLES_WITHIN:
            return people[:position]
    return people


def _end(telling: Telling, at: datetime, *, everybody: bool) -> None:
    """Who joins before a version takes effect accepts the one before it, and is told too; who joins later knows."""
    takes_effect = telling.version.effective_at
    assert takes_effect
    if everybody and at >= takes_effect + SETTLES_WITHIN:
        telling.done_at = at
        telling.save(update_fields=["done_at"])
        record("legal.told", telling.version, role=Role.CLOCK, letters=telling.letters)


def _context(version: Version) -> dict[str, Any]:
    assert version.effective_at
    return {
        "version": version,
        "closes_at": version.effective_at + timedelta(days=settings.LEGAL_GRACE_DAYS),
    }
