"""Which of our letters came back: read from a delivery report (RFC 3464), as mail servers write them."""

import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import Message

from outbox.models import Letter

LIMIT = 1_000_000  # bytes; a report with all of a letter of ours in it is far smaller
OURS = re.compile(r"<letter\.(\d{1,18})\.([0-9a-f]{1,16})@[^<>\s]{1,255}>")
PARTS = 50
REPORT = re.compile(rb"(?i)message/delivery-status")
CONTAINER = re.compile(rb"(?im)^content-type:[ \t\r\n]*(?:multipart|message)/")


@dataclass(frozen=True)
class Returned:
    """A letter of ours that could not be delivered for good, and why, in a status of RFC 3463 such as 5.1.1."""

    letter: Letter
    status: str


def what_came_back(mail: bytes) -> Returned | None:
    """The letter a delivery report is about; None for every other mail, late deliveries included. Never raises.

    A letter is known by its Message-ID, which holds the microsecond it was written in: nobody makes one up.
    """
    mail = mail[:LIMIT]
    if not REPORT.search(mail) or len(CONTAINER.findall(mail)) > PARTS:
        return None  # nothing else is opened: the standard parser fails on mails that are too deep
    report = message_from_bytes(mail.lstrip(b"\r\n"), policy=policy.compat32)
    if report.get_content_type() != "multipart/report":
        return None
    parts = [part for part, _number in zip(report.walk(), range(PARTS), strict=False)]
    stati = [_words(part) for part in parts if part.get_content_type() == "message/delivery-status"]
    failed = next((found for found in map(_failed, stati) if found is not None), None)
    if failed is None:
        return None
    returned = ("message/rfc822", "message/rfc822-headers", "text/rfc822-headers", "message/global-headers")
    for part in parts:
        if part.get_content_type() in returned:
            for number, written in OURS.findall(_words(part)):
                if letter := _letter(int(number), int(written, 16)):
                    return Returned(letter, failed)
    return None


def _failed(status: str) -> str | None:
    """Why one recipient will never get it: Action says so, whatever the code of the last try; None when none failed."""
    for recipient in re.split(r"\n[ \t]*\r?\n", status):
        if re.search(r"^Action:\s*failed\b", recipient, re.I | re.M):
            code = re.search(r"^Status:\s*([245]\.\d{1,3}\.\d{1,3})", recipient, re.I | re.M)
            return code[1] if code else ""
    return None


def _words(part: Message) -> str:
    """Of a part in clear or in base64, as some servers send it; the parser has taken apart what stands in it."""
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload.decode("utf-8", "replace")
    inner = part.get_payload()
    several = [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []
    texts = ["".join(f"{name}: {value}\n" for name, value in one.items()) for one in several]
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        try:
            said = b64decode("".join(str(one.get_payload()) for one in several))
        except ValueError:
            said = b""  # it was no base64 after all
        texts.append(said.decode("utf-8", "replace"))
    return "\n\n".join(texts)


def _letter(number: int, written: int) -> Letter | None:
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=written)
    except OverflowError:
        return None
    slack = timedelta(milliseconds=1)
    return Letter.objects.filter(pk=number, created_at__range=(moment - slack, moment + slack)).first()
