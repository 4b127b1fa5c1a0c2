"""What a mail says about abuse, whichever way it says it."""

import base64
import json
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abuse.mail import Kind, understand
from tests.abuse.mail.samples import (
    ALL_FIELDS,
    FIELDS,
    PLAIN,
    REPORT_TXT,
    SPAM,
    XARF_3,
    XARF_3_CONTENT,
    XARF_4,
    XARF_4_CONTENT,
    feedback,
    forwarded,
    jmrp,
    nested,
    xarf_json,
    xarf_mail,
)

NOTHING = {
    "kind": "plain",
    "feedback_type": None,
    "user_agent": None,
    "source_ip": None,
    "arrival_date": None,
    "original_mail_from": None,
    "original_rcpt_to": None,
    "reported_domain": None,
    "reported_uri": None,
    "evidence_message": "none",
    "message_id": None,
}
ARF = {
    "kind": "arf",
    "feedback_type": "abuse",
    "user_agent": "SomeLoop/1.2",
    "source_ip": "192.0.2.1",
    "arrival_date": "2026-03-02T09:00:00-05:00",
    "original_mail_from": "watches@example.org",
    "original_rcpt_to": ["one@example.com", "two@example.com"],
    "reported_domain": ["example.org", "watches.example.net"],
    "reported_uri": ["http://example.org/buy?now=1", "mailto:watches@example.org"],
    "evidence_message": "whole",
    "message_id": "spam.77@example.org",
}


def explained(mail: str | bytes) -> dict:
    return understand(mail if isinstance(mail, bytes) else mail.encode()).explained()


