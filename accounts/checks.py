"""A schedule of the inactivity purge that cannot be kept is refused at start-up."""

from itertools import pairwise
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

PROMISED_LIMIT, PROMISED_WARNINGS, PROMISED_GRACE = 365, (60, 30, 7, 1), 30


@register(Tags.security)
def inactivity_schedule(app_configs: Any, **_more: Any) -> list[CheckMessage]:
    limit, warnings = settings.INACTIVITY_LIMIT_DAYS, settings.INACTIVITY_WARNINGS_DAYS
    grace = settings.INACTIVITY_GRACE_DAYS
    wrong: list[CheckMessage] = []
    if not 180 <= limit <= 1095:
        wrong.append(
            Error(
                f"INACTIVITY_LIMIT_DAYS is {limit}: an account can be unused for 180 days (six months) to 1095 (three "
                "years) before it is disabled.",
                hint="The French data protection authority finds two years at most proportionate.",
                id="accounts.E001",
            )
        )
    if not warnings or any(days < 1 for days in warnings):
        wrong.append(
            Error(
                f"INACTIVITY_WARNINGS_DAYS is {_listed(warnings)}: at least one letter must come before an account is "
                "disabled, and each of them at least one day before.",
                id="accounts.E002",
            )
        )
    elif any(earlier <= later for earlier, later in pairwise(warnings)):
        wrong.append(
            Error(
                f"INACTIVITY_WARNINGS_DAYS is {_listed(warnings)}: the letter that leaves first comes first, and no "
                "two on the same day.",
                hint="For instance 60,30,7,1.",
                id="accounts.E003",
            )
        )
    elif warnings[0] >= limit:
        wrong.append(
            Error(
                f"INACTIVITY_WARNINGS_DAYS begins {warnings[0]} days before the end of {limit} days "
                "(INACTIVITY_LIMIT_DAYS): people would be warned before they could be missed.",
                id="accounts.E004",
            )
        )
    elif warnings[0] < 14:
        wrong.append(
            Error(
                f"INACTIVITY_WARNINGS_DAYS begins {warnings[0]} days before disabling: whoever is away for two weeks "
                "would never have been warned.",
                id="accounts.E005",
            )
        )
    if grace < 7:
        wrong.append(
            Error(
                f"INACTIVITY_GRACE_DAYS is {grace}: between disabling and erasing there must be at least 7 days.",
                id="accounts.E006",
            )
        )
    if settings.INACTIVITY_DAILY_CAP < 1 or not 0 <= settings.INACTIVITY_DAILY_CAP_PERCENT <= 100:
        wrong.append(
            Error(
                "INACTIVITY_DAILY_CAP is at least 1, INACTIVITY_DAILY_CAP_PERCENT from 0 to 100.",
                hint="INACTIVITY_PURGE=false stops the purge altogether.",
                id="accounts.E007",
            )
        )
    if not 1 <= settings.INACTIVITY_IMPLAUSIBLE_PERCENT <= 100:
        wrong.append(Error("INACTIVITY_IMPLAUSIBLE_PERCENT is from 1 to 100.", id="accounts.E008"))
    return wrong or _less_than_promised(limit, tuple(warnings), grace)


def _less_than_promised(limit: int, warnings: tuple[int, ...], grace: int) -> list[CheckMessage]:
    """The starter Terms name these numbers in clause s2."""
    if settings.INACTIVITY_PURGE and (
        limit < PROMISED_LIMIT or grace < PROMISED_GRACE or not set(PROMISED_WARNINGS) <= set(warnings)
    ):
        return [
            Warning(
                "The inactivity purge does less than the Terms promise that come with the portal: 365 days, letters "
                "60, 30, 7 and 1 days before, 30 days between disabling and erasing.",
                hint="Publish Terms that say what you do (clause s2), then silence this warning: "
                "SILENCED_SYSTEM_CHECKS=accounts.W001.",
                id="accounts.W001",
            )
        ]
    return []


def _listed(days: list[int]) -> str:
    return ",".join(map(str, days)) or "empty"
