"""Where a person stands with what has to be accepted. Pure: dates in, an answer out; no query."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from legal.models import AcceptsDocuments


class Stage(Enum):
    SETTLED = "settled"  # everything is accepted
    AHEAD = "ahead"  # something takes effect later and can be accepted now
    GRACE = "grace"  # it took effect: reading is open, writing asks
    OVER = "over"  # only deciding and leaving are open


@dataclass(frozen=True)
class Standing:
    """`due_at`: the date of effect of what the person is asked for; `closes_at`: until when reading is open."""

    stage: Stage
    due_at: datetime | None = None
    closes_at: datetime | None = None
    refused: bool = False

    @property
    def name(self) -> str:
        return self.stage.value

    @property
    def is_settled(self) -> bool:
        return self.stage is Stage.SETTLED

    @property
    def is_pending(self) -> bool:
        """What is asked for is in force."""
        return self.stage in {Stage.GRACE, Stage.OVER}

    def decided_on(self, at: datetime) -> datetime:
        """The date whose set of documents the person decides on at `at`: today's, or the one to come."""
        return self.due_at if self.stage is Stage.AHEAD and self.due_at else at


def standing_of(
    person: AcceptsDocuments, dates: Sequence[datetime], *, at: datetime, grace: timedelta
) -> Standing:
    """`dates`: when each version that asks everybody takes effect, in order.

    The grace period runs from the first one not accepted: later ones do not lengthen it. It is time to
    get used to a change; whoever never accepted anything has none.
    """
    accepted = person.accepted_through
    missing = dates[bisect_right(dates, accepted) :] if accepted else dates
    if not missing:
        return Standing(Stage.SETTLED)
    in_force = [date for date in missing if date <= at]
    due_at = in_force[-1] if in_force else missing[0]
    refused = person.refused_through is not None and person.refused_through >= due_at
    if accepted is None and in_force:
        return Standing(Stage.OVER, due_at, None, refused)
    closes_at = missing[0] + grace
    if not in_force:
        return Standing(Stage.AHEAD, due_at, closes_at, refused)
    return Standing(Stage.GRACE if at < closes_at else Stage.OVER, due_at, closes_at, refused)