class TestFeedbackReports:
    def test_every_field_is_understood_and_every_repetition_kept(self):
        assert explained(feedback()) == ARF

    def test_what_is_not_said_is_null(self):
        said = {
            "kind": "arf",
            "feedback_type": "abuse",
            "user_agent": "SomeLoop/1.2",
            "evidence_message": "whole",
            "message_id": "spam.77@example.org",
        }
        assert explained(feedback(FIELDS)) == {**NOTHING, **said}

    @pytest.mark.parametrize(
        "kind", ["abuse", "fraud", "virus", "not-spam", "other", "opt-out", "auth-failure", "dkim"]
    )
    def test_of_every_type(self, kind):
        mail = feedback(FIELDS.replace("abuse", kind.title() + " (they say)"))
        assert explained(mail)["feedback_type"] == kind

    @pytest.mark.parametrize(
        ("evidence_type", "evidence", "form"),
        [
            ("message/rfc822", SPAM, "whole"),
            ("message/global", SPAM, "whole"),
            ("text/rfc822-headers", SPAM.partition("\n\n")[0] + "\n", "headers"),
            ("text/rfc822-header", SPAM.partition("\n\n")[0] + "\n", "headers"),
            ("message/rfc822-headers", SPAM.partition("\n\n")[0] + "\n", "headers"),
            ("text/plain", "nothing of the kind", "none"),
        ],
    )
    def test_evidence_is_whole_or_headers_or_none(self, evidence_type, evidence, form):
        said = explained(feedback(evidence_type=evidence_type, evidence=evidence))
        assert said["evidence_message"] == form
        assert said["message_id"] == ("spam.77@example.org" if form != "none" else None)

    def test_without_any_evidence(self):
        assert explained(feedback(evidence=None)) == {**ARF, "evidence_message": "none", "message_id": None}

    @pytest.mark.parametrize(
        "change",
        [
            lambda mail: mail.replace("\n", "\r\n"),
            lambda mail: mail.replace("\n", "\r\n", 9),
            lambda mail: "From loop@example.com Mon Mar  2 15:00:01 2026\n" + mail,
            lambda mail: "\n\n" + mail,
            lambda mail: mail.replace("Message-ID: <report.1@example.com>\n", ""),
            lambda mail: mail.replace("Date: Mon, 2 Mar 2026 15:00:01 +0000", "Date: (invalid)"),
            lambda mail: mail.replace("\n--b1--\n", ""),
            lambda mail: mail.replace("multipart/report; report-type=feedback-report", "multipart/mixed"),
            lambda mail: mail.replace("Arrival-Date", "Received-Date"),
            lambda mail: mail.replace("09:00:00 EST", "09:00:00 -0500 (Eastern)"),
            lambda mail: mail.replace("Source-IP: 192.0.2.1", "Source-Ip: [192.0.2.1] (not sure)"),
            lambda mail: mail.replace("Feedback-Type: abuse", "\nfeedback-type:abuse"),
            lambda mail: mail.replace("Version: 1\n", "Version: 1\n\n"),
            lambda mail: mail.replace("charset=us-ascii", "charset=nonsense-7"),
            lambda mail: mail.replace("Somebody called", "Quelqu’un a appelé"),
            lambda mail: mail.replace("message/feedback-report", "text/plain"),
            lambda mail: mail.replace("Message-ID: <spam.77@example.org>", "Message-Id: spam.77@example.org"),
            lambda mail: mail.replace("Message-ID: <spam.77@example.org>", "Message-ID:\n <spam.77@example.org>"),
            lambda mail: mail.replace("<spam.77@example.org>", "<spam.77@\n example.org>"),
            lambda mail: "\ufeff" + mail,
            lambda mail: mail.replace("\n", "\r"),
            lambda mail: re.sub(r"(?m)^[\w-]+:|(message|multipart)/[\w-]+", lambda found: found[0].upper(), mail),
            lambda mail: mail.replace("MIME-Version", "a line that is no field\nMIME-Version"),
            lambda mail: ">From loop@example.com Mon Mar  2 15:00:01 2026\n" + mail,
            lambda mail: mail.replace(SPAM, ">From watches Mon Mar  2 14:59:58 2026\n" + SPAM),
            lambda mail: mail.replace("\nMessage-ID: <spam", "\n[removed]\nMessage-ID: <spam"),
            lambda mail: mail.replace("<watches@example.org>\n", "rfc822; watches@example.org\n"),
            lambda mail: mail.replace("<one@example.com>", "one@example.com (One)"),
            lambda mail: mail.replace("<one@example.com>\nOriginal-Rcpt-To: ", "one@example.com, "),
            lambda mail: mail.replace("Reported-Domain: example.org", "Reported-Domain: dns; EXAMPLE.org"),
            lambda mail: mail.replace("Uri: http://example.org/buy", "URI:\n http://example.org/\n buy"),
            lambda mail: mail.replace("Source-IP: 192.0.2.1", "Source-IP: 192.0.2.1:25, 10.0.0.1"),
            lambda mail: mail.replace("Version: 1\n", ""),
            lambda mail: mail.replace("message/rfc822\n", "message/rfc822; name=x\nContent-Transfer-Encoding: 7bit\n"),
        ],
        ids=[
            "crlf", "both-line-ends", "mbox", "blank-lines", "no-id", "bad-date", "never-closed", "mixed",
            "received-date", "zone", "brackets", "blank-before", "blank-between", "unknown-charset", "8bit",
            "as-text", "bare-id", "folded-id", "broken-id", "byte-order-mark", "mac", "shouted", "no-field",
            "quoted-mbox", "mbox-in-evidence", "redacted-line", "typed-address", "commented-address", "one-field",
            "typed-domain", "folded-uri", "port", "no-version", "named-evidence",
        ],
    )  # fmt: skip
    def test_whatever_gateways_do_to_it(self, change):
        assert explained(change(feedback())) == ARF

    @pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
    def test_a_report_part_that_was_encoded(self, encoding):
        import base64
        import quopri

        raw = ALL_FIELDS.encode()
        body = base64.encodebytes(raw) if encoding == "base64" else quopri.encodestring(raw)
        mail = feedback(body.decode()).replace(
            "message/feedback-report\n", f"message/feedback-report\nContent-Transfer-Encoding: {encoding}\n"
        )
        assert explained(mail) == ARF

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("Mon, 02 Mar 2026 14:00:00 -0000", "2026-03-02T14:00:00+00:00"),
            ("2 Mar 2026 14:00:00 +0530", "2026-03-02T14:00:00+05:30"),
            ("Mar  2 2026 14:00:00 +0100", "2026-03-02T14:00:00+01:00"),
            ("2026-03-02T14:00:00Z", "2026-03-02T14:00:00+00:00"),
            ("2026-03-02 14:00:00", "2026-03-02T14:00:00+00:00"),
            ("Mon, 2 Mar 2026 14:00:00", "2026-03-02T14:00:00+00:00"),
            ("Mon, 2 Mar 2026 14:00:00 CET", "2026-03-02T14:00:00+01:00"),
            ("2026-07-02 14:00:00 CEST", "2026-07-02T14:00:00+02:00"),
            ("Mon, 2 Mar 2026 14:00:00 XYZ", "2026-03-02T14:00:00+00:00"),
            ("Tue, 30 Jun 2015 23:59:60 +0000", "2015-06-30T23:59:59+00:00"),
            ("Mon, 2 Mar 2026 14:00:00 +0100 (CET (winter))", "2026-03-02T14:00:00+01:00"),
            ("1772460000", "2026-03-02T14:00:00+00:00"),
            ("Thu, 99 Foo 2026 14:00:00 +0000", None),
            ("Mon, 02 Mar 99999999 14:00:00 +0000", None),
            ("Mon, 02 Mar 2026 14:00:00 +9999", None),
            ("(invalid)", None),
            ("x" * 5000, None),
        ],
    )
    def test_dates(self, written, meant):
        said = explained(feedback(FIELDS + f"Arrival-Date: {written}\n"))
        assert (said["kind"], said["arrival_date"]) == ("arf", meant)

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("2001:DB8::1", "2001:db8::1"),
            ("[IPv6:2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:25", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("999.1.1.1", None),
            ("nonsense", None),
        ],
    )
    def test_internet_addresses(self, written, meant):
        assert explained(feedback(FIELDS + f"Source-IP: {written}\n"))["source_ip"] == meant

    def test_a_charset_in_eight_bits_does_no_harm(self):
        raw = (
            feedback().encode().replace(b"charset=us-ascii", b"charset=\xeb\xff").replace(b"junk", b"j\xfcnk")
        )
        assert explained(raw) == ARF

    def test_the_empty_path_is_said_to_be_empty(self):
        assert explained(feedback(FIELDS + "Original-Mail-From: <>\n"))["original_mail_from"] == ""

    def test_microsoft_may_leave_the_recipient_to_the_evidence(self):
        mail = feedback(FIELDS, evidence="X-HmXmrOriginalRecipient: <one@hotmail.com>\n" + SPAM)
        assert explained(mail)["original_rcpt_to"] == ["one@hotmail.com"]

    def test_a_report_inside_the_evidence_is_not_this_report(self):
        carried = forwarded().replace(SPAM, feedback())
        assert explained(carried) == {
            **NOTHING,
            "evidence_message": "whole",
            "message_id": "report.1@example.com",
        }

    @pytest.mark.parametrize("comment", [" (a report)", " (a report); charset=us-ascii"])
    def test_are_known_with_a_comment_behind_their_type(self, comment):
        """Legal since RFC 822, and taken for a part of the name by the standard parser."""
        said = explained(feedback(report_type=f"message/feedback-report{comment}"))
        assert said == explained(feedback())
        assert said["kind"] == "arf"


