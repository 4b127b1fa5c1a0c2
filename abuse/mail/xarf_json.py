"""XARF 3 and 4: one JSON object, attached to a mail or piped in by itself."""

import base64
import binascii
import hashlib
import json
from email.message import Message
from typing import Any

from abuse.mail.opening import Evidence, TooMuch, message_from, name_of
from abuse.mail.plain import evidence_as_text, named
from abuse.mail.saying import address, addresses, date, domain, ip, message_id, token, uri
from abuse.mail.xarf_mail import what_it_is

LARGEST = 12 * 1024 * 1024
BLANK = b" \t\r\n\xef\xbb\xbf"  # with the mark some programs begin UTF-8 with
CHILD_ABUSE = {"csam", "csem", "childabuse", "child_abuse", "child_pornography", "child_porn", "childporn"}


def read(mail: Message, parts: list[Message], evidence: Evidence) -> dict[str, Any] | None:
    for part in parts:
        kind = part.get_content_type()
        is_json = kind in ("application/json", "text/json", "application/xarf+json")
        if is_json or name_of(part).endswith(".json") or kind in ("text/plain", "application/octet-stream"):
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes) and payload.lstrip(BLANK)[:1] == b"{":
                said = read_json(payload, evidence)
                if said is not None:
                    return said
    return None


def read_json(raw: bytes, attached: Evidence | None = None) -> dict[str, Any] | None:
    """What a report in JSON says; None when it is none. Evidence beside it in the mail counts when it carries none."""
    if len(raw) > LARGEST:
        raise TooMuch("too large")
    try:
        report = json.loads(raw.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(report, dict):
        return None
    if isinstance(report.get("xarf_version"), str | int | float):
        return _version_4(report, attached or Evidence())
    inner = report.get("Report")
    if isinstance(inner, dict) and ("ReportType" in inner or "ReporterInfo" in report):
        return _version_3(report, inner, attached or Evidence())
    return None


def _version_3(report: dict, inner: dict, attached: Evidence) -> dict[str, Any]:
    source = inner.get("Source")
    place = {k.lower(): v for k, v in source.items()} if isinstance(source, dict) else {}
    shape = what_it_is(source if isinstance(source, str) else None, _text(inner, "SourceType"))
    more = inner.get("AdditionalInfo")
    more = more if isinstance(more, dict) else {}
    samples = [*_dicts(inner.get("Samples")), *_dicts(inner.get("Attachment"))]
    evidence, troubles = _evidence(samples, attached)
    where = _text(inner, "SourceIp", "SourceIP") or _text(place, "ip")
    sender = _text(inner, "SmtpMailFromAddress") or _text(more, "SMTPFrom", "SmtpFrom")
    identity = evidence.get("Message-ID") or _text(inner, "SmtpMessageId", "MessageId")
    return {
        "feedback_type": token(_text(inner, "ReportType") or "") or None,
        "source_ip": (ip(where) if where else None) or shape.get("ip"),
        "arrival_date": date(_text(inner, "Date") or ""),
        "original_mail_from": address(sender) if sender else shape.get("address"),
        "original_rcpt_to": addresses(_texts(inner, "SmtpRcptToAddress") + _texts(more, "SMTPTo")) or None,
        "reported_domain": _all(
            domain, _texts(inner, "SourceDomain", "Domain") + _texts(place, "domain"), shape.get("domain")
        ),
        "reported_uri": _all(
            uri,
            _texts(inner, "SourceUrl", "Url", "URL", "InfringingUrl") + _texts(place, "url", "uri"),
            shape.get("uri"),
        ),
        "evidence_message": evidence.form,
        "message_id": message_id(identity) if identity else None,
        "named": named(evidence.message, evidence),
        "evidence": evidence_as_text(evidence),
        "troubles": troubles,
    }


def _version_4(report: dict, attached: Evidence) -> dict[str, Any]:
    shape = what_it_is(_text(report, "source_identifier"), None)
    evidence, troubles = _evidence(_dicts(report.get("evidence")), attached)
    sender = _text(report, "smtp_from")
    identity = _text(report, "message_id") or evidence.get("Message-ID")
    return {
        "feedback_type": token(_text(report, "type") or "") or None,
        "source_ip": shape.get("ip"),
        "arrival_date": date(_text(report, "timestamp") or ""),
        "original_mail_from": address(sender) if sender else shape.get("address"),
        "original_rcpt_to": addresses(_texts(report, "smtp_to", "recipients")) or None,
        "reported_domain": _all(domain, _texts(report, "domain", "reported_domain"), shape.get("domain")),
        "reported_uri": _all(uri, _texts(report, "url", "reported_url", "infringing_url"), shape.get("uri")),
        "evidence_message": evidence.form,
        "message_id": message_id(identity) if identity else None,
        "named": named(evidence.message, evidence),
        "evidence": evidence_as_text(evidence),
        "troubles": troubles,
    }


def _evidence(samples: list[dict], attached: Evidence) -> tuple[Evidence, list[str]]:
    """The message among the samples, and what is wrong with any of them: a hash that does not fit is said."""
    found, troubles = Evidence(), []
    for sample in samples[:50]:
        kind = (_text(sample, "content_type", "ContentType") or "").lower().partition(";")[0].strip()
        payload = _payload(sample)
        if not _fits(sample, payload):
            troubles.append("evidence does not fit its hash")
        if kind in ("message/rfc822", "message/global") and found.form != "whole":
            found = Evidence("whole", message_from(payload))
        elif kind in ("text/rfc822-headers", "message/rfc822-headers") and found.form == "none":
            found = Evidence("headers", message_from(payload))
    return (found if found.form != "none" else attached), troubles


def _payload(sample: dict) -> bytes:
    text = _text(sample, "payload", "Payload", "Data", "data") or ""
    if sample.get("Base64Encoded") is False:
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "replace")


def _fits(sample: dict, payload: bytes) -> bool:
    said = (_text(sample, "hash", "Hash") or "").lower()
    algorithm, _, digest = said.rpartition(":")
    if not said or (algorithm or "sha256") not in ("sha256", "sha512", "sha1", "md5"):
        return True
    return hashlib.new(algorithm or "sha256", payload, usedforsecurity=False).hexdigest() == digest


def _text(of: dict, *names: str) -> str | None:
    for name in names:
        value = of.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return None


def _texts(of: dict, *names: str) -> list[str]:
    found = []
    for name in names:
        value = of.get(name)
        several = value if isinstance(value, list) else [value]
        found += [one for one in several[:200] if isinstance(one, str) and one.strip()]
    return found


def _dicts(value: object) -> list[dict]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _all(read_one: Any, values: list[str], *more: str | None) -> list[str] | None:
    found = [one for one in map(read_one, values) if one]
    return list(dict.fromkeys([*found, *filter(None, more)])) or None
