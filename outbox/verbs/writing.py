"""A letter is written, to one recipient."""

import re
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.conf import settings
from django.template import Context, Engine
from django.utils import timezone, translation

from outbox.channels import CHANNELS
from outbox.models import BODY_LIMIT, Letter, Priority, Stance
from outbox.nudge import nudge_on_commit

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# RFC 5321, without its quoted strings; a name in any script after the @ (IDNA), plain ASCII before it.
ONE_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[^\s\x00-\x1f\x7f-\x9f<>,;:\"()\\@]{1,189}")
LEFT_OUT = "\n\n[…]"


def can_be_written_to(address: str) -> bool:
    """Whether a letter can be addressed so; forms ask before anything is promised."""
    return bool(ONE_ADDRESS.fullmatch(address))


class BadAddress(ValueError):
    """Not one plain address: nothing is written."""


class Facts(TypedDict, total=False):
    """What a letter may say of itself besides its words; left out, it is an ordinary one by e-mail, due now."""

    channel: str
    priority: int
    due_at: datetime | None
    expires_at: datetime | None
    reply_to: str
    leave_url: str
    thread: str
    stance: str


def post(
    kind: str, *, to: str, key: str, language: str, context: dict[str, Any], **facts: Unpack[Facts]
) -> Letter:
    """Write `mail/<kind>.txt` to one recipient, now, in their language; it leaves after commit.

    The same key twice is the same letter. A letter that could not leave before `expires_at` is given up.
    Raises BadAddress; an unknown template or language is a programming error and raises too.
    """
    subject, body = written(kind, language, context)
    return put(kind, to=to, key=key, language=language, subject=subject, body=body, **facts)


def put(
    kind: str, *, to: str, key: str, language: str, subject: str, body: str, **facts: Unpack[Facts]
) -> Letter:
    """Lay words that are already written into the outbox. Raises BadAddress."""
    letter = addressed(kind, to=to, key=key, language=language, subject=subject, body=body, **facts)
    # A second writer of the same key waits here for the first one's commit, then finds its row.
    Letter.objects.bulk_create([letter], ignore_conflicts=True)
    nudge_on_commit()
    return Letter.objects.get(key=key)


def written(kind: str, language: str, context: dict[str, Any]) -> tuple[str, str]:
    """Subject and body of `mail/<kind>.txt` in `language`."""
    with translation.override(translation.get_supported_language_variant(language)):
        template = Engine.get_default().get_template(f"mail/{kind}.txt")
        text = template.render(
            Context(context | {"host": settings.HOST, "site_url": settings.SITE_URL}, autoescape=False)
        )
    subject, _, body = re.sub(r"\r\n?", "\n", text.strip()).partition("\n\n")
    return subject, body


def check_address(kind: str, channel: str, address: str) -> None:
    """Raises BadAddress."""
    if channel == "email" and not can_be_written_to(address):
        raise BadAddress(f"{address!r} is not one e-mail address; the letter {kind} was not written.")


def addressed(
    kind: str,
    *,
    to: str,
    key: str,
    language: str,
    subject: str,
    body: str,
    channel: str = "email",
    priority: int = Priority.NORMAL,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    reply_to: str = "",
    leave_url: str = "",
    thread: str = "",
    stance: str = Stance.FIRST,
) -> Letter:
    """A letter, not yet in the outbox. Raises BadAddress."""
    if channel not in CHANNELS:
        raise ValueError(f"No letter leaves by {channel!r}; there are: {', '.join(CHANNELS)}.")
    for address in filter(None, [to or "(nobody)", reply_to]):
        check_address(kind, channel, address)
    now = timezone.now()
    due_at = due_at or now
    return Letter(
        kind=kind,
        channel=channel,
        key=key,
        priority=priority,
        language=language,
        recipient=to,
        reply_to=reply_to,
        leave_url=leave_url,
        thread=thread,
        stance=stance,
        subject=" ".join(UNPRINTABLE.sub("", subject).split())[:300],
        body=_shortened(UNPRINTABLE.sub("", re.sub(r"\r\n?", "\n", body)).strip()),
        created_at=now,
        due_at=due_at,
        next_try_at=due_at,
        expires_at=expires_at,
    )


def _shortened(text: str) -> str:
    return text if len(text) <= BODY_LIMIT else text[: BODY_LIMIT - len(LEFT_OUT)] + LEFT_OUT