class TestJunkMailReports:
    def test_are_understood_from_the_message_alone(self):
        assert explained(jmrp()) == {
            **NOTHING,
            "kind": "jmrp",
            "source_ip": "192.0.2.1",
            "arrival_date": "2026-03-02T09:00:00-05:00",
            "original_mail_from": "watches@example.org",
            "original_rcpt_to": ["one@hotmail.com"],
            "evidence_message": "whole",
            "message_id": "spam.77@example.org",
        }

    def test_may_be_the_message_itself_as_it_came(self):
        said = explained("X-HmXmrOriginalRecipient: one@hotmail.com\n" + SPAM)
        assert (said["kind"], said["original_rcpt_to"]) == ("jmrp", ["one@hotmail.com"])
        assert (said["evidence_message"], said["message_id"]) == ("whole", "spam.77@example.org")

    def test_are_known_by_who_sends_them_too(self):
        assert explained(jmrp(recipient=""))["kind"] == "jmrp"

    def test_are_not_what_somebody_forwards(self):
        assert explained(forwarded())["kind"] == "plain"
        assert (
            explained(jmrp(recipient="").replace("staff@hotmail.com", "rita@example.org"))["kind"] == "plain"
        )


class TestXarfMails:
    WANTED = {
        **NOTHING,
        "kind": "xarf-mail",
        "feedback_type": "login-attack",
        "user_agent": "fence 0.9",
        "source_ip": "192.0.2.9",
        "arrival_date": "2026-03-02T15:00:00+01:00",
    }

    @pytest.mark.parametrize(
        "mail",
        [
            xarf_mail(),
            xarf_mail(declared="X-ARF: Yes\n"),
            xarf_mail(declared=""),
            xarf_mail(name=False),
            xarf_mail(REPORT_TXT.replace("Version: 0.2", "Version: 0.1")),
            xarf_mail(REPORT_TXT.replace("Source: 192.0.2.9", "Source: '192.0.2.9'  # them")),
            xarf_mail(REPORT_TXT.replace("Source: 192.0.2.9", 'Source: "192.0.2.9"')),
        ],
        ids=["0.2", "0.1-header", "no-header", "no-name", "0.1", "quoted-comment", "double-quoted"],
    )
    def test_are_understood(self, mail):
        assert explained(mail) == self.WANTED

    @pytest.mark.parametrize(
        ("kind", "source", "field", "meant"),
        [
            ("uri", "http://host.example/x", "reported_uri", ["http://host.example/x"]),
            ("url", "http://host.example/x", "reported_uri", ["http://host.example/x"]),
            ("domain", "Host.example.", "reported_domain", ["host.example"]),
            ("email", "watches@example.org", "original_mail_from", "watches@example.org"),
            ("ipv6", "2001:db8::9", "source_ip", "2001:db8::9"),
            ("ip-address", "none of these", "source_ip", None),
        ],
    )
    def test_name_sources_of_every_type(self, kind, source, field, meant):
        report = REPORT_TXT.replace("ip-address", kind).replace("192.0.2.9", source)
        assert explained(xarf_mail(report))[field] == meant

    def test_are_found_below_words_for_people(self):
        words = "Forwarded on\nDate: Sun, 1 Feb 2026 10:00:00 +0000\n\nGood day,\n\n"
        assert explained(xarf_mail(words + REPORT_TXT)) == self.WANTED

    def test_carry_a_message_as_evidence(self):
        said = explained(xarf_mail(evidence="message/rfc822"))
        assert (said["evidence_message"], said["message_id"]) == ("whole", "spam.77@example.org")

    def test_yaml_is_never_run(self):
        said = explained(
            xarf_mail(REPORT_TXT + "Evil: !!python/object/apply:os.system ['true']\nA: &a [*a, *a]\n")
        )
        assert said == self.WANTED


