"""A Matrix room, by the client-server API alone. The transaction number makes a repeated letter one message."""

import hashlib
from typing import Any
from urllib.parse import quote

import requests
from django.conf import settings

from outbox.channels.answers import Refused, Unreachable, Unsendable
from outbox.channels.web import ask, blame, first_of, remember, session
from outbox.models import Letter, Stance


class MatrixChannel:
    def __init__(self) -> None:
        self.session = session()
        self.session.headers["Authorization"] = f"Bearer {settings.MATRIX_TOKEN}"
        self.base = f"{settings.MATRIX_URL.rstrip('/')}/_matrix/client/v3"
        self.room = ""

    def hand_over(self, letter: Letter) -> None:
        if not (settings.MATRIX_URL and settings.MATRIX_TOKEN and settings.MATRIX_ROOM):
            raise Unsendable("MATRIX_URL, MATRIX_TOKEN and MATRIX_ROOM are not set.")
        first = first_of(letter)
        if letter.stance == Stance.EDIT and first is None:
            raise Refused("There is no message to edit.")
        number = hashlib.sha256(letter.key.encode()).hexdigest()
        url = f"{self.base}/rooms/{quote(self._room(), safe='')}/send/m.room.message/{number}"
        event = self._answer(
            ask(self.session, "PUT", url, json=message(letter, first.remote_id if first else None))
        )
        if letter.stance != Stance.EDIT:
            remember(letter, str(event["event_id"]))

    def _room(self) -> str:
        """A room's alias (#status:example.org) can be moved to another room; its number is asked for anew each run."""
        if not self.room:
            self.room = settings.MATRIX_ROOM
            if self.room.startswith("#"):
                url = f"{self.base}/directory/room/{quote(self.room, safe='')}"
                self.room = str(self._answer(ask(self.session, "GET", url))["room_id"])
        return self.room

    def _answer(self, response: requests.Response) -> dict[str, Any]:
        try:
            said = response.json()
        except requests.JSONDecodeError as error:
            if response.ok:
                raise Unreachable(f"{response.status_code}, but not the answer of a Matrix server") from error
            raise blame(response.status_code, str(response.reason), response.headers) from error
        if response.ok:
            return said
        headers = dict(response.headers)
        if isinstance(said.get("retry_after_ms"), int):
            headers.setdefault("Retry-After", str(-(-said["retry_after_ms"] // 1000)))
        words = f"{said.get('errcode', '')} {said.get('error', '')}"
        raise blame(response.status_code, words, headers)

    def close(self) -> None:
        self.session.close()


def message(letter: Letter, first: str | None) -> dict[str, Any]:
    """m.notice: what programs say, so that no other program answers it."""
    content: dict[str, Any] = {"msgtype": "m.notice", "body": letter.body}
    if first and letter.stance == Stance.EDIT:
        return {
            "msgtype": "m.notice",
            "body": f"* {letter.body}",
            "m.new_content": content,
            "m.relates_to": {"rel_type": "m.replace", "event_id": first},
        }
    if first and letter.stance == Stance.ANSWER:
        content["m.relates_to"] = {"m.in_reply_to": {"event_id": first}}
    return content
