import threading
from datetime import timedelta

import pytest
from django.core import signing
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.verbs import LinkUseless, become_first_administrator, first_administrator_link
from journal.models import Entry
from legal.models import Text
from tests.accounts.test_two_factor import set_up_an_app
from tests.factories import PASSWORD, published


@pytest.fixture
def path(terms):
    return first_administrator_link().removeprefix("http://localhost:8000")


def answers(client, path):
    shown = client.get(path).context["form"].fields["shown"].initial
    return {"email": "Mona@Example.org", "password": PASSWORD, "accept": "on", "shown": shown}


@pytest.mark.django_db
class TestTheLink:
    def test_makes_an_administrator(self, path):
        client = Client()
        assert client.post(path, answers(client, path)).url == "/desk/"
        mona = User.objects.get(email="mona@example.org")
        assert mona.is_superuser
        assert mona.acceptances.count() == 2
        assert Entry.objects.about(mona).of("accounts.first_administrator").exists()

    def test_leads_to_the_desk_by_way_of_a_second_factor(self, path):
        client = Client()
        client.post(path, answers(client, path))
        assert client.get("/desk/", follow=True).redirect_chain[-1][0] == "/account/desk-needs-two-factor/"
        _key, codes = set_up_an_app(client)  # without typing the password again
        client.get(codes.url)
        assert client.get("/desk/").status_code == 200

    def test_works_once(self, path):
        client = Client()
        filled = answers(client, path)
        client.post(path, filled)
        other = Client()
        assert other.get(path).status_code == 410
        assert other.post(path, filled | {"email": "other@example.org"}).status_code == 410
        assert User.objects.count() == 1
        assert first_administrator_link() is None

    def test_works_for_a_day(self, path, monkeypatch):
        later = timezone.now() + timedelta(days=1, minutes=1)
        monkeypatch.setattr(signing.time, "time", lambda: later.timestamp())
        assert Client().get(path).status_code == 410

    def test_cannot_be_made_up(self, terms):
        assert Client().get("/accounts/first-administrator/made-up/").status_code == 410

    def test_refuses_an_address_that_has_an_account(self, path, sami):
        client = Client()
        page = client.post(path, answers(client, path) | {"email": sami.email})
        assert "--promote" in str(page.context["form"].errors["email"])

    def test_refuses_a_weak_password(self, path):
        client = Client()
        page = client.post(path, answers(client, path) | {"password": "azertyuiop"})
        assert page.context["form"].errors["password"]
        assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_once_one_becomes_administrator():
    published("terms")
    token = first_administrator_link().rstrip("/").rpartition("/")[2]
    outcomes = []

    def become(email):
        texts = Text.objects.to_accept(timezone.now(), "fr")
        try:
            become_first_administrator(
                token, email=email, password=PASSWORD, language="fr", texts=texts, at=timezone.now()
            )
            outcomes.append("done")
        except LinkUseless:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=become, args=[f"{name}@example.org"]) for name in ("mona", "zoe")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]
    assert User.objects.count() == 1


@pytest.mark.django_db
class TestTheCommand:
    def test_prints_the_link_until_there_is_an_administrator(self, terms, capsys):
        call_command("first_administrator")
        assert "/accounts/first-administrator/" in capsys.readouterr().out

    def test_prints_nothing_afterwards(self, mona, capsys):
        call_command("first_administrator")
        assert capsys.readouterr().out == ""

    def test_promotes_an_account(self, sami):
        call_command("first_administrator", promote="SAMI@example.org")
        sami.refresh_from_db()
        assert sami.is_superuser
        assert Entry.objects.about(sami).of("accounts.promoted").get().role == "operator"

    def test_refuses_an_address_nobody_has(self, terms):
        with pytest.raises(CommandError, match="No account"):
            call_command("first_administrator", promote="nobody@example.org")