class TestXarfJson:
    WANTED = {
        **NOTHING,
        "kind": "xarf-json",
        "source_ip": "192.0.2.1",
        "arrival_date": "2026-03-02T14:00:00+00:00",
        "original_mail_from": "watches@example.org",
        "original_rcpt_to": ["one@example.com"],
        "evidence_message": "whole",
        "message_id": "spam.77@example.org",
    }

    @pytest.mark.parametrize(
        ("report", "kind"), [(XARF_3, "Spam"), (XARF_4, "spam")], ids=["version 3", "version 4"]
    )
    @pytest.mark.parametrize(
        "send",
        [
            xarf_json,
            lambda report: xarf_json(report, encode=False),
            lambda report: xarf_json(report, as_file="text/plain; name=xarf.json"),
            lambda report: xarf_json(report, as_file="application/octet-stream; name=report.json"),
            lambda report: "\ufeff" + json.dumps(report),
            json.dumps,
        ],
        ids=["attached", "in-clear", "as-text", "as-octets", "byte-order-mark", "bare"],
    )
    def test_both_versions_are_understood(self, report, kind, send):
        assert explained(send(report)) == {**self.WANTED, "feedback_type": kind}

    @pytest.mark.parametrize(
        ("report", "kind", "date", "ip", "domains"),
        [
            (XARF_3_CONTENT, "Phishing", "2026-03-02T15:00:00+01:00", None, None),
            (XARF_4_CONTENT, "phishing", "2026-03-02T14:00:00+00:00", "192.0.2.1", ["files.host.example"]),
        ],
        ids=["version 3", "version 4"],
    )
    def test_content_is_named_by_its_address(self, report, kind, date, ip, domains):
        assert explained(xarf_json(report)) == {
            **NOTHING,
            "kind": "xarf-json",
            "feedback_type": kind,
            "arrival_date": date,
            "source_ip": ip,
            "reported_domain": domains,
            "reported_uri": ["https://files.host.example/s/bank/"],
        }

    def test_the_other_way_version_3_is_written(self):
        report = {
            "Version": "3.0.0",
            "ReporterInfo": {"ReporterOrg": "Example"},
            "Report": {
                "ReportType": "spam",
                "Date": "2026-03-02T14:00:00Z",
                "Source": {"IP": "192.0.2.1", "Port": 25, "Type": "ip"},
                "Attachment": [{"ContentType": "message/rfc822", "Data": XARF_4["evidence"][0]["payload"]}],
                "AdditionalInfo": {"SMTPFrom": "watches@example.org"},
            },
        }
        assert explained(xarf_json(report)) == {
            **self.WANTED,
            "feedback_type": "spam",
            "original_rcpt_to": None,
        }

    def test_evidence_that_does_not_fit_its_hash_is_told(self):
        good = {**XARF_4["evidence"][0], "hash": "sha256:" + "0" * 64}
        assert (
            "evidence does not fit its hash"
            in understand(xarf_json({**XARF_4, "evidence": [good]}).encode()).troubles
        )

    @pytest.mark.parametrize(
        "body",
        [
            b'{"xarf_version": {}}',
            b"{" * 100_000,
            b'{"a":' * 100_000,
            b'{"Report": 7}',
            b'{"xarf_version": "4", "evidence": 7, "source_identifier": [], "timestamp": {}, "smtp_to": [7, null]}',
            b'{"Version": "3", "Report": {"ReportType": [], "Samples": [7], "Source": 7, "AdditionalInfo": []}}',
            b'{"xarf_version": "4", "n": ' + b"9" * 10_000 + b"}",
            b'{"xarf_version": "4", "evidence": [{"content_type": "message/rfc822", "payload": "!!"}]}',
        ],
    )
    def test_json_that_is_something_else_does_no_harm(self, body):
        assert explained(body)["kind"] in ("plain", "xarf-json")

    @pytest.mark.parametrize(("mark", "encoding"), [("\ufeff", "base64"), ("", "base64 (of sorts)")])
    def test_are_known_by_whatever_stands_before_or_behind(self, mark, encoding):
        """Some programs begin a file of UTF-8 with a mark, and mail may say anything in brackets."""
        body = base64.encodebytes((mark + json.dumps(XARF_4)).encode()).decode()
        mail = (
            "From: <r@example.net>\nSubject: XARF\nMIME-Version: 1.0\n"
            'Content-Type: application/json; name="xarf.json"\n'
            f"Content-Transfer-Encoding: {encoding}\n\n{body}"
        )
        assert explained(mail) == explained(xarf_json(XARF_4))


