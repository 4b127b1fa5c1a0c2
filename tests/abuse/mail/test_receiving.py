"""Mails that are filed: each once, joined to what is known, matched to whom it names, and none of them lost."""

import hashlib
import json
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from abuse.mail import understand
from abuse.models import Attachment, Kind, Outcome, Report, Source, State, Ticket, Topic
from abuse.verbs import receive, receiving
from journal.models import Entry
from outbox.models import Letter
from tests.abuse.mail.samples import (
    ALL_FIELDS,
    FIELDS,
    PLAIN,
    SPAM,
    XARF_3,
    XARF_4,
    XARF_4_CONTENT,
    feedback,
    forwarded,
    jmrp,
    nested,
    xarf_json,
    xarf_mail,
)
from tests.abuse.mail.test_understanding import BROKEN
from tests.abuse.writing import a_report, everything, later, meanwhile
from tests.factories import NOON, a_person, a_service

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _host(settings, terms):
    settings.HOST = {**settings.HOST, "email": "desk@host.example"}
    settings.HOST_DOMAINS = ["example.org"]


def take_in(mail, **how):
    raw = mail if isinstance(mail, bytes) else mail.encode()
    return receive(raw, at=how.pop("at", NOON), **how)


class TestAMachinesReport:
    @pytest.mark.parametrize("mail", [feedback(), jmrp(), xarf_mail(), xarf_json(XARF_3), xarf_json(XARF_4)])
    def test_is_a_report_with_the_mail_as_it_came(self, mail):
        ticket, new = take_in(mail)
        report = ticket.reports.get()
        file = ticket.attachments.get()
        assert new
        assert (ticket.topic, ticket.state) == (Topic.ABUSE, State.NEW)
        assert (report.source, report.good_faith) == (Source.MAIL, False)
        assert report.understood.items() >= understand(mail.encode()).explained().items()
        assert (file.kind, bytes(file.content)) == (Kind.MAIL, mail.encode())
        assert file.sha256 == hashlib.sha256(mail.encode()).hexdigest()

    def test_says_where_and_when(self):
        ticket, _ = take_in(feedback())
        assert ticket.reports.get().where.split("\n") == [
            "192.0.2.1 2026-03-02T09:00:00-05:00",
            "watches@example.org",
            "http://example.org/buy?now=1",
            "mailto:watches@example.org",
            "example.org",
            "watches.example.net",
            "Message-ID: spam.77@example.org",
        ]

    @pytest.mark.parametrize("mail", [feedback(), jmrp(), xarf_json(XARF_3), xarf_json(XARF_4), forwarded()])
    def test_shows_the_message_as_text(self, mail, as_mona):
        spam = "Buy them all."
        html = SPAM.replace(spam, f"<b onclick=x()>{spam}</b><script>alert(1)</script>")
        html = html.replace("Message-ID", "Content-Type: text/html\nMessage-ID")
        mail = mail.replace(SPAM, html)
        ticket, _ = take_in(mail)
        said = ticket.reports.get().understood["evidence"]
        assert said.startswith("Received: from mail.example.org")
        assert "Subject: A thousand watches\n" in said
        assert said.endswith(f"\n\n{spam}")
        page = as_mona.get(f"/desk/abuse/ticket/{ticket.pk}/change/").content.decode()
        assert "Subject: A thousand watches" in page
        assert "alert(1)" not in page

    def test_tells_the_desk_and_answers_nobody(self):
        take_in(feedback())
        assert [letter.kind for letter in Letter.objects.all()] == ["abuse_desk_new"]

    def test_is_matched_to_the_account_it_names(self):
        person = a_person("watches@example.org")
        assert take_in(feedback())[0].subject == person

    def test_is_matched_by_the_message_it_carries(self):
        person = a_person("watches@example.org")
        assert take_in(feedback(FIELDS))[0].subject == person

    def test_is_matched_to_the_service_it_names(self):
        service = a_service(slug="files", url="https://files.host.example/")
        assert take_in(xarf_json(XARF_4_CONTENT))[0].service == service

    def test_that_names_nobody_here_is_kept_all_the_same(self):
        ticket, _ = take_in(feedback(FIELDS + "Source-IP: 203.0.113.200\n", evidence=None))
        assert (ticket.subject, ticket.service, ticket.state) == (None, None, State.NEW)


