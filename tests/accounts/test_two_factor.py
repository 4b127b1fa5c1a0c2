"""The second factor: an app, recovery codes, and secrets that nobody reads in the database."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts.second_factor import SecondFactorAdapter, fernet, has_second_factor
from accounts.verbs import reencrypt_second_factors
from journal.models import Entry
from outbox.models import Letter
from tests.accounts.leaving import just_typed_the_password
from tests.factories import APP_KEY, PASSWORD, a_person, a_second_factor, what_the_app_shows

pytestmark = pytest.mark.django_db


def sign_in(person):
    client = Client(headers={"accept-language": "en"})
    answer = client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    return client, answer


def set_up_an_app(client):
    """As the page has it: the key shown is typed into an app, the app's digits into the page."""
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    key = re.search(r'id="key" value="([A-Z2-7]+)"', page)[1]
    return key, client.post("/accounts/2fa/totp/activate/", {"code": what_the_app_shows(key)})


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        return " ".join(data for (data,) in cursor.fetchall())


@pytest.fixture
def as_sami(as_sami, sami):
    return just_typed_the_password(as_sami, sami)


class TestSettingUpAnApp:
    def test_leads_to_the_recovery_codes(self, as_sami, sami):
        _key, answer = set_up_an_app(as_sami)
        assert answer.url == "/accounts/2fa/recovery-codes/"
        codes = re.findall(r"<code>(\d{8})</code>", as_sami.get(answer.url).content.decode())
        assert len(set(codes)) == 10
        assert has_second_factor(sami)

    def test_is_told_by_letter(self, as_sami, sami, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            set_up_an_app(as_sami)
        letter = Letter.objects.get()
        assert (letter.kind, letter.recipient) == ("account_totp_activated", sami.email)

    def test_with_wrong_digits_changes_nothing(self, as_sami, sami):
        as_sami.get("/accounts/2fa/totp/activate/")
        answer = as_sami.post("/accounts/2fa/totp/activate/", {"code": "000000"})
        assert "This is not the code" in answer.content.decode()
        assert not has_second_factor(sami)

    def test_asks_for_the_password_first(self, sami):
        client = Client()
        client.force_login(sami)
        assert "/reauthenticate/" in client.get("/accounts/2fa/totp/activate/").url

    def test_shows_the_picture_without_a_foreign_image_or_script(self, as_sami):
        answer = as_sami.get("/accounts/2fa/totp/activate/")
        page = answer.content.decode()
        assert "<svg" in page
        assert "data:" not in page
        assert "style=" not in page


class TestSecretsInTheDatabase:
    def test_are_not_readable(self, as_sami, sami):
        key, answer = set_up_an_app(as_sami)
        codes = re.findall(r"<code>(\d{8})</code>", as_sami.get(answer.url).content.decode())
        table = stored()
        assert Authenticator.objects.filter(user=sami).count() == 2
        for secret in (key, *codes):
            assert secret not in table
        seed = Authenticator.objects.get(user=sami, type="recovery_codes").data["seed"]
        assert SecondFactorAdapter().decrypt(seed) not in table

    def test_open_with_an_older_key_and_are_rewritten_with_the_first(self, sami, settings):
        settings.MFA_ENCRYPTION_KEYS = ["the old key"]
        a_second_factor(sami)
        old = stored()
        settings.MFA_ENCRYPTION_KEYS = ["the new key", "the old key"]
        assert reencrypt_second_factors() == 1
        settings.MFA_ENCRYPTION_KEYS = ["the new key"]
        assert stored() != old
        secret = Authenticator.objects.get().data["secret"]
        assert fernet().decrypt(secret.encode()).decode() == APP_KEY

    def test_follow_a_change_of_the_secret_key(self, sami, settings):
        a_second_factor(sami)
        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
        client, _answer = sign_in(sami)
        answer = client.post("/accounts/2fa/authenticate/", {"code": what_the_app_shows()})
        assert answer.url == "/account/"

    def test_without_their_key_say_what_to_do(self, sami, settings):
        a_second_factor(sami)
        settings.MFA_ENCRYPTION_KEYS = ["a key that came too late"]
        with pytest.raises(ImproperlyConfigured, match="MFA_ENCRYPTION_KEYS"):
            SecondFactorAdapter().decrypt(Authenticator.objects.get().data["secret"])


class TestSigningIn:
    @pytest.fixture(autouse=True)
    def app(self, sami):
        return a_second_factor(sami)

    def test_takes_the_app_after_the_password(self, sami):
        client, answer = sign_in(sami)
        assert answer.url == "/accounts/2fa/authenticate/"
        assert "/login/" in client.get("/account/").url
        assert client.post(answer.url, {"code": what_the_app_shows()}).url == "/account/"
        assert client.get("/account/").status_code == 200

    def test_takes_a_code_once(self, sami):
        code = what_the_app_shows()
        first, _answer = sign_in(sami)
        assert first.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
        second, _answer = sign_in(sami)
        assert second.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
        assert second.get("/account/").status_code == 302

    def test_slows_down_whoever_guesses(self, sami):
        client, _answer = sign_in(sami)
        for _guess in range(6):
            page = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
        assert "Too many" in page.content.decode()
        page = client.post("/accounts/2fa/authenticate/", {"code": what_the_app_shows()})
        assert page.status_code == 200
        assert client.get("/account/").status_code == 302


def test_a_recovery_code_opens_the_account_once(as_sami, sami):
    _key, answer = set_up_an_app(as_sami)
    code = re.search(r"<code>(\d{8})</code>", as_sami.get(answer.url).content.decode())[1]
    client, _answer = sign_in(sami)
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).url == "/account/"
    client, _answer = sign_in(sami)
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200


