"""The host's account in the Fediverse. One post a thread; what follows answers it, or says it anew."""

import hashlib
import re
from typing import Any

import requests
from django.conf import settings
from mastodon import (
    Mastodon,
    MastodonAPIError,
    MastodonError,
    MastodonNetworkError,
    MastodonNotFoundError,
    MastodonRatelimitError,
)

from outbox.channels.answers import Refused, Unreachable, Unsendable
from outbox.channels.web import ADDRESS, WORDS_KEPT, blame, first_of, remember, session
from outbox.models import Counterpart, Letter, Stance

# What a server counts when it does not say (Mastodon's own).
LONGEST, LONGEST_ADDRESS = 500, 23
LOOK_BACK = 20  # posts
CUT = " […]"
NAMED = re.compile(r"https?://(?:[^/\s@]+\.)+[^\W\d_]{2,}(?:[:/?#]|$)")
WORD = re.compile(r"[^ \t\n]+[ \t\n]*")  # up to where a line may be broken: not at a no-break space


class MastodonChannel:
    def __init__(self) -> None:
        self.answer: requests.Response | None = None
        self.session = session()
        self.session.hooks["response"].append(self._hear)
        self.api = Mastodon(
            api_base_url=settings.MASTODON_URL or "http://unset.invalid",
            access_token=settings.MASTODON_TOKEN,
            request_timeout=20,
            ratelimit_method="throw",
            version_check_mode="none",
            session=self.session,
        )
        self.limits: tuple[int, int] | None = None
        self.me: Any = None

    def hand_over(self, letter: Letter) -> None:
        if not (settings.MASTODON_URL and settings.MASTODON_TOKEN):
            raise Unsendable("MASTODON_URL and MASTODON_TOKEN are not set.")
        first = first_of(letter)
        try:
            limits = self._limits()
            try:
                self._say(letter, shortened(letter.body, *limits), first)
            except MastodonAPIError as error:
                # Too long all the same: servers differ in what they take for an address. Counted in full, it fits.
                shorter = shortened(letter.body, limits[0], None)
                if self._said(error)[0] != 422 or shorter == shortened(letter.body, *limits):
                    raise
                self._say(letter, shorter, first)
        except MastodonNetworkError as error:
            raise Unreachable(str(error)[:WORDS_KEPT], letter_in_hand=True) from error
        except MastodonRatelimitError as error:
            raise self._blamed(429, "Too many requests") from error
        except MastodonAPIError as error:
            raise self._blamed(*self._said(error)) from error
        except MastodonError as error:
            raise Unsendable(f"{type(error).__name__}: {error}"[:WORDS_KEPT]) from error

    def _say(self, letter: Letter, text: str, first: Counterpart | None) -> None:
        if letter.stance == Stance.EDIT:
            if first is None:
                raise Refused("There is no post to edit.")
            self._edit(first.remote_id, text)
        else:
            post = self._posted_already(letter) or self._post(
                letter, text, first.remote_id if first else None
            )
            remember(letter, str(post["id"]), str(post.get("url") or ""))

    def _edit(self, remote_id: str, text: str) -> None:
        try:
            self.api.status_update(remote_id, text)
        except MastodonNotFoundError as error:
            raise Refused("404: somebody removed the post there; it was not posted again.") from error

    def _post(self, letter: Letter, text: str, answers: str | None) -> Any:
        try:
            return self.api.status_post(
                text,
                in_reply_to_id=answers,
                visibility="public",
                language=letter.language,
                # The same at every attempt. Mastodon remembers it for an hour.
                idempotency_key=hashlib.sha256(letter.key.encode()).hexdigest(),
            )
        except MastodonNotFoundError:
            if answers is None:
                raise
            return self._post(letter, text, None)  # what it answers is gone: it stands on its own

    def _posted_already(self, letter: Letter) -> Any:
        """The post of an attempt that died before it could say so; found by the address it carries, which no other
        has."""
        address = last_address(letter.body)
        if not address:
            return None
        if self.me is None:
            self.me = self.api.account_verify_credentials()
        recent = self.api.account_statuses(self.me["id"], exclude_reblogs=True, limit=LOOK_BACK)
        return next((post for post in recent if f'href="{address}"' in (post.get("content") or "")), None)

    def _limits(self) -> tuple[int, int]:
        if self.limits is None:
            self.limits = self._ask_limits()
        return self.limits

    def _ask_limits(self) -> tuple[int, int]:
        try:
            said = self.api.instance_v2()["configuration"]["statuses"]
        except MastodonNotFoundError:
            return LONGEST, LONGEST_ADDRESS
        return (
            int(said.get("max_characters") or LONGEST),
            int(said.get("characters_reserved_per_url") or LONGEST_ADDRESS),
        )

    def _hear(self, response: requests.Response, **_: Any) -> None:
        """The library keeps no header of a refusal; we need to know when to ask again."""
        self.answer = response

    def _said(self, error: MastodonAPIError) -> tuple[int, str]:
        code = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], int) else 502
        return code, str(error.args[-1])

    def _blamed(self, code: int, words: str) -> Exception:
        return blame(code, words, self.answer.headers if self.answer is not None else {})

    def close(self) -> None:
        self.session.close()


def last_address(text: str) -> str:
    found = ADDRESS.findall(text)
    return found[-1] if found else ""


def weight(text: str, address_weighs: int | None = LONGEST_ADDRESS) -> int:
    """As the server counts: an address always the same, whatever its length; None: like any other word.

    It sees an address only where the name has a dot and letters after it, and does not take the full stop behind it to
    be a part of it.
    """
    if address_weighs is None:
        return len(text)
    total = len(text)
    for found in ADDRESS.findall(text):
        address = found.rstrip(".,;:!?)]}'’»…")
        if NAMED.match(address):
            total += address_weighs - len(address)
    return total


def shortened(text: str, longest: int = LONGEST, address_weighs: int | None = LONGEST_ADDRESS) -> str:
    """Fit a post into what a server takes: whole words, whole addresses, and always the last line, where the
    announcement can be read in full."""
    text = text.strip()
    if weight(text, address_weighs) <= longest:
        return text
    rest, _, last = text.rpartition("\n\n")
    end = CUT + (f"\n\n{last}" if rest and ADDRESS.fullmatch(last) else "")
    words = WORD.findall(rest if rest and ADDRESS.fullmatch(last) else text)
    room = longest - weight(end, address_weighs)
    kept = ""
    for word in words:
        if weight((kept + word).rstrip(), address_weighs) > room:
            break
        kept += word
    return (kept.rstrip() + end).strip()
