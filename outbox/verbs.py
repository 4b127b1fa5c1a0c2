"""What happens to letters, apart from their being carried (see delivery)."""

import logging
import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Lower
from django.template import Context, Engine
from django.utils import timezone, translation

from outbox.channels import CHANNELS
from outbox.models import BODY_LIMIT, Letter, Priority, Stance
from outbox.nudge import nudge_on_commit

log = logging.getLogger(__name__)

KEEP_CONTENT_OF_GIVEN_UP = timedelta(days=30)
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# RFC 5321, without its quoted strings; a name in any script after the @ (IDNA), plain ASCII before it.
ONE_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[^\s\x00-\x1f\x7f-\x9f<>,;:\"()\\@]{1,189}")
WRITTEN_ANEW = (
    "kind",
    "language",
    "recipient",
    "leave_url",
    "subject",
    "body",
    "due_at",
    "next_try_at",
    "expires_at",
)
LEFT_OUT = "\n\n[…]"


def can_be_written_to(address: str) -> bool:
    """Whether a letter can be addressed so; forms ask before anything is promised."""
    return bool(ONE_ADDRESS.fullmatch(address))


class BadAddress(ValueError):
    """Not one plain address: nothing is written."""


class CannotTryAgain(Exception):
    """The letter left, still waits, or has nothing left to say."""


def post(
    kind: str,
    *,
    to: str,
    key: str,
    language: str,
    context: dict[str, Any],
    channel: str = "email",
    priority: int = Priority.NORMAL,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    reply_to: str = "",
    leave_url: str = "",
    thread: str = "",
) -> Letter:
    """Write `mail/<kind>.txt` to one recipient, now, in their language; it leaves after commit.

    The same key twice is the same letter. A letter that could not leave before `expires_at` is given up.
    Raises BadAddress; an unknown template or language is a programming error and raises too.
    """
    subject, body = _written(kind, language, context)
    return put(
        kind,
        to=to,
        key=key,
        language=language,
        subject=subject,
        body=body,
        channel=channel,
        priority=priority,
        due_at=due_at,
        expires_at=expires_at,
        reply_to=reply_to,
        leave_url=leave_url,
        thread=thread,
    )


