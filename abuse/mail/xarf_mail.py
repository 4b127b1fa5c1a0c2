"""X-ARF 0.1 and 0.2: a mail with a part `report.txt` of `Key: value` lines. It looks like YAML; it is read by line."""

import re
from email.message import Message
from typing import Any

from abuse.mail.opening import Evidence, fields_of, name_of, text_of
from abuse.mail.plain import named
from abuse.mail.saying import address, addresses, date, domain, ip, message_id, token, uri, words

SIGNS = {"reported-from", "category", "report-type", "report-id", "source", "source-type", "schema-url"}
SIGNS_NEEDED = 4
DOCUMENTS = re.compile(r"(?m)^-{3}[ \t]*$")


def read(mail: Message, parts: list[Message], evidence: Evidence) -> dict[str, Any] | None:
    fields = _report(mail, parts)
    if fields is None:
        return None

    def first(*names: str) -> str | None:
        return next(
            (bare for name in names for value in fields.get(name, []) if (bare := _bare(value))), None
        )

    source = what_it_is(first("source"), first("source-type"))
    kind, agent, seen = first("report-type"), first("user-agent"), first("date")
    identity = evidence.get("Message-ID") or first("message-id")
    sender, named_ip = first("original-mail-from", "mail-from"), first("source-ip", "ip")
    domains = [_bare(value) for name in ("domain", "reported-domain") for value in fields.get(name, [])]
    uris = [
        _bare(value)
        for name in ("uri", "url", "reported-uri", "source-uri")
        for value in fields.get(name, [])
    ]
    recipients = [_bare(value) for value in fields.get("original-rcpt-to", [])]
    return {
        "feedback_type": token(kind) if kind else None,
        "user_agent": words(agent) if agent else None,
        "source_ip": source.get("ip") or (ip(named_ip) if named_ip else None),
        "arrival_date": date(seen) if seen else None,
        "original_mail_from": (address(sender) if sender else None) or source.get("address"),
        "original_rcpt_to": addresses(recipients) or None,
        "reported_domain": [*_found(source.get("domain")), *filter(None, map(domain, domains))] or None,
        "reported_uri": [*_found(source.get("uri")), *filter(None, map(uri, uris))] or None,
        "evidence_message": evidence.form,
        "message_id": message_id(identity) if identity else None,
        "named": named(mail, evidence),
    }


def what_it_is(source: str | None, kind: str | None) -> dict[str, str]:
    """A source as an Internet address, a web address, an e-mail address or a domain: by what it says it is, else by
    its shape."""
    if not source:
        return {}
    named_kind = (kind or "").lower()
    if found := ip(source):
        return {"ip": found}
    if "ur" in named_kind or "://" in source:
        return {"uri": uri(source) or ""}
    if "mail" in named_kind or "@" in source:
        return {"address": address(source) or ""}
    if named_kind.startswith("ip"):
        return {}
    found = domain(source)
    return {"domain": found} if found and "." in found else {}


def _report(mail: Message, parts: list[Message]) -> dict[str, list[str]] | None:
    declared = "X-ARF" in mail or "X-XARF" in mail
    for part in parts:
        if part.get_content_maintype() not in ("text", "application"):
            continue
        fields = _fields(text_of(part)[:50_000])
        signs = len(SIGNS & fields.keys())
        is_report = name_of(part) in ("report.txt", "report.yaml", "report.yml")
        if signs >= SIGNS_NEEDED or (signs >= 2 and (declared or is_report)):
            return fields
    return None


def _fields(text: str) -> dict[str, list[str]]:
    """Of the document between lines of `---`, where the words for people stand in the same part."""
    several = DOCUMENTS.split(text)
    for document in several[:50] if len(several) > 1 else []:
        fields = fields_of(document)
        if len(SIGNS & fields.keys()) >= SIGNS_NEEDED:
            return fields
    return fields_of(text)


def _bare(value: str) -> str:
    text = value.strip()
    quote = text[:1]
    if quote in ("'", '"') and quote in text[1:]:
        return text[1:].partition(quote)[0].strip()
    return text.partition(" #")[0].strip()


def _found(value: str | None) -> list[str]:
    return [value] if value else []
