"""Opening a mail: its parts and their words, within bounds that no mail gets past."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MissingHeaderBodySeparatorDefect
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser, HeaderParser
from email.policy import Compat32
from typing import Any

from abuse.mail.saying import printable, readable

LARGEST = 12 * 1024 * 1024  # bytes: what mail servers commonly let through
CONTAINERS = 40  # parts inside parts; a report has three or four
PARTS = 200
WORK = 4_000_000  # lines times containers: what the standard parser does before it is done
LONGEST_HEADER = 20_000  # bytes of a Content-Type with all its parameters
LONGEST_TEXT = 100_000  # characters
ONLY_HEADERS = {
    "text/rfc822-headers",
    "text/rfc822-header",  # as some write it
    "message/rfc822-headers",
    "message/global-headers",
}

CONTAINER = re.compile(rb"(?im)^content-type:[ \t\r\n]*(?:multipart|message)/")
CONTENT_TYPE = re.compile(rb"(?im)^content-type:[^\n]*(?:\n[ \t][^\n]*)*")
COMMENT = re.compile(r"\s*\([^()]*\)")
FIELD = re.compile(r"^([!-9;-~]{1,80}):[ \t]?(.*)$")
HEAD_LINE = re.compile(rb"[!-9;-~]{1,200}:|[ \t]|From ")


class AsWritten(Compat32):
    """Header fields with the bytes they came with: the standard one loses those that are not ASCII.

    But for what the parser itself goes by: a charset is no name with such bytes in it, and a type or an encoding may
    have a comment behind it (RFC 2045), which the parser takes for a part of its name.
    """

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and name.lower().startswith("content-"):
            kind, mark, parameters = value.encode("ascii", "replace").decode("ascii").partition(";")
            return COMMENT.sub("", kind) + mark + parameters
        return value


AS_WRITTEN = AsWritten()


class TooMuch(Exception):
    """The mail is beyond what is opened; the message says what it is too much of."""


@dataclass(frozen=True)
class Evidence:
    """The message a report is about."""

    form: str = "none"  # whole, headers, none
    message: Message = field(default_factory=Message)

    def get(self, name: str) -> str | None:
        return self.message.get(name)


def open_mail(raw: bytes) -> Message:
    """Raises TooMuch, and whatever else the parser has in store."""
    if len(raw) > LARGEST:
        raise TooMuch("too large")
    containers = len(CONTAINER.findall(raw))
    if containers > CONTAINERS:
        raise TooMuch("too deep")
    if raw.count(b"\n") * (containers + 1) > WORK:
        raise TooMuch("too long")
    if any(len(found[0]) > LONGEST_HEADER for found in CONTENT_TYPE.finditer(raw)):
        raise TooMuch("too strange")
    return BytesParser(policy=AS_WRITTEN).parsebytes(mended(raw.lstrip(b"\r\n")))


def mended(raw: bytes) -> bytes:
    """Without the lines of the head that are no fields: the standard parser takes all below such a line for the text.

    What does not begin with a field has no head to mend.
    """
    if raw.startswith((b">From ", b"\xef\xbb\xbf")):
        raw = raw.partition(b"\n")[2] if raw[:1] == b">" else raw[3:]
    if not HEAD_LINE.match(raw):
        return raw
    end = min(
        (place for mark in (b"\n\n", b"\r\n\r\n", b"\r\r") if (place := raw.find(mark)) >= 0),
        default=len(raw),
    )
    head = raw[:end].splitlines(keepends=True)
    kept = [line for line in head if HEAD_LINE.match(line)]
    return raw if len(kept) == len(head) else b"".join(kept).rstrip(b"\r\n") + raw[end:]


def open_head(raw: bytes) -> Message:
    """What stands above the first empty line of a mail that is not opened otherwise."""
    return BytesHeaderParser(policy=AS_WRITTEN).parsebytes(raw.lstrip(b"\r\n")[:50_000])


def leaves(message: Message) -> Iterator[Message]:
    """The parts of a mail in order, without going into messages it carries. Raises TooMuch."""
    waiting: list[Any] = [message]
    seen = 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > PARTS:
            raise TooMuch("too many parts")
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting += reversed(payload)
        else:
            yield part


def name_of(part: Message) -> str:
    return (part.get_filename() or "").lower()


def text_of(part: Message) -> str:
    """What a part says, in the charset it claims or the one it turns out to have."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return _inner_text(part)
    return printable(readable(payload[: 4 * LONGEST_TEXT], part.get_content_charset()))[:LONGEST_TEXT]


def _inner_text(part: Message) -> str:
    """The words of a part of type message/…, which the parser has already taken apart; undone if it was encoded."""
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if not isinstance(inner, Message):
        return ""
    fields = "\n".join(f"{name}: {value}" for name, value in inner.items())
    rest = inner.get_payload()
    text = f"{fields}\n\n{rest if isinstance(rest, str) else ''}"[:LONGEST_TEXT]
    return printable(_decoded(text, str(part.get("Content-Transfer-Encoding", ""))))


def _decoded(text: str, encoding: str) -> str:
    raw = text.strip().encode("utf-8", "surrogateescape")
    match encoding.strip().lower():
        case "base64":
            try:
                return readable(base64.b64decode(raw))
            except (binascii.Error, ValueError):
                return text
        case "quoted-printable":
            return readable(quopri.decodestring(raw))
    return text


def fields_of(text: str) -> dict[str, list[str]]:
    """`Name: value` lines by lower-case name, every repetition kept, folded lines joined, blank lines skipped."""
    found: dict[str, list[str]] = {}
    last: list[str] | None = None
    for line in text.splitlines():
        if line[:1] in (" ", "\t") and line.strip():
            if last:
                last[-1] = f"{last[-1]} {line.strip()}"
        elif match := FIELD.match(line):
            last = found.setdefault(match[1].lower(), [])
            last.append(match[2].strip())
    return found


def evidence_in(parts: list[Message]) -> Evidence:
    """The first message among the parts; else the first headers of one."""
    headers = Evidence()
    for part in parts:
        match part.get_content_type():
            case "message/rfc822" | "message/global":
                return Evidence("whole", _carried(part))
            case kind if kind in ONLY_HEADERS and headers.form == "none":
                headers = Evidence("headers", message_from(text_of(part)))
    return headers


def _carried(part: Message) -> Message:
    payload = part.get_payload()
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() in ("base64", "quoted-printable"):
        return message_from(_inner_text(part))
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return _with_all_fields(payload[0])
    return message_from(text_of(part))


def _with_all_fields(message: Message) -> Message:
    """The parser stopped at a line that is no field, such as `>From …`: the fields below it are fields all the same."""
    if any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in message.defects):
        payload = message.get_payload()
        rest = payload if isinstance(payload, str) else message.preamble or ""
        _bad_line, _, below = rest[:LONGEST_TEXT].lstrip("\r\n").partition("\n")
        more = mended(below.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
        for name, value in HeaderParser(policy=AS_WRITTEN).parsestr(more).items():
            message[name] = value
    return message


def message_from(text: str | bytes) -> Message:
    """A message in hand as words. Raises TooMuch."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    return open_mail(raw)
