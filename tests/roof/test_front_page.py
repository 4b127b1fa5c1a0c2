"""The front page: the same for everybody who reads one language, fast, and honest."""

import datetime as dt

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from abuse.verbs import Sender, ask, file_question, take
from accounts.verbs import try_export
from legal.verbs import verify_daily
from services.verbs import announce, open_outage
from tests.factories import a_service
from tests.services.history import a_maintenance, a_past, seen_up

pytestmark = pytest.mark.django_db


def page(client=None, language="en", **headers):
    return (client or Client()).get("/", headers={"accept-language": language, **headers})


class TestWhatItSays:
    def test_who_we_are_in_the_readers_language(self):
        assert settings.HOST["purpose_en"] in page().content.decode()
        assert settings.HOST["purpose_fr"] in page(language="fr").content.decode()

    def test_that_no_interruption_is_known_and_who_says_so(self):
        a_service("Nextcloud")
        content = page().content.decode()
        assert "No interruption is known, as declared by the volunteers." in content
        assert "state--up" not in content

    def test_green_only_for_what_was_seen_to_work(self):
        seen_up(a_service("Nextcloud"), at=timezone.now())
        content = page().content.decode()
        assert "All services are up." in content
        assert "state--up" in content

    def test_grey_when_nobody_looked_for_a_while(self):
        seen_up(a_service("Nextcloud"), at=timezone.now() - dt.timedelta(minutes=12))
        content = page().content.decode()
        assert "How the services are is not known at the moment." in content
        assert "Last looked 12 minutes ago." in content
        assert "state--up" not in content

    def test_what_is_interrupted(self):
        at = timezone.now()
        open_outage(a_service("Nextcloud").pk, started_at=at - dt.timedelta(minutes=3), at=at)
        content = page().content.decode()
        assert "Interrupted at the moment: Nextcloud." in content
        assert "state--down" in content

    def test_what_was_announced_but_not_what_will_be(self):
        at = timezone.now()
        announce(title_en="The library moves", at=at)
        announce(title_en="A surprise", at=at + dt.timedelta(days=1))
        content = page().content.decode()
        assert "The library moves" in content
        assert "A surprise" not in content

    def test_what_is_planned_soon(self):
        files, at = a_service("Nextcloud"), timezone.now()
        a_maintenance(files, title="New disks")
        a_maintenance(files, title="In spring", begins=at + dt.timedelta(days=90))
        content = page().content.decode()
        assert "New disks" in content
        assert "In spring" not in content

    def test_where_each_interruption_can_be_looked_up(self, terms):
        a_service("Nextcloud")
        assert "/figures/interruptions/" in page().content.decode()

    def test_what_is_promised_with_its_figure(self, terms):
        a_service("Nextcloud", licence="AGPL-3.0", source_url="https://example.org/nextcloud")
        content = page().content.decode()
        assert "We say what breaks." in content
        assert "/legal/terms/#c6" in content
        assert "There was no interruption longer than 10 minutes in the last 12 months." in content
        assert "Nothing illegal." not in content

    def test_before_any_document_is_published_nothing_is_promised(self):
        assert page().status_code == 200
        assert "What we promise" not in page().content.decode()


class TestOnePageForAll:
    def test_it_is_rendered_once_for_many_visitors(self, django_assert_num_queries):
        page()
        with django_assert_num_queries(0):
            page()

    def test_its_first_visitor_costs_few_queries(self, terms, django_assert_max_num_queries):
        for name in "abcdefghij":
            a_service(name)
        with django_assert_max_num_queries(10):
            page()

    def test_and_no_more_with_people_tickets_and_a_past(
        self, terms, sami, mona, django_assert_max_num_queries
    ):
        now = timezone.now()
        for number in range(10):
            service = a_service(f"s{number}")
            a_past(service, "ud" * 45, until=now)
            open_outage(service.pk, started_at=now, at=now)
        a_maintenance(service)
        try_export(now)
        verify_daily(now)
        ticket = file_question("?", sender=Sender(language="fr"), submission="1", at=now)
        take(ticket.pk, by=mona, at=now)
        ask(ticket.pk, text="!", by=mona, at=now)
        with django_assert_max_num_queries(10):
            page()

    def test_a_member_gets_it_without_session_or_account_being_loaded(
        self, as_sami, django_assert_num_queries
    ):
        page(as_sami)
        with django_assert_num_queries(0):
            assert "/account/" in page(as_sami).content.decode()

    def test_nothing_of_one_visitor_is_in_what_another_one_gets(self, as_sami, sami):
        mine = page(as_sami).content.decode()
        assert sami.email not in mine
        assert "csrf" not in mine.lower()
        assert "Sign in" in page().content.decode()

    def test_a_waiting_message_is_shown_once_and_to_nobody_else(self, as_sami):
        as_sami.post("/accounts/logout/")
        assert "messages" in as_sami.cookies
        shown = page(as_sami)
        assert 'class="notices"' in shown.content.decode()
        assert "private" in shown.headers["Cache-Control"]
        assert 'class="notices"' not in page(as_sami).content.decode()
        assert 'class="notices"' not in page().content.decode()


class TestAskingAgain:
    def test_an_unchanged_page_is_not_sent_again(self):
        etag = page().headers["ETag"]
        again = page(**{"if-none-match": etag})
        assert (again.status_code, again.content) == (304, b"")

    def test_another_language_is_another_page(self):
        etag = page().headers["ETag"]
        assert page(language="fr", **{"if-none-match": etag}).status_code == 200

    def test_what_changed_is_sent_within_the_time_promised(self):
        etag = page().headers["ETag"]
        announce(title_en="Something new", at=timezone.now())
        cache.clear()  # stands for the ten seconds
        assert page(**{"if-none-match": etag}).status_code == 200

    def test_caches_in_between_are_told_to_ask_and_what_it_depends_on(self, as_sami):
        stranger, member = page(), page(as_sami)
        assert set(stranger.headers["Cache-Control"].split(", ")) == {"public", "no-cache"}
        assert set(member.headers["Cache-Control"].split(", ")) == {"private", "no-cache"}
        assert set(stranger.headers["Vary"].split(", ")) == {"Accept-Language", "Cookie"}
        assert not stranger.cookies

    def test_other_methods_are_refused(self):
        assert Client().post("/").status_code == 405
        assert Client().head("/").status_code == 200
