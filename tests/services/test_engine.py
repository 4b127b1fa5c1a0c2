"""One loop, real servers on loopback: each gets the reason it deserves, and none keeps another one waiting."""

import functools
import os
import resource
import socket
import time

import pycurl
import pytest

from services.models import Outcome, Reason
from services.probing import transfer
from services.probing.engine import HELD_UP, Engine
from services.probing.looks import Look
from tests.services import loopback
from tests.services.loopback import OK, Authority, answer, says, serving

PATIENCE = 15  # seconds: what answers does so in milliseconds on a quiet machine
SHORT = 1  # for what never will
LONGER = 4 * SHORT
UP, DOWN, UNKNOWN = Outcome.UP, Outcome.DOWN, Outcome.UNKNOWN


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def trusts(settings, authority):
    settings.PROBE_CA_FILE = str(authority.file)


@pytest.fixture
def engine():
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture
def see(engine):
    """Take one look, or several at once."""

    def see(*looks):
        engine.add(looks)
        over = []
        until = time.monotonic() + 4 * PATIENCE
        while engine.busy and time.monotonic() < until:
            over += engine.poll(1)
        assert not engine.busy
        return over[0] if len(looks) == 1 else sorted(over, key=lambda seen: seen.look.number)

    return see


def a_look(target, protocol="http", number=1, **fields):
    return Look(
        **{
            "number": number,
            "protocol": protocol,
            "target": target,
            "timeout_seconds": PATIENCE,
            "inside": True,
        }
        | fields
    )


