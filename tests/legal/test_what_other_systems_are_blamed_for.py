"""What people complain of in other systems that ask for acceptance: their complaints, answered one by one."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from legal.models import Acceptance, Decision, How, Text
from legal.verbs import refuse
from outbox.models import Letter
from tests.factories import NOON, PASSWORD, a_person, published

DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def changed(sami):
    """The Terms that Sami accepted have changed since yesterday."""
    return published("terms", at=timezone.now() - DAY, source="Shorter. {#i0}")


def sign_in(client, person):
    return client.post("/accounts/login/", {"login": person.email, "password": PASSWORD}, follow=True)


def answer_the_question(client, next_="/account/"):
    page = client.get(f"/legal/accept/?next={next_}")
    shown = page.context["form"].fields["shown"].initial
    return client.post("/legal/accept/", {"shown": shown, "accept": "on", "next": next_})


class TestAskingAgain:
    def test_existing_people_are_asked_again_when_the_terms_change(self, sami, changed):
        client = Client(headers={"accept-language": "en"})
        last_page = sign_in(client, sami).redirect_chain[-1][0]
        assert last_page.startswith("/legal/accept/")
        answer_the_question(client)
        assert Acceptance.objects.filter(person=sami, text__version=changed).get().how == How.SIGN_IN

    def test_live_sessions_are_asked_too(self, as_sami, sami):
        assert as_sami.get("/account/").status_code == 200
        published("terms", at=timezone.now(), source="Shorter. {#i0}")
        other_process = Client(headers={"accept-language": "en"})
        other_process.cookies = as_sami.cookies
        assert other_process.get("/account/").url.startswith("/legal/accept/")
        answer_the_question(other_process)
        newest = Acceptance.objects.filter(person=sami).order_by("-pk").first()
        assert newest.how == How.INTERSTITIAL

    def test_what_was_accepted_at_registration_is_not_asked_again_at_the_first_sign_in(self, terms):
        person = a_person("new@example.org", at=timezone.now())
        assert sign_in(Client(), person).redirect_chain[-1][0] == "/account/"

    def test_a_spelling_mistake_can_be_mended_without_asking_anybody(self, as_sami, sami):
        published("terms", at=timezone.now(), significant=False)
        assert as_sami.get("/account/").status_code == 200
        assert as_sami.get("/legal/accept/").context["standing"].is_settled
        assert Acceptance.objects.filter(person=sami, decision=Decision.ACCEPTED).count() == 2

    def test_changing_a_text_deletes_nobodys_acceptance(self, sami, changed):
        assert Acceptance.objects.filter(person=sami).count() == 2

    def test_who_accepted_the_old_one_can_accept_the_new_one(self, as_sami, sami, changed):
        assert answer_the_question(as_sami).url == "/account/"
        sami.refresh_from_db()
        assert sami.accepted_through == changed.effective_at


class TestGoingRound:
    def test_the_page_does_not_come_back_after_accepting(self, as_sami, changed):
        assert as_sami.get("/account/").status_code == 302
        answer_the_question(as_sami)
        assert as_sami.get("/account/").status_code == 200

    def test_a_process_that_does_not_know_of_the_change_yet_sends_nobody_to_and_fro(self, as_sami, sami):
        """One looks once in five seconds; the page that asks looks itself, and never leads away by being looked at."""
        assert as_sami.get("/account/").status_code == 200
        published("terms", at=timezone.now(), source="Shorter. {#i0}")
        page = as_sami.get("/legal/accept/?next=/account/")
        assert (page.status_code, page.context["standing"].is_pending) == (200, True)

    def test_accepting_twice_ends_where_one_wanted_to_go(self, as_sami, sami, changed):
        page = as_sami.get("/legal/accept/?next=/account/")
        shown = page.context["form"].fields["shown"].initial
        sent = {"shown": shown, "accept": "on", "next": "/account/"}
        assert [as_sami.post("/legal/accept/", sent).url for _time in range(2)] == ["/account/"] * 2
        assert Acceptance.objects.filter(person=sami, text__version=changed).count() == 1
        assert Letter.objects.filter(kind="legal_receipt").count() == 1

    def test_links_inside_the_documents_lead_to_documents_while_acceptance_is_pending(self, as_sami, changed):
        page = as_sami.get("/legal/accept/").content.decode()
        links = re.findall(r'href="(/legal/(?!accept|refuse)[^"]*)"', page)
        assert "/legal/terms/versions/2/" in links
        for link in links:
            assert as_sami.get(link, follow=True).request["PATH_INFO"].startswith("/legal/"), link
            assert "/legal/accept/" not in as_sami.get(link, follow=True).request["PATH_INFO"]


class TestReading:
    def test_the_terms_can_be_read_without_signing_in(self, changed):
        for path in ("/legal/", "/legal/terms/", "/legal/terms/versions/", "/legal/terms/versions/1/"):
            assert Client().get(path).status_code == 200, path

    def test_a_text_that_is_not_translated_shows_the_authoritative_one(self, sami):
        published("terms", at=timezone.now(), languages=("fr",))
        client = Client(headers={"accept-language": "en"})
        client.force_login(sami)
        (shown,) = [t for t in client.get("/legal/accept/").context["documents"] if t.version.number == 2]
        assert (shown.language, shown.is_authoritative) == ("fr", True)

    def test_the_box_is_there_and_not_ticked_in_advance(self, as_sami, changed):
        page = as_sami.get("/legal/accept/").content.decode()
        box = re.search(r'<input[^>]*name="accept"[^>]*>', page)[0]
        assert 'type="checkbox"' in box
        assert "checked" not in box


class TestPrograms:
    def test_are_told_what_is_the_matter_and_where(self, as_sami, changed):
        answer = as_sami.post("/account/", "{}", content_type="application/json")
        assert answer.status_code == 403
        assert answer.json()["code"] == "terms_required"
        assert answer.json()["url"] == "http://testserver/legal/accept/"

    def test_go_on_reading_while_their_owner_still_may(self, as_sami, changed):
        assert as_sami.get("/account/", headers={"accept": "application/json"}).status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {"accept": "application/json, text/plain, */*"},
            {"sec-fetch-dest": "empty"},
            {"accept": "text/csv"},
        ],
    )
    def test_are_known_by_what_they_ask_for(self, as_zoe, headers):
        assert as_zoe.get("/account/", headers=headers).status_code == 403

    def test_cannot_get_around_by_saying_they_are_scripts(self, as_zoe):
        answer = as_zoe.get("/account/", headers={"x-requested-with": "XMLHttpRequest"})
        assert answer.status_code == 302

    def test_browsers_are_no_programs(self, as_zoe):
        accept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
        answer = as_zoe.get("/account/", headers={"accept": accept, "sec-fetch-dest": "document"})
        assert answer.status_code == 302


class TestRefusing:
    def refuse(self, client):
        page = client.get("/legal/accept/")
        return client.post("/legal/refuse/", {"shown": page.context["form"].fields["shown"].initial})

    def test_has_a_button_and_a_page_that_says_what_follows(self, as_sami, sami, changed):
        assert 'action="/legal/refuse/"' in as_sami.get("/legal/accept/").content.decode()
        assert self.refuse(as_sami).url == "/legal/refused/"
        page = as_sami.get("/legal/refused/").content.decode()
        for way_out in ("/account/export/", "/account/close/", "/legal/accept/"):
            assert way_out in page
        row = Acceptance.objects.filter(person=sami, text__version=changed).get()
        assert row.decision == Decision.REFUSED

    def test_does_not_ask_at_every_page_and_keeps_reading_open_for_the_grace_period(self, as_sami, changed):
        self.refuse(as_sami)
        assert as_sami.get("/account/").status_code == 200
        assert as_sami.post("/account/").url == "/legal/refused/"

    def test_keeps_export_and_closing_open_when_the_grace_period_is_over(self, as_sami, changed, settings):
        settings.LEGAL_GRACE_DAYS = 0
        self.refuse(as_sami)
        assert as_sami.get("/account/").url == "/legal/refused/"
        for way_out in ("/account/export/", "/account/close/", "/accounts/logout/", "/contact/"):
            assert as_sami.get(way_out).status_code == 200, way_out

    def test_before_the_date_of_effect_changes_nothing_until_then(self, as_sami, sami):
        published("terms", at=timezone.now(), effective_at=timezone.now() + 10 * DAY, source="Shorter. {#i0}")
        assert self.refuse(as_sami).url == "/legal/refused/"
        assert as_sami.get("/account/").status_code == 200
        assert as_sami.post("/account/").status_code == 200
        assert "You refused the documents" in as_sami.get("/account/").content.decode()

    def test_can_be_taken_back_by_accepting(self, as_sami, changed):
        self.refuse(as_sami)
        answer_the_question(as_sami)
        assert as_sami.post("/account/").status_code == 200
        assert "You refused" not in as_sami.get("/account/").content.decode()

    def test_of_what_changed_meanwhile_is_asked_for_again(self, as_sami, sami, changed):
        shown = as_sami.get("/legal/accept/").context["form"].fields["shown"].initial
        published("terms", at=timezone.now(), source="Shorter still. {#i0}")
        page = as_sami.post("/legal/refuse/", {"shown": shown}, follow=True)
        assert "changed while you were reading" in page.content.decode()
        assert not Acceptance.objects.filter(person=sami, decision=Decision.REFUSED).exists()

    @pytest.mark.parametrize("shown", ["", "made-up"])
    def test_cannot_be_made_up(self, as_sami, sami, changed, shown):
        assert as_sami.post("/legal/refuse/", {"shown": shown}).url == "/legal/accept/"
        assert not Acceptance.objects.filter(person=sami, decision=Decision.REFUSED).exists()

    def test_a_later_version_asks_again(self, sami, changed):
        at = timezone.now()
        refuse(sami, Text.objects.to_accept(at, "fr"), how=How.INTERSTITIAL, at=at)
        published("terms", at=timezone.now(), source="Shorter still. {#i0}")
        client = Client()
        client.force_login(sami)
        assert client.get("/account/").url.startswith("/legal/accept/")


class TestBeingWarned:
    @pytest.fixture
    def upcoming(self, sami):
        at = timezone.now()
        return published("terms", at=at, effective_at=at + 10 * DAY, source="Shorter. {#i0}")

    def test_a_banner_comes_first_with_the_date_and_what_changes_for_the_reader(self, as_sami, upcoming):
        page = as_sami.get("/account/").content.decode()
        assert "New versions take effect on" in page
        assert 'href="/legal/terms/changes/"' in page
        changes = as_sami.get("/legal/terms/changes/", follow=True).content.decode()
        assert "<del" in changes

    def test_one_can_accept_ahead_and_the_banner_goes(self, as_sami, sami, upcoming):
        answer_the_question(as_sami)
        sami.refresh_from_db()
        assert sami.accepted_through == upcoming.effective_at
        assert "New versions take effect" not in as_sami.get("/account/").content.decode()
        row = Acceptance.objects.get(person=sami, text__version=upcoming)
        assert (row.how, row.text.version) == (How.INTERSTITIAL, upcoming)

    def test_no_banner_without_anything_to_come(self, as_sami):
        assert "New versions" not in as_sami.get("/account/").content.decode()

    def test_the_grace_period_is_announced_with_its_end_and_is_not_lengthened_by_the_next_change(
        self, as_sami, changed
    ):
        first = as_sami.get("/legal/accept/").context["standing"]
        published("legal-notice", at=timezone.now(), source="Another.")
        then = as_sami.get("/legal/accept/").context["standing"]
        assert first.closes_at == then.closes_at == changed.effective_at + 30 * DAY

    def test_times_carry_their_zone(self, sami):
        row = Acceptance.objects.filter(person=sami).first()
        assert (row.at.utcoffset(), row.at) == (timedelta(0), NOON)


class TestTheGracePeriod:
    def test_asks_once_in_a_session_and_then_lets_read(self, as_sami, changed):
        assert as_sami.get("/account/").url.startswith("/legal/accept/")
        assert as_sami.get("/account/").url.startswith("/legal/accept/")  # it was not seen yet
        as_sami.get("/legal/accept/")
        assert as_sami.get("/account/").status_code == 200
        assert as_sami.post("/account/").url == "/legal/accept/"

    def test_asks_again_in_another_session(self, as_sami, sami, changed):
        as_sami.get("/legal/accept/")
        other = Client()
        other.force_login(sami)
        assert other.get("/account/").url.startswith("/legal/accept/")

    def test_ends(self, as_sami, changed, settings):
        as_sami.get("/legal/accept/")
        settings.LEGAL_GRACE_DAYS = 0
        assert as_sami.get("/account/").url.startswith("/legal/accept/")

    def test_is_not_for_who_never_accepted_anything(self, as_zoe):
        as_zoe.get("/legal/accept/")
        assert as_zoe.get("/account/").url.startswith("/legal/accept/")

    @pytest.mark.parametrize(
        "wanted", ["https://elsewhere.example/", "javascript:alert(1)", "//elsewhere.example"]
    )
    def test_deciding_later_leads_nowhere_else(self, as_sami, changed, wanted):
        page = as_sami.get("/legal/accept/", {"next": wanted}).content.decode()
        assert f'href="{wanted}' not in page
        form = page[page.index('action="/legal/accept/"') :]
        assert re.search('name="next" value="([^"]*)"', form)[1] == "/"
