"""Somebody leaves: with time to change their mind, or at once."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from accounts.models import Erasure, Reason, Refused, User
from accounts.verbs.erasing import OnlyAdministrator, erase, refuse_the_only_administrator
from journal.models import Role
from journal.verbs import record
from outbox.verbs import post

log = logging.getLogger(__name__)


class NoAccount(Refused):
    """It was erased meanwhile."""

    def __init__(self) -> None:
        super().__init__(gettext("This account has been erased."))


@transaction.atomic
def ask_to_close(person_id: int, *, at: datetime) -> User:
    """Set the date on which the account is erased, and say it by letter. Raises OnlyAdministrator, NoAccount.

    Asked a second time, the date stays.
    """
    person = _fetch(person_id)
    if person.closes_at is not None:
        return person
    refuse_the_only_administrator(person)
    person.closes_at = at + timedelta(days=settings.ACCOUNT_CLOSING_DAYS)
    person.save(update_fields=["closes_at"])
    entry = record("accounts.closing_asked", person, actor=person, role=Role.PERSON)
    _write(person, "accounts_closing", key=f"accounts_closing:{entry.pk}")
    return person


@transaction.atomic
def keep_account(person_id: int, *, at: datetime) -> User:
    """Change one's mind: nothing happened. Raises NoAccount when it comes too late."""
    person = _fetch(person_id)
    if person.closes_at is None:
        return person
    person.closes_at = None
    person.save(update_fields=["closes_at"])
    entry = record("accounts.kept", person, actor=person, role=Role.PERSON)
    _write(person, "accounts_kept", key=f"accounts_kept:{entry.pk}")
    return person


@transaction.atomic
def close_at_once(person_id: int, *, at: datetime) -> Erasure:
    """Erase the account of somebody who insists on not waiting. Raises OnlyAdministrator, NoAccount."""
    try:
        return erase(person_id, reason=Reason.CLOSED, at=at, role=Role.PERSON)
    except User.DoesNotExist as error:
        raise NoAccount from error


def carry_out_closings(at: datetime) -> int:
    """Erase the accounts whose owners did not change their mind in time; return how many.

    Each is a transaction of its own: stopped half-way, the next run goes on from there.
    """
    due = User.objects.due_to_close(at).order_by("closes_at").values_list("pk", flat=True)
    return sum(_carry_out(pk, at) for pk in list(due))


def _carry_out(person_id: int, at: datetime) -> bool:
    try:
        erase(person_id, reason=Reason.CLOSED, at=at, still=Q(closes_at__lte=at))
    except User.DoesNotExist:
        return False  # they kept it, or another worker was faster
    except OnlyAdministrator:
        log.warning("The account of the only administrator stays, although its owner wants to leave.")
        return False
    return True


@transaction.atomic
def begin_closings_anew(at: datetime) -> int:
    """After a backup was restored: whoever is leaving may have changed their mind since, so they get their time again.

    Each is written to; return how many.
    """
    leaving = list(User.objects.filter(closes_at__isnull=False).order_by("pk").select_for_update())
    for person in leaving:
        person.closes_at = at + timedelta(days=settings.ACCOUNT_CLOSING_DAYS)
        person.save(update_fields=["closes_at"])
        entry = record("accounts.closing_begun_anew", person, role=Role.OPERATOR)
        _write(person, "accounts_closing", key=f"accounts_closing:{entry.pk}")
    return len(leaving)


def _fetch(person_id: int) -> User:
    person = User.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise NoAccount
    return person


def _write(person: User, kind: str, *, key: str) -> None:
    post(kind, to=person.email, key=key, language=person.language, context={"person": person})
