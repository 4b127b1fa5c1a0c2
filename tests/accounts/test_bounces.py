"""A mail server says, hours later, that a letter could not be delivered after all."""

from io import BytesIO, StringIO, TextIOWrapper

import pytest
from django.core.management import call_command

from accounts.bounces import what_came_back
from accounts.models import Failure, Reminder
from outbox.models import Letter
from tests.accounts.unseen import before_limit, letters, look, notice_of, unseen

pytestmark = pytest.mark.django_db

REPORT = """\
From: MAILER-DAEMON@mx.example.net
To: portal@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; lou@example.org
Action: {action}
Status: 5.1.1

--b1
Content-Type: {kind}

From: portal@example.org
Message-ID: {message_id}
Subject: =?utf-8?q?Votre_compte?=

--b1--
"""


@pytest.fixture
def lou(terms):
    person = unseen()
    look(before_limit(60))
    return person


def report(action="failed", kind="text/rfc822-headers", message_id=""):
    return REPORT.format(action=action, kind=kind, message_id=message_id or letters()[0].message_id).encode()


def receive(mail, monkeypatch):
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(mail)))
    out = StringIO()
    call_command("receive_bounce", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_a_report_makes_the_letter_count_no_more(lou, monkeypatch, kind):
    assert "came back; another way" in receive(report(kind=kind), monkeypatch)
    assert Reminder.objects.get().failure == Failure.BOUNCED
    assert notice_of(lou).unreachable_since
    assert "nothing depended" in receive(report(kind=kind), monkeypatch)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_letter_that_is_only_late_counts(lou, monkeypatch, action):
    assert "nothing to do" in receive(report(action=action), monkeypatch)
    assert not Reminder.objects.filter(failed_at__isnull=False).exists()


def test_a_letter_nobody_wrote_is_nobodys(lou):
    letter = letters()[0]
    for made_up in (
        "<letter.1.1@x>",
        f"<letter.{letter.pk}.ffffffffffffffff@x>",
        "<letter.9.9>",
        "x" * 50_000,
    ):
        assert what_came_back(report(message_id=made_up)) is None


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\xff\xfe\x00" * 1000,
        b"Subject: hello\n\nA letter from somebody.",
        b"Content-Type: multipart/report; boundary=x\n\n" + b"--x\n" * 20_000,
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\nAction: failed\n",
        "Subject: 🦊\nContent-Type: multipart/report; boundary=🦊\n\n🦊".encode(),
    ],
)
def test_whatever_else_arrives_is_left_alone(lou, monkeypatch, mail):
    assert "nothing to do" in receive(mail, monkeypatch)
    assert Letter.objects.filter(given_up_at__isnull=False).count() == 0
