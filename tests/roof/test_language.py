"""The language switch: a choice that stays, and a way back that never leaves the site."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format

pytestmark = pytest.mark.django_db


def choose(client, language="en", **more):
    return client.post("/language/", {"language": language, **more})


class TestAChoiceThatStays:
    def test_the_next_page_is_in_that_language_whatever_the_browser_prefers(self):
        client = Client(headers={"accept-language": "fr"})
        choose(client, "en")
        assert '<html lang="en"' in client.get("/").content.decode()
        choose(client, "fr")
        assert '<html lang="fr"' in client.get("/").content.decode()

    def test_it_stays_for_a_year_out_of_reach_of_scripts(self):
        cookie = choose(Client()).cookies[settings.LANGUAGE_COOKIE_NAME]
        assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (31_536_000, True, "Lax")

    def test_letters_to_a_member_follow(self, as_sami, sami):
        choose(as_sami, "en")
        sami.refresh_from_db()
        assert sami.language == "en"

    def test_even_before_the_terms_are_accepted(self, as_zoe, zoe):
        assert choose(as_zoe, "fr", next="/legal/").headers["Location"] == "/legal/"
        zoe.refresh_from_db()
        assert zoe.language == "fr"

    def test_it_works_from_a_cached_page_which_has_no_token(self):
        assert choose(Client(enforce_csrf_checks=True)).status_code == 302

    @pytest.mark.parametrize("language", ["", "de", "fr-CH", "x" * 5000, "../en", "\x00"])
    def test_a_language_we_do_not_speak_changes_nothing(self, as_sami, sami, language):
        answer = choose(as_sami, language)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/")
        assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies
        sami.refresh_from_db()
        assert sami.language == "fr"


class TestTheWayBack:
    def test_leads_to_the_page_one_came_from(self):
        assert (
            choose(Client(), next="/legal/terms/?language=fr#c6").headers["Location"]
            == "/legal/terms/?language=fr#c6"
        )

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "https://example.com/",
            "//example.com/",
            "/\\example.com",
            "///example.com",
            "javascript:alert(1)",
            "\x00https://example.com",
            "",
        ],
    )
    def test_never_leads_elsewhere(self, elsewhere):
        assert choose(Client(), next=elsewhere).headers["Location"] == "/"

    def test_cannot_smuggle_a_header(self):
        answer = choose(Client(), next="/x\r\nSet-Cookie: a=b")
        assert answer.status_code == 302
        assert "\n" not in answer.headers["Location"]

    def test_a_reader_who_only_opens_the_address_is_sent_home(self):
        assert Client().get("/language/").headers["Location"] == "/"


def test_a_moment_is_said_as_one_says_it():
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    with translation.override("fr"):
        assert date_format(noon, "DATETIME_FORMAT") == "2 mars 2026 à 12:00"
    with translation.override("en"):
        assert date_format(noon, "DATETIME_FORMAT") == "2 March 2026 at 12:00"