class TestPlainMails:
    def test_say_nothing_a_machine_could_rely_on(self):
        said = understand(PLAIN.encode())
        assert said.explained() == NOTHING
        assert said.subject == "Courrier indésirable"
        assert said.text.startswith("Bonjour, on m’écrit")
        assert said.sender == "rita@example.org"
        assert not said.automatic

    def test_may_carry_the_message(self):
        said = explained(forwarded())
        assert said == {**NOTHING, "evidence_message": "whole", "message_id": "spam.77@example.org"}

    def test_may_write_fields_in_eight_bits(self):
        mail = PLAIN.replace("=?utf-8?q?Courrier_ind=C3=A9sirable?=", "Courrier indésirable")
        for raw in (mail.encode(), mail.replace("’", "'").encode("latin-1")):
            assert understand(raw).subject == "Courrier indésirable"

    def test_of_html_the_words_are_kept(self):
        mail = PLAIN.replace("text/plain", "text/html").replace(
            "Bonjour", "<style>p{}</style><p onclick='x()'>Bonjour</p><script>alert(1)</script>"
        )
        assert understand(mail.encode()).text.startswith("Bonjour")

    def test_in_an_unknown_charset_they_are_read_as_they_can_be(self):
        mail = PLAIN.replace("charset=utf-8", "charset=x-martian").encode()
        assert "m’écrit" in understand(mail).text

    @pytest.mark.parametrize(
        "head",
        [
            "Auto-Submitted: auto-replied\n",
            "Auto-Submitted: auto-generated; why\n",
            "Return-Path: <>\n",
            "Return-Path: <MAILER-DAEMON>\n",
            "Precedence: bulk\n",
            "Precedence: list\n",
            "Precedence: auto_reply\n",
            "List-Id: <x.example.org>\n",
            "X-Auto-Response-Suppress: All\n",
            "List-Post: <mailto:all@example.org>\n",
            "X-Loop: us\n",
            "X-Mailing-List: all@example.org\n",
        ],
    )
    def test_of_machines_are_known_for_what_they_are(self, head):
        assert understand((head + PLAIN).encode()).automatic

    @pytest.mark.parametrize(
        "sender",
        [
            "MAILER-DAEMON@x.example", "noreply@x.example", "no-reply@x.example", "", "nobody", "<>",
            "alerts-noreply@x.example", "bounce+77@x.example", "monitor-bounce@x.example", "donotreply@x.example",
        ],
    )  # fmt: skip
    def test_from_nobody_are_not_answered(self, sender):
        assert understand(PLAIN.replace("Rita <rita@example.org>", sender).encode()).automatic

    @pytest.mark.parametrize(
        "subject",
        ["Automatic reply: holidays", "Réponse automatique : en congés", "Out of office: back soon"],
    )
    def test_that_say_somebody_is_away_are_not_answered(self, subject):
        mail = PLAIN.replace("=?utf-8?q?Courrier_ind=C3=A9sirable?=", subject)
        assert understand(mail.encode()).automatic

    @pytest.mark.parametrize("sender", ["reply@x.example", "debounced@x.example", "rita+list@x.example"])
    def test_of_people_are_known_too(self, sender):
        assert not understand(PLAIN.replace("rita@example.org", sender).encode()).automatic

    def test_that_say_no_are_of_people(self):
        assert not understand(
            ("Auto-Submitted: no\nReturn-Path: <rita@example.org>\n" + PLAIN).encode()
        ).automatic

    @pytest.mark.parametrize("mail", [feedback(), jmrp(), xarf_mail(), xarf_json(XARF_4)])
    def test_every_report_of_a_machine_is_automatic(self, mail):
        assert understand(mail.encode()).automatic


