"""Letters that a mail server had taken, and that came back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.bounces import what_came_back
from accounts.verbs.arriving import note_bounce
from services.verbs import note_refusal


@dataclass(frozen=True)
class TakenBack:
    """The number of the letter, and what followed for those it was for."""

    number: int
    another_way: bool
    forgotten: bool


@transaction.atomic
def take_back(mail: bytes, *, at: datetime) -> TakenBack | None:
    """Read a delivery report, and see to whoever its letter did not reach. None for any other mail."""
    returned = what_came_back(mail)
    if returned is None:
        return None
    letter = returned.letter
    return TakenBack(
        number=letter.pk,
        another_way=note_bounce(letter.key, at=at),
        forgotten=note_refusal(letter, returned.status or "550", at=at),
    )
