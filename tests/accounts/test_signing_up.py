import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from legal.models import Acceptance, How
from outbox.models import Letter
from tests.factories import PASSWORD, published

pytestmark = pytest.mark.django_db

ADDRESS = "noe@example.org"


@pytest.fixture
def noe(terms):
    return Client(headers={"accept-language": "en"})


def fill_in(client, **changes):
    shown = client.get("/accounts/signup/").context["form"].fields["shown"].initial
    answers = {"email": ADDRESS, "password1": PASSWORD, "accept": "on", "shown": shown} | changes
    return {name: value for name, value in answers.items() if value is not None}


def sign_up(client, **changes):
    return client.post("/accounts/signup/", fill_in(client, **changes))


def code_in(letter):
    return re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", letter.body, re.M)[1]


class TestThePage:
    def test_shows_what_is_accepted_and_ticks_nothing(self, noe):
        content = noe.get("/accounts/signup/").content.decode()
        assert "terms (en)" in content
        assert "legal-notice (en)" in content
        assert 'href="/legal/terms/versions/1/"' in content
        assert not re.search(r'name="accept"[^>]*checked', content)


class TestSigningUp:
    def test_keeps_the_account_and_the_exact_texts_accepted(self, noe):
        assert sign_up(noe).url == "/accounts/confirm-email/"
        person = User.objects.get(email=ADDRESS)
        rows = Acceptance.objects.by(person)
        assert {(row.text.version.document.slug, row.text.language, row.how) for row in rows} == {
            ("terms", "en", How.SIGN_UP),
            ("legal-notice", "en", How.SIGN_UP),
        }
        assert all(row.sha256 == row.text.sha256 for row in rows)
        assert person.language == "en"

    def test_is_confirmed_by_the_code_in_the_letter(self, noe):
        sign_up(noe)
        letter = Letter.objects.get(recipient=ADDRESS)
        answer = noe.post("/accounts/confirm-email/", {"code": code_in(letter)})
        assert answer.status_code == 302
        assert EmailAddress.objects.get(email=ADDRESS).verified
        assert noe.get("/account/").status_code == 200

    def test_writes_in_the_language_of_the_page(self, terms):
        sign_up(Client(headers={"accept-language": "fr"}))
        assert Letter.objects.get().language == "fr"

    def test_opens_nothing_with_a_wrong_code_and_ends_after_a_few(self, noe):
        sign_up(noe)
        answers = [noe.post("/accounts/confirm-email/", {"code": "WRONG1"}) for _try in range(4)]
        assert answers[0].status_code == 200
        assert answers[0].context["form"].errors["code"]
        assert answers[-1].status_code in (302, 429)
        assert not EmailAddress.objects.get(email=ADDRESS).verified
        assert noe.get("/account/").status_code == 302


class TestACode:
    @pytest.fixture
    def code(self, noe):
        sign_up(noe)
        return code_in(Letter.objects.get(recipient=ADDRESS))

    def confirm(self, client, code):
        return client.post("/accounts/confirm-email/", {"code": code})

    def test_works_once(self, noe, code):
        assert self.confirm(noe, code).status_code == 302
        noe.post("/accounts/logout/")
        assert self.confirm(noe, code).status_code in (302, 404, 409)
        assert noe.get("/account/").status_code == 302

    def test_works_in_the_browser_that_asked_for_it_only(self, noe, code):
        self.confirm(Client(), code)
        assert not EmailAddress.objects.get(email=ADDRESS).verified

    def test_sent_twice_at_once_confirms_once(self, noe, code):
        self.confirm(noe, code)
        assert self.confirm(noe, code).status_code in (200, 302)
        assert EmailAddress.objects.filter(email=ADDRESS, verified=True).count() == 1

    @pytest.mark.parametrize("code", ["", " ", "É" * 50, "x" * 100_000, "\x00", "🐈", "<b>1</b>"])
    def test_that_is_none_is_refused_beside_its_field(self, noe, code):
        sign_up(noe)
        page = self.confirm(noe, code)
        assert page.status_code == 200
        assert page.context["form"].errors["code"]

    def test_is_not_sent_late(self, noe, code):
        letter = Letter.objects.get(recipient=ADDRESS)
        assert letter.expires_at - letter.created_at <= timedelta(minutes=15)