class TestAWebPage:
    def test_works(self, see):
        with serving(says(OK)) as server:
            seen = see(a_look(server.url))
        assert (seen.outcome, seen.reason) == (UP, "")
        assert 0 <= seen.latency_ms <= 1000 * seen.seconds + 1 < 1000 * PATIENCE  # in whole ones

    @pytest.mark.parametrize(
        ("behave", "reason"),
        [
            (loopback.hangs, Reason.TIMEOUT),
            (loopback.hangs_at_once, Reason.TIMEOUT),
            (loopback.half_a_header, Reason.TIMEOUT),
            (loopback.dribbles, Reason.TIMEOUT),
            (loopback.closes_at_once, Reason.RESET),
            (loopback.resets, Reason.RESET),
            (loopback.breaks_off_in_the_body, Reason.RESET),
            (loopback.circles, Reason.REDIRECTS),
            (loopback.endless_header, Reason.PROTOCOL),
            (says(b"SSH-2.0-OpenSSH_9.2\r\n"), Reason.PROTOCOL),
            (says(b"\xff\xfe\x00nonsense\r\n\r\n"), Reason.PROTOCOL),
            (says(answer(b"", "500 Internal Server Error")), Reason.STATUS),
            (says(answer(b"", "404 Not Found")), Reason.STATUS),
            (says(answer(b"", "302 Found", "Location: gopher://127.0.0.1/")), Reason.REDIRECTS),
            (says(answer(b"", "302 Found", "Location: file:///etc/passwd")), Reason.REDIRECTS),
            (says(answer(b"", "302 Found", "Location: http://[broken/")), Reason.REDIRECTS),
        ],
    )
    def test_fails_with_its_reason(self, see, behave, reason):
        with serving(behave) as server:
            seen = see(a_look(server.url, timeout_seconds=SHORT if reason == Reason.TIMEOUT else PATIENCE))
        assert (seen.outcome, seen.reason) == (DOWN, reason), seen.words
        assert seen.seconds < PATIENCE

    def test_nobody_listens(self, see):
        with serving(says(OK)) as server:
            pass
        assert see(a_look(server.url)).reason == Reason.REFUSED

    def test_a_name_that_is_none(self, see):
        assert see(a_look("http://nowhere.invalid/")).reason == Reason.NAME

    def test_an_endless_answer_is_read_as_far_as_is_needed(self, see):
        with serving(loopback.endless_body) as server:
            assert see(a_look(server.url)).outcome == UP
            assert see(a_look(server.url, expects_text="hello")).reason == Reason.CONTENT

    def test_a_bomb_is_not_unpacked(self, see):
        loopback.packed()  # which takes its time
        with serving(loopback.bomb) as server:
            seen = see(a_look(server.url))
        assert seen.outcome == UP

    def test_one_megabyte_of_answer(self, see):
        with serving(says(answer(b"begin " + b"x" * 2**20))) as server:
            assert see(a_look(server.url, expects_text="begin")).outcome == UP

    def test_what_other_machines_say_is_made_printable(self, see):
        with serving(says(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as server:
            words = see(a_look(server.url, expects_text="a\nb")).words
        assert words == "a b"

    def test_follows_redirects_only_if_told(self, see):
        with (
            serving(says(OK)) as end,
            serving(says(answer(b"", "302 Found", f"Location: {end.url}"))) as begin,
        ):
            assert see(a_look(begin.url)).outcome == UP
            assert see(a_look(begin.url, follows_redirects=False)).reason == Reason.STATUS
            assert see(a_look(begin.url, follows_redirects=False, expects_status="302")).outcome == UP


class TestWhatIsExpected:
    @pytest.mark.parametrize(
        ("expected", "outcome"),
        [("Welcome", UP), ("Farewell", DOWN)],
    )
    def test_text(self, see, expected, outcome):
        with serving(says(OK)) as server:
            assert see(a_look(server.url, expects_text=expected)).outcome == outcome

    @pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
    def test_text_in_whatever_encoding(self, see, encoding):
        with serving(says(answer("Les services sont très bien".encode(encoding)))) as server:
            assert see(a_look(server.url, expects_text="très")).outcome == UP

    @pytest.mark.parametrize(
        ("expected", "outcome"),
        [
            ('checks[0].state == "ok"', UP),
            ("checks[0].load < 0.5", UP),
            ("checks[0].load >= 0.5", DOWN),
            ("checks[7].state != null", DOWN),
            ('nothing.here == "ok"', DOWN),
        ],
    )
    def test_json(self, see, expected, outcome):
        with serving(says(answer(b'{"checks": [{"state": "ok", "load": 0.25}]}'))) as server:
            assert see(a_look(server.url, expects_json=expected)).outcome == outcome

    @pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b"\xff\xff", b'"just a word"'])
    def test_what_is_no_json_does_not_hold(self, see, body):
        with serving(says(answer(body))) as server:
            assert see(a_look(server.url, expects_json="a.b == 1")).reason == Reason.CONTENT

    def test_http_2(self, see, authority):
        with serving(says(OK), context=authority.context("127.0.0.1")) as old:
            assert see(a_look(old.url)).outcome == UP
            assert see(a_look(old.url, http_version="2")).words == "HTTP/1"
        with serving(loopback.http2, context=authority.context("127.0.0.1", http2=True)) as new:
            for version in ("", "2"):
                seen = see(a_look(new.url, http_version=version, expects_text="Welcome"))
                assert (seen.outcome, seen.words) == (UP, "")
            assert see(a_look(new.url, http_version="2", expects_text="Goodbye")).reason == Reason.CONTENT
            # One that is told to speak HTTP/1.1 does not offer the other.
            assert see(a_look(new.url, http_version="1.1")).reason == Reason.RESET

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"status": loopback.STATUS_500}, Reason.STATUS),
            ({"breaks": loopback.frame(loopback.GOAWAY, 0, 0, b"\0" * 7 + b"\x02")}, Reason.PROTOCOL),
            ({"breaks": loopback.frame(loopback.HEADERS, 4, 1, b"\xff\xff\xff\xff\xff")}, Reason.PROTOCOL),
            ({"breaks": b"HTTP/1.1 200 OK\r\n\r\n"}, Reason.PROTOCOL),
            ({"breaks": loopback.frame(3, 0, 1, b"\0\0\0\x07")}, Reason.PROTOCOL),  # the stream is refused
        ],
    )
    def test_http_2_that_fails(self, see, authority, fields, reason):
        behave = functools.partial(loopback.http2, **fields)
        with serving(behave, context=authority.context("127.0.0.1", http2=True)) as server:
            seen = see(a_look(server.url, http_version="2"))
            assert (seen.outcome, seen.reason) == (DOWN, reason), seen.words


