"""Mails that report abuse, written for these tests after the standards and after what is met in the wild."""

import base64
import json

SPAM = """\
Received: from mail.example.org (mail.example.org [192.0.2.1])
\tby mx.example.com with ESMTP id 4Xk2; Mon, 02 Mar 2026 09:00:00 -0500
Return-Path: <watches@example.org>
From: "Watches" <watches@example.org>
To: <undisclosed@example.com>
Subject: A thousand watches
Message-ID: <spam.77@example.org>
Date: Mon, 02 Mar 2026 14:59:58 +0100

Buy them all.
"""
FIELDS = """\
Feedback-Type: abuse
User-Agent: SomeLoop/1.2
Version: 1
"""
ALL_FIELDS = """\
Feedback-Type: abuse
User-Agent: SomeLoop/1.2
Version: 1
Original-Mail-From: <watches@example.org>
Original-Rcpt-To: <one@example.com>
Original-Rcpt-To: <two@example.com>
Arrival-Date: Mon, 02 Mar 2026 09:00:00 EST
Reporting-MTA: dns; mx.example.com
Source-IP: 192.0.2.1
Incidents: 3
Authentication-Results: mx.example.com;
 spf=fail smtp.mail=watches@example.org
Reported-Domain: example.org
Reported-Domain: Watches.example.net.
Reported-Uri: http://example.org/buy?now=1
Reported-Uri: mailto:watches@example.org
"""


def feedback(
    fields: str = ALL_FIELDS,
    *,
    evidence: str | None = SPAM,
    evidence_type: str = "message/rfc822",
    report_type: str = "message/feedback-report",
    head: str = "",
    container: str = "multipart/report; report-type=feedback-report",
    close: bool = True,
) -> str:
    """A report of RFC 5965, with what readers stumble on as keywords."""
    last = f"\n--b1\nContent-Type: {evidence_type}\n\n{evidence}" if evidence is not None else ""
    return (
        f"{head}From: <loop@example.com>\nDate: Mon, 2 Mar 2026 15:00:01 +0000\nSubject: FW: A thousand watches\n"
        f"To: <abuse@host.example>\nMIME-Version: 1.0\nMessage-ID: <report.1@example.com>\n"
        f'Content-Type: {container}; boundary="b1"\n\n'
        f"--b1\nContent-Type: text/plain; charset=us-ascii\n\nSomebody called this junk.\n"
        f"\n--b1\nContent-Type: {report_type}\n\n{fields}{last}" + ("\n--b1--\n" if close else "\n")
    )


def jmrp(*, head: str = "", recipient: str = "X-HmXmrOriginalRecipient: <one@hotmail.com>\n") -> str:
    return (
        f"{head}From: <staff@hotmail.com>\nTo: <abuse@host.example>\n"
        "Subject: complaint about message from 192.0.2.1\nDate: Mon, 2 Mar 2026 15:00:01 +0000\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b2"\n\n--b2\nContent-Type: message/rfc822\n\n'
        f"{recipient}{SPAM}\n--b2--\n"
    )


REPORT_TXT = """\
---
Reported-From: reports@example.net
Category: abuse
Report-Type: login-attack
Service: ssh
Port: 22
Version: 0.2
User-Agent: fence 0.9
Date: Mon, 02 Mar 2026 15:00:00 +0100
Source-Type: ip-address
Source: 192.0.2.9
Report-ID: 4711@example.net
Schema-URL: http://www.x-arf.example/schema/abuse_login-attack_0.1.2.json
Attachment: text/plain
Occurrences: 17
"""


def xarf_mail(
    report: str = REPORT_TXT,
    *,
    declared: str = "X-XARF: PLAIN\n",
    evidence: str = "text/plain",
    name: bool = True,
) -> str:
    named = '; name="report.txt"' if name else ""
    log = SPAM if evidence.startswith("message") else "Mar  2 14:59:59 sshd[1]: Failed password for root\n"
    return (
        f"{declared}From: <reports@example.net>\nTo: <abuse@host.example>\nAuto-Submitted: auto-generated\n"
        "Subject: abuse report about 192.0.2.9\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b3"\n\n'
        "--b3\nContent-Type: text/plain; charset=utf-8\n\nGood day, this is about 192.0.2.9.\n"
        f"\n--b3\nContent-Type: text/plain; charset=utf-8{named}\n\n{report}"
        f"\n--b3\nContent-Type: {evidence}\n\n{log}\n--b3--\n"
    )


