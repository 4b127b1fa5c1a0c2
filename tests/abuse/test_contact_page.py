"""Writing to the host: anybody, from any browser, with anything in the fields."""

import json
import re
from itertools import product

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.templatetags.static import static
from django.test import Client

from abuse.models import Ticket
from legal.models import Version
from outbox.models import Letter
from tests.abuse.writing import (
    REPORT,
    RITA,
    a_stamp,
    came_by,
    everything,
    send_question,
    send_report,
    stamp_in,
)

pytestmark = pytest.mark.django_db

FORMS = [
    f"/contact/{topic}/"
    for topic in (
        "question",
        "bug",
        "abuse",
        "illegal",
        "child-abuse",
        "security",
        "personal-data",
        "authority",
        "other",
    )
]


@pytest.fixture(autouse=True)
def _terms(terms):
    pass


def comes_back(page, *kept):
    """The form is shown again with what was typed, and says what is wrong."""
    text = page.content.decode()
    assert page.status_code in (200, 429)
    assert 'role="alert"' in text
    for words in kept:
        assert words in text
    assert stamp_in(page)


class TestThePage:
    def test_offers_a_path_for_each_topic(self, client):
        page = client.get("/contact/").content.decode()
        for path in FORMS:
            assert f'href="{path}"' in page

    def test_asks_only_for_what_its_topic_needs(self, client):
        question = client.get("/contact/question/").content.decode()
        assert 'name="message"' in question
        for field in ("what", "where", "clause", "good_faith"):
            assert f'name="{field}"' not in question
        assert 'name="message"' not in client.get("/contact/abuse/").content.decode()

    def test_offers_the_duties_of_the_terms_in_force_in_the_language_of_the_visitor(self, client):
        page = client.get("/contact/abuse/", headers={"accept-language": "en"}).content.decode()
        assert '<option value="u6">U6. No abuse.</option>' in page
        assert 'value="c6"' not in page

    @pytest.mark.parametrize("path", FORMS)
    def test_makes_no_session_and_sets_no_cookie(self, client, path):
        page = client.get(path)
        assert not page.cookies
        assert "no-store" in page["Cache-Control"]

    @pytest.mark.parametrize("path", FORMS)
    def test_carries_no_script_of_its_own(self, client, path):
        page = client.get(path).content.decode()
        assert re.findall(r"<script[^>]*>", page) == [f'<script src="{static("portal/proof.js")}" defer>']

    def test_is_there_before_any_document_is_published(self, client, monkeypatch):
        monkeypatch.setattr(Version.objects.__class__, "in_force", lambda self, at: self.none())
        assert send_report(client).status_code == 302


class TestSending:
    def test_leads_to_the_private_page(self, client):
        answer = send_report(client, clause="u6", name="Rita", email=RITA)
        ticket = Ticket.objects.get()
        assert (answer.status_code, answer["Location"]) == (302, ticket.private_path())
        assert client.get(answer["Location"]).status_code == 200
        assert ticket.reports.get().clause_ref == "u6"
        assert Letter.objects.filter(kind="abuse_receipt", recipient=RITA).count() == 1

    def test_works_without_cookies_and_with_csrf_checks_on(self):
        stranger = Client(enforce_csrf_checks=True)
        stamp = stamp_in(stranger.get("/contact/question/"))
        stranger.cookies.clear()
        page = stranger.post("/contact/question/", {"message": "How?", "stamp": stamp})
        comes_back(page, "How?")  # two seconds have not passed
        assert send_question(stranger).status_code == 302

    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_keeps_the_language_of_the_visitor(self, client, language):
        came_by(
            client.post(
                "/contact/question/",
                {"message": "How?", "email": RITA, "stamp": a_stamp()},
                headers={"accept-language": language},
            )
        )
        assert Ticket.objects.get().language == language
        assert Letter.objects.get(kind="abuse_receipt").language == language

    def test_is_open_to_members_who_have_not_accepted_yet(self, as_zoe):
        assert send_question(as_zoe).status_code == 302

    def test_stores_no_address_of_the_sender(self, client):
        send_report(client, came_from="203.0.113.77")
        row = Ticket.objects.values().get()
        assert "203.0.113" not in json.dumps(row, default=str)