BROKEN = {
    "nothing": b"",
    "one byte": b"\0",
    "bytes": bytes(range(256)) * 40,
    "1500 messages": nested(1500),
    "1500 multiparts": nested(1500, "multipart"),
    "1500 reports": b"Content-Type: message/feedback-report\n\n" * 1500 + b"x",
    "unknown charset": PLAIN.replace("utf-8", "\0\xff").encode("latin-1", "replace"),
    "unknown encoding": PLAIN.replace("8bit", "rot13").encode(),
    "huge": b"Subject: big\n\n" + b"x" * (13 * 1024 * 1024),
    "a million lines in many parts": nested(30, "multipart") + b"\n" * 1_000_000,
    "a million parameters": b"Content-Type: multipart/mixed" + b';";"' * 300_000 + b"\n\nx",
    "one endless header": b"Subject: " + b"=?utf-8?q?" * 200_000 + b"\n\nx",
    "endless address": feedback(FIELDS + "Original-Mail-From: " + "<" * 200_000 + "\n").encode(),
    "endless comment": feedback(FIELDS + "Source-IP: " + "(" * 200_000 + "\n").encode(),
    "endless tags": PLAIN.replace("text/plain", "text/html").replace("Bonjour", "<" * 200_000).encode(),
    "endless script": PLAIN.replace("text/plain", "text/html").replace("Bonjour", "<script " * 30_000).encode(),
    "boundaries": PLAIN.replace("text/plain", 'multipart/mixed; boundary="x"').encode() + b"--x\n" * 100_000,
    "file name": feedback(report_type='message/feedback-report; name="../../etc/passwd"').encode(),
    "bad base64": PLAIN.replace("8bit", "base64").encode() + b"=" * 1000,
    "bad uuencode": PLAIN.replace("8bit", "x-uuencode").encode(),
    "bad words": PLAIN.replace("=C3=A9", "=ZZ?=").encode(),
    "bad rfc 2231": PLAIN.replace("charset=utf-8", "charset*0*=nope'x'%FF; charset*9=%").encode(),
}  # fmt: skip


