"""An account is erased: one verb, whoever asks for it."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext

from accounts.holdings import holdings
from accounts.models import CLAUSES, Erasure, Reason, Refused, User, mark_of
from accounts.verbs.opening import LOCK
from accounts.verbs.sealing import seal_record
from journal.models import Role
from journal.verbs import record
from outbox.nudge import wake
from outbox.verbs import post


class OnlyAdministrator(Refused):
    """Nobody else could run the portal."""


def refuse_the_only_administrator(person: User) -> None:
    """Raises OnlyAdministrator. Of two who leave at the same moment, the second is refused."""
    if not person.is_superuser:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if not User.objects.administrators().exclude(pk=person.pk).exists():
        raise OnlyAdministrator(
            gettext(
                "You are the only administrator, and without one nobody could run the portal any more. "
                "Make somebody else administrator first (at the desk, on the page of their account), then come back."
            )
        )


@transaction.atomic
def erase(
    person_id: int,
    *,
    reason: Reason,
    at: datetime,
    role: Role = Role.CLOCK,
    still: Q | None = None,
    tell: bool = True,
    warned_at: datetime | None = None,
    notice: timedelta | None = None,
    unreached: bool = False,
    repeated: bool = False,
) -> Erasure:
    """Remove a person from every app, and write down that it was done, not to whom.

    Raises User.DoesNotExist when there is no such account any more, or when it is no longer as `still` says: the row
    is locked first and looked at again then, so that whoever changes their mind at that instant wins.
    For want of use the database wants to know when they were first warned, and how long ahead that has to be, unless a
    backup brought them back and it is done again (`repeated`).
    Raises OnlyAdministrator. The last thing that bears their address is the letter that says it is done.
    """
    person = User.objects.filter(still or Q()).select_for_update().get(pk=person_id)
    refuse_the_only_administrator(person)
    seal_record(person, at=at)
    rows = {holding.model._meta.label: holding.erase(person, at) for holding in holdings() if holding.erase}
    address, language = person.email, person.language
    record("accounts.erased", person, role=role, reason=reason, clause=CLAUSES[reason])
    _total, removed = person.delete()
    for label, number in removed.items():
        rows[label] = rows.get(label, 0) + number
    erasure = Erasure.objects.create(
        at=at,
        reason=reason,
        clause=CLAUSES[reason],
        mark=mark_of(person.sub),
        warned_at=warned_at,
        notice=notice,
        unreached=unreached,
        repeated=repeated,
        rows={label: number for label, number in sorted(rows.items()) if number},
    )
    if tell:
        post(
            "accounts_erased",
            to=address,
            key=f"accounts_erased:{erasure.pk}",
            language=language,
            context={"erasure": erasure},
        )
    transaction.on_commit(lambda: wake("accounts.tasks.write_out_erasures"))
    return erasure