class TestTheSameFormTwice:
    def test_is_one_ticket(self, client):
        stamp = a_stamp()
        first, again = (send_report(client, stamp=stamp) for _ in range(2))
        assert first["Location"] == again["Location"]
        assert Ticket.objects.count() == 1

    def test_with_other_words_is_another(self, client):
        stamp = a_stamp()
        first, other = (send_report(client, stamp=stamp, what=what) for what in ("One thing.", "Another."))
        assert first["Location"] != other["Location"]

    def test_with_another_stamp_is_another(self, client):
        assert send_report(client)["Location"] != send_report(client)["Location"]


class TestWhatIsMissing:
    @pytest.mark.parametrize(
        ("field", "nothing"),
        [("good_faith", ""), *product(["what", "where"], ["", "   \r\n", "\u200b\u2060", "\0"])],
    )
    def test_is_asked_for(self, client, field, nothing):
        before = everything()
        data = {**REPORT, "name": "Rita", "stamp": a_stamp(), field: nothing}
        comes_back(client.post("/contact/abuse/", data), "Rita")
        assert everything() == before

    def test_name_address_and_clause_are_not_needed(self, client):
        assert send_report(client).status_code == 302


class TestBadInput:
    @pytest.mark.parametrize(
        "change",
        [
            {"email": "rita"},
            {"email": "rita@example.org\nBcc: all@example.org"},
            {"email": '"rita"@example.org'},
            {"email": "rita@" + "a" * 300 + ".org"},
            {"clause": "c1"},
            {"clause": "nothing"},
            {"clause": "\0"},
            {"clause": "u6' OR 1=1"},
            {"what": "x" * 10_001},
            {"where": "x" * 4_001},
            {"name": "x" * 201},
        ],
        ids=lambda change: f"{next(iter(change))}-{next(iter(change.values()))[:12]!r}",
    )
    def test_comes_back_with_a_reason_and_leaves_no_trace(self, client, change):
        before = everything()
        page = send_report(client, **{"name": "Rita", **change})
        comes_back(page, "watches@example.org" if "where" not in change else "A thousand")
        assert everything() == before

    @pytest.mark.parametrize(
        ("written", "sentence"),
        [
            ("rita", "Enter a valid email address."),
            ('"rita"@example.org', "We cannot write to this kind of address."),
        ],
    )
    def test_an_address_is_refused_for_what_is_wrong_with_it(self, written, sentence):
        english = Client(headers={"accept-language": "en"})
        assert sentence in send_report(english, email=written).content.decode()

    def test_a_text_that_is_too_long_comes_back_whole(self, client):
        text = "début " + "x" * 20_000 + " fin"
        assert text in send_report(client, what=text).content.decode()

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("a\0b\x1b[31mc", "ab[31mc"),
            ("one\r\ntwo\rthree", "one\ntwo\nthree"),
            ("\u202eevil\u202c \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), None),
            ("é" + "\u0301" * 500, None),
            ("<script>alert(1)</script> & {{ 7 }} {% now %}", None),
            ("‮مرحبا‬ 你好 ﷽", None),
        ],
        ids=["controls", "line-ends", "overrides", "accents", "markup", "scripts"],
    )
    def test_strange_text_is_kept_and_shown_as_text(self, client, sent, kept):
        page = client.get(send_report(client, what=sent)["Location"]).content.decode()
        assert Ticket.objects.get().reports.get().what == (kept or sent)
        assert "<script>alert" not in page

    def test_bytes_that_are_no_text_do_no_harm(self, client):
        body = f"what=%ED%A0%80%FF&where=x&good_faith=on&stamp={a_stamp()}"
        answer = client.post("/contact/abuse/", body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 302

    @pytest.mark.parametrize("path", FORMS)
    def test_other_kinds_of_body_are_an_empty_form(self, client, path):
        before = everything()
        comes_back(client.post(path, '{"what": 1}', content_type="application/json"))
        comes_back(client.post(path, b"\xff\x00" * 50, content_type="multipart/form-data; boundary=x"))
        assert everything() == before

    @pytest.mark.parametrize("path", ["/contact/", *FORMS])
    def test_other_methods_are_refused(self, client, path):
        assert client.put(path).status_code == 405
        assert client.delete(path).status_code == 405
        assert client.head(path).status_code == 200

    def test_a_file_is_refused_in_words_and_not_kept(self, client):
        before = everything()
        image = SimpleUploadedFile("proof.png", b"\x89PNG" + b"x" * 3_000_000, "image/png")
        comes_back(send_report(client, picture=image), "A thousand letters")
        assert everything() == before

    def test_a_body_far_too_large_is_a_designed_page(self, client):
        page = send_report(client, what="x" * 600_000)
        assert page.status_code == 400
        assert b"<h1" in page.content
        assert Ticket.objects.count() == 0

    def test_a_thousand_fields_are_a_designed_page(self, client):
        page = send_report(client, **{f"field{number}": "x" for number in range(1001)})
        assert page.status_code == 400
        assert Ticket.objects.count() == 0


class TestPrograms:
    def test_what_fills_the_trap_is_stopped_and_a_person_can_go_on(self, client):
        before = everything()
        page = send_report(client, website="https://spam.example")
        comes_back(page, "A thousand letters")
        assert "spam.example" not in page.content.decode()
        assert everything() == before
        assert send_report(client, stamp=stamp_in(page)).status_code == 302

    def test_what_is_too_fast_is_stopped_and_a_person_sends_again(self, client):
        before = everything()
        comes_back(send_report(client, stamp=a_stamp(seconds_ago=0)), "A thousand letters")
        assert everything() == before

    @pytest.mark.parametrize("stamp", ["", "x", "x:1:y", "::", "\0", "é:é:é", "x" * 300])
    def test_a_forged_stamp_is_replaced(self, client, stamp):
        before = everything()
        page = send_report(client, stamp=stamp)
        comes_back(page, "A thousand letters")
        assert stamp_in(page) != stamp
        assert everything() == before

    def test_a_form_open_for_days_comes_back_with_a_new_stamp(self, client):
        old = a_stamp(seconds_ago=3 * 86400)
        page = send_report(client, stamp=old)
        comes_back(page, "A thousand letters")
        assert stamp_in(page) != old

    def test_every_visitor_gets_a_stamp_of_their_own(self, client):
        assert stamp_in(client.get("/contact/abuse/")) != stamp_in(client.get("/contact/abuse/"))


class TestTooMuch:
    @pytest.fixture(autouse=True)
    def _three_an_hour(self, settings):
        settings.ACCOUNT_RATE_LIMITS = {"contact": "3/h/key", "contact_unproven": "3/h/key"}

    def test_from_one_network_waits_and_loses_nothing(self, client):
        for last in (1, 77, 255):
            assert send_report(client, came_from="203.0.113.1").status_code == 302, last
        page = send_report(client, came_from="203.0.113.200", what="The fourth.")
        assert page.status_code == 429
        comes_back(page, "The fourth.")
        assert Ticket.objects.count() == 3

    def test_does_not_stop_the_neighbours(self, client):
        for address in (
            "203.0.113.1",
            "203.0.113.2",
            "203.0.113.3",
            "203.0.114.1",
            "2001:db8::1",
            "2001:db8:1::1",
        ):
            assert send_report(client, came_from=address).status_code == 302

    def test_counts_a_house_of_ipv6_addresses_as_one(self, client):
        ends = [send_report(client, came_from=f"2001:db8:7:{n}::1").status_code for n in range(4)]
        assert ends == [302, 302, 302, 429]

    @pytest.mark.parametrize(
        "header", ["", "1.2.3.4", "nonsense", "1.2.3.4, é", "a, b, c", "1.2.3.4, fe80::1%eth0"]
    )
    def test_forged_proxy_headers_neither_break_it_nor_get_around_it(self, client, settings, header):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
        ends = [send_report(client, headers={"x-forwarded-for": header}).status_code for _ in range(4)]
        assert ends == [302, 302, 302, 429]

    def test_somebody_without_an_address_gets_through(self, client):
        assert send_report(client, came_from="").status_code == 302

    def test_mistakes_do_not_count(self, client):
        for _ in range(5):
            comes_back(send_report(client, what=""))
        assert send_report(client).status_code == 302

    def test_keeps_no_address_in_clear(self, client):
        send_report(client)
        keys = [key.decode() for key in cache._cache.get_client().keys("*")]
        assert any("contact" in key for key in keys)
        assert not [key for key in keys if "127.0.0" in key]