class TestCertificates:
    def test_a_valid_one_says_until_when(self, see, authority):
        with serving(says(OK), context=authority.context("127.0.0.1", days=30)) as server:
            for look in (a_look(server.url, reads_certificate=True), a_look(server.where, "tls")):
                seen = see(look)
                assert seen.outcome == UP
                assert 29 <= (seen.certificate_ends_at - seen.started_at).days <= 30

    @pytest.mark.parametrize(
        ("names", "days", "reason"),
        [
            (("other.example",), 30, Reason.CERTIFICATE),
            (("127.0.0.1",), -2, Reason.EXPIRED),
        ],
    )
    def test_a_bad_one_has_its_reason(self, see, authority, names, days, reason):
        with serving(says(OK), context=authority.context(*names, days=days)) as server:
            assert see(a_look(server.url)).reason == reason
            assert see(a_look(server.where, "tls")).reason == reason

    def test_an_authority_that_nobody_knows(self, see, tmp_path):
        with serving(says(OK), context=Authority(tmp_path).context("127.0.0.1")) as server:
            assert see(a_look(server.url)).reason == Reason.CERTIFICATE

    def test_no_tls_at_all(self, see):
        with serving(lambda line: line.sendall(OK)) as server:
            assert see(a_look(server.url.replace("http", "https"))).reason == Reason.TLS


class TestAPort:
    def test_is_open(self, see):
        with serving(loopback.hangs_at_once) as server:
            assert see(a_look(server.where, "tcp")).outcome == UP

    def test_is_closed(self, see):
        with serving(loopback.hangs_at_once) as server:
            pass
        assert see(a_look(server.where, "tcp")).reason == Reason.REFUSED


class TestMail:
    def test_smtp_turns_to_tls(self, see, authority):
        talk = functools.partial(loopback.smtp, context=authority.context("127.0.0.1"))
        with serving(talk) as server:
            seen = see(a_look(server.where, "smtp"))
        assert seen.outcome == UP, seen.words

    def test_smtp_that_does_not_offer_it(self, see):
        with serving(functools.partial(loopback.smtp, starttls=False)) as server:
            assert see(a_look(server.where, "smtp")).reason == Reason.TLS
            assert see(a_look(server.where, "smtp", security="none")).outcome == UP

    def test_smtp_with_the_certificate_of_somebody_else(self, see, authority):
        talk = functools.partial(loopback.smtp, context=authority.context("other.example"))
        with serving(talk) as server:
            assert see(a_look(server.where, "smtp")).reason == Reason.CERTIFICATE

    def test_smtp_that_refuses_everybody(self, see):
        with serving(functools.partial(loopback.smtp, greeting=b"554 no\r\n")) as server:
            assert see(a_look(server.where, "smtp")).reason == Reason.PROTOCOL

    def test_smtp_with_tls_from_the_first_byte(self, see, authority):
        with serving(loopback.smtp, context=authority.context("127.0.0.1")) as server:
            assert see(a_look(server.where, "smtp", security="tls")).outcome == UP

    def test_imap_turns_to_tls(self, see, authority):
        talk = functools.partial(loopback.imap, context=authority.context("127.0.0.1"))
        with serving(talk) as server:
            seen = see(a_look(server.where, "imap"))
        assert seen.outcome == UP, seen.words

    def test_imap_that_does_not_offer_it(self, see):
        with serving(functools.partial(loopback.imap, starttls=False)) as server:
            assert see(a_look(server.where, "imap")).reason == Reason.TLS

    @pytest.mark.parametrize("protocol", ["smtp", "imap"])
    def test_a_web_server_is_none(self, see, protocol):
        with serving(lambda line: line.sendall(OK)) as server:
            assert see(a_look(server.where, protocol)).reason == Reason.PROTOCOL

    @pytest.mark.parametrize("protocol", ["smtp", "imap"])
    def test_silence(self, see, protocol):
        with serving(loopback.hangs_at_once) as server:
            assert see(a_look(server.where, protocol, timeout_seconds=SHORT)).reason == Reason.TIMEOUT


