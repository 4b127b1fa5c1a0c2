import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from accounts.verbs import Why
from journal.models import Entry
from tests.accounts.test_looking import say_why
from tests.factories import a_person, a_second_factor

pytestmark = pytest.mark.django_db


def change(client, person, **answers):
    form = {
        "language": person.language,
        "is_active": "on",
        "emailaddress_set-TOTAL_FORMS": "0",
        "emailaddress_set-INITIAL_FORMS": "0",
    }
    say_why(client, person, reason=Why.RIGHTS)
    return client.post(f"/desk/accounts/user/{person.pk}/change/", form | answers)


class TestAnAdministrator:
    def test_gives_rights_and_the_journal_says_so_without_a_name(self, as_mona, mona, sami):
        assert change(as_mona, sami, is_staff="on").status_code == 302
        sami.refresh_from_db()
        assert sami.is_staff
        entry = Entry.objects.about(sami).of("accounts.changed").get()
        assert entry.actor_id == mona.pk
        assert sami.email not in str(entry.details)
        assert not LogEntry.objects.exists()

    def test_neither_makes_nor_deletes_accounts(self, as_mona, sami):
        assert as_mona.get("/desk/accounts/user/add/").status_code == 403
        assert as_mona.post(f"/desk/accounts/user/{sami.pk}/delete/", {"post": "yes"}).status_code == 403


class TestAVolunteerWithFewerRights:
    @pytest.fixture
    def as_volunteer(self, terms):
        person = a_person("vera@example.org")
        person.is_staff = True
        a_second_factor(person)
        person.save()
        person.user_permissions.add(*Permission.objects.filter(codename__in=["change_user", "view_user"]))
        client = Client()
        client.force_login(person)
        return client

    def test_gives_nobody_rights_least_of_all_to_oneself(self, as_volunteer, sami):
        vera = User.objects.get(email="vera@example.org")
        for person in (vera, sami):
            change(as_volunteer, person, is_superuser="on", is_staff="on")
            person.refresh_from_db()
            assert not person.is_superuser
        assert not sami.is_staff


def test_the_password_is_changed_in_one_place(as_mona):
    assert as_mona.get("/desk/password_change/").url == "/accounts/password/change/"
