"""An account is erased: one verb, whoever asks for it. Many at once go the same way, together."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext

from accounts.cascade import remove
from accounts.holdings import Leavers, holdings
from accounts.in_bulk import write_all
from accounts.models import CLAUSES, Erasure, Reason, Refused, User, mark_of
from accounts.verbs.opening import LOCK
from accounts.verbs.sealing import seal_records
from journal.models import Role
from journal.verbs import record_each
from outbox.models import Priority
from outbox.nudge import wake
from outbox.verbs import Recipient, put_many


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


@dataclass(frozen=True)
class Warned:
    """What the database wants to know of whoever is erased for want of use: never by surprise (clause S2)."""

    at: datetime | None = None
    notice: timedelta | None = None
    unreached: bool = False


NEVER = Warned()


@transaction.atomic
def erase(
    person_id: int,
    *,
    reason: Reason,
    at: datetime,
    role: Role = Role.CLOCK,
    still: Q | None = None,
    tell: bool = True,
    warned: Warned = NEVER,
    repeated: bool = False,
) -> Erasure:
    """Remove a person from every app, and write down that it was done, not to whom.

    Raises User.DoesNotExist when there is no such account any more, or when it is no longer as `still` says: the row
    is locked first and looked at again then, so that whoever changes their mind at that instant wins.
    For want of use, `warned` says since when they knew, unless a backup brought them back and it is `repeated`.
    Raises OnlyAdministrator. The last thing that bears their address is the letter that says it is done.
    """
    person = User.objects.filter(still or Q()).select_for_update().get(pk=person_id)
    refuse_the_only_administrator(person)
    [erasure] = erase_locked(
        [person],
        reason=reason,
        at=at,
        role=role,
        tell=tell,
        warned={person.pk: warned},
        repeated=repeated,
    )
    return erasure


def erase_locked(
    people: Sequence[User],
    *,
    reason: Reason,
    at: datetime,
    role: Role = Role.CLOCK,
    tell: bool = True,
    warned: Mapping[int, Warned],
    repeated: bool = False,
) -> Sequence[Erasure]:
    """Erase accounts that the caller has locked and looked at again, in the caller's transaction."""
    if not people:
        return []
    leavers = Leavers(people)
    seal_records(leavers, at=at)
    rows: dict[int, Counter[str]] = defaultdict(Counter)
    for holding in holdings():
        if holding.erase:
            concerned = set(holding.whom(leavers) if holding.whom else leavers.numbers)
            for person in people:
                if person.pk in concerned:
                    rows[person.pk][holding.model._meta.label] += holding.erase(person, at)
    record_each("accounts.erased", people, role=role, reason=reason, clause=CLAUSES[reason])
    for number, along in remove(User, leavers.numbers).items():
        rows[number] += along
    erasures = write_all(
        [
            Erasure(
                at=at,
                reason=reason,
                clause=CLAUSES[reason],
                mark=mark_of(person.sub),
                warned_at=warned[person.pk].at,
                notice=warned[person.pk].notice,
                unreached=warned[person.pk].unreached,
                repeated=repeated,
                rows={label: number for label, number in sorted(rows[person.pk].items()) if number},
            )
            for person in people
        ]
    )
    if tell:
        recipients = [
            Recipient(person.email, f"accounts_erased:{erasure.pk}", person.language)
            for person, erasure in zip(people, erasures, strict=True)
        ]
        put_many("accounts_erased", recipients, context={"reason": reason}, priority=Priority.NORMAL)
    transaction.on_commit(lambda: wake("accounts.tasks.write_out_erasures"))
    return erasures