class TestAName:
    @pytest.fixture
    def ask(self, see):
        listener = loopback.name_server({"files.example": [("A", "192.0.2.7"), ("TXT", '"v=spf1 -all"')]})

        def ask(name, **fields):
            port = listener.getsockname()[1]
            return see(a_look(name, "dns", resolver="127.0.0.1", resolver_port=port, **fields))

        yield ask
        listener.close()

    def test_has_its_record(self, ask):
        assert ask("files.example").outcome == UP
        assert ask("files.example", expects_text="192.0.2.7").outcome == UP

    def test_has_another(self, ask):
        seen = ask("files.example", expects_text="192.0.2.8")
        assert (seen.reason, seen.words) == (Reason.CONTENT, "192.0.2.7")

    def test_has_none_of_that_type(self, ask):
        assert ask("files.example", record_type="MX").reason == Reason.CONTENT
        assert ask("other.example").reason == Reason.CONTENT

    @pytest.mark.parametrize(("rcode", "reason"), [(3, Reason.NAME), (2, Reason.STATUS), (5, Reason.STATUS)])
    def test_is_refused(self, see, rcode, reason):
        listener = loopback.name_server({}, rcode=rcode)
        port = listener.getsockname()[1]
        assert see(a_look("x.example", "dns", resolver="127.0.0.1", resolver_port=port)).reason == reason
        listener.close()

    def test_nobody_answers(self, see):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            port = silent.getsockname()[1]
            seen = see(
                a_look("x.example", "dns", resolver="127.0.0.1", resolver_port=port, timeout_seconds=SHORT)
            )
        assert seen.reason == Reason.TIMEOUT


class TestPrivateAddresses:
    @pytest.mark.parametrize(
        "target",
        [
            "http://127.0.0.1:1/",
            "http://localhost:1/",
            "http://[::1]:1/",
            "http://10.0.0.1/",
            "http://169.254.169.254/",
        ],
    )
    def test_are_not_looked_at(self, see, target):
        seen = see(a_look(target, inside=False))
        assert (seen.outcome, seen.reason) == (UNKNOWN, Reason.INSIDE)

    def test_not_by_port_either(self, see):
        with serving(loopback.hangs_at_once) as server:
            for protocol in ("tcp", "tls", "smtp", "imap"):
                assert see(a_look(server.where, protocol, inside=False)).reason == Reason.INSIDE
            assert server.connections == 0

    @pytest.fixture
    def outside(self, monkeypatch):
        """One address of this machine stands for the whole Internet: nothing else can be met by a test."""
        real = transfer.is_private
        monkeypatch.setattr(transfer, "is_private", lambda address: address != "127.0.0.9" and real(address))

    def test_nor_where_a_redirect_leads_to(self, see, outside):
        """The address counts that is being connected to, whatever a name said when it was checked."""
        with serving(says(OK)) as inner:
            lead = answer(b"", "302 Found", f"Location: {inner.url}")
            with serving(says(lead), address="127.0.0.9") as outer:
                seen = see(a_look(outer.url, inside=False))
                assert (seen.outcome, seen.reason) == (UNKNOWN, Reason.INSIDE)
                assert (outer.connections, inner.connections) == (1, 0)
                assert see(a_look(outer.url, inside=True)).outcome == UP

    def test_nor_name_servers(self, see):
        assert see(a_look("x.example", "dns", resolver="127.0.0.1", inside=False)).reason == Reason.INSIDE


