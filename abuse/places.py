"""Where something was seen: each line of a report, with what it turned out to be.

One column holds them, as they were written or as a mail said them; what each is, is read anew whenever it is shown.
"""

import ipaddress
import re
from datetime import datetime
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MAILBOX = re.compile(r"[^\s<>@,;:/]{1,64}@[^\s<>@,;:/]{1,255}")
MESSAGE_ID = re.compile(r"[^\s<>@]{1,250}@[^\s<>@]{1,250}")
MESSAGE_LINE = re.compile(r"message-id\s*:\s*<?([^<>]*)>?", re.IGNORECASE)
WEB = re.compile(r"(?:https?|hxxps?|ftp)://\S+", re.IGNORECASE)
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}(?:/\S*)?", re.IGNORECASE)


class Place(NamedTuple):
    label: Promise
    text: str


def places(where: str | None) -> list[Place]:
    lines = (line.strip() for line in (where or "").splitlines())
    return [_place(line) for line in lines if line]


def _place(line: str) -> Place:
    named = MESSAGE_LINE.fullmatch(line) or line[0] == "<"
    if named and (message_id := read_message_id(line)):
        return Place(_("Message-ID"), message_id)
    return Place(_kind(line), line)


def _kind(line: str) -> Promise:
    first, _space, rest = line.partition(" ")
    if read_ip(first.rstrip(",;")):
        return _("Internet address and time") if rest.strip() else _("Internet address, without a time")
    if WEB.fullmatch(line) or DOMAIN.fullmatch(line):
        return _("Web address")
    if MAILBOX.fullmatch(line):
        return _("Mailbox")
    return _("Account, or else")


def read_ip(written: str) -> str | None:
    """An Internet address as logs and careful people write it (defanged, with a port); None if it is none."""
    text = written.strip().replace("[.]", ".").replace("[:]", ":")
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::\d{1,5})?", text)
    candidates = [bracketed[1]] if bracketed else [text, re.sub(r":\d{1,5}$", "", text)]
    for candidate in candidates:
        try:
            return str(ipaddress.ip_address(candidate))
        except ValueError:
            continue
    return None


def read_message_id(written: str) -> str | None:
    """A Message-ID (RFC 5322), with or without the name of its line; None if it is none."""
    text = written.strip()
    named = MESSAGE_LINE.fullmatch(text)
    bare = (named[1] if named else text.strip("<>")).strip()
    return f"<{bare}>" if MESSAGE_ID.fullmatch(bare) else None


def written(where: str, *, source_ip: str, seen_at: datetime | None, message_id: str) -> str:
    """All of it as lines, as a machine's mail is kept too."""
    lines = [
        where,
        f"{source_ip} {seen_at.isoformat()}" if source_ip and seen_at else "",
        f"Message-ID: {message_id}" if message_id else "",
    ]
    return "\n".join(line for line in lines if line)
