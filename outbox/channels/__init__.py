"""The ways a letter can leave. A channel opens a line to its server, hands over one letter at a time, and says in
the four words of `answers` what became of it."""

from typing import Protocol

from outbox.channels.email import EmailChannel
from outbox.channels.mastodon import MastodonChannel
from outbox.channels.matrix import MatrixChannel
from outbox.channels.webhook import WebhookChannel
from outbox.models import Letter


class Channel(Protocol):
    def hand_over(self, letter: Letter) -> None:
        """Returns once the server has taken the letter. Raises one of `answers` otherwise."""

    def close(self) -> None:
        """Never raises: what was handed over stays handed over."""


CHANNELS: dict[str, type[Channel]] = {
    "email": EmailChannel,
    "mastodon": MastodonChannel,
    "webhook": WebhookChannel,
    "matrix": MatrixChannel,
}
