"""One SMTP connection for many letters.

Django opens it (TLS, authentication); the conversation is ours, because who is to blame for a refusal depends on the
sentence it answers, and because a server that allows it (RFC 2920, nearly all) is told three sentences in one breath.
"""

import re
import smtplib

from django.core.mail.backends.smtp import EmailBackend

from outbox.channels.answers import Postponed, Refused, Unreachable
from outbox.models import Letter

# "I do not know you", whichever letter is in hand (RFC 4954).
NEEDS_AUTHENTICATION = {530, 534, 535, 538}
CLOSING = 421
TROUBLE = (smtplib.SMTPException, OSError)


class HungUp(Exception):
    """Before the server heard of the letter: it may only have been tired of this connection."""


class Smtp:
    def __init__(self, backend: EmailBackend) -> None:
        self.backend = backend
        self.server: smtplib.SMTP | None = None

    def carry(self, letter: Letter, sender: str, recipient: str, message: bytes) -> None:
        if self.server is not None:
            try:
                return self._say(self.server, sender, recipient, message)
            except HungUp:
                self._drop()
        server = self._open()
        try:
            return self._say(server, sender, recipient, message)
        except HungUp as error:
            self._drop()
            raise Unreachable(str(error)) from error

    def _open(self) -> smtplib.SMTP:
        try:
            self.backend.open()
            self.server = self.backend.connection
            assert self.server is not None
            self.server.ehlo_or_helo_if_needed()
        except TROUBLE as error:
            self._drop()
            raise Unreachable(words_of(error)) from error
        return self.server

    def _say(self, server: smtplib.SMTP, sender: str, recipient: str, message: bytes) -> None:
        size = f" SIZE={len(message)}" if server.has_extn("size") else ""
        sentences = [f"MAIL FROM:<{sender}>{size}\r\n", f"RCPT TO:<{recipient}>\r\n", "DATA\r\n"]
        breath = "".join(sentences) if server.has_extn("pipelining") else ""
        try:
            server.send(breath or sentences[0])
            code, words = server.getreply()
        except TROUBLE as error:
            raise HungUp(words_of(error)) from error
        if code == CLOSING:
            raise HungUp(reply(code, words))
        if code != 250:  # all letters have this sender: its refusal says nothing about this one
            self._drop()
            raise Unreachable(reply(code, words))
        try:
            answer = self._address(server, sentences[1:], said=bool(breath))
            if answer is None:
                server.send(re.sub(rb"(?m)^\.", b"..", message) + b".\r\n")
                answer = server.getreply()
                if answer[0] == 250:
                    return
        except TROUBLE as error:
            # Perhaps the server has it, perhaps it fell over this very letter: the others go first.
            self._drop()
            raise Unreachable(words_of(error), letter_in_hand=True) from error
        self._refused(server, *answer)

    def _address(self, server: smtplib.SMTP, sentences: list[str], *, said: bool) -> tuple[int, bytes] | None:
        """RCPT and DATA. None when the server wants the message; else the refusal, with nothing left unread."""
        rcpt, data = sentences
        if not said:
            server.send(rcpt)
        to_recipient = server.getreply()
        welcome = to_recipient[0] in (250, 251)
        if to_recipient[0] == CLOSING or not (welcome or said):
            return to_recipient
        if not said:
            server.send(data)
        to_data = server.getreply()
        if to_data[0] == 354 and welcome:
            return None
        if to_data[0] == 354:  # RFC 2920, 3.1: an empty message, for nobody, ends it
            server.send(".\r\n")
            server.getreply()
        return to_data if welcome else to_recipient

    def _refused(self, server: smtplib.SMTP, code: int, words: bytes) -> None:
        if code == CLOSING or code in NEEDS_AUTHENTICATION:
            self._drop()
            raise Unreachable(reply(code, words))
        try:
            server.rset()
        except TROUBLE:
            self._drop()  # the answer to this letter is known; the next one opens a new connection
        raise (Postponed if 400 <= code < 500 else Refused)(reply(code, words))

    def _drop(self) -> None:
        if self.server is not None:
            self.server.close()
        self.server = self.backend.connection = None

    def close(self) -> None:
        if self.server is not None:
            try:
                self.server.quit()
            except TROUBLE:
                pass  # it hung up first: nothing was left to say
        self._drop()


def reply(code: int, words: bytes) -> str:
    return f"{code} {words.decode('utf-8', 'replace')}"


def words_of(error: Exception) -> str:
    """What a volunteer can act on: the server's code and words, or the system's."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return reply(error.smtp_code, said if isinstance(said, bytes) else said.encode())
    return f"{type(error).__name__}: {error}"
