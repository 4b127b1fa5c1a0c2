"""Exact locations: what people write and what mails say is one list, and each line is called what it is."""

import pytest
from django.test import Client
from django.utils import timezone

from abuse.models import Ticket
from abuse.places import places, read_ip, read_message_id
from tests.abuse.mail.samples import feedback
from tests.abuse.mail.test_receiving import take_in
from tests.abuse.writing import a_report, a_stamp, everything, send_report

LABELS = [
    ("https://files.example.org/s/watches", "Web address"),
    ("hxxps://files.example[.]org/s", "Web address"),
    ("files.example.org/s/watches", "Web address"),
    ("watches@example.org", "Mailbox"),
    ("203.0.113.7 2026-03-14T20:15:00+01:00", "Internet address and time"),
    ("203.0.113.7, 14 March 8 pm", "Internet address and time"),
    ("[2001:db8::1]:443 2026-03-14 20:15", "Internet address and time"),
    ("203.0.113.7", "Internet address, without a time"),
    ("watches-dealer", "Account, or else"),
    ("<script>alert(1)</script>", "Account, or else"),
    ("x" * 4000, "Account, or else"),
    ("a." * 2000, "Account, or else"),
]


class TestALine:
    @pytest.mark.parametrize(("line", "label"), LABELS)
    def test_is_called_what_it_is(self, line, label):
        (place,) = places(f"\n  {line}  \n\n")
        assert (str(place.label), place.text) == (label, line)

    @pytest.mark.parametrize(
        "line", ["Message-ID: <a.b@example.org>", "message-id: a.b@example.org", "<a.b@example.org>"]
    )
    def test_that_names_a_mail_shows_its_name_alone(self, line):
        assert [(str(place.label), place.text) for place in places(line)] == [
            ("Message-ID", "<a.b@example.org>")
        ]

    def test_that_was_forgotten_is_nowhere(self):
        assert places(None) == places("") == []


class TestReading:
    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("203.0.113.7", "203.0.113.7"),
            (" 203[.]0[.]113[.]7 ", "203.0.113.7"),
            ("203.0.113.7:8080", "203.0.113.7"),
            ("2001:DB8::1", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("999.1.1.1", None),
            ("example.org", None),
            ("203.0.113.7/24", None),
            ("203.0.113.7; DROP TABLE", None),
        ],
    )
    def test_an_internet_address(self, written, read):
        assert read_ip(written) == read

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("<a@b>", "<a@b>"),
            ("a@b", "<a@b>"),
            ("Message-ID: <a@b>", "<a@b>"),
            ("a", None),
            ("<a@b> <c@d>", None),
            ("a b@c", None),
        ],
    )
    def test_a_message_id(self, written, read):
        assert read_message_id(written) == read


@pytest.mark.django_db
class TestTheForm:
    @pytest.fixture(autouse=True)
    def _terms(self, terms):
        pass

    @pytest.fixture
    def english(self):
        return Client(headers={"accept-language": "en"})

    def where(self):
        return Ticket.objects.get().reports.get().where

    def test_keeps_what_is_exact_beside_the_rest(self, english):
        page = send_report(
            english,
            where="watches@example.org",
            message_id="Message-ID: <1@example.org>",
            source_ip="203[.]0[.]113[.]7",
            seen_at="2026-03-14T20:15:00",
        )
        assert self.where() == (
            "watches@example.org\n203.0.113.7 2026-03-14T20:15:00+01:00\nMessage-ID: <1@example.org>"
        )
        shown = english.get(page["Location"]).content.decode()
        for label in ("Mailbox", "Internet address and time", "Message-ID"):
            assert label in shown

    @pytest.mark.parametrize(
        "exact",
        [
            {"message_id": "<1@example.org>"},
            {"source_ip": "2001:db8::1", "seen_at": "2026-03-14T20:15:00+02:00"},
        ],
    )
    def test_needs_no_other_place_then(self, english, exact):
        assert send_report(english, where="", **exact).status_code == 302

    @pytest.mark.parametrize(
        ("exact", "sentence"),
        [
            ({"where": ""}, "Say where: without a place"),
            ({"source_ip": "203.0.113.7"}, "changes hands: say when"),
            ({"seen_at": "2026-03-14T20:15"}, "Say which Internet address"),
            ({"source_ip": "203.0.113.700", "seen_at": "2026-03-14T20:15"}, "no Internet address"),
            ({"source_ip": "::1", "seen_at": "yesterday"}, "Write date and time like"),
            ({"source_ip": "::1", "seen_at": "0001-01-01T00:00"}, "to come, or very long ago"),
            ({"source_ip": "::1", "seen_at": "9999-12-31T23:59:59"}, "to come, or very long ago"),
            ({"source_ip": "::1", "seen_at": "9999-99-99T99:99"}, "Write date and time like"),
            ({"message_id": "nothing"}, "A Message-ID looks like"),
            ({"message_id": "<1@example.org>\nX: <2@example.org>"}, "A Message-ID looks like"),
            ({"message_id": "x" * 601}, "600"),
            ({"source_ip": "1" * 101}, "100"),
        ],
    )
    def test_says_what_is_wrong_with_each(self, english, exact, sentence):
        before = everything()
        page = send_report(english, **exact)
        assert page.status_code == 200
        assert sentence in page.content.decode()
        assert everything() == before

    def test_shows_what_is_wrong_or_filled_in_unfolded(self, english):
        assert '<details class="field">' in english.get("/contact/abuse/").content.decode()
        for sent in ({"source_ip": "203.0.113.7"}, {"message_id": "<1@example.org>", "what": ""}):
            assert '<details class="field" open>' in send_report(english, **sent).content.decode()

    def test_of_child_abuse_asks_the_same(self, english):
        data = {"what": "A picture.", "message_id": "<1@example.org>", "good_faith": "on", "stamp": a_stamp()}
        assert english.post("/contact/child-abuse/", data).status_code == 302
        assert self.where() == "Message-ID: <1@example.org>"


@pytest.mark.django_db
class TestAtTheDesk:
    def test_what_a_mail_says_and_what_people_write_look_alike(self, as_mona):
        ticket, _ = take_in(feedback())
        page = as_mona.get(f"/desk/abuse/ticket/{ticket.pk}/change/").content.decode()
        assert "Internet address and time" in page
        mine = a_report(where="203.0.113.7 2026-03-14T20:15:00+01:00")
        page = as_mona.get(f"/desk/abuse/ticket/{mine.pk}/change/").content.decode()
        assert "Internet address and time" in page


def test_the_time_on_the_form_is_that_of_the_host(client, db):
    assert (
        timezone.get_current_timezone_name().replace("_", " ")
        in client.get("/contact/abuse/").content.decode()
    )
