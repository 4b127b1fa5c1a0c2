"""How much of a time a service worked, in seconds, and how that is said without flattering anybody."""

import math
from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _


class Tally(NamedTuple):
    """Seconds of a time, each counted once: worked, interrupted, planned maintenance, not known."""

    up: int = 0
    down: int = 0
    maintenance: int = 0
    unknown: int = 0

    @property
    def watched(self) -> int:
        """What the share is of: time that is not known proves nothing either way."""
        return self.up + self.down

    @property
    def share(self) -> float | None:
        """Worked, of the time watched; planned maintenance counts neither as one nor as the other."""
        return self.up / self.watched if self.watched else None

    @property
    def share_with_maintenance(self) -> float | None:
        """Worked, of the time watched, planned maintenance counted as an interruption."""
        counted = self.watched + self.maintenance
        return self.up / counted if counted else None


def hundredths(share: float | None) -> int | None:
    """Of a percent, rounded down: 99.999 % is not 100 %."""
    return None if share is None else math.floor(share * 10_000 + 1e-9)


def percent(share: float | None) -> str | None:
    """Say a share with two decimals."""
    found = hundredths(share)
    if found is None:
        return None
    return _("%(number)s%%") % {"number": number_format(found / 100, 0 if found == 10_000 else 2)}
