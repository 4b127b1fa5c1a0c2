"""Every e-mail that Django or a library sends becomes a letter. No request waits for a mail server."""

from collections.abc import Sequence
from email.utils import parseaddr
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import translation

from outbox.models import Letter, Priority
from outbox.verbs import BadAddress, put


class OutboxBackend(BaseEmailBackend):
    """One letter per recipient. Hints, as attributes of the message: `outbox_kind`, `outbox_priority`,
    `outbox_expires_at`. A ready-made HTML alternative is left aside: letters have one look."""

    @transaction.atomic
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Raises BadAddress, and ValueError for attachments; then none of the messages is written."""
        return sum(bool(_letters(message)) for message in email_messages)


def _letters(message: EmailMessage) -> list[Letter]:
    if message.attachments:
        raise ValueError(
            f"“{message.subject}” has attachments; letters carry none. Put a link in it instead."
        )
    return [
        put(
            getattr(message, "outbox_kind", "mail"),
            to=_bare(recipient),
            key=f"mail:{uuid4()}",
            language=translation.get_language() or settings.LANGUAGE_CODE,
            subject=str(message.subject),
            body=str(message.body),
            priority=getattr(message, "outbox_priority", Priority.NORMAL),
            expires_at=getattr(message, "outbox_expires_at", None),
            reply_to=_bare(message.reply_to[0]) if message.reply_to else "",
        )
        for recipient in message.recipients()
    ]


def _bare(recipient: str) -> str:
    """ "Sami <sami@example.org>" is sami@example.org. Python's parser would mend a broken address by dropping
    what follows a line break; we refuse it."""
    if any(ord(character) < 32 for character in recipient):
        raise BadAddress(f"{recipient!r} is not one e-mail address; the message was not written.")
    return parseaddr(recipient)[1] or recipient