def put(
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
    """Lay words that are already written into the outbox. Raises BadAddress."""
    letter = _addressed(
        kind,
        to=to,
        key=key,
        language=language,
        subject=subject,
        body=body,
        channel=channel,
        priority=priority,
        due_at=due_at,
        expires_at=expires_at,
        reply_to=reply_to,
        leave_url=leave_url,
        thread=thread,
        stance=stance,
    )
    # A second writer of the same key waits here for the first one's commit, then finds its row.
    Letter.objects.bulk_create([letter], ignore_conflicts=True)
    nudge_on_commit()
    return Letter.objects.get(key=key)


class Recipient(NamedTuple):
    to: str
    key: str
    language: str
    leave_url: str = ""


@transaction.atomic
def put_many(
    kind: str,
    recipients: Iterable[Recipient],
    *,
    context: dict[str, Any],
    channel: str = "email",
    priority: int = Priority.BULK,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    thread: str = "",
) -> int:
    """Write `mail/<kind>.txt` to many, the same words for all who read one language; returns to how many.

    A key that is there already is left as it is, as everywhere. Raises BadAddress, and then nobody is written to.
    """
    words: dict[str, tuple[str, str]] = {}
    letters = []
    for recipient in recipients:
        if recipient.language not in words:
            words[recipient.language] = _written(kind, recipient.language, context)
        subject, body = words[recipient.language]
        letters.append(
            _addressed(
                kind,
                **recipient._asdict(),
                subject=subject,
                body=body,
                channel=channel,
                priority=priority,
                due_at=due_at,
                expires_at=expires_at,
                thread=thread,
            )
        )
    Letter.objects.bulk_create(letters, ignore_conflicts=True, batch_size=1000)
    nudge_on_commit()
    return len(letters)


class Addressed(NamedTuple):
    """A letter with words of its own."""

    recipient: Recipient
    context: dict[str, Any]


@transaction.atomic
def post_each(
    kind: str,
    letters: Iterable[Addressed],
    *,
    priority: int = Priority.BULK,
    due_at: datetime | None = None,
) -> int:
    """Write `mail/<kind>.txt` to each in words of their own, in one statement; returns to how many.

    A key that is there already is left as it is, as everywhere. Raises BadAddress, and then nobody is written to.
    """
    rows = []
    for recipient, context in letters:
        subject, body = _written(kind, recipient.language, context)
        rows.append(
            _addressed(
                kind,
                **recipient._asdict(),
                subject=subject,
                body=body,
                channel="email",
                priority=priority,
                due_at=due_at,
                expires_at=None,
            )
        )
    Letter.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    nudge_on_commit()
    return len(rows)


@transaction.atomic
def write_anew(kind: str, letters: Iterable[Addressed], *, due_at: datetime) -> int:
    """Give letters that were given up the words of today, and let them wait again; returns how many.

    Each stays the letter it was, with its Message-ID: should it have left after all, when whoever carried it was killed
    before saying so, its recipient has one letter and not two.
    """
    new = {letter.recipient.key: letter for letter in letters}
    rows = list(Letter.objects.given_up().filter(key__in=new).select_for_update())
    for row in rows:
        recipient, context = new[row.key]
        subject, body = _written(kind, recipient.language, context)
        fresh = _addressed(
            kind,
            **recipient._asdict(),
            subject=subject,
            body=body,
            channel=row.channel,
            priority=row.priority,
            due_at=due_at,
            expires_at=None,
        )
        for name in WRITTEN_ANEW:
            setattr(row, name, getattr(fresh, name))
        row.attempts, row.last_error, row.given_up_at = 0, "", None
    Letter.objects.bulk_update(rows, [*WRITTEN_ANEW, "attempts", "last_error", "given_up_at"], batch_size=500)
    nudge_on_commit()
    return len(rows)


@transaction.atomic
def recall(keys: Collection[str], *, at: datetime) -> int:
    """Empty letters that nobody needs any more; return how many. One that is being carried is let go."""
    waiting = Letter.objects.unsettled().filter(key__in=keys).select_for_update(skip_locked=True)
    return Letter.objects.filter(pk__in=list(waiting.values_list("pk", flat=True))).update(
        given_up_at=at, recipient="", reply_to="", subject="", body="", last_error=""
    )


def _written(kind: str, language: str, context: dict[str, Any]) -> tuple[str, str]:
    """Subject and body of `mail/<kind>.txt` in `language`."""
    with translation.override(translation.get_supported_language_variant(language)):
        template = Engine.get_default().get_template(f"mail/{kind}.txt")
        text = template.render(
            Context(context | {"host": settings.HOST, "site_url": settings.SITE_URL}, autoescape=False)
        )
    subject, _, body = re.sub(r"\r\n?", "\n", text.strip()).partition("\n\n")
    return subject, body


def _addressed(
    kind: str,
    *,
    to: str,
    key: str,
    language: str,
    subject: str,
    body: str,
    channel: str,
    priority: int,
    due_at: datetime | None,
    expires_at: datetime | None,
    reply_to: str = "",
    leave_url: str = "",
    thread: str = "",
    stance: str = Stance.FIRST,
) -> Letter:
    """A letter, not yet in the outbox. Raises BadAddress."""
    if channel not in CHANNELS:
        raise ValueError(f"No letter leaves by {channel!r}; there are: {', '.join(CHANNELS)}.")
    for address in filter(None, [to or "(nobody)", reply_to]):
        if channel == "email" and not can_be_written_to(address):
            raise BadAddress(f"{address!r} is not one e-mail address; the letter {kind} was not written.")
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


@transaction.atomic
def try_again(letter_id: int, *, by: Any) -> Letter:
    """Let a letter that was given up wait again, as if it were new. Raises CannotTryAgain.

    The admin's own history keeps who did it: the journal is this app's neighbour, not below it.
    """
    at = timezone.now()
    letter = Letter.objects.select_for_update().get(pk=letter_id)
    if letter.given_up_at is None:
        raise CannotTryAgain(f"Letter {letter_id} was not given up; there is nothing to try again.")
    if not letter.recipient:
        raise CannotTryAgain(f"Letter {letter_id} was emptied; ask for it again where it came from.")
    if letter.expires_at and letter.expires_at <= at:
        raise CannotTryAgain(f"Letter {letter_id} is out of date; its recipient must ask for a new one.")
    letter.given_up_at, letter.last_error, letter.attempts = None, "", 0
    letter.due_at = letter.next_try_at = at
    letter.save(update_fields=["given_up_at", "last_error", "attempts", "due_at", "next_try_at"])
    LogEntry.objects.log_actions(
        by.pk, [letter], CHANGE, change_message=[{"changed": {"fields": ["given_up_at"]}}], single_object=True
    )
    nudge_on_commit()
    return letter


@transaction.atomic
def withdraw(addresses: Collection[str], *, at: datetime) -> int:
    """Empty every letter to these addresses (in lower case), and let none leave any more; return how many.

    One that is being carried is waited for: it leaves, and was emptied by leaving.
    """
    theirs = (
        Letter.objects.filter(sent_at=None)
        .annotate(to=Lower("recipient"), answer=Lower("reply_to"))
        .filter(Q(to__in=addresses) | Q(answer__in=addresses))
    )
    numbers = list(theirs.select_for_update().values_list("pk", flat=True))
    return Letter.objects.filter(pk__in=numbers, sent_at=None).update(
        given_up_at=Coalesce("given_up_at", Value(at)),
        recipient="",
        reply_to="",
        subject="",
        body="",
        leave_url="",
        last_error="",
    )


@transaction.atomic
def withdraw_by(leave_url: str, *, at: datetime) -> int:
    """Let no letter leave any more that carries this way out: its recipient took it. Returns how many."""
    theirs = Letter.objects.unsettled().filter(leave_url=leave_url)
    numbers = list(theirs.select_for_update().values_list("pk", flat=True))
    return Letter.objects.filter(pk__in=numbers, sent_at=None).update(
        given_up_at=at, recipient="", reply_to="", subject="", body="", leave_url="", last_error=""
    )


@transaction.atomic
def forget(at: datetime) -> tuple[int, int]:
    """Remove what left or was given up long ago, empty what was given up a month ago. Returns both counts.

    A key is free again afterwards: a verb that repeats itself less often than OUTBOX_KEEP_SENT_DAYS needs its own mark.
    """
    removed, _ = Letter.objects.settled_before(at - timedelta(days=settings.OUTBOX_KEEP_SENT_DAYS)).delete()
    emptied = (
        Letter.objects.filter(given_up_at__lt=at - KEEP_CONTENT_OF_GIVEN_UP)
        .exclude(recipient="")
        .update(recipient="", reply_to="", subject="", body="", leave_url="", last_error="")
    )
    if removed or emptied:
        log.info("Letters forgotten: %d removed, %d emptied.", removed, emptied)
    return removed, emptied