class TestTheSameEventAgain:
    def test_joins_its_ticket(self):
        first, _ = take_in(feedback())
        again, new = take_in(feedback().replace("report.1@", "report.2@").replace("Somebody", "Another"))
        assert (again, new) == (first, True)
        assert first.reports.count() == first.attachments.count() == 2
        assert Entry.objects.filter(verb="abuse.mail_joined").count() == 1
        assert Letter.objects.filter(kind="abuse_desk_new").count() == 1

    def test_whatever_the_kind_of_report(self):
        mails = [feedback(FIELDS), jmrp(), xarf_json(XARF_4), xarf_mail(evidence="message/rfc822")]
        assert len({take_in(mail)[0].pk for mail in mails}) == 1

    def test_without_a_message_it_is_known_by_kind_and_place(self):
        first, _ = take_in(xarf_mail())
        later_on = xarf_mail().replace("15:00:00", "16:30:00")
        assert take_in(later_on)[0] == first
        assert take_in(later_on.replace("192.0.2.9", "192.0.2.10"))[0] != first
        assert take_in(later_on.replace("login-attack", "port-scan"))[0] != first

    def test_changes_what_a_volunteer_was_looking_at(self):
        first, _ = take_in(feedback())
        again, _ = take_in(feedback().replace("report.1@", "report.2@"))
        assert again.revision == first.revision + 1

    def test_a_person_never_joins_somebody_elses_ticket(self):
        machine, _ = take_in(feedback())
        hers, _ = take_in(forwarded())
        his, _ = take_in(forwarded().replace("Rita", "Ron").replace("rita@", "ron@"))
        assert len({machine.pk, hers.pk, his.pk}) == 3


class TestTheSameMailAgain:
    @pytest.mark.parametrize(
        "change",
        [
            lambda raw: raw,
            lambda raw: raw.replace("\n", "\r\n"),
            lambda raw: (
                "Received: from x\n\tby y; Mon, 2 Mar 2026 16:00:00 +0000\nReturn-Path: <a@b.example>\n" + raw
            ),
            lambda raw: "From MAILER Mon Mar  2 16:00:00 2026\nDelivered-To: x@host.example\n" + raw,
        ],
        ids=["bytes", "crlf", "another hop", "mbox"],
    )
    @pytest.mark.parametrize(
        "mail", [feedback(), PLAIN, nested(1500).decode()], ids=["arf", "plain", "broken"]
    )
    def test_changes_nothing(self, mail, change):
        first, _ = take_in(mail)
        before = {**everything(), "files": Attachment.objects.count()}
        again, new = take_in(change(mail), at=later(days=1))
        assert (again, new) == (first, False)
        assert {**everything(), "files": Attachment.objects.count()} == before

    def test_even_when_it_had_joined_another(self):
        take_in(feedback())
        second = feedback().replace("report.1@", "report.2@")
        assert [take_in(second)[1] for _ in range(2)] == [True, False]

    def test_of_other_words_is_another(self):
        assert take_in(PLAIN)[0] != take_in(PLAIN.replace("Bonjour", "Bonsoir"))[0]


