import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from outbox.channels import CHANNELS
from outbox.delivery import deliver
from outbox.models import Letter, Priority
from tests.outbox.conftest import a_letter

pytestmark = pytest.mark.django_db(transaction=True)


class TestADueLetter:
    def test_leaves_and_is_emptied(self, any_sink):
        letter = a_letter(reply_to="desk@example.org", last_error="450 later")
        assert deliver() == {"sent": 1}
        letter.refresh_from_db()
        assert letter.sent_at
        assert (letter.recipient, letter.reply_to, letter.subject, letter.body, letter.last_error) == (
            "",
        ) * 5
        assert (letter.kind, letter.key) == ("tests", letter.key)
        assert any_sink.recipients == ["rita@example.org"]

    def test_leaves_once(self, sink):
        a_letter()
        deliver()
        assert deliver() == {}
        assert len(sink.letters) == 1

    def test_shares_one_connection_with_the_others(self, any_sink):
        for _ in range(5):
            a_letter()
        deliver()
        assert (any_sink.greetings, len(any_sink.letters)) == (1, 5)

    def test_goes_in_order_of_priority_then_of_time(self, sink):
        for _ in range(20):
            a_letter(subject="bulk", priority=Priority.BULK, age=timedelta(hours=3))
        a_letter(subject="new", age=timedelta(hours=1))
        a_letter(subject="old", age=timedelta(hours=2))
        a_letter(subject="code", priority=Priority.URGENT)
        deliver()
        assert [letter["subject"] for letter in sink.letters] == ["code", "old", "new"] + ["bulk"] * 20

    def test_overtakes_when_it_is_urgent_and_comes_in_the_middle(self, sink, monkeypatch):
        monkeypatch.setattr("outbox.delivery.LOOK_SECONDS", 0.0)
        for _ in range(3):
            a_letter(subject="bulk", priority=Priority.BULK)

        def post_a_code(_):
            if len(sink.envelopes) == 1:
                thread = threading.Thread(
                    target=lambda: (a_letter(subject="code", priority=Priority.URGENT), connection.close())
                )
                thread.start()
                thread.join()

        sink.to_sender = post_a_code
        deliver()
        assert [letter["subject"] for letter in sink.letters] == ["bulk", "bulk", "code", "bulk"]

    def test_leaves_by_the_hundreds(self, sink):
        with transaction.atomic():
            for number in range(230):
                a_letter(subject=str(number))
        assert deliver() == {"sent": 230}
        assert {letter["subject"] for letter in sink.letters} == {str(number) for number in range(230)}


class TestNothingLeaves:
    def test_before_it_is_due(self, sink):
        a_letter(due_at=timezone.now() + timedelta(minutes=1))
        assert deliver() == {}
        assert sink.letters == []

    def test_while_somebody_else_holds_it(self, sink):
        letter = a_letter()
        held, release = threading.Event(), threading.Event()

        def hold():
            with transaction.atomic():
                Letter.objects.select_for_update().get(pk=letter.pk)
                held.set()
                release.wait(10)
            connection.close()

        thread = threading.Thread(target=hold)
        thread.start()
        held.wait(10)
        assert deliver() == {}
        release.set()
        thread.join()
        assert deliver() == {"sent": 1}

    def test_inside_of_a_transaction(self, sink):
        a_letter()
        with transaction.atomic(), pytest.raises(RuntimeError, match="outside of any transaction"):
            deliver()

    def test_after_the_time_of_a_run_which_calls_for_the_next_one(self, sink, nudges):
        a_letter()
        a_letter()
        nudges.clear()
        assert deliver(seconds=0) == {"sent": 1}
        assert nudges == ["outbox.tasks.deliver"]
        assert Letter.objects.sent().count() == 1


class TestALetterThatCameTooLate:
    def test_is_given_up_once_its_code_is_stale(self, sink):
        letter = a_letter(age=timedelta(minutes=20), expires_at=timezone.now() - timedelta(seconds=1))
        assert deliver() == {"given up": 1}
        letter.refresh_from_db()
        assert letter.given_up_at
        assert letter.last_error
        assert sink.letters == []

    def test_leaves_while_its_code_is_good(self, sink):
        a_letter(expires_at=timezone.now() + timedelta(minutes=1))
        assert deliver() == {"sent": 1}

    def test_is_given_up_after_some_days_with_the_last_words_of_the_server(self, sink, settings):
        settings.OUTBOX_GIVE_UP_AFTER_DAYS = 4
        young = a_letter(age=timedelta(days=3, hours=23))
        old = a_letter(age=timedelta(days=4, hours=1), last_error="450 greylisted")
        deliver()
        assert list(Letter.objects.sent()) == [young]
        assert Letter.objects.given_up().get() == old
        assert Letter.objects.given_up().get().last_error == "450 greylisted"

    def test_counts_its_days_from_when_it_was_due(self, sink, settings):
        settings.OUTBOX_GIVE_UP_AFTER_DAYS = 4
        a_letter(created_at=timezone.now() - timedelta(days=30))
        assert deliver() == {"sent": 1}


class TestAPoisonLetter:
    @pytest.fixture(autouse=True)
    def one_cannot_be_laid_out(self, monkeypatch):
        from outbox import sheet
        from outbox.channels import email

        def lay_out(letter):
            if letter.subject == "poison":
                raise UnicodeError("no such thing")
            return sheet.lay_out(letter)

        monkeypatch.setattr(email, "lay_out", lay_out)

    def test_is_given_up_with_the_reason_and_blocks_nobody(self, sink):
        poison = a_letter(subject="poison", priority=Priority.URGENT)
        a_letter()
        assert deliver() == {"given up": 1, "sent": 1}
        poison.refresh_from_db()
        assert poison.last_error == "UnicodeError: no such thing"


class TestWhatNobodyForesaw:
    def test_is_raised_but_puts_the_letter_behind_the_others(self, sink, monkeypatch):
        class Broken:
            def hand_over(self, letter):
                raise ZeroDivisionError("what?")

            def close(self):
                pass

        monkeypatch.setitem(CHANNELS, "email", Broken)
        letter = a_letter()
        with pytest.raises(ZeroDivisionError):
            deliver()
        letter.refresh_from_db()
        assert (letter.attempts, letter.last_error) == (1, "ZeroDivisionError: what?")
        assert letter.next_try_at > timezone.now() + timedelta(seconds=50)


class TestTheFolder:
    def test_gets_one_file_per_letter_while_there_is_no_mail_server(self, settings, tmp_path):
        settings.OUTBOX_TRANSPORT = {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(tmp_path / "mail").lstrip("/"),
        }
        a_letter()
        a_letter()
        assert deliver() == {"sent": 2}
        files = list((tmp_path / "mail").iterdir())
        assert len(files) == 2
        assert all(
            file.suffix == ".eml" and b"To: rita@example.org\r\n" in file.read_bytes() for file in files
        )

    def test_that_cannot_be_written_makes_letters_wait(self, settings, tmp_path):
        (tmp_path / "mail").write_text("a file where the folder should be")
        settings.OUTBOX_TRANSPORT = {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(tmp_path / "mail"),
        }
        a_letter()
        assert deliver() == {}
        assert Letter.objects.waiting(timezone.now()).count() == 1


def test_any_other_backend_of_django_carries_letters_too(settings, mailoutbox):
    settings.OUTBOX_TRANSPORT = {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    a_letter()
    assert deliver() == {"sent": 1}
    assert mailoutbox[0].recipients() == ["rita@example.org"]
