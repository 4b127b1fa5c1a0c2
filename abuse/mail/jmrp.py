"""Microsoft's Junk Mail Reporting Program: the message somebody called junk is attached, and little else is said."""

import re
from email.message import Message
from typing import Any

from abuse.mail.opening import Evidence
from abuse.mail.plain import evidence_as_text, named
from abuse.mail.saying import address, addresses, date, ip, message_id, words

COMPLAINT = re.compile(r"complaint about message from\s+\[?([0-9a-f.:]{3,45})", re.IGNORECASE)
MICROSOFT = re.compile(r"@(?:[\w-]+\.)*(?:hotmail|outlook|microsoft|live|msn)\.com$", re.IGNORECASE)
LITERAL = re.compile(r"\[(?:ipv6:)?([0-9a-f.:]{3,45})\]", re.IGNORECASE)
RECIPIENT = "X-HmXmrOriginalRecipient"


def read(mail: Message, parts: list[Message], evidence: Evidence) -> dict[str, Any] | None:
    complaint = COMPLAINT.search(words(mail.get("Subject", "")))
    recipients = [str(value) for part in (evidence.message, mail) for value in part.get_all(RECIPIENT, [])]
    from_microsoft = bool(MICROSOFT.search(address(mail.get("From", "")) or ""))
    if evidence.form == "none" and RECIPIENT in mail:
        evidence = Evidence(
            "whole", mail
        )  # the other format of the programme: the message as it came, unwrapped
    if evidence.form == "none" or not (recipients or (complaint and from_microsoft)):
        return None
    received = words(evidence.get("Received") or "")
    hop = LITERAL.search(received)
    senders = (evidence.get(name) for name in ("Return-Path", "X-SID-PRA", "From"))
    identity = evidence.get("Message-ID")
    return {
        "evidence": evidence_as_text(evidence),
        "source_ip": (complaint and ip(complaint[1])) or (ip(hop[1]) if hop else None),
        "arrival_date": date(received.rpartition(";")[2]) if ";" in received else None,
        "original_mail_from": next((found for said in senders if said and (found := address(said))), None),
        "original_rcpt_to": list(dict.fromkeys(addresses(recipients))) or None,
        "evidence_message": evidence.form,
        "message_id": message_id(identity) if identity else None,
        "named": named(mail, evidence),
    }
