"""What Sami leaves behind him before he goes, made with intent as keywords."""

import time
from datetime import timedelta

from django.test import Client

from accounts import verbs
from accounts.models import Export, User
from tests.factories import NOON


def later(**how_long: float):
    return NOON + timedelta(**how_long)


def just_typed_the_password(client: Client, person: User) -> Client:
    """What allauth writes into the session when it has asked once more."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return client


def a_copy(person: User, *, at=NOON) -> Export:
    verbs.ask_for_export(person.pk, at=at)
    verbs.make_exports(at)
    return Export.objects.of(person).latest("asked_at")
