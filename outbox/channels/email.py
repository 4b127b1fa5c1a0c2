"""Letters by e-mail: which server, by EMAIL_URL, and what a letter looks like on the wire."""

import os
from binascii import b2a_qp
from email.header import Header
from email.utils import formataddr, formatdate, parseaddr
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.utils import translation
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

from outbox.channels.answers import Unreachable, Unsendable
from outbox.channels.smtp import Smtp
from outbox.models import Letter
from outbox.sheet import lay_out


class Line(Protocol):
    def carry(self, letter: Letter, sender: str, recipient: str, message: bytes) -> None: ...
    def close(self) -> None: ...


class EmailChannel:
    def __init__(self) -> None:
        name, self.sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
        self.sent_by = formataddr((name or settings.HOST["name"], self.sender))
        self.line = open_line(settings.OUTBOX_TRANSPORT)

    def hand_over(self, letter: Letter) -> None:
        try:
            recipient = on_the_wire(letter.recipient)
            message = compose(letter, sender=self.sent_by, recipient=recipient)
        except Exception as error:  # whatever is wrong with one letter must not stop the others
            raise Unsendable(f"{type(error).__name__}: {error}") from error
        self.line.carry(letter, self.sender, recipient, message)

    def close(self) -> None:
        self.line.close()


def compose(letter: Letter, *, sender: str, recipient: str) -> bytes:
    """Text with an HTML alternative, ready for the wire: ASCII, CRLF, short lines.

    Written out by hand: a message has always this one shape, and the e-mail package takes ten times as long for it.
    """
    with translation.override(letter.language):
        html = lay_out(letter)
        leave = way_out(letter)
    text = f"{letter.body}\n\n-- \n{settings.HOST['name']}\n{settings.SITE_URL}\n{leave}"
    headers = {
        "Message-ID": letter.message_id,
        "Date": formatdate(usegmt=True),
        "From": sender,
        "To": recipient,
        **({"Reply-To": on_the_wire(letter.reply_to)} if letter.reply_to else {}),
        "Subject": in_header(letter.subject),
        **({"References": letter.thread_id, "In-Reply-To": letter.thread_id} if letter.thread else {}),
        **(one_click(letter.leave_url) if letter.leave_url else {}),
        "Auto-Submitted": "auto-generated",
        "Content-Language": letter.language,
        "MIME-Version": "1.0",
    }
    if any("\r" in value or "\n" in value.replace("\n ", "") for value in headers.values()):
        raise ValueError("A header goes on beyond its line.")
    boundary = f"=_letter-{letter.pk}"  # quoted-printable text never holds "=_"
    head = "".join(f"{name}: {value}\n" for name, value in headers.items())
    return b"".join(
        [
            f'{head}Content-Type: multipart/alternative; boundary="{boundary}"\n\n--{boundary}\n'.encode(
                "ascii"
            ),
            part("text/plain", text),
            f"--{boundary}\n".encode(),
            part("text/html", html),
            f"--{boundary}--\n".encode(),
        ]
    ).replace(b"\n", b"\r\n")


def one_click(leave_url: str) -> dict[str, str]:
    """RFC 8058: the mail program's own "unsubscribe", without opening a page. Both must be signed by DKIM."""
    return {
        "List-Unsubscribe": f"<{iri_to_uri(leave_url)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def way_out(letter: Letter) -> str:
    if not letter.leave_url:
        return ""
    return (
        "\n" + _("You asked for these letters. No more of them: %(url)s") % {"url": letter.leave_url} + "\n"
    )


def part(content_type: str, text: str) -> bytes:
    head = f"Content-Type: {content_type}; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    return head.encode() + b2a_qp(text.encode(), istext=True) + b"\n"


def on_the_wire(address: str) -> str:
    name, _, domain = address.rpartition("@")
    return address if address.isascii() else f"{name}@{domain.encode('idna').decode()}"


def in_header(subject: str) -> str:
    if subject.isascii() and len(subject) < 70:
        return subject
    return Header(subject, "ascii" if subject.isascii() else "utf-8", header_name="Subject").encode()


def open_line(transport: dict[str, Any]) -> Line:
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


class Folder:
    """One file per letter, named by its Message-ID: a letter carried twice is still one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def carry(self, letter: Letter, sender: str, recipient: str, message: bytes) -> None:
        name = letter.message_id.strip("<>").split("@")[0]
        draft = self.path / f".{name}.{os.getpid()}"
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.write_bytes(message)
            draft.rename(self.path / f"{name}.eml")
        except OSError as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        pass


class Ready(EmailMessage):
    """A message that is already written."""

    def __init__(self, sender: str, recipient: str, message: bytes) -> None:
        super().__init__(from_email=sender, to=[recipient])
        self.written = message

    def message(self, **_: object) -> Any:
        return self

    def as_bytes(self, **_: object) -> bytes:
        return self.written

    def get_charset(self) -> None:
        return None


class Elsewhere:
    """Any other of Django's backends: the console, memory."""

    def __init__(self, backend: str) -> None:
        self.connection = get_connection(backend)

    def carry(self, letter: Letter, sender: str, recipient: str, message: bytes) -> None:
        try:
            self.connection.send_messages([Ready(sender, recipient, message)])
        except OSError as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        self.connection.close()