class TestAPersonsMail:
    def test_is_a_report_and_gets_one_receipt_that_asks_whose_address_it_is(self):
        ticket, _ = take_in(PLAIN)
        letter = Letter.objects.get(recipient="rita@example.org")
        assert (letter.kind, ticket.confirmed_at) == ("abuse_receipt", None)
        assert ticket.confirmation_path() in letter.body
        assert "Bonjour" not in letter.body
        assert "Courrier indésirable" in ticket.reports.get().what

    def test_gets_one_receipt_a_day(self):
        for number in range(5):
            take_in(PLAIN.replace("Bonjour", f"Bonjour {number}"))
        assert Letter.objects.filter(recipient="rita@example.org").count() == 1

    @pytest.mark.parametrize(
        "head",
        ["Auto-Submitted: auto-replied\n", "Return-Path: <>\n", "Precedence: list\n", "List-Id: <x>\n"],
    )
    def test_of_a_machine_is_not_answered(self, head):
        ticket, _ = take_in(head + PLAIN)
        assert ticket.reporter_email == ""
        assert not Letter.objects.filter(kind="abuse_receipt").exists()

    @pytest.mark.parametrize("nobody", ["", "<>", "MAILER-DAEMON"])
    def test_with_nobody_on_the_envelope_is_not_answered(self, nobody):
        assert take_in(PLAIN, sender=nobody)[0].reporter_email == ""

    def test_with_somebody_on_the_envelope_is_answered(self):
        assert take_in(PLAIN, sender="rita@example.org")[0].reporter_email == "rita@example.org"

    @pytest.mark.parametrize("address", ["desk@host.example", "portal@localhost"])
    def test_of_ourselves_is_not_answered(self, address, settings):
        settings.DEFAULT_FROM_EMAIL = "Host <portal@localhost>"
        assert take_in(PLAIN.replace("rita@example.org", address))[0].reporter_email == ""

    def test_is_matched_to_the_service_it_names(self):
        service = a_service(slug="files", url="https://files.host.example/")
        assert take_in(PLAIN)[0].service == service

    def test_is_put_aside_while_its_sender_is_muted(self, mona):
        from tests.abuse.test_muting import muted

        muted(mona)
        ticket, _ = take_in(PLAIN, at=later(days=3))
        assert (ticket.state, ticket.outcome) == (State.CLOSED, Outcome.MUTED)
        assert ticket.attachments.count() == 1


class TestSexualAbuseOfChildren:
    def test_reported_by_a_machine_leaves_no_copy_of_its_evidence(self):
        report = {**XARF_4, "category": "content", "type": "csam", "url": "https://files.host.example/x"}
        ticket, _ = take_in(xarf_json(report))
        assert (ticket.topic, ticket.child_abuse) == (Topic.ILLEGAL, True)
        assert ticket.reports.get().law == "child"
        assert "evidence" not in ticket.reports.get().understood
        assert ticket.attachments.count() == 0


class TestWhatCannotBeRead:
    @pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN.keys())
    def test_is_kept_with_the_mail_attached(self, raw):
        ticket, new = take_in(raw)
        assert new
        assert bytes(ticket.attachments.get().content) == (raw or b"\n")

    @pytest.mark.parametrize("raw", [nested(1500), BROKEN["huge"], b"", b"\0"])
    def test_is_an_untyped_ticket(self, raw):
        ticket, _ = take_in(raw)
        assert ticket.topic == Topic.OTHER
        assert "attached" in ticket.messages.get().body or "pièce jointe" in ticket.messages.get().body

    def test_of_what_is_far_too_large_the_beginning_is_kept(self, monkeypatch):
        monkeypatch.setattr(receiving, "LARGEST_KEPT", 1000)
        raw = b"Subject: x\n\n" + b"y" * 5000
        file = take_in(raw)[0].attachments.get()
        assert (file.size, file.name) == (1000, "mail-beginning.eml")
        assert file.sha256 == hashlib.sha256(raw).hexdigest()

    def test_is_kept_unread_when_what_it_says_cannot_be_filed(self, monkeypatch):
        said = understand(PLAIN.encode())
        spoilt = type(said)(**{**said.__dict__, "text": "a\0b"})
        monkeypatch.setattr(receiving, "understand", lambda raw: spoilt)
        ticket, _ = take_in(PLAIN)
        assert ticket.topic == Topic.OTHER
        assert ticket.attachments.count() == 1
        assert Report.objects.count() == 0

    def test_nothing_of_it_is_markup_at_the_desk(self, as_mona):
        ticket, _ = take_in(feedback(FIELDS + "Reported-Uri: http://x/<script>alert(1)</script>\n"))
        page = as_mona.get(f"/desk/abuse/ticket/{ticket.pk}/change/").content.decode()
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert(1)" not in page
        assert 'href="http://x/' not in page


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_the_same_mail_is_taken_in_once(self):
        first = lambda: take_in(feedback())  # noqa: E731
        ticket, new = meanwhile(first, first)
        assert not new
        assert Ticket.objects.count() == Report.objects.count() == 1
        assert ticket == Ticket.objects.get()

    def test_two_reports_of_an_event_are_one_ticket(self):
        second = feedback().replace("report.1@", "report.2@")
        meanwhile(lambda: take_in(feedback()), lambda: take_in(second))
        assert (Ticket.objects.count(), Report.objects.count()) == (1, 2)


