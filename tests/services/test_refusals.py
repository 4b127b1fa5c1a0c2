"""Letters to subscribers that do not arrive, and what becomes of the subscription."""

import datetime as dt
from io import BytesIO, TextIOWrapper

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from journal.models import Entry, Role
from outbox.models import Letter
from services.models import Subscriber, Telling
from services.verbs import announce, look_at_refusals, note_refusal, tell_subscribers
from services.verbs.refusals import is_gone
from tests.accounts.test_bounces import REPORT
from tests.factories import NOON
from tests.services.test_subscribing import a_subscriber

pytestmark = pytest.mark.django_db

NO_SUCH_USER = "550 5.1.1 <rita@example.org>: Recipient address rejected: User unknown"
FULL = "552 5.2.2 Mailbox full"


@pytest.fixture
def rita(mona):
    return a_subscriber()


def told(mona, *, day=0) -> Letter:
    """A letter to every subscriber; the last one."""
    at = NOON + dt.timedelta(days=day)
    announce(title_en="We move", by=mona, at=at)
    tell_subscribers(at=at)
    return Letter.objects.filter(kind="services_told").latest("pk")


def refuse(letter, words, *, day=0):
    Letter.objects.filter(pk=letter.pk).update(given_up_at=NOON + dt.timedelta(days=day), last_error=words)


def is_subscribed() -> bool:
    return Subscriber.objects.exists()


class TestARefusal:
    @pytest.mark.parametrize(
        ("words", "gone"),
        [
            (NO_SUCH_USER, True),
            ("5.1.10", True),
            ("550 5.1.2 Bad destination system", True),
            (FULL, False),
            ("550 User unknown", False),
            ("4.4.1", False),
            ("550 5.7.1 Blocked as spam", None),
            ("554 5.7.1 Relay access denied", None),
            ("552 5.3.4 Message too big", None),
            ("554 no", None),
            ("Not in time.", None),
            ("", None),
        ],
    )
    def test_says_something_about_the_address_or_nothing(self, words, gone):
        assert is_gone(words) is gone


class TestAnAddressThatDoesNotExist:
    def test_is_forgotten_at_the_first_letter(self, rita, mona):
        first, second = told(mona), told(mona)
        assert note_refusal(first, NO_SUCH_USER, at=NOON)
        assert not is_subscribed()
        second.refresh_from_db()
        assert (second.given_up_at, second.recipient) == (NOON, "")
        line = Entry.objects.of("services.unsubscribed").get()
        assert (line.role, line.details) == (Role.CLOCK, {"because": "letters do not arrive"})

    def test_is_forgotten_when_the_mail_server_refuses_it_at_the_door(self, rita, mona):
        refuse(told(mona), NO_SUCH_USER)
        assert look_at_refusals(NOON) == 1
        assert not is_subscribed()
        assert look_at_refusals(NOON) == 0

    def test_is_forgotten_when_a_delivery_report_says_so(self, rita, mona, monkeypatch, capsys):
        letter = told(mona)
        report = REPORT.format(action="failed", kind="message/rfc822", message_id=letter.message_id)
        for _ in range(2):
            monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(report.encode())))
            call_command("receive_bounce")
        assert not is_subscribed()
        assert [line.partition("; ")[2] for line in capsys.readouterr().out.splitlines()] == [
            "its subscriber is written to no more.",
            "nothing depended on it.",
        ]

    def test_is_forgotten_by_the_address_for_reports_of_abuse_too(self, rita, mona, monkeypatch, capsys):
        from abuse.models import Ticket

        letter = told(mona)
        report = REPORT.format(action="failed", kind="message/rfc822", message_id=letter.message_id)
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(report.encode())))
        call_command("receive_report")
        assert not is_subscribed()
        assert not Ticket.objects.exists()


class TestAnAddressThatTakesNoneForNow:
    def test_is_forgotten_at_the_third_within_a_month(self, rita, mona):
        for day in (0, 10):
            assert not note_refusal(told(mona, day=day), FULL, at=NOON + dt.timedelta(days=day))
        assert is_subscribed()
        assert note_refusal(told(mona, day=20), FULL, at=NOON + dt.timedelta(days=20))
        assert not is_subscribed()

    def test_is_counted_once_a_letter(self, rita, mona):
        letter = told(mona)
        for _ in range(4):
            note_refusal(letter, FULL, at=NOON)
            refuse(letter, FULL)
            look_at_refusals(NOON)
        assert Subscriber.objects.get().refused_letters == [letter.pk]

    def test_has_a_clean_sheet_after_a_month(self, rita, mona):
        for day in (0, 31, 62, 93):
            note_refusal(told(mona, day=day), FULL, at=NOON + dt.timedelta(days=day))
        assert len(Subscriber.objects.get().refused_letters) == 1


class TestNobodyIsBlamed:
    @pytest.mark.parametrize("words", ["554 5.7.1 Relay access denied", "It could not leave in time.", ""])
    def test_for_what_is_not_about_the_address(self, rita, mona, words):
        for _ in range(4):
            letter = told(mona)
            note_refusal(letter, words, at=NOON)
            if words:
                refuse(letter, words)
        assert look_at_refusals(NOON) == 0
        assert Subscriber.objects.get().refused_letters == []

    def test_when_nearly_all_letters_are_refused(self, mona, caplog):
        for number in range(12):
            a_subscriber(f"p{number}@example.org")
        told(mona)
        Letter.objects.filter(kind="services_told").update(given_up_at=NOON, last_error=NO_SUCH_USER)
        assert Telling.objects.get().letters == 12
        assert look_at_refusals(NOON) == 0
        assert Subscriber.objects.count() == 12
        assert "no subscriber is blamed" in caplog.text

    def test_for_letters_of_another_kind(self, rita, mona):
        letter = told(mona)
        Letter.objects.filter(pk=letter.pk).update(key="services.subscribe:x:1")
        letter.refresh_from_db()
        assert not note_refusal(letter, NO_SUCH_USER, at=NOON)


def test_the_database_wants_a_date_with_refusals(rita):
    with pytest.raises(IntegrityError, match="refusals_have_a_date"), transaction.atomic():
        Subscriber.objects.update(refused_letters=[1])
