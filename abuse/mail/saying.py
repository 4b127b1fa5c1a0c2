"""Single values as mails write them: addresses, dates, Internet addresses, encoded words."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import parsedate_tz
from ipaddress import ip_address

LONGEST = 2000  # characters of a value that are looked at: nothing a report says is longer
ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]]{1,200}@[^\s<>,;:\"()]{1,253}")
IN_BRACKETS = re.compile(r"<\s*([^<>\s]*)\s*>")
COMMENT = re.compile(r"\([^()]*\)")


def words(value: object) -> str:
    """A header as people read it: unfolded, encoded words decoded, whatever its charset claims."""
    text = " ".join(str(value)[:LONGEST].split())
    if "=?" in text:
        try:
            text = "".join(readable(*piece) for piece in decode_header(text))
        except (HeaderParseError, ValueError):  # not base64 after all: it stays as it was written
            pass
    return printable(text)


def readable(piece: bytes | str, charset: str | None = None) -> str:
    """Bytes in the charset they claim; else in the one they turn out to have."""
    if isinstance(piece, str):
        return piece
    for candidate in (charset, "utf-8"):
        try:
            return piece.decode(candidate or "utf-8")
        except (LookupError, UnicodeError, ValueError):
            continue
    return piece.decode("latin-1")


def printable(text: str) -> str:
    """Without what no page, letter or database carries; bytes smuggled past the parser become what they mean."""
    if not text.isascii():
        text = readable(text.encode("utf-8", "surrogateescape"))
    return "".join(c for c in text if c in "\n\t" or c.isprintable())


def address(value: object) -> str | None:
    """The address in `<user@example.org>`; empty for the empty path `<>`, None when there is none."""
    text = words(value)
    inside = IN_BRACKETS.search(text)
    if inside:
        return inside[1].removeprefix("mailto:")
    found = ADDRESS.search(text.partition(";")[2] or text)
    return found[0] if found else None


def addresses(values: list[str]) -> list[str]:
    """Every address of every value: the field repeats, and some write several into one."""
    found = []
    for value in values:
        several = value.split(",") if value.count("@") > 1 else [value]
        found += [one for one in map(address, several) if one]
    return found


def message_id(value: object) -> str | None:
    """Without its angle brackets, which are no part of it (RFC 5322, section 3.6.4)."""
    text = words(value)
    inside = IN_BRACKETS.search(text)
    return (inside[1] if inside else text.partition(" ")[0]) or None


def ip(value: object) -> str | None:
    text = COMMENT.sub("", str(value)[:LONGEST]).strip().strip("[]").strip()
    if text[:5].lower() == "ipv6:":
        text = text[5:]
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def domain(value: object) -> str | None:
    text = COMMENT.sub("", words(value)).strip().strip("<>").rstrip(".").lower()
    return text if text and " " not in text else None


def uri(value: object) -> str | None:
    return "".join(printable(str(value)[:LONGEST]).split()).strip("<>") or None


def token(value: object) -> str | None:
    """One word, such as a type: without comments."""
    text = COMMENT.sub("", words(value)).strip()
    return text.partition(" ")[0].rstrip(";") or None


def date(value: object) -> str | None:
    """ISO 8601 with its offset. A date that names no zone, or `-0000`, is taken for UTC."""
    text = COMMENT.sub("", " ".join(str(value)[:100].split())).strip()
    moment = _as_iso(text) or _as_mail(text)
    return moment.isoformat() if moment else None


def _as_iso(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _as_mail(text: str) -> datetime | None:
    try:
        parsed = parsedate_tz(text)
        if parsed is None:
            return None
        return datetime(*parsed[:6], tzinfo=timezone(timedelta(seconds=parsed[9] or 0)))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
