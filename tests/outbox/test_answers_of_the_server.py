"""Who is to blame for what the mail server says: the letter, for now or for good, or nobody but the server."""

import socket
import socketserver
import threading
from datetime import timedelta

import environ
import pytest
from django.utils import timezone

from outbox.delivery import LONGEST_PAUSE, deliver
from outbox.models import Letter, Priority, Trouble
from tests.outbox.conftest import a_letter
from tests.outbox.sink import HANG_UP

pytestmark = pytest.mark.django_db(transaction=True)


def refusing(word: str, answer: str):
    return lambda said: answer if word in said else None


class TestForNow:
    """4xx: this letter waits, longer each time; the others go on."""

    @pytest.mark.parametrize("sentence", ["to_recipient", "to_message"])
    def test_the_letter_is_tried_again_later(self, any_sink, sentence):
        setattr(any_sink, sentence, refusing("rita", "450 greylisted"))
        letter = a_letter(priority=Priority.URGENT)
        a_letter(to="zoe@example.org")
        assert deliver() == {"postponed": 1, "sent": 1}
        letter.refresh_from_db()
        assert (letter.attempts, letter.last_error) == (1, "450 greylisted")
        assert timedelta(seconds=55) < letter.next_try_at - timezone.now() < timedelta(seconds=95)
        assert any_sink.recipients == ["zoe@example.org"]
        assert any_sink.greetings == 1

    def test_pauses_grow_to_hours_and_are_never_all_the_same(self, sink):
        sink.to_recipient = refusing("rita", "450 greylisted")
        at = timezone.now()
        refused_before = [0, 0, 1, 2, 400]
        letters = [a_letter(attempts=attempts, age=timedelta(hours=1)) for attempts in refused_before]
        deliver(clock=lambda: at)
        pauses = [Letter.objects.get(pk=letter.pk).next_try_at - at for letter in letters]
        minutes = [pause.total_seconds() / 60 for pause in pauses]
        for pause, least in zip(minutes, [1, 1, 3, 9, 240], strict=True):
            assert least <= pause <= least * 1.5
        assert minutes[0] != minutes[1]
        assert timedelta(minutes=240) == LONGEST_PAUSE

    def test_it_leaves_when_the_server_changes_its_mind(self, sink):
        sink.to_recipient = refusing("rita", "450 greylisted")
        a_letter()
        deliver()
        sink.to_recipient = lambda _: None
        Letter.objects.update(next_try_at=timezone.now())
        assert deliver() == {"sent": 1}


class TestAServerThatWantsTheTextThoughItRefusedTheRecipient:
    """RFC 2920, 3.1, allows it: all three sentences were said in one breath."""

    def test_gets_an_empty_one_and_the_next_letter_is_whole(self, settings):
        taken = []

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self):
                refused = False
                self.wfile.write(b"220 hello\r\n")
                for line in self.rfile:
                    if line.startswith(b"ehlo"):
                        self.wfile.write(b"250-hello\r\n250 PIPELINING\r\n")
                    elif line.startswith(b"RCPT"):
                        refused = b"rita" in line
                        self.wfile.write(b"550 no rita\r\n" if refused else b"250 ok\r\n")
                    elif line.startswith(b"DATA"):
                        self.wfile.write(b"354 go on\r\n")
                        text = b"".join(iter(self.rfile.readline, b".\r\n"))
                        taken.append(text)
                        self.wfile.write(b"554 for whom?\r\n" if refused else b"250 ok\r\n")
                    else:
                        self.wfile.write(b"250 ok\r\n")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        with Server(("127.0.0.1", 0), Conversation) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            settings.EMAIL_TIMEOUT = 2
            settings.OUTBOX_TRANSPORT = environ.Env.email_url_config(
                f"smtp://127.0.0.1:{server.server_address[1]}"
            )
            refused = a_letter(priority=Priority.URGENT)
            a_letter(to="zoe@example.org")
            assert deliver() == {"given up": 1, "sent": 1}
            server.shutdown()
        refused.refresh_from_db()
        assert refused.last_error == "550 no rita"
        assert taken[0] == b""
        assert b"To: zoe@example.org\r\n" in taken[1]


class TestForGood:
    """5xx: given up visibly, with the server's words."""

    @pytest.mark.parametrize("sentence", ["to_recipient", "to_message"])
    def test_the_letter_is_given_up(self, any_sink, sentence):
        setattr(any_sink, sentence, refusing("rita", "550 5.1.1 no such person"))
        letter = a_letter(priority=Priority.URGENT)
        a_letter(to="zoe@example.org")
        assert deliver() == {"given up": 1, "sent": 1}
        letter.refresh_from_db()
        assert letter.given_up_at
        assert letter.last_error == "550 5.1.1 no such person"
        assert any_sink.recipients == ["zoe@example.org"]
        assert any_sink.greetings == 1


