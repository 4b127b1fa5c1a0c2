"""Letters are written to many at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from outbox.models import Letter, Priority
from outbox.nudge import nudge_on_commit
from outbox.verbs.writing import addressed, check_address, written

AT_ONCE = 1000
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
    by_language: dict[str, list[Recipient]] = defaultdict(list)
    for recipient in recipients:
        by_language[recipient.language].append(recipient)
    for language, readers in by_language.items():
        subject, body = written(kind, language, context)
        letter = addressed(
            kind,
            **readers[0]._asdict(),
            subject=subject,
            body=body,
            channel=channel,
            priority=priority,
            due_at=due_at,
            expires_at=expires_at,
            thread=thread,
        )
        for reader in readers:
            check_address(kind, channel, reader.to or "(nobody)")
        for start in range(0, len(readers), AT_ONCE):
            _insert(letter, readers[start : start + AT_ONCE])
    nudge_on_commit()
    return sum(map(len, by_language.values()))


def _insert(letter: Letter, readers: Sequence[Recipient]) -> None:
    """The same letter to each: its words travel to the database once."""
    own = ("recipient", "key", "leave_url")
    same = [
        field for field in Letter._meta.concrete_fields if not field.primary_key and field.name not in own
    ]
    columns = ", ".join([f'"{field.column}"' for field in same] + list(own))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO outbox_letter ({columns}) "  # noqa: S608
            f"SELECT {', '.join(['%s'] * len(same))}, their.* "
            "FROM unnest(%s::text[], %s::text[], %s::text[]) their ON CONFLICT DO NOTHING",
            [
                *(field.get_db_prep_save(getattr(letter, field.attname), connection) for field in same),
                [reader.to for reader in readers],
                [reader.key for reader in readers],
                [reader.leave_url for reader in readers],
            ],
        )


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
        subject, body = written(kind, recipient.language, context)
        rows.append(
            addressed(
                kind,
                **recipient._asdict(),
                subject=subject,
                body=body,
                priority=priority,
                due_at=due_at,
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
        subject, body = written(kind, recipient.language, context)
        fresh = addressed(
            kind,
            **recipient._asdict(),
            subject=subject,
            body=body,
            channel=row.channel,
            priority=row.priority,
            due_at=due_at,
        )
        for name in WRITTEN_ANEW:
            setattr(row, name, getattr(fresh, name))
        row.attempts, row.last_error, row.given_up_at = 0, "", None
    Letter.objects.bulk_update(rows, [*WRITTEN_ANEW, "attempts", "last_error", "given_up_at"], batch_size=500)
    nudge_on_commit()
    return len(rows)
