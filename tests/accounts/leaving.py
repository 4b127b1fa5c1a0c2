"""What Sami leaves behind before leaving, made with intent as keywords."""

import time
import zipfile
from datetime import datetime, timedelta
from io import BytesIO

from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.test import Client

from abuse.models import Outcome
from abuse.verbs import settle, take
from accounts import verbs
from accounts.models import Export, User
from accounts.verbs.erasing import Warned
from outbox.models import Letter
from outbox.verbs import put
from tests.abuse.writing import a_question, a_report
from tests.factories import NOON, PASSWORD

SECOND_ADDRESS = "sami@other.example"
NAME = "Sami Ünal-Doğan 🦊"
USER_NAME = "sami.unal"
# What the database wants to know of whoever is erased for want of use.
WARNED = Warned(at=NOON - timedelta(days=90), notice=timedelta(days=90))


def later(**how_long: float) -> datetime:
    return NOON + timedelta(**how_long)


def just_typed_the_password(client: Client, person: User) -> Client:
    """What allauth writes into the session when it has asked once more."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True, "email": person.email}
    ]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return client


def a_copy(person: User, *, at: datetime = NOON) -> Export:
    asked = verbs.ask_for_export(person.pk, at=at)
    verbs.make_exports(at)
    return Export.objects.get(pk=asked.pk)


def opened(export: Export) -> dict[str, str]:
    """The files of a copy by name."""
    with zipfile.ZipFile(BytesIO(bytes(export.content or b""))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def a_life_here(person: User, *, desk: User) -> None:
    """Something of `person` in every table that can hold any."""
    EmailAddress.objects.create(user=person, email=SECOND_ADDRESS, verified=True)
    verbs.choose_name(person.pk, name=USER_NAME)
    browser = Client()
    browser.post("/accounts/login/", {"login": person.email, "password": "wrong"})
    browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    browser.get("/account/")
    Client().post("/accounts/password/reset/", {"email": person.email})
    a_report(email=person.email, name=NAME, what=f"They write to {person.email} a thousand times a day.")
    settled = a_question(email=SECOND_ADDRESS.upper(), message=f"Who else reads {SECOND_ADDRESS}?")
    take(settled.pk, by=desk, at=NOON)
    settle(settled.pk, outcome=Outcome.REFERRED, by=desk, at=later(hours=1))
    open_one = a_question(email=person.email)
    take(open_one.pk, by=desk, at=NOON)
    refused = put(
        "mail", to=SECOND_ADDRESS, key="refused", language="fr", subject="Hello", body=f"You are {NAME}."
    )
    Letter.objects.filter(pk=refused.pk).update(
        given_up_at=NOON, last_error=f"<{SECOND_ADDRESS}>: no such box"
    )
    LogEntry.objects.log_actions(desk.pk, [person], CHANGE, change_message=f"Wrote to {person.email}")
    a_copy(person)
    verbs.ask_to_close(person.pk, at=NOON)
