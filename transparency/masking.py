"""Numbers as they may be published: none that points at somebody, nor lets such a one be worked out."""

from collections.abc import Mapping
from dataclasses import dataclass

FEWEST = 5
"""A smaller number might point at somebody; it is not published."""


@dataclass(frozen=True)
class Cell:
    """A number as it may be published: itself; "fewer than five"; or nothing, as one of several that stay hidden."""

    number: int | None
    few: bool = False

    def as_json(self) -> int | str | None:
        return f"<{FEWEST}" if self.few else self.number


HIDDEN = Cell(None)


def masked(counts: Mapping[str, int], *, sum_is_told: bool = True) -> dict[str, Cell]:
    """The counts as they may be published, even to whoever knows this rule, and their sum where that is told.

    What is too small is hidden. Where the sum is told, so is the next smallest with it, until what is hidden comes to
    enough to be shared out in several ways; where nothing larger is left, the zeros. Which is too small is not said.
    """
    hidden = {key for key, number in counts.items() if 0 < number < FEWEST}
    while sum_is_told and hidden and (len(hidden) < 2 or sum(counts[key] for key in hidden) < 2 * FEWEST):
        larger = [number for key, number in counts.items() if number and key not in hidden]
        hidden |= {key for key, number in counts.items() if number == min(larger, default=0)}
        if not larger:
            break
    return {key: HIDDEN if key in hidden else Cell(number) for key, number in counts.items()}


def masked_total(counts: Mapping[str, int]) -> Cell:
    total = sum(counts.values())
    return Cell(None, few=True) if 0 < total < FEWEST else Cell(total)
