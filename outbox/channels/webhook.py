"""A JSON document to any address the operator names, signed so that it can be trusted: standardwebhooks.com."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from outbox.channels.answers import Postponed, Refused, Unreachable
from outbox.channels.web import FOR_A_WHILE, WORDS_KEPT, ask, ask_again_after, session
from outbox.models import Letter

NEVER = {400, 410, 413, 415, 422}


class WebhookChannel:
    """Each address is a server of its own: none of them being away makes the others wait."""

    def __init__(self) -> None:
        self.session = session()

    def hand_over(self, letter: Letter) -> None:
        body = letter.body.encode()
        try:
            answer = ask(
                self.session,
                "POST",
                letter.recipient,
                data=body,
                headers={"Content-Type": "application/json", **signed(letter, body, timezone.now())},
                stream=True,
            )
        except Unreachable as error:
            raise Postponed(str(error), broken=True) from error
        with answer:
            code, words = answer.status_code, f"{answer.status_code} {answer.reason}"[:WORDS_KEPT]
        if 200 <= code < 300:
            return
        if code in NEVER:
            raise Refused(words)
        wait = ask_again_after(answer.headers, timezone.now())
        raise Postponed(words, ask_again_after=wait, broken=code not in FOR_A_WHILE)

    def close(self) -> None:
        self.session.close()


def signed(letter: Letter, body: bytes, at: datetime) -> dict[str, str]:
    """The identity stays the same at every attempt: whoever receives it twice can tell."""
    identity = f"msg_{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}"
    moment = str(int(at.timestamp()))
    words = b".".join([identity.encode(), moment.encode(), body])
    signature = b64encode(hmac.digest(key_of(settings.WEBHOOK_SECRET), words, "sha256")).decode()
    return {"webhook-id": identity, "webhook-timestamp": moment, "webhook-signature": f"v1,{signature}"}


def key_of(secret: str) -> bytes:
    """`whsec_` announces the Base64 of a key, as the standard has it. Raises ValueError: what follows is none."""
    if secret.startswith("whsec_"):
        return b64decode(secret.removeprefix("whsec_"), validate=True)
    return secret.encode()
