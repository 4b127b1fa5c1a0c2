"""What is asked of the engine, and what it answers."""

import datetime as dt
from dataclasses import dataclass, field

from services.models import HttpVersion, Outcome, Protocol, Reason, RecordType, Security


@dataclass(slots=True)
class Look:
    """One use of one probe."""

    number: int  # of the probe; negative for what is no probe
    protocol: str
    target: str
    timeout_seconds: float = 8
    expects_status: str = ""
    expects_text: str = ""
    expects_json: str = ""
    follows_redirects: bool = True
    http_version: str = HttpVersion.ANY
    security: str = Security.STARTTLS
    record_type: str = RecordType.A
    resolver: str | None = None
    resolver_port: int = 53
    inside: bool = False  # may private addresses be looked at?
    reads_certificate: bool = False


@dataclass(slots=True)
class Seen:
    """What one look saw, or why it saw nothing."""

    look: Look
    outcome: int
    reason: str = ""
    words: str = ""
    latency_ms: int | None = None
    certificate_ends_at: dt.datetime | None = None
    started_at: dt.datetime = field(default=dt.datetime.min.replace(tzinfo=dt.UTC))
    seconds: float = 0.0  # from its beginning to its end, by a clock that only goes forward


OURS = frozenset({Reason.INSIDE, Reason.OFFLINE, Reason.OURS})


def worked(look: Look, latency_ms: int, certificate_ends_at: dt.datetime | None = None) -> Seen:
    return Seen(look, Outcome.UP, latency_ms=latency_ms, certificate_ends_at=certificate_ends_at)


def failed(look: Look, reason: str, words: str = "") -> Seen:
    """What is our own fault says nothing about the service."""
    outcome = Outcome.UNKNOWN if reason in OURS else Outcome.DOWN
    return Seen(look, outcome, reason, printable(words))


def printable(words: str) -> str:
    """What other machines say, as one short line that a page and a database can hold."""
    return "".join(letter if letter.isprintable() else " " for letter in words).strip()[:300]


__all__ = ["OURS", "Look", "Protocol", "Seen", "failed", "printable", "worked"]