class TestBadInput:
    @pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN.keys())
    def test_is_understood_as_far_as_it_goes_and_soon(self, raw):
        began = time.monotonic()
        said = understand(raw)
        assert time.monotonic() - began < 10
        json.dumps(said.explained())

    @pytest.mark.parametrize("raw", [nested(1500), nested(1500, "multipart"), BROKEN["huge"]])
    def test_what_is_beyond_bounds_is_a_plain_mail_with_its_trouble(self, raw):
        said = understand(raw)
        assert said.explained() == NOTHING
        assert said.troubles
        assert said.automatic

    def test_what_is_too_large_keeps_its_subject(self):
        assert understand(BROKEN["huge"]).subject == "big"

    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=3000))
    def test_any_bytes(self, raw):
        json.dumps(understand(raw).explained())

    @settings(max_examples=400, deadline=None)
    @given(
        st.sampled_from(
            [feedback(), jmrp(), xarf_mail(), xarf_json(XARF_3), xarf_json(XARF_4), PLAIN, forwarded()]
        ),
        st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 40), st.binary(max_size=20)), max_size=8),
    )
    def test_any_mail_with_pieces_cut_out_and_put_in(self, mail, changes):
        raw = bytearray(mail.encode())
        for place, length, put in changes:
            raw[place : place + length] = put
        said = understand(bytes(raw))
        json.dumps(said.explained())
        assert said.kind in Kind

    @settings(max_examples=200, deadline=None)
    @given(st.sampled_from(sorted(ARF)), st.text(max_size=200))
    def test_any_text_in_any_field(self, name, text):
        field = {"evidence_message": "Incidents", "kind": "Version"}.get(name, name).replace("_", "-").title()
        said = understand(feedback(FIELDS + f"{field}: {text}\n").encode("utf-8", "surrogatepass"))
        json.dumps(said.explained()).encode()
