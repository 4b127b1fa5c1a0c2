"""Sealed records: made when an account is erased, opened for a reason that stays, gone by themselves."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from accounts.holdings import Leavers, holdings
from accounts.in_bulk import write_all
from accounts.models import Category, Refused, SealedRecord, User
from accounts.sealing import finder, seal, unseal
from journal.models import Role
from journal.verbs import record


class NotYours(Refused):
    """Only administrators open what is sealed."""


def seal_records(leavers: Leavers, *, at: datetime) -> None:
    """Keep what the law asks for, sealed; nothing where the host keeps nothing (SEALED_ACCOUNT_DAYS is 0)."""
    if not settings.SEALED_ACCOUNT_DAYS:
        return
    content: dict[int, dict[str, Any]] = {number: {} for number in leavers.numbers}
    for holding in (holding for holding in holdings() if holding.sealed):
        for number in content:
            content[number][holding.name] = []
        for owner, *values in holding.sealed_of(leavers):
            content[owner][holding.name].append(dict(zip(holding.sealed, values, strict=True)))
    addresses = {person.pk: {person.email} for person in leavers.people}
    for address, numbers in leavers.addresses.items():
        for number in numbers:
            addresses[number].add(address)
    expires_at = at + timedelta(days=settings.SEALED_ACCOUNT_DAYS)
    write_all(
        [
            SealedRecord(
                category=Category.ACCOUNT,
                finders=sorted(finder(address) for address in addresses[number]),
                content=seal(content[number] | {"erased_at": at}),
                sealed_at=at,
                expires_at=expires_at,
            )
            for number in leavers.numbers
        ]
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
