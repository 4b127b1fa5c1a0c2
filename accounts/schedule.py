"""When what happens to an account that nobody uses, by the settings in force."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

ERASING = -1
"""As a stage: after the last letter, which says that the account is disabled (stage 0)."""


@dataclass(frozen=True)
class Schedule:
    """A stage is named by its days before disabling, and each has its letter: 60, 30, 7, 1, and 0 for disabling."""

    limit_days: int
    stages: tuple[int, ...]
    grace_days: int

    @property
    def first(self) -> int:
        return self.stages[0]

    @property
    def notice(self) -> timedelta:
        """From the first letter to the erasure, at least."""
        return timedelta(days=self.first + self.grace_days)

    def after(self, stage: int) -> int:
        return next((later for later in self.stages if later < stage), ERASING)

    def days_before(self, stage: int) -> int:
        """Days from a stage to disabling; erasing comes after it."""
        return -self.grace_days if stage == ERASING else stage

    def delay(self, earlier: int, later: int) -> timedelta:
        """What must lie between the letter of one stage and another stage."""
        return timedelta(days=self.days_before(earlier) - self.days_before(later))

    def unused_at(self, stage: int, last_seen_at: datetime) -> datetime:
        """When somebody has not been seen for long enough for that stage."""
        return last_seen_at + timedelta(days=self.limit_days - self.days_before(stage))


def schedule() -> Schedule:
    return Schedule(
        limit_days=settings.INACTIVITY_LIMIT_DAYS,
        stages=(*settings.INACTIVITY_WARNINGS_DAYS, 0),
        grace_days=settings.INACTIVITY_GRACE_DAYS,
    )
