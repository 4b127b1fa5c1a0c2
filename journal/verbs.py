from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, models
from django.utils import timezone
from psycopg.types.json import Jsonb

from journal.models import Entry, Role


def record(
    verb: str,
    about: models.Model | None = None,
    *,
    actor: AbstractBaseUser | None = None,
    role: Role | str = "",
    **details: Any,
) -> Entry:
    """Write one line in the caller's transaction: it stands if, and only if, the change does.

    `verb` is "app.done", in the past: "abuse.closed". Nothing personal goes into `details`. Without
    `role`, a volunteer acts for the desk, another account for itself, and nobody means the clock.
    """
    entry = line(verb, about, actor=actor, role=role, **details)
    entry.save(force_insert=True)
    return entry


def line(
    verb: str,
    about: models.Model | None = None,
    *,
    actor: AbstractBaseUser | None = None,
    role: Role | str = "",
    **details: Any,
) -> Entry:
    """The line, not written yet: for a verb that writes all its rows in one statement."""
    if not role:
        role = (
            Role.CLOCK if actor is None else Role.DESK if getattr(actor, "is_staff", False) else Role.PERSON
        )
    return Entry(
        verb=verb,
        about_type=about._meta.label_lower if about else "",
        about_id=str(about.pk) if about else "",
        actor_id=actor.pk if actor else None,
        role=role,
        details=details,
    )


def record_each(
    verb: str,
    things: Iterable[models.Model],
    *,
    role: Role,
    actor: AbstractBaseUser | None = None,
    **details: Any,
) -> int:
    """The same line about many things, in one statement; return how many."""
    about = [(thing._meta.label_lower, str(thing.pk)) for thing in things]
    same: dict[str, Any] = {
        "at": timezone.now(),
        "verb": verb,
        "actor_id": actor.pk if actor else None,
        "role": role,
        "details": Jsonb(details),
    }
    if about:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO journal_entry ({', '.join(same)}, about_type, about_id) "  # noqa: S608
                f"SELECT {', '.join(['%s'] * len(same))}, kind, number "
                "FROM unnest(%s::text[], %s::text[]) thing(kind, number)",
                [*same.values(), [kind for kind, _number in about], [number for _kind, number in about]],
            )
    return len(about)
