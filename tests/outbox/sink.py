"""A real SMTP server in a thread, which answers as told and keeps what it took."""

import email
import email.policy
import socket
from collections.abc import Callable
from email.message import EmailMessage

from aiosmtpd.controller import Controller

# Given the address (or the message), the refusal; None takes it; HANG_UP closes the connection instead of answering.
Answer = Callable[[str], str | None]
HANG_UP = "hang up"


def take(_: str) -> None:
    return None


class Sink:
    def __init__(self, *, pipelining: bool = True) -> None:
        self.pipelining = pipelining
        self.to_sender: Answer = take
        self.to_recipient: Answer = take
        self.to_message: Answer = take
        self.greetings = 0
        self.envelopes: list[tuple[str, list[str], bytes]] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.open()

    def open(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def close(self) -> None:
        self.controller.stop()

    @property
    def letters(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=email.policy.default) for _, _, raw in self.envelopes]

    @property
    def recipients(self) -> list[str]:
        return [recipient for _, recipients, _ in self.envelopes for recipient in recipients]

    # ── what aiosmtpd calls ──

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self.greetings += 1
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]] if self.pipelining else responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        envelope.mail_from = address
        return self._answer(server, self.to_sender(address))

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        refusal = self.to_recipient(address)
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return self._answer(server, refusal)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        refusal = self.to_message(envelope.content.decode())
        if refusal is None:
            self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        return self._answer(server, refusal)

    def _answer(self, server, refusal: str | None) -> str:
        if refusal == HANG_UP:
            server.transport.abort()
        return refusal or "250 OK"
