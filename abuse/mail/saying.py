"""Single values as mails write them: addresses, dates, Internet addresses, encoded words."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import parsedate_tz
from ipaddress import ip_address

LONGEST = 2000  # characters of a value that are looked at: nothing a report says is longer
ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]]{1,200}@[^\s<>,;:\"()]{1,253}")
IN_BRACKETS = re.compile(r"<\s*((?:\"[^\"<>]*\")?[^<>\s]*)\s*>")
ROUTE = re.compile(r"^@[^:]*:")  # of another age: <@relay.example:user@example.org>
IDENTITY = re.compile(r"<([^<>]*)>")
IN_SQUARES = re.compile(r"\[([^\[\]]*)\]")
COMMENT = re.compile(r"\([^()]*\)")
ZONES = {"WET": 0, "WEST": 1, "CET": 1, "MET": 1, "MEZ": 1, "BST": 1, "CEST": 2, "MEST": 2, "MESZ": 2}
ZONES |= {"EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "KST": 9, "AEST": 10, "NZST": 12}
DNS = re.compile(r"^dns\s*;\s*")
PORT = re.compile(r":[0-9]{1,5}$", re.ASCII)
SECONDS = re.compile(r"[1-9][0-9]{9}$", re.ASCII)
NAMED_ZONE = re.compile(r" ([A-Z]{3,4})$")


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
        return ROUTE.sub("", inside[1].removeprefix("mailto:"))
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
    inside = IDENTITY.search(text)
    return ("".join(inside[1].split()) if inside else text.partition(" ")[0]) or None


def ip(value: object) -> str | None:
    """The first Internet address, without the port or the brackets some put about it."""
    text = COMMENT.sub("", str(value)[:LONGEST])
    first = next(iter(re.split(r"[\s,;]+", text.strip())), "")
    if found := IN_SQUARES.match(first):
        first = found[1]
    elif first.count(":") == 1:
        first = first.partition(":")[0]
    if first[:5].lower() == "ipv6:":
        first = first[5:]
    try:
        address = ip_address(first.partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def domain(value: object) -> str | None:
    """In lower case, without the dot at its end; of a web address, the name of its host."""
    text = COMMENT.sub("", words(value)).strip().strip("<>").lower()
    text = DNS.sub("", text).partition("://")[2].partition("/")[0] if "://" in text else DNS.sub("", text)
    text = PORT.sub("", text.rpartition("@")[2]).rstrip(".")
    return text if text and " " not in text else None


def domains(values: list[str]) -> list[str]:
    """Every domain of every value, once; some write several into one."""
    several = [one for value in values for one in value[:LONGEST].split(",")]
    return list(dict.fromkeys(found for one in several if (found := domain(one))))


def uri(value: object) -> str | None:
    return "".join(printable(str(value)[:LONGEST]).split()).strip("<>") or None


def token(value: object) -> str | None:
    """One word, such as a type: without comments."""
    text = COMMENT.sub("", words(value)).strip()
    return text.partition(" ")[0].rstrip(";") or None


def date(value: object) -> str | None:
    """ISO 8601 with its offset. A date that names no zone, an unknown one, or `-0000`, is taken for UTC (RFC 5322)."""
    text = COMMENT.sub("", " ".join(str(value)[:100].split())).strip()
    named = NAMED_ZONE.search(text)
    if named and named[1] in ZONES:
        text = f"{text[: named.start()]} {ZONES[named[1]]:+03d}00"
    moment = _as_iso(text) or _as_mail(text) or _as_seconds(text)
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
        year, month, day, hour, minute, second = parsed[:6]
        zone = timezone(timedelta(seconds=parsed[9] or 0))
        # A leap second is the sixtieth; no clock of ours knows it.
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _as_seconds(text: str) -> datetime | None:
    """Since 1970, as programs count; ten digits last from 2001 to 2286."""
    return datetime.fromtimestamp(int(text), UTC) if SECONDS.match(text) else None