class TestRefusedLeavesNoTrace:
    def no_trace(self):
        assert not User.objects.filter(email=ADDRESS).exists()
        assert not Acceptance.objects.exists()
        assert not Letter.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"accept": None}, "accept"),
            ({"email": "not an address"}, "email"),
            ({"email": "a" * 300 + "@example.org"}, "email"),
            ({"email": "no\u00e9@example.org\x00"}, "email"),
            ({"password1": "short"}, "password1"),
            ({"password1": "azertyuiop"}, "password1"),
        ],
    )
    def test_for_an_answer_that_will_not_do(self, noe, changes, field):
        page = sign_up(noe, **changes)
        assert page.status_code == 200
        assert page.context["form"].errors[field]
        self.no_trace()

    def test_when_the_documents_changed_meanwhile(self, noe):
        answers = fill_in(noe)
        published("terms", at=timezone.now())
        page = noe.post("/accounts/signup/", answers)
        assert "changed while you were reading" in str(page.context["form"].non_field_errors())
        assert page.context["form"]["email"].value() == ADDRESS
        self.no_trace()

    def test_for_a_machine_that_fills_in_the_trap(self, noe):
        answer = sign_up(noe, website="https://spam.example")
        assert answer.status_code == 302
        self.no_trace()

    def test_when_the_acceptance_cannot_be_written(self, noe, monkeypatch):
        def fails(*args, **kwargs):
            raise DatabaseError("disk full")

        monkeypatch.setattr("accounts.forms.accept", fails)
        noe.raise_request_exception = False
        assert sign_up(noe).status_code == 500
        self.no_trace()


class TestAnAddressThatHasAnAccount:
    def test_is_told_so_by_letter_and_not_on_the_page(self, noe, sami):
        known = sign_up(noe, email=sami.email)
        letter = Letter.objects.get()
        assert (letter.recipient, letter.kind) == (sami.email, "account_account_already_exists")
        unknown = sign_up(Client(headers={"accept-language": "en"}), email="other@example.org")
        assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
        assert User.objects.filter(email=sami.email).count() == 1

    def test_takes_the_work_that_a_new_one_takes_and_leaves_no_trace_of_it(self, noe, sami):
        """An answer that came at once would tell a stranger what the page does not."""
        work = []
        people, acceptances = User.objects.count(), Acceptance.objects.count()
        for address in (sami.email, "other@example.org"):
            answers = fill_in(Client(headers={"accept-language": "en"}), email=address)
            with CaptureQueriesContext(connection) as queries:
                Client(headers={"accept-language": "en"}).post("/accounts/signup/", answers)
            work.append(sum(query["sql"].startswith(("INSERT", "UPDATE")) for query in queries))
            if address == sami.email:
                assert (User.objects.count(), Acceptance.objects.count()) == (people, acceptances)
                assert Letter.objects.get().recipient == sami.email
        assert abs(work[0] - work[1]) <= 2, work

    def test_in_capitals_is_the_same_address(self, noe, sami):
        sign_up(noe, email="SAMI@Example.ORG")
        assert User.objects.filter(email__iexact=sami.email).count() == 1

    def test_sending_the_form_twice_makes_one_account(self, noe):
        answers = fill_in(noe)
        noe.post("/accounts/signup/", answers)
        noe.post("/accounts/signup/", answers)
        assert User.objects.filter(email=ADDRESS).count() == 1


def test_the_database_refuses_an_address_in_capitals(db):
    with pytest.raises(DatabaseError, match="lower_case"), transaction.atomic():
        User.objects.create(email="Sami@Example.org")
