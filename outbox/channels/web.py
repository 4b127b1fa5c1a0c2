"""What the channels that speak HTTP have in common: who is to blame for an answer, and how long it asks us to wait."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from django.conf import settings
from django.utils import timezone

from outbox.channels.answers import Behind, Postponed, Refused, Unreachable, Unsendable
from outbox.models import Counterpart, Letter, Stance

SECONDS = (10, 20)  # to connect, and for each wait after that
ADDRESS = re.compile(r"https?://[^\s<>\"]+")
FOR_A_WHILE = {408, 425, 429}
NOT_US = {401, 403}
WORDS_KEPT = 300  # of what a server answers


def session() -> requests.Session:
    opened = requests.Session()
    opened.headers["User-Agent"] = f"chatons-portal (+{settings.SITE_URL})"
    return opened


def ask(line: requests.Session, method: str, url: str, **more: Any) -> requests.Response:
    """One request, never led elsewhere. Raises Unreachable when no answer came."""
    try:
        return line.request(method, url, timeout=SECONDS, allow_redirects=False, **more)
    except requests.RequestException as error:
        raise Unreachable(f"{type(error).__name__}: {error}"[:WORDS_KEPT], letter_in_hand=True) from error


def blame(code: int, words: str, headers: Mapping[str, str]) -> Exception:
    """Which of the answers a status code is, for a server that belongs to one channel alone."""
    said = f"{code} {words}"[:WORDS_KEPT]
    wait = ask_again_after(headers, timezone.now())
    if code == 429:
        return Unreachable(said, ask_again_after=wait)
    if code in NOT_US:
        return Unreachable(said)
    if code in FOR_A_WHILE or code >= 500:
        return Postponed(said, ask_again_after=wait, broken=code >= 500)
    return Refused(said)


def ask_again_after(headers: Mapping[str, str], at: datetime) -> timedelta | None:
    """`Retry-After` in seconds or as a date (RFC 9110), else Mastodon's `X-RateLimit-Reset`."""
    said = headers.get("Retry-After", "").strip()
    if said.isdecimal() and len(said) < 10:
        return timedelta(seconds=int(said))
    try:
        when = parsedate_to_datetime(said) if said else datetime.fromisoformat(headers["X-RateLimit-Reset"])
    except (KeyError, TypeError, ValueError):
        return None  # nothing was said, or nothing that can be understood: our own pauses hold
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(when - at, timedelta())


def first_of(letter: Letter) -> Counterpart | None:
    """Where the first of its thread is.

    Raises Behind while that one is still on its way, and Unsendable for an edit that a later one replaces: the first
    would end up with old words.
    """
    if not letter.thread:
        return None
    found = Counterpart.objects.filter(channel=letter.channel, thread=letter.thread).first()
    others = Letter.objects.filter(channel=letter.channel, thread=letter.thread)
    if found is None and others.unsettled().filter(pk__lt=letter.pk).exists():
        raise Behind("The first of its thread has not left yet.")
    later = others.filter(stance=Stance.EDIT, pk__gt=letter.pk, given_up_at=None)
    if letter.stance == Stance.EDIT and later.exists():
        raise Unsendable("A later letter of its thread says it anew.")
    return found


def remember(letter: Letter, remote_id: str, address: str = "") -> None:
    """Committed together with the mark that the letter left."""
    if letter.thread:
        Counterpart.objects.bulk_create(
            [
                Counterpart(
                    channel=letter.channel,
                    thread=letter.thread,
                    remote_id=remote_id,
                    address=address[:500],
                    placed_at=timezone.now(),
                )
            ],
            ignore_conflicts=True,
        )
