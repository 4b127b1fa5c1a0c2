import re

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.test import Client

from outbox.models import Letter, Priority
from tests.factories import PASSWORD, a_person, a_second_factor

pytestmark = pytest.mark.django_db


def sign_in(client, email, password=PASSWORD):
    return client.post("/accounts/login/", {"login": email, "password": password})


class TestSigningIn:
    def test_leads_to_the_account_page_with_what_was_accepted(self, sami):
        client = Client()
        assert sign_in(client, sami.email).url == "/account/"
        content = client.get("/account/").content.decode()
        for acceptance in sami.acceptances.all():
            assert acceptance.sha256 in content

    def test_says_the_same_of_a_wrong_password_and_of_nobody(self, sami):
        wrong = sign_in(Client(), sami.email, "not-it-at-all")
        nobody = sign_in(Client(), "nobody@example.org", "not-it-at-all")
        assert wrong.context["form"].non_field_errors() == nobody.context["form"].non_field_errors()

    def test_before_the_address_is_confirmed_asks_for_a_code(self, terms):
        person = a_person("new@example.org", confirmed=False)
        assert sign_in(Client(), person.email).url == "/accounts/confirm-email/"
        assert Letter.objects.get().kind.startswith("account_email_confirmation")

    def test_never_leads_to_another_site(self, sami):
        client = Client()
        answer = client.post(
            "/accounts/login/?next=https://elsewhere.example/",
            {"login": sami.email, "password": PASSWORD, "next": "https://elsewhere.example/"},
        )
        assert answer.url == "/account/"

    def test_slows_down_whoever_guesses(self, sami):
        answers = [sign_in(Client(), sami.email, f"wrong-{n}") for n in range(7)]
        assert "Too many" in str(answers[-1].content) or "trop" in answers[-1].content.decode().lower()

    def test_is_refused_to_an_account_that_was_closed(self, sami):
        sami.is_active = False
        sami.save()
        client = Client()
        sign_in(client, sami.email)
        assert client.get("/account/").status_code == 302


class TestANewPassword:
    def ask(self, email):
        client = Client()
        answer = client.post("/accounts/password/reset/", {"email": email})
        assert answer.url == "/accounts/password/reset/done/"
        return client

    def test_comes_by_a_link_that_works_once(self, sami):
        client = self.ask(sami.email)
        letter = Letter.objects.get()
        assert letter.priority == Priority.URGENT
        path = re.search(r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", letter.body)[1]
        form = client.get(path, follow=True)
        assert form.status_code == 200
        new = "un-tout-autre-mot-4"
        done = client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
        assert done.status_code == 302
        assert sign_in(Client(), sami.email, new).url == "/account/"
        assert 'name="password1"' not in Client().get(path, follow=True).content.decode()
        told = Letter.objects.exclude(pk=letter.pk).get()
        assert (told.kind, told.recipient) == ("account_password_reset", sami.email)

    def test_is_not_promised_to_an_address_we_do_not_know(self, terms):
        self.ask("nobody@example.org")
        assert Letter.objects.get().kind == "account_unknown_account"

    def test_with_a_made_up_link_is_refused_kindly(self, sami):
        answer = Client().get("/accounts/password/reset/key/1-made-up/", follow=True)
        assert answer.status_code == 200


class TestPasswords:
    def test_are_kept_as_argon2id_with_46_mib(self, sami):
        assert identify_hasher(sami.password).algorithm == "argon2"
        assert sami.password.startswith("argon2$argon2id$v=19$m=47104,t=2,p=1$")


def test_signing_out_ends_the_session(as_sami):
    as_sami.post("/accounts/logout/")
    assert as_sami.get("/account/").status_code == 302


class TestACodeByLetter:
    def ask(self, email):
        client = Client(headers={"accept-language": "en"})
        return client, client.post("/accounts/login/code/", {"email": email})

    def code(self):
        return re.search(r"^([A-Z0-9-]{6,9})$", Letter.objects.get().body, re.M)[1]

    def test_opens_the_account_without_the_password(self, sami):
        client, answer = self.ask(sami.email)
        assert answer.url == "/accounts/login/code/confirm/"
        assert Letter.objects.get().priority == Priority.URGENT
        assert client.post(answer.url, {"code": self.code()}).url == "/account/"
        assert client.get("/account/").status_code == 200

    def test_still_opens_it_when_a_stranger_tried_too_many_passwords(self, sami):
        for guess in range(7):
            page = sign_in(Client(headers={"accept-language": "en"}), sami.email, f"wrong-{guess}")
        assert "A code by letter or a passkey still opens your account" in page.content.decode()
        assert "/accounts/login/code/" in page.content.decode()
        locked_out = sign_in(Client(), sami.email)
        assert locked_out.status_code == 200
        client, answer = self.ask(sami.email)
        assert client.post(answer.url, {"code": self.code()}).url == "/account/"

    def test_still_comes_when_a_stranger_asked_for_all_the_codes_they_could(self, sami):
        strangers = [Client(headers={"accept-language": "en"}, REMOTE_ADDR=f"192.0.2.{n}") for n in range(4)]
        pages = [stranger.post("/accounts/login/code/", {"email": sami.email}) for stranger in strangers]
        assert [page.status_code for page in pages] == [302, 302, 302, 200]
        assert "at the request of your network" in pages[-1].content.decode()
        Letter.objects.all().delete()
        client, answer = self.ask(sami.email)
        assert client.post(answer.url, {"code": self.code()}).url == "/account/"

    def test_says_which_doors_are_left_when_several_networks_asked_for_all_of_them(self, sami, settings):
        settings.ACCOUNT_RATE_LIMITS = {"request_login_code": "1/h/key", "code_from_network": "9/h/key"}
        self.ask(sami.email)
        _client, answer = self.ask(sami.email)
        assert "Your password or a passkey still opens your account." in answer.content.decode()
        assert Letter.objects.filter(kind="account_login_code").count() == 1

    def test_is_asked_for_the_second_factor_all_the_same(self, sami):
        a_second_factor(sami)
        client, answer = self.ask(sami.email)
        assert client.post(answer.url, {"code": self.code()}).url == "/accounts/2fa/authenticate/"
        assert "/login/" in client.get("/account/").url

    def test_that_is_wrong_opens_nothing(self, sami):
        client, answer = self.ask(sami.email)
        for _guess in range(4):
            client.post(answer.url, {"code": "AAAAAA"})
        assert client.post(answer.url, {"code": self.code()}, follow=True).request["PATH_INFO"] != "/account/"

    def test_looks_the_same_for_an_address_we_do_not_know(self, sami):
        known, unknown = self.ask(sami.email)[1], self.ask("nobody@example.org")[1]
        assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
        pages = [
            re.sub(r'csrfmiddlewaretoken" value="\w+"', "", client.get(answer.url).content.decode())
            for client, answer in (self.ask(sami.email), self.ask("nobody@example.org"))
        ]
        assert pages[0].replace(sami.email, "X") == pages[1].replace("nobody@example.org", "X")
        assert set(Letter.objects.values_list("kind", flat=True)) == {
            "account_login_code",
            "account_unknown_account",
        }
