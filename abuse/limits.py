"""How much may come from one place: counted in the cache, in one question, whatever the number of limits."""

import hashlib
from functools import cache
from typing import Any, cast

from allauth.core.internal.ratelimit import parse_rates
from django.conf import settings
from django.core.cache import cache as counters


def within(action: str, key: str) -> bool:
    """Whether `key` may do this once more, by the limits the settings set for `action`; if so, it is counted."""
    limits = _limits(settings.ACCOUNT_RATE_LIMITS.get(action, ""))
    place = hashlib.sha256(key.encode()).hexdigest()[:32]  # nobody reads in the cache where somebody was
    wanted = [(f"limit:{action}:{seconds}:{place}", most, seconds) for most, seconds in limits]
    return bool(cast(Any, counters).take_place(wanted)) if wanted else True


@cache
def _limits(written: str) -> tuple[tuple[int, int], ...]:
    return tuple((rate.amount, int(rate.duration)) for rate in parse_rates(written))