class TestExplaining:
    def explain(self, capsys, path):
        call_command("receive_report", "--explain", str(path))
        return json.loads(capsys.readouterr().out)

    def test_prints_one_json_object_and_files_nothing(self, capsys, tmp_path):
        before = everything()
        (tmp_path / "mail.eml").write_text(feedback())
        said = self.explain(capsys, tmp_path / "mail.eml")
        assert list(said) == [
            "kind",
            "feedback_type",
            "user_agent",
            "source_ip",
            "arrival_date",
            "original_mail_from",
            "original_rcpt_to",
            "reported_domain",
            "reported_uri",
            "evidence_message",
            "message_id",
        ]
        assert said["original_rcpt_to"] == ["one@example.com", "two@example.com"]
        assert everything() == before

    @pytest.mark.parametrize("name", ["missing.eml", ""])
    def test_says_in_a_sentence_what_cannot_be_read(self, tmp_path, name):
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("receive_report", "--explain", str(tmp_path / name))

    def test_needs_no_database(self, tmp_path):
        (tmp_path / "mail.eml").write_bytes(nested(1500))
        ran = subprocess.run(
            [sys.executable, "manage.py", "receive_report", "--explain", str(tmp_path / "mail.eml")],
            cwd=django_settings.BASE_DIR,
            env={
                "DATABASE_URL": "postgres://nowhere/x",
                "REDIS_URL": "redis://nowhere",
                "SECRET_KEY": "x",
                "ENV_FILE": "/dev/null",
            },
            capture_output=True,
            check=True,
        )
        assert json.loads(ran.stdout)["kind"] == "plain"


class TestThePipe:
    def pipe(self, monkeypatch, mail, *arguments):
        import io

        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(mail.encode())))
        call_command("receive_report", *arguments)

    def test_files_what_comes_in(self, monkeypatch, capsys):
        self.pipe(monkeypatch, feedback())
        ticket = Ticket.objects.get()
        assert capsys.readouterr().out.strip() == ticket.number

    def test_twice_says_so(self, monkeypatch, capsys):
        for _ in range(2):
            self.pipe(monkeypatch, feedback())
        assert "already" in capsys.readouterr().out
        assert Ticket.objects.count() == 1

    def test_is_told_who_is_on_the_envelope(self, monkeypatch):
        self.pipe(monkeypatch, PLAIN, "--sender", "")
        assert Ticket.objects.get().reporter_email == ""

    def test_with_the_database_away_the_mail_server_keeps_the_mail(self, monkeypatch, capsys):
        from django.db import OperationalError, connection

        def away(*args, **kwargs):
            raise OperationalError("the database is away")

        monkeypatch.setattr(connection, "cursor", away)
        monkeypatch.setattr(connection, "savepoint", away)
        with pytest.raises(SystemExit) as end:
            self.pipe(monkeypatch, feedback())
        assert end.value.code == 75
        assert "Try again later" in capsys.readouterr().err


def test_a_report_by_form_must_be_in_good_faith_still():
    from django.db import IntegrityError, transaction

    ticket = a_report()
    with pytest.raises(IntegrityError, match="in_good_faith"), transaction.atomic():
        Report.objects.create(ticket=ticket, what="x", where="y", good_faith=False, received_at=NOON)


def test_samples_name_the_same_message():
    assert "spam.77@example.org" in SPAM
    assert "Original-Mail-From" in ALL_FIELDS
