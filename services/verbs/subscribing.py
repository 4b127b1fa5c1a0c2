"""People ask to be written to, confirm that it was they, choose what about, and leave.

What was asked for is in the link that is sent: until its owner follows it, nothing is kept of an address.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from journal.models import Role
from journal.verbs import record
from outbox.models import Letter, Priority
from outbox.verbs import post, withdraw_by
from services.models import Service, Subscriber

CONFIRM_WITHIN = dt.timedelta(days=3)
LETTERS_A_DAY = 3  # to one address that somebody types into the form, whoever types it
SALT = "services.subscription"


@dataclass(frozen=True)
class Wish:
    """What somebody asked for, as the link carries it."""

    email: str
    language: str
    services: list[Service]  # none: all of them


@transaction.atomic
def ask_to_subscribe(
    *, email: str, services: Sequence[Service], language: str, at: dt.datetime
) -> Letter | None:
    """Write to the address to ask whether it was its owner who wants this. None when it got enough letters today."""
    # Whose address this is cannot be read from the key (letters' keys outlive them).
    owner = salted_hmac(SALT, email.lower(), algorithm="sha256").hexdigest()[:32]
    prefix = f"services.subscribe:{owner}:"
    lately = Letter.objects.filter(key__startswith=prefix, created_at__gt=at - dt.timedelta(days=1))
    if lately.count() >= LETTERS_A_DAY:
        return None
    token = signing.dumps(
        {"email": email, "language": language, "services": [service.pk for service in services]}, salt=SALT
    )
    return post(
        "services_confirm",
        to=email,
        key=f"{prefix}{at:%Y%m%d%H%M}",
        language=language,
        context={
            "path": reverse("services:confirm-subscription", args=[token]),
            "services": list(services),
            "days": CONFIRM_WITHIN.days,
        },
        priority=Priority.URGENT,
        expires_at=at + CONFIRM_WITHIN,
    )


def read_wish(token: str) -> Wish:
    """What the link in the letter asks for. Raises BadSignature, also when it is too old."""
    said = signing.loads(token, salt=SALT, max_age=CONFIRM_WITHIN)
    services = list(Service.objects.listed().filter(pk__in=said["services"]))
    return Wish(said["email"], said["language"], services)


@transaction.atomic
def subscribe(token: str, *, at: dt.datetime) -> Subscriber:
    """The owner of the address said yes. Twice is once; of another choice, the last one counts. Raises BadSignature."""
    wish = read_wish(token)
    subscriber = Subscriber(email=wish.email, subscribed_at=at)
    Subscriber.objects.bulk_create(
        [_with(subscriber, wish)], ignore_conflicts=True
    )  # whoever comes second finds the row of the first
    subscriber = Subscriber.objects.select_for_update().of(wish.email).get()
    _with(subscriber, wish).save(update_fields=["language", "everything"])
    subscriber.services.set(wish.services)
    record("services.subscribed", role=Role.STRANGER, services=len(wish.services))
    return subscriber


def _with(subscriber: Subscriber, wish: Wish) -> Subscriber:
    subscriber.language, subscriber.everything = wish.language, not wish.services
    return subscriber


@transaction.atomic
def choose(token: str, *, services: Sequence[Service], language: str) -> Subscriber:
    """Write to a subscriber about these services only; about all, when there is none.

    Raises Subscriber.DoesNotExist.
    """
    subscriber = Subscriber.objects.select_for_update().get(token=token)
    subscriber.everything, subscriber.language = not services, language
    subscriber.save(update_fields=["everything", "language"])
    subscriber.services.set(services)
    return subscriber


@transaction.atomic
def leave(token: str, *, at: dt.datetime) -> bool:
    """Forget a subscriber at once, and take back what is on its way to them. False when there is none (any more)."""
    subscriber = Subscriber.objects.select_for_update().filter(token=token).first()
    if subscriber is None:
        return False
    withdraw_by(subscriber.leave_url, at=at)
    subscriber.delete()
    record("services.unsubscribed", role=Role.STRANGER)
    return True
