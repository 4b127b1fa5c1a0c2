"""RFC 5965: an extensible format for e-mail feedback reports."""

from email.message import Message
from typing import Any

from abuse.mail.opening import Evidence, fields_of, text_of
from abuse.mail.plain import named
from abuse.mail.saying import address as one_address
from abuse.mail.saying import addresses, date, domains, ip, message_id, token, uri, words

ENOUGH_TO_BE_ONE = {
    "user-agent",
    "version",
}  # beside Feedback-Type, the fields that must be there (section 3.1)


def read(mail: Message, parts: list[Message], evidence: Evidence) -> dict[str, Any] | None:
    fields = _report(parts)
    if fields is None:
        return None

    def first(*names: str) -> str | None:
        return next((value for name in names for value in fields.get(name, []) if value), None)

    kind, agent, sender = first("feedback-type"), first("user-agent"), first("original-mail-from")
    source, arrived = first("source-ip"), first("arrival-date", "received-date")
    recipients = fields.get("original-rcpt-to") or _hotmail(evidence)
    identity = evidence.get("Message-ID") or first("original-message-id", "message-id")
    return {
        "feedback_type": (token(kind) or "").lower() or None if kind else None,
        "user_agent": words(agent) if agent else None,
        "source_ip": ip(source) if source else None,
        "arrival_date": date(arrived) if arrived else None,
        "original_mail_from": one_address(sender) if sender else None,
        "original_rcpt_to": addresses(recipients) or None,
        "reported_domain": domains(fields.get("reported-domain", [])) or None,
        "reported_uri": list(filter(None, map(uri, fields.get("reported-uri", [])))) or None,
        "evidence_message": evidence.form,
        "message_id": message_id(identity) if identity else None,
        "named": named(mail, evidence),
    }


def _report(parts: list[Message]) -> dict[str, list[str]] | None:
    """The fields of the machine-readable part, also where a gateway made plain text of it."""
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            return fields_of(text_of(part))
    for part in parts[1:] or parts:
        if part.get_content_maintype() in ("text", "application"):
            fields = fields_of(text_of(part)[:20_000])
            if "feedback-type" in fields and ENOUGH_TO_BE_ONE & fields.keys():
                return fields
    return None


def _hotmail(evidence: Evidence) -> list[str]:
    """Where Microsoft leaves out Original-Rcpt-To, the message it attaches still says it."""
    return [str(value) for value in evidence.message.get_all("X-HmXmrOriginalRecipient", [])]
