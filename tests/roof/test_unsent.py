"""Somebody wrote for an evening, and a door was shut meanwhile: their words are given back."""

import html
import re

import pytest
from django.test import Client
from django.utils import timezone

from abuse.models import State
from accounts.verbs import ask_to_close, keep_account
from tests.abuse.test_suspension import suspended
from tests.abuse.writing import a_ticket
from tests.factories import published

pytestmark = pytest.mark.django_db

WORDS = "Bonjour,\n\nun <long> texte & des mots.  Fin."
PAGE = "http://testserver/desk/abuse/ticket/1/change/"


def typed(answer):
    """The fields of the page that gives them back, as a browser would send them."""
    page = answer.content.decode()
    form = page[page.index('<form class="form"') :]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    fields |= dict(re.findall(r'name="([^"]+)" rows="6">\n(.*?)</textarea>', form, re.S))
    action = re.search(r'action="([^"]+)"', form)[1]
    return html.unescape(action), {name: html.unescape(value) for name, value in fields.items()}


class TestASessionThatEnded:
    def test_gives_back_what_was_typed_and_the_way_to_sign_in(self):
        answer = Client(headers={"referer": PAGE, "accept-language": "en"}).post(
            "/desk/abuse/ticket/1/answer/", {"text": WORDS, "revision": "3"}
        )
        assert answer.status_code == 403
        page = answer.content.decode()
        assert "You were signed out meanwhile" in page
        assert "/accounts/login/?next=http%3A//testserver/desk/abuse/ticket/1/change/" in html.unescape(page)
        action, fields = typed(answer)
        assert action == "/desk/abuse/ticket/1/answer/"
        assert (fields["text"], fields["revision"]) == (WORDS, "3")

    def test_sends_it_once_signed_in_again(self, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        path = f"/desk/abuse/ticket/{ticket.pk}/note/"
        action, fields = typed(Client().post(path, {"text": WORDS, "revision": ticket.revision}))
        again = Client()
        again.force_login(mona)
        assert again.post(action, fields).status_code == 302
        assert ticket.notes.get().body.replace("\r\n", "\n") == WORDS

    def test_never_shows_a_password_again(self):
        answer = Client().post("/account/name/", {"name": "two words", "old_password": "a b c"})
        assert answer.url.startswith("/accounts/login/")

    def test_without_words_leads_to_the_sign_in_and_back_to_a_page(self):
        answer = Client(headers={"referer": "https://evil.example/"}).post("/account/close/keep/")
        assert answer.url == "/accounts/login/?next="

    def test_tells_a_program_nothing_new(self):
        answer = Client(headers={"accept": "application/json"}).post("/account/name/", {"name": "two words"})
        assert answer.status_code == 302


def test_documents_that_changed_meanwhile_give_back_what_was_typed(as_sami):
    published("terms", source="Other terms.", at=timezone.now())
    answer = as_sami.post("/account/name/", {"name": "two words"})
    assert answer.status_code == 403
    assert "The documents of this host changed meanwhile" in answer.content.decode()
    assert typed(answer)[1]["name"] == "two words"
    assert as_sami.post("/account/name/", {"name": "single"}).status_code == 302


def test_an_account_that_is_closing_gives_back_what_was_typed(as_sami, sami):
    ask_to_close(sami.pk, at=timezone.now())
    answer = as_sami.post("/account/name/", {"name": "two words"})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "Your account is being closed, so nothing was sent" in page
    assert 'href="/account/close/"' in page
    keep_account(sami.pk, at=timezone.now())
    action, fields = typed(answer)
    assert "Only a to z" in as_sami.post(action, fields).content.decode()


def test_an_account_that_is_suspended_gives_back_what_was_typed_to_be_copied(as_sami, mona, sami):
    decision = suspended(mona, sami)
    answer = as_sami.post("/account/name/", {"name": "two words"})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "Your account is suspended, so nothing was sent" in page
    assert f'href="/account/decisions/{decision.ticket_id}/"' in page
    assert typed(answer)[1]["name"] == "two words"
    assert "Send it again" not in page


class TestAPageThatStoodOpenForLong:
    def test_gives_back_what_was_typed_with_a_mark_that_holds(self):
        here = {"referer": "http://testserver/contact/question/", "accept-language": "en"}
        strict = Client(enforce_csrf_checks=True, headers=here)
        answer = strict.post("/account/name/", {"name": "two words"})
        assert answer.status_code == 403
        action, fields = typed(answer)
        assert (action, fields["name"]) == ("/account/name/", "two words")
        assert "You were signed out" in strict.post(action, fields).content.decode()

    @pytest.mark.parametrize("page", ["", "https://evil.example/"])
    def test_gives_nothing_back_to_a_form_from_elsewhere(self, page):
        """One careless click would send what a stranger wrote."""
        strict = Client(enforce_csrf_checks=True, headers={"referer": page} if page else {})
        answer = strict.post("/account/name/", {"name": "two words"})
        assert "two words" not in answer.content.decode()
