"""Which of our letters came back: read from a delivery report (RFC 3464), as mail servers write them."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import Message

from outbox.models import Letter

LIMIT = 1_000_000  # bytes; a report with all of a letter of ours in it is far smaller
OURS = re.compile(r"<letter\.(\d{1,18})\.([0-9a-f]{1,16})@[^<>\s]{1,255}>")
PARTS = 50


def letter_that_came_back(mail: bytes) -> Letter | None:
    """The letter that could not be delivered for good; None for every other mail, late deliveries included.

    A letter is known by its Message-ID, which holds the microsecond it was written in: nobody makes one up.
    """
    report = message_from_bytes(mail[:LIMIT], policy=policy.default)
    if report.get_content_type() != "multipart/report":
        return None
    parts = [part for part, _number in zip(report.walk(), range(PARTS), strict=False)]
    if not any(_failed(part) for part in parts if part.get_content_type() == "message/delivery-status"):
        return None
    returned = ("message/rfc822", "message/rfc822-headers", "text/rfc822-headers", "message/global-headers")
    for part in parts:
        if part.get_content_type() in returned:
            for number, written in OURS.findall(_words(part)):
                if letter := _letter(int(number), int(written, 16)):
                    return letter
    return None


def _failed(status: Message) -> bool:
    """At least one recipient will never get it: Action says so, whatever the code of the last try."""
    return re.search(r"^Action:\s*failed\b", _words(status), re.I | re.M) is not None


def _words(part: Message) -> str:
    return part.as_bytes(policy=policy.compat32).decode("utf-8", "replace")


def _letter(number: int, written: int) -> Letter | None:
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=written)
    except OverflowError:
        return None
    slack = timedelta(milliseconds=1)
    return Letter.objects.filter(pk=number, created_at__range=(moment - slack, moment + slack)).first()
