"""Sealed records: made when an account is erased, opened for a reason that stays, gone by themselves."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from accounts.holdings import holdings, raw, verified_addresses
from accounts.models import Category, Refused, SealedRecord, User
from accounts.sealing import finders, seal, unseal
from journal.models import Role
from journal.verbs import record


class NotYours(Refused):
    """Only administrators open what is sealed."""


def seal_records(people: Sequence[User], *, at: datetime) -> None:
    """Keep what the law asks for, sealed; nothing where the host keeps nothing (SEALED_ACCOUNT_DAYS is 0)."""
    if not settings.SEALED_ACCOUNT_DAYS:
        return
    content: dict[int, dict[str, Any]] = {person.pk: {} for person in people}
    addresses = {person.pk: {person.email} for person in people}
    for holding in (holding for holding in holdings() if holding.sealed):
        for number in content:
            content[number][holding.name] = []
        for row in holding.rows_of(people):
            content[raw(row, holding.owner)][holding.name].append(
                {name: raw(row, name) for name in holding.sealed}
            )
    for number, address in verified_addresses(people):
        addresses[number].add(address)
    SealedRecord.objects.bulk_create(
        SealedRecord(
            category=Category.ACCOUNT,
            finders=sorted(finders(address)[0] for address in addresses[person.pk]),
            content=seal(content[person.pk] | {"erased_at": at}),
            sealed_at=at,
            expires_at=at + timedelta(days=settings.SEALED_ACCOUNT_DAYS),
        )
        for person in people
    )


@transaction.atomic
def open_sealed(*, address: str, reason: str, by: User, at: datetime) -> list[dict[str, Any]]:
    """Open what is kept of the former accounts of an address; each look is a line of the journal, found or not.

    Raises NotYours, and accounts.sealing.KeyIsGone.
    """
    if not by.is_superuser:
        raise NotYours(gettext("Only an administrator opens sealed records."))
    found = list(SealedRecord.objects.standing(at).of_address(address).order_by("sealed_at"))
    opened = [unseal(bytes(row.content)) for row in found]
    looks: list[SealedRecord | None] = [*found] or [None]
    for row in looks:
        record("accounts.sealed_opened", row, actor=by, role=Role.DESK, reason=reason, found=len(found))
    return opened


def forget_sealed(at: datetime) -> int:
    """Remove the records whose time is over; return how many."""
    removed, _by_model = SealedRecord.objects.outlived(at).delete()
    return removed