class TestTheWayBackIn:
    def test_takes_the_second_factor_away_and_says_so(self, sami, capsys):
        a_second_factor(sami)
        call_command("reset_two_factor", "Sami@Example.org")
        assert not Authenticator.objects.exists()
        assert Entry.objects.about(sami).of("accounts.second_factor_reset").get().role == "operator"
        assert Letter.objects.get().recipient == sami.email
        _client, answer = sign_in(sami)
        assert answer.url == "/account/"

    def test_refuses_an_address_nobody_has(self, terms):
        with pytest.raises(CommandError, match="No account"):
            call_command("reset_two_factor", "nobody@example.org")

    def test_leaves_everybody_else_theirs(self, sami, mona):
        call_command("reset_two_factor", sami.email)
        assert has_second_factor(mona)


class TestTheDesk:
    @pytest.fixture
    def as_vera(self, terms):
        vera = a_person("vera@example.org")
        vera.is_staff = vera.is_superuser = True
        vera.save()
        client = Client(headers={"accept-language": "en"})
        client.force_login(vera)
        return just_typed_the_password(client, vera)

    def test_stays_closed_to_a_password_alone_and_says_so(self, as_vera):
        for page in ("/desk/", "/desk/abuse/ticket/", "/desk/login/"):
            answer = as_vera.get(page, follow=True)
            assert answer.redirect_chain[-1][0] == "/account/desk-needs-two-factor/", page
        assert "The desk asks for a second factor" in answer.content.decode()

    def test_refuses_what_is_sent_to_it_too(self, as_vera, sami):
        as_vera.post(f"/desk/accounts/user/{sami.pk}/change/", {"language": "en"})
        sami.refresh_from_db()
        assert sami.language == "fr"

    def test_opens_once_there_is_a_second_factor(self, as_vera):
        _key, answer = set_up_an_app(as_vera)
        assert "go to the desk" in as_vera.get(answer.url).content.decode()
        assert as_vera.get("/desk/").status_code == 200
        assert as_vera.get("/account/desk-needs-two-factor/").url == "/desk/"

    def test_closes_again_when_the_last_one_is_removed(self, as_vera):
        set_up_an_app(as_vera)
        as_vera.post("/accounts/2fa/totp/deactivate/")
        assert as_vera.get("/desk/").status_code == 302

    def test_asks_for_none_where_the_host_says_so(self, as_vera, settings):
        settings.DESK_NEEDS_TWO_FACTOR = False
        assert as_vera.get("/desk/").status_code == 200

    def test_is_still_nothing_for_a_member(self, as_sami, sami):
        a_second_factor(sami)
        assert as_sami.get("/desk/", follow=True).status_code == 403
