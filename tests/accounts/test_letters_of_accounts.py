"""Every letter that allauth can send is one of ours, in both languages; every change of an account is told."""

import re
from pathlib import Path

import allauth
import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.adapter import Adapter
from outbox.models import Letter
from tests.accounts.leaving import just_typed_the_password

pytestmark = pytest.mark.django_db

NAMES = sorted(
    f"{app}/email/{path.name.removesuffix('_subject.txt')}"
    for app in ("account", "mfa")
    for path in (Path(allauth.__file__).parent / "templates" / app / "email").glob("*_subject.txt")
)
ALL_THEY_ARE_GIVEN = {
    "code": "ABC123",
    "key": "a-key",
    "activate_url": "http://localhost/x/",
    "password_reset_url": "http://localhost/y/",
    "signup_url": "http://localhost/z/",
    "from_emails": ["old@example.org"],
    "deleted_email": "old@example.org",
    "from_email": "old@example.org",
    "to_email": "new@example.org",
}


def test_there_are_as_many_as_we_think():
    assert len(NAMES) >= 18


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_letter_allauth_sends_is_ours(sami, name, language):
    sami.language = language
    Adapter().send_mail(name, sami.email, {**ALL_THEY_ARE_GIVEN, "user": sami, "timestamp": timezone.now()})
    letter = Letter.objects.get()
    assert letter.subject
    assert letter.body
    assert settings.HOST["name"] in letter.subject + letter.body
    assert "{{" not in letter.body
    assert "{%" not in letter.body
    assert "127.0.0.1" not in letter.body


class TestAChangeOfAddress:
    NEW = "sami@new.example"

    def test_takes_a_code_from_the_new_one_and_is_told_to_the_old_one(self, as_sami, sami):
        just_typed_the_password(as_sami, sami)
        as_sami.post("/accounts/email/", {"email": self.NEW, "action_add": ""})
        sent = Letter.objects.get(recipient=self.NEW)
        assert not EmailAddress.objects.filter(email=self.NEW, verified=True).exists()
        code = re.search(r"^([A-Z0-9-]{6,9})$", sent.body, re.M)[1]
        as_sami.post("/accounts/confirm-email/", {"code": code})
        added = Letter.objects.get(kind="account_email_confirm")
        assert added.recipient == "sami@example.org"
        assert self.NEW in added.body
        as_sami.post("/accounts/email/", {"email": self.NEW, "action_primary": ""})
        sami.refresh_from_db()
        assert sami.email == self.NEW
        assert Letter.objects.filter(kind="account_email_changed", recipient="sami@example.org").exists()

    def test_is_told_in_the_language_of_the_person_whatever_the_page_speaks(self, as_sami, sami):
        just_typed_the_password(as_sami, sami)
        EmailAddress.objects.create(user=sami, email=self.NEW, verified=True)
        change = {"email": self.NEW, "action_primary": ""}
        as_sami.post("/accounts/email/", change, headers={"accept-language": "en"})
        told = Letter.objects.get(kind="account_email_changed")
        assert (sami.language, "a changé" in told.subject) == ("fr", True)

    def test_asks_for_the_password_first(self, as_sami, sami):
        EmailAddress.objects.create(user=sami, email=self.NEW, verified=True)
        for act, address in [
            ("action_add", "third@new.example"),
            ("action_primary", self.NEW),
            ("action_remove", self.NEW),
        ]:
            answer = as_sami.post("/accounts/email/", {"email": address, act: ""})
            assert answer.url.startswith("/accounts/reauthenticate/"), act
        assert EmailAddress.objects.filter(user=sami).count() == 2
        assert not Letter.objects.exists()

    @pytest.mark.parametrize(
        ("verified", "told"), [(True, ["sami@example.org", NEW]), (False, ["sami@example.org"])]
    )
    def test_away_from_one_is_told_to_that_one_if_it_was_theirs(self, as_sami, sami, verified, told):
        just_typed_the_password(as_sami, sami)
        EmailAddress.objects.create(user=sami, email=self.NEW, verified=verified)
        as_sami.post("/accounts/email/", {"email": self.NEW, "action_remove": ""})
        letters = Letter.objects.filter(kind="account_email_deleted")
        assert sorted(letters.values_list("recipient", flat=True)) == sorted(told)

    def test_to_one_that_nobody_confirmed_changes_nothing(self, as_sami, sami):
        EmailAddress.objects.create(user=sami, email=self.NEW, verified=False)
        as_sami.post("/accounts/email/", {"email": self.NEW, "action_primary": ""})
        sami.refresh_from_db()
        assert sami.email == "sami@example.org"

    def test_takes_somebody_signed_in(self, terms):
        assert Client().post("/accounts/email/", {"email": self.NEW, "action_add": ""}).status_code == 302
        assert not Letter.objects.exists()
