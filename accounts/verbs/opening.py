"""Accounts are opened: the first administrator, and those nobody ever confirmed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.urls import reverse

from accounts.models import Hold, Session, User
from journal.models import Role
from journal.verbs import record
from legal.models import How, Text
from legal.verbs import accept

FIRST_ADMINISTRATOR = "accounts.first-administrator"
LINK_GOOD_FOR_SECONDS = 24 * 3600
LOCK = 7_201_946  # any number, as long as nothing else in this database takes it


class LinkUseless(Exception):
    """The link was made up, is too old, or has done its work."""


def first_administrator_link() -> str | None:
    """An address that makes whoever opens it the first administrator; None once there is one."""
    if User.objects.filter(is_superuser=True).exists():
        return None
    token = signing.dumps("first", salt=FIRST_ADMINISTRATOR)
    return settings.SITE_URL + reverse("accounts:first-administrator", args=[token])


def check_first_administrator_link(token: str) -> None:
    """Raises LinkUseless."""
    try:
        signing.loads(token, salt=FIRST_ADMINISTRATOR, max_age=LINK_GOOD_FOR_SECONDS)
    except signing.BadSignature as error:
        raise LinkUseless from error
    if User.objects.filter(is_superuser=True).exists():
        raise LinkUseless


@transaction.atomic
def become_first_administrator(
    token: str, *, email: str, password: str, language: str, texts: Iterable[Text], at: datetime
) -> User:
    """Make the first administrator's account. Of two people with the link, the second is refused.

    Raises LinkUseless. The address counts as confirmed: whoever holds the link reads the server's console.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    check_first_administrator_link(token)
    user = User.objects.create_superuser(email, password, language=language)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    record("accounts.first_administrator", user, actor=user)
    accept(user, texts, how=How.SIGN_UP, at=at)
    return user


@transaction.atomic
def promote(email: str) -> User:
    """Make an existing account an administrator, from the server's console. Raises User.DoesNotExist."""
    user = User.objects.select_for_update().get(email=email.lower())
    user.is_staff = user.is_superuser = True
    user.save(update_fields=["is_staff", "is_superuser"])
    record("accounts.promoted", user, role=Role.OPERATOR)
    return user


def prefer_language(person: User, language: str) -> None:
    """Letters to `person` are written in `language` from now on."""
    User.objects.filter(pk=person.pk).exclude(language=language).update(language=language)


@transaction.atomic
def forget_unconfirmed(at: datetime) -> int:
    """Remove the accounts whose address was not confirmed in time; return how many. One on hold stays.

    Somebody confirming at this very moment wins: their row is locked, looked at again, and kept.
    """
    since = at - timedelta(days=settings.ACCOUNT_UNCONFIRMED_DAYS)
    held = Hold.objects.standing(at).values("person")
    due = User.objects.never_confirmed(since).exclude(pk__in=held)
    locked = User.objects.filter(pk__in=due.values("pk")).select_for_update(skip_locked=True)
    pks = list(locked.values_list("pk", flat=True))
    _total, removed = User.objects.never_confirmed(since).filter(pk__in=pks).delete()
    Session.objects.filter(person_id__in=pks).delete()
    count = removed.get(User._meta.label, 0)
    if count:
        record("accounts.unconfirmed_forgotten", role=Role.CLOCK, count=count)
    return count


def forget_sessions(at: datetime) -> int:
    """Remove the rows of sessions that have ended; return how many."""
    removed, _by_model = Session.objects.filter(expire_date__lt=at).delete()
    return removed
