"""Leaving: with two weeks to change one's mind, or at once; whoever changes it at the last instant stays."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import verbs
from accounts.holdings import holdings
from accounts.models import Erasure, Reason, Refused, User
from accounts.tasks import carry_out_closings
from journal.models import Entry, Role
from outbox.models import Letter
from tests.abuse.writing import meanwhile
from tests.accounts.leaving import just_typed_the_password, later
from tests.accounts.test_exporting import refused
from tests.factories import NOON, PASSWORD, a_person, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaving(sami):
    """Sami asked at noon on 2 March."""
    return verbs.ask_to_close(sami.pk, at=NOON)


def letters():
    found = Letter.objects.filter(kind__startswith="accounts_").order_by("pk")
    return list(found.values_list("kind", flat=True))


class TestAskingToClose:
    def test_sets_a_date_two_weeks_ahead_and_says_it_by_letter(self, leaving):
        assert leaving.closes_at == later(days=14)
        letter = Letter.objects.get(kind="accounts_closing")
        assert letter.recipient == leaving.email
        assert "/account/close/" in letter.body

    def test_takes_as_long_as_the_host_says(self, sami, settings):
        settings.ACCOUNT_CLOSING_DAYS = 30
        assert verbs.ask_to_close(sami.pk, at=NOON).closes_at == later(days=30)

    def test_twice_changes_nothing(self, leaving):
        again = verbs.ask_to_close(leaving.pk, at=later(days=3))
        assert again.closes_at == later(days=14)
        assert letters() == ["accounts_closing"]
        assert Entry.objects.of("accounts.closing_asked").count() == 1

    def test_is_refused_to_the_only_administrator(self, mona):
        with pytest.raises(Refused, match="somebody else administrator first"):
            verbs.ask_to_close(mona.pk, at=NOON)
        mona.refresh_from_db()
        assert mona.closes_at is None
        assert letters() == []

    def test_is_granted_to_an_administrator_among_several(self, mona):
        a_person("max@example.org", staff=True)
        assert verbs.ask_to_close(mona.pk, at=NOON).closes_at

    @pytest.mark.parametrize("other", [{"is_active": False}, {"closes_at": later(days=1)}])
    def test_does_not_count_an_administrator_who_could_not_take_over(self, mona, other):
        a_person("max@example.org", staff=True, **other)
        with pytest.raises(Refused):
            verbs.ask_to_close(mona.pk, at=NOON)


class TestChangingOnesMind:
    def test_keeps_everything(self, leaving):
        verbs.keep_account(leaving.pk, at=later(days=13))
        assert verbs.carry_out_closings(later(days=15)) == 0
        assert User.objects.get(pk=leaving.pk).closes_at is None
        assert letters() == ["accounts_closing", "accounts_kept"]

    def test_twice_writes_one_letter(self, leaving):
        verbs.keep_account(leaving.pk, at=later(days=1))
        verbs.keep_account(leaving.pk, at=later(days=1))
        assert letters().count("accounts_kept") == 1

    def test_too_late_is_said(self, leaving):
        verbs.carry_out_closings(later(days=14))
        with pytest.raises(Refused, match="erased"):
            verbs.keep_account(leaving.pk, at=later(days=15))

    def test_and_asking_anew_gives_two_weeks_anew(self, leaving):
        verbs.keep_account(leaving.pk, at=later(days=13))
        assert verbs.ask_to_close(leaving.pk, at=later(days=13)).closes_at == later(days=27)
        assert letters().count("accounts_closing") == 2


class TestTheClock:
    def test_erases_when_the_time_is_over_and_not_before(self, leaving):
        assert verbs.carry_out_closings(later(days=14, seconds=-1)) == 0
        assert verbs.carry_out_closings(later(days=14)) == 1
        assert not User.objects.filter(pk=leaving.pk).exists()
        assert Erasure.objects.get().reason == Reason.CLOSED
        assert Entry.objects.of("accounts.erased").get().role == Role.CLOCK
        assert "accounts_erased" in letters()

    def test_catches_up_and_does_it_once(self, leaving):
        assert verbs.carry_out_closings(later(days=400)) == 1
        assert verbs.carry_out_closings(later(days=400)) == 0
        assert Erasure.objects.count() == 1

    def test_erases_no_administrator_when_all_of_them_leave(self, mona):
        max_ = a_person("max@example.org", staff=True)
        User.objects.filter(pk__in=[mona.pk, max_.pk]).update(closes_at=NOON)
        assert verbs.carry_out_closings(later(days=1)) == 0
        assert User.objects.administrators().count() == 0
        assert User.objects.filter(is_superuser=True).count() == 2

    def test_goes_on_after_one_it_could_not_erase(self, mona, sami):
        User.objects.filter(pk__in=[mona.pk, sami.pk]).update(closes_at=NOON)
        assert verbs.carry_out_closings(later(days=1)) == 1
        assert User.objects.filter(pk=mona.pk).exists()

    def test_is_wound_up(self, sami):
        verbs.ask_to_close(sami.pk, at=timezone.now() - timedelta(days=15))
        carry_out_closings()
        assert not User.objects.filter(pk=sami.pk).exists()


class TestAtOnce:
    def test_erases_now(self, sami):
        verbs.close_at_once(sami.pk, at=NOON)
        assert not User.objects.filter(pk=sami.pk).exists()
        assert Entry.objects.of("accounts.erased").get().role == Role.PERSON
        assert letters() == ["accounts_erased"]

    def test_is_refused_to_the_only_administrator(self, mona):
        with pytest.raises(Refused):
            verbs.close_at_once(mona.pk, at=NOON)
        assert User.objects.filter(pk=mona.pk).exists()
        assert not Erasure.objects.exists()

    def test_twice_is_said(self, sami):
        verbs.close_at_once(sami.pk, at=NOON)
        with pytest.raises(Refused, match="erased"):
            verbs.close_at_once(sami.pk, at=NOON)
        assert Erasure.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestAtTheSameInstant:
    @pytest.fixture
    def sami(self):
        published("terms")
        person = a_person()
        verbs.ask_to_close(person.pk, at=NOON)
        return person

    def test_whoever_changes_their_mind_wins(self, sami):
        erased = meanwhile(
            lambda: verbs.keep_account(sami.pk, at=later(days=14)),
            lambda: verbs.carry_out_closings(later(days=14)),
        )
        assert erased == 0
        assert User.objects.get(pk=sami.pk).closes_at is None

    def test_whoever_comes_an_instant_too_late_is_told(self, sami):
        refusal = meanwhile(
            lambda: verbs.carry_out_closings(later(days=14)),
            lambda: refused(lambda: verbs.keep_account(sami.pk, at=later(days=14))),
        )
        assert isinstance(refusal, Refused)
        assert "accounts_kept" not in letters()

    def test_two_clocks_erase_once(self, sami):
        second = meanwhile(
            lambda: verbs.carry_out_closings(later(days=14)),
            lambda: verbs.carry_out_closings(later(days=14)),
        )
        assert second == 0
        assert Erasure.objects.count() == 1

    def test_of_the_last_two_administrators_one_stays(self):
        mona, max_ = (a_person(f"{name}@example.org", staff=True) for name in ("mona", "max"))
        refusal = meanwhile(
            lambda: verbs.close_at_once(mona.pk, at=NOON),
            lambda: refused(lambda: verbs.close_at_once(max_.pk, at=NOON)),
        )
        assert isinstance(refusal, Refused)
        assert User.objects.administrators().get() == max_


@pytest.fixture
def at_the_door(as_sami, sami):
    return just_typed_the_password(as_sami, sami)


class TestThePage:
    def test_says_everything_once(self, as_sami):
        goes = as_sami.get("/account/close/").context["goes"]
        for said in goes.values():
            assert len(said) == len(set(said)) > 5

    def test_lists_what_goes_and_what_stays_and_why(self, as_sami):
        page = as_sami.get("/account/close/").content.decode()
        for holding in holdings():
            for words in filter(None, (str(holding.removed), str(holding.kept))):
                assert words.replace("'", "&#x27;") in page

    def test_asks_for_the_password_first(self, as_sami, sami):
        answer = as_sami.post("/account/close/")
        assert "/accounts/reauthenticate/" in answer.url
        sami.refresh_from_db()
        assert sami.closes_at is None
        as_sami.post(answer.url, {"password": PASSWORD}, follow=True)
        sami.refresh_from_db()
        assert sami.closes_at

    def test_then_offers_to_keep_the_account(self, at_the_door, sami):
        page = at_the_door.post("/account/close/", follow=True).content.decode()
        assert "Keep my account" in page
        answer = at_the_door.post("/account/close/keep/", follow=True)
        assert "Your account stays" in answer.content.decode()
        sami.refresh_from_db()
        assert sami.closes_at is None

    def test_opens_to_whoever_accepted_nothing(self, as_zoe, zoe):
        assert as_zoe.get("/account/close/").status_code == 200
        just_typed_the_password(as_zoe, zoe).post("/account/close/")
        zoe.refresh_from_db()
        assert zoe.closes_at

    def test_tells_the_only_administrator_what_to_do(self, as_mona, mona):
        page = just_typed_the_password(as_mona, mona).post("/account/close/", follow=True)
        assert "somebody else administrator first" in page.content.decode()

    def test_does_nothing_when_it_is_only_looked_at(self, at_the_door, sami):
        at_the_door.get("/account/close/")
        at_the_door.get("/account/close/at-once/")
        assert at_the_door.get("/account/close/keep/").status_code == 405
        sami.refresh_from_db()
        assert sami.closes_at is None


class TestWhileItCloses:
    def test_signing_in_leads_to_the_page_that_keeps_it(self, leaving):
        browser = Client(headers={"accept-language": "en"})
        answer = browser.post(
            "/accounts/login/?next=/account/",
            {"login": leaving.email, "password": PASSWORD, "next": "/account/"},
            follow=True,
        )
        assert answer.redirect_chain[-1][0] == "/account/close/"
        assert "Keep my account" in answer.content.decode()

    def test_every_other_door_leads_there_too(self, leaving, as_sami):
        for path in ("/account/", "/accounts/email/", "/accounts/password/change/"):
            assert as_sami.get(path).url == "/account/close/"
            assert as_sami.post(path).url == "/account/close/"

    def test_the_copy_the_documents_and_the_way_out_stay_open(self, leaving, as_sami):
        for path in ("/", "/legal/terms/", "/account/export/", "/accounts/logout/"):
            assert as_sami.get(path).status_code == 200, path

    def test_the_desk_is_closed_as_well(self, as_mona, mona):
        User.objects.filter(pk=mona.pk).update(closes_at=later(days=14))
        assert as_mona.get("/desk/").url == "/account/close/"


class TestAtOncePage:
    def test_wants_the_address_typed(self, at_the_door, sami):
        page = at_the_door.post("/account/close/at-once/", {"typed": "yes"})
        assert "nothing was erased" in page.content.decode()
        assert User.objects.filter(pk=sami.pk).exists()

    def test_erases_and_signs_out(self, at_the_door, sami):
        answer = at_the_door.post(
            "/account/close/at-once/", {"typed": f" {sami.email.upper()} "}, follow=True
        )
        assert answer.redirect_chain[-1][0] == "/account/closed/"
        assert not User.objects.filter(pk=sami.pk).exists()
        assert "/login/" in at_the_door.get("/account/").url

    def test_asks_for_the_password_first(self, as_sami, sami):
        answer = as_sami.post("/account/close/at-once/", {"typed": sami.email})
        assert "/accounts/reauthenticate/" in answer.url
        assert User.objects.filter(pk=sami.pk).exists()

    def test_takes_no_name_of_ten_thousand_characters(self, at_the_door, sami):
        answer = at_the_door.post("/account/close/at-once/", {"typed": "🦊" * 10_000})
        assert answer.status_code == 200
        assert User.objects.filter(pk=sami.pk).exists()

    def test_a_second_click_finds_the_door_and_nothing_half_done(self, at_the_door, sami):
        at_the_door.post("/account/close/at-once/", {"typed": sami.email})
        answer = at_the_door.post("/account/close/at-once/", {"typed": sami.email})
        assert "/login/" in answer.url
        assert Erasure.objects.count() == 1


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", ["accounts_closing", "accounts_kept", "accounts_erased"])
def test_letters_are_in_the_language_of_the_person(terms, kind, language):
    person = a_person("lou@example.org", language=language)
    verbs.ask_to_close(person.pk, at=NOON)
    verbs.keep_account(person.pk, at=NOON)
    verbs.close_at_once(person.pk, at=NOON)
    letter = Letter.objects.get(kind=kind)
    assert letter.language == language
    if kind == "accounts_erased":  # the others were emptied by the erasure
        assert letter.body.startswith({"fr": "Bonjour", "en": "Hello"}[language])