class TestNotTheLettersFault:
    """The run stops, letters wait, none is charged, and the admin can say since when."""

    def assert_all_wait(self, words, number=2):
        assert Letter.objects.due(timezone.now()).count() == number
        assert not Letter.objects.exclude(attempts=0, last_error="").exists()
        assert words in Trouble.objects.get().words

    def test_when_nobody_listens(self, sink):
        sink.close()
        a_letter()
        a_letter()
        assert deliver() == {}
        self.assert_all_wait("ConnectionRefusedError")
        sink.open()

    def test_when_the_server_is_closing(self, any_sink):
        any_sink.to_sender = lambda _: "421 closing"
        a_letter()
        a_letter()
        assert deliver() == {}
        self.assert_all_wait("421 closing")
        assert any_sink.greetings == 1

    def test_when_it_closes_at_the_recipient(self, any_sink):
        any_sink.to_recipient = lambda _: "421 too many"
        a_letter()
        a_letter()
        assert deliver() == {}
        self.assert_all_wait("421 too many")

    def test_when_it_refuses_our_own_address(self, any_sink):
        any_sink.to_sender = lambda _: "550 who are you?"
        a_letter()
        a_letter()
        assert deliver() == {}
        self.assert_all_wait("550 who are you?")

    def test_when_it_wants_a_password(self, any_sink):
        any_sink.to_recipient = lambda _: "530 authentication required"
        a_letter()
        a_letter()
        assert deliver() == {}
        self.assert_all_wait("530 authentication required")

    def test_when_our_password_is_wrong(self, sink, settings):
        settings.OUTBOX_TRANSPORT = environ.Env.email_url_config(f"smtp://portal:wrong@127.0.0.1:{sink.port}")
        a_letter()
        a_letter()
        assert deliver() == {}
        self.assert_all_wait("AUTH")

    def test_when_it_says_nothing_at_all(self, settings):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            settings.EMAIL_TIMEOUT = 0.2
            settings.OUTBOX_TRANSPORT = environ.Env.email_url_config(
                f"smtp://127.0.0.1:{silent.getsockname()[1]}"
            )
            a_letter()
            a_letter()
            assert deliver() == {}
        self.assert_all_wait("timed out")

    @pytest.mark.parametrize("sentence", ["to_recipient", "to_message"])
    def test_when_it_hangs_up_over_a_letter_which_then_lets_the_others_go_first(self, any_sink, sentence):
        setattr(any_sink, sentence, refusing("rita", HANG_UP))
        letter = a_letter(priority=Priority.URGENT)
        a_letter(to="zoe@example.org")
        assert deliver() == {}
        self.assert_all_wait("Disconnected", number=1)
        letter.refresh_from_db()
        assert letter.next_try_at > timezone.now() + timedelta(seconds=55)
        Trouble.objects.all().delete()
        assert deliver() == {"sent": 1}


class TestATiredConnection:
    def test_is_opened_anew_for_the_next_letter(self, any_sink):
        """Servers close a connection after some number of letters; that is no trouble."""
        taken_on_this = []

        def tired(_):
            if len(taken_on_this) == 2:
                taken_on_this.clear()
                return "421 enough for one connection"
            taken_on_this.append(1)
            return None

        any_sink.to_sender = tired
        for _ in range(5):
            a_letter()
        assert deliver() == {"sent": 5}
        assert any_sink.greetings == 3
        assert not Trouble.objects.exists()


class TestTrouble:
    def test_rests_before_the_server_is_asked_again(self, sink):
        sink.close()
        a_letter()
        deliver()
        sink.open()
        assert deliver() == {}
        assert deliver(clock=lambda: timezone.now() + timedelta(seconds=11)) == {"sent": 1}
        assert not Trouble.objects.exists()

    def test_keeps_the_moment_it_began(self, sink):
        sink.close()
        a_letter()
        deliver()
        began_at = Trouble.objects.get().began_at
        deliver(clock=lambda: timezone.now() + timedelta(hours=1))
        trouble = Trouble.objects.get()
        assert trouble.began_at == began_at
        assert trouble.seen_at > began_at + timedelta(minutes=59)
        assert trouble.rests_until - trouble.seen_at == timedelta(minutes=5)
        sink.open()

    def test_ends_when_the_server_speaks_even_to_refuse_a_letter(self, sink):
        Trouble.objects.create(
            channel="email",
            began_at=timezone.now() - timedelta(1),
            seen_at=timezone.now() - timedelta(1),
            words="x",
        )
        sink.to_recipient = lambda _: "550 no"
        a_letter()
        deliver()
        assert not Trouble.objects.exists()

    def test_lets_stale_letters_be_given_up_all_the_same(self, sink):
        sink.close()
        a_letter()
        deliver()
        a_letter(age=timedelta(days=40))
        assert deliver() == {"given up": 1}
        sink.open()