XARF_3 = {
    "Version": "3",
    "ReporterInfo": {
        "ReporterOrg": "Example",
        "ReporterOrgDomain": "example.net",
        "ReporterOrgEmail": "r@example.net",
    },
    "Disclosure": True,
    "Report": {
        "ReportClass": "Activity",
        "ReportType": "Spam",
        "Date": "2026-03-02T14:00:00Z",
        "SourceIp": "192.0.2.1",
        "SourcePort": 25,
        "SmtpMailFromAddress": "watches@example.org",
        "SmtpRcptToAddress": "one@example.com",
        "Samples": [
            {
                "ContentType": "message/rfc822",
                "Base64Encoded": True,
                "Description": "The message",
                "Payload": base64.b64encode(SPAM.encode()).decode(),
            }
        ],
    },
}
XARF_3_CONTENT = {
    "Version": "3",
    "ReporterInfo": {"ReporterOrg": "Example", "ReporterOrgEmail": "r@example.net"},
    "Report": {
        "ReportClass": "Content",
        "ReportType": "Phishing",
        "Date": "2026-03-02T15:00:00+01:00",
        "SourceUrl": "https://files.host.example/s/bank/",
    },
}
XARF_4 = {
    "xarf_version": "4.0.0",
    "report_id": "1a5ec293-0849-40a4-9eba-d5926262ff05",
    "timestamp": "2026-03-02T14:00:00Z",
    "reporter": {"org": "Example", "contact": "r@example.net", "domain": "example.net"},
    "sender": {"org": "Example", "contact": "r@example.net", "domain": "example.net"},
    "source_identifier": "192.0.2.1",
    "category": "messaging",
    "type": "spam",
    "evidence_source": "spamtrap",
    "protocol": "smtp",
    "smtp_from": "watches@example.org",
    "smtp_to": "one@example.com",
    "evidence": [
        {"content_type": "message/rfc822", "payload": base64.b64encode(SPAM.encode()).decode()},
    ],
}
XARF_4_CONTENT = {
    **{k: v for k, v in XARF_4.items() if k not in ("evidence", "smtp_from", "smtp_to", "protocol")},
    "category": "content",
    "type": "phishing",
    "url": "https://files.host.example/s/bank/",
    "domain": "files.host.example",
}


def xarf_json(
    report: dict, *, as_file: str = 'application/json; name="xarf.json"', encode: bool = True
) -> str:
    body = json.dumps(report)
    encoding = "Content-Transfer-Encoding: base64\n" if encode else ""
    if encode:
        body = base64.encodebytes(body.encode()).decode()
    return (
        "From: <r@example.net>\nTo: <abuse@host.example>\nSubject: XARF report\nX-XARF: 4\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b4"\n\n--b4\nContent-Type: text/plain\n\nA report.\n'
        f"\n--b4\nContent-Type: {as_file}\n{encoding}\n{body}\n--b4--\n"
    )


PLAIN = (
    "From: Rita <rita@example.org>\nTo: abuse@host.example\nSubject: =?utf-8?q?Courrier_ind=C3=A9sirable?=\n"
    "Message-ID: <hers.1@example.org>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
    "Content-Transfer-Encoding: 8bit\n\nBonjour, on m’écrit depuis chez vous : https://files.host.example/s/x\n"
)


def forwarded() -> str:
    """Somebody who is no machine, and attaches the message."""
    return (
        "From: Rita <rita@example.org>\nTo: abuse@host.example\nSubject: Fwd: watches\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b5"\n\n--b5\nContent-Type: text/plain\n\nPlease stop this.\n'
        f"\n--b5\nContent-Type: message/rfc822\n\n{SPAM}\n--b5--\n"
    )


def nested(depth: int, kind: str = "message/rfc822") -> bytes:
    if kind == "message/rfc822":
        return b"Content-Type: message/rfc822\n\n" * depth + b"Subject: at last\n\nhere\n"
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="n%d"\n\n--n%d\n' % (number, number)
        for number in range(depth)
    )
    return b"Subject: Russian dolls\nMIME-Version: 1.0\n" + head + b"Content-Type: text/plain\n\nhere\n"
