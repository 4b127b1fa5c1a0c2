"""Letters by e-mail: put on the wire with SMTP, or, while there is no mail server, in a folder."""

import os
import re
import smtplib
from email.utils import formataddr, formatdate, parseaddr
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.utils import translation

from outbox.channels.answers import Postponed, Refused, Unreachable, Unsendable
from outbox.models import Letter
from outbox.sheet import lay_out

# Refusals that mean "I do not know you", whichever letter is in hand (RFC 4954).
NEEDS_AUTHENTICATION = {530, 534, 535, 538}


class Line(Protocol):
    def carry(self, letter: Letter, message: EmailMultiAlternatives) -> None: ...
    def close(self) -> None: ...


class EmailChannel:
    def __init__(self) -> None:
        self.line = open_line(settings.OUTBOX_TRANSPORT)

    def hand_over(self, letter: Letter) -> None:
        self.line.carry(letter, compose(letter))

    def close(self) -> None:
        self.line.close()


def compose(letter: Letter) -> EmailMultiAlternatives:
    """Text with an HTML alternative. Raises Unsendable, whatever is wrong: one bad letter must not stop the others."""
    try:
        with translation.override(letter.language):
            html = lay_out(letter)
        message = EmailMultiAlternatives(
            letter.subject,
            f"{letter.body}\n\n-- \n{settings.HOST['name']}\n{settings.SITE_URL}\n",
            sender(),
            [letter.recipient],
            reply_to=[letter.reply_to] if letter.reply_to else None,
            headers={
                "Message-ID": letter.message_id,
                "Date": formatdate(usegmt=True),
                "Auto-Submitted": "auto-generated",
                "Content-Language": letter.language,
            },
        )
        message.attach_alternative(html, "text/html")
        message.message()
    except Exception as error:
        raise Unsendable(f"{type(error).__name__}: {error}") from error
    return message


def sender() -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or settings.HOST["name"], address))


def open_line(transport: dict[str, object]) -> Line:
    """From the words of EMAIL_URL. Nothing is connected yet."""
    backend = str(transport["EMAIL_BACKEND"])
    if backend.endswith("filebased.EmailBackend"):
        # django-environ takes the leading slash of filemail:///srv/letters away.
        return Folder(Path("/", str(transport["EMAIL_FILE_PATH"])))
    if not backend.endswith("smtp.EmailBackend"):
        return Elsewhere(backend)
    tls, ssl = bool(transport.get("EMAIL_USE_TLS")), bool(transport.get("EMAIL_USE_SSL"))
    return Smtp(
        EmailBackend(
            host=transport["EMAIL_HOST"],
            port=transport["EMAIL_PORT"] or (465 if ssl else 587 if tls else 25),
            username=transport["EMAIL_HOST_USER"] or "",
            password=transport["EMAIL_HOST_PASSWORD"] or "",
            use_tls=tls,
            use_ssl=ssl,
            timeout=settings.EMAIL_TIMEOUT,
        )
    )


class Gone(Exception):
    """The server hung up before it had the letter: it may only have been tired of this connection."""


class Smtp:
    """One connection for many letters. Django opens it (TLS, authentication); the conversation is ours, because
    who is to blame for a refusal depends on the sentence it answers."""

    def __init__(self, backend: EmailBackend) -> None:
        self.backend = backend

    def carry(self, letter: Letter, message: EmailMultiAlternatives) -> None:
        envelope = parseaddr(settings.DEFAULT_FROM_EMAIL)[1], sanitize_address(letter.recipient, "ascii")
        data = message.message().as_bytes(linesep="\r\n")
        if self.backend.connection is not None:
            try:
                return self._say(*envelope, data)
            except Gone:
                self._drop()
        try:
            self.backend.open()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Unreachable(words_of(error)) from error
        try:
            self._say(*envelope, data)
        except Gone as error:
            self._drop()
            raise Unreachable(str(error)) from error

    def _say(self, sender: str, recipient: str, data: bytes) -> None:
        server = self.backend.connection
        try:
            code, words = server.mail(sender, [f"size={len(data)}"] if server.has_extn("size") else [])
        except (smtplib.SMTPException, OSError) as error:
            raise Gone(words_of(error)) from error
        if code == 421:
            raise Gone(words_of(code, words))
        if code != 250:  # all letters have this sender: its refusal says nothing about this one
            self._drop()
            raise Unreachable(words_of(code, words))
        try:
            code, words = server.rcpt(recipient)
            if code in (250, 251):
                code, words = server.docmd("DATA")
                if code == 354:
                    server.send(re.sub(rb"(?m)^\.", b"..", data).rstrip(b"\r\n") + b"\r\n.\r\n")
                    code, words = server.getreply()
                    if code == 250:
                        return
        except (smtplib.SMTPException, OSError) as error:
            # Perhaps the server has it, perhaps it fell over this very letter: the others go first.
            self._drop()
            raise Unreachable(words_of(error), letter_in_hand=True) from error
        self._refusal(code, words_of(code, words))

    def _refusal(self, code: int, words: str) -> None:
        if code == 421 or code in NEEDS_AUTHENTICATION:
            self._drop()
            raise Unreachable(words)
        try:
            self.backend.connection.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()  # the answer to this letter is known; the next one opens a new connection
        raise Postponed(words) if 400 <= code < 500 else Refused(words)

    def _drop(self) -> None:
        if self.backend.connection is not None:
            self.backend.connection.close()
            self.backend.connection = None

    def close(self) -> None:
        if self.backend.connection is not None:
            try:
                self.backend.connection.quit()
            except (smtplib.SMTPException, OSError):
                self.backend.connection.close()  # nothing was left to say
            self.backend.connection = None


class Folder:
    """One file per letter, named by its Message-ID: a letter carried twice is still one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def carry(self, letter: Letter, message: EmailMultiAlternatives) -> None:
        name = letter.message_id.strip("<>").split("@")[0]
        draft = self.path / f".{name}.{os.getpid()}"
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.write_bytes(message.message().as_bytes())
            draft.rename(self.path / f"{name}.eml")
        except OSError as error:
            raise Unreachable(words_of(error)) from error

    def close(self) -> None:
        pass


class Elsewhere:
    """Any other of Django's backends: the console, memory."""

    def __init__(self, backend: str) -> None:
        self.connection = get_connection(backend)

    def carry(self, letter: Letter, message: EmailMultiAlternatives) -> None:
        try:
            self.connection.send_messages([message])
        except OSError as error:
            raise Unreachable(words_of(error)) from error

    def close(self) -> None:
        self.connection.close()


def words_of(answer: int | Exception, words: bytes = b"") -> str:
    """What a volunteer can act on: the server's code and words, or the system's."""
    if isinstance(answer, smtplib.SMTPResponseException):
        answer, words = answer.smtp_code, answer.smtp_error
    if isinstance(answer, int):
        return f"{answer} {words.decode('utf-8', 'replace')}"
    return f"{type(answer).__name__}: {answer}"