class TestOurOwnFault:
    """What went wrong here says nothing about the service."""

    def test_to_have_listened_too_late(self, engine):
        """The database kept the process waiting while the answer lay there."""
        with serving(loopback.hangs) as server:
            engine.add([a_look(server.url, timeout_seconds=1)])
            assert engine.poll(0.1) == []
            time.sleep(HELD_UP + 0.5)
            (seen,) = engine.poll(5)
        assert (seen.outcome, seen.reason) == (UNKNOWN, Reason.OURS)

    def test_but_not_to_have_waited_between_two_rounds(self, engine, see):
        time.sleep(HELD_UP + 0.5)
        with serving(loopback.hangs) as server:
            assert see(a_look(server.url)).reason == Reason.TIMEOUT

    def test_to_have_no_socket_left(self, see):
        """Nothing leaves this machine: there is no socket it could leave by."""
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        with open(os.devnull) as last:
            resource.setrlimit(resource.RLIMIT_NOFILE, (last.fileno(), before[1]))
            try:
                seen = see(a_look("http://8.8.8.8:1/", inside=False))
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, before)
        assert (seen.outcome, seen.reason) == (UNKNOWN, Reason.OURS)

    def test_a_name_that_did_not_resolve_is_asked_for_again(self, see, monkeypatch):
        """One packet that was lost must not be heard of three times."""
        said = []
        prepare = transfer.Transfer.prepare

        def aloud(self):
            self.handle.setopt(pycurl.VERBOSE, 1)
            self.handle.setopt(
                pycurl.DEBUGFUNCTION, lambda kind, words: said.append(words) if kind == 0 else None
            )
            prepare(self)

        monkeypatch.setattr(transfer.Transfer, "prepare", aloud)
        for _ in range(2):
            assert see(a_look("http://nowhere.example.test/", timeout_seconds=8)).reason == Reason.NAME
        assert said
        assert not [words for words in said if b"Negative DNS" in words]


class TestNobodyWaitsForAnybody:
    def test_a_hundred_looks_with_every_kind_of_trouble_among_them(self, see, authority):
        troubles = [
            loopback.hangs,
            loopback.half_a_header,
            loopback.resets,
            loopback.endless_body,
            loopback.circles,
            loopback.bomb,
            loopback.endless_header,
            loopback.closes_at_once,
        ]
        servers = [loopback.Server(trouble) for trouble in troubles]
        with serving(says(OK), context=authority.context("127.0.0.1")) as good:
            looks = [a_look(good.url, number=n, expects_text="Welcome") for n in range(100)]
            looks[5:5] = [
                a_look(server.url, number=1000 + n, timeout_seconds=SHORT) for n, server in enumerate(servers)
            ]
            over = see(*looks)
        for server in servers:
            server.stop()
        assert len(over) == 108
        assert {seen.outcome for seen in over[:100]} == {UP}

    def test_hanging_targets_lengthen_the_round_by_their_time_out(self, engine):
        """One in ten hangs, and there is room for a quarter of them: in eight batches each would wait for its worst."""
        engine.at_once = 25
        with serving(loopback.hangs) as bad, serving(says(OK)) as good:
            engine.add(
                a_look(bad.url, number=n, timeout_seconds=LONGER)
                if n % 10 == 0
                else a_look(good.url, number=n)
                for n in range(200)
            )
            began, over = time.monotonic(), []
            while engine.busy:
                over += engine.poll(1)
            took = time.monotonic() - began
        assert sorted(seen.look.number for seen in over) == list(range(200))
        assert {seen.look.number % 10 for seen in over if seen.outcome != UP} == {0}
        assert took < 5 * LONGER

    def test_an_address_that_cannot_be_read_is_our_own_fault(self, see):
        good, bad = see(a_look("http://127.0.0.1:1/", number=1), a_look("http://a b/", number=2))
        assert (good.outcome, bad.outcome) == (DOWN, UNKNOWN)

    def test_handles_are_used_again_and_nothing_of_the_last_look_is_left(self, engine, see):
        with serving(says(OK)) as server:
            see(a_look(server.url, expects_status="404", http_version="1.1"))
            assert len(engine.spare) == 1
            seen = see(a_look(server.url))
        assert seen.outcome == UP
        assert len(engine.spare) == 1
