"""What an answer has to be: the small languages volunteers write it in, and whether it is."""

import json
import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

STATUS = re.compile(r"(\d{3})(?:-(\d{3}))?")
JSON = re.compile(r"\s*([^=!<>]+?)\s*(==|!=|<=|>=|<|>)\s*(.+?)\s*", re.S)
STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@lru_cache(maxsize=1000)
def statuses(expected: str) -> tuple[tuple[int, int], ...]:
    """Read "200-299,401". Raises ValueError with a sentence that helps."""
    ranges = []
    for part in (expected or "200-299").split(","):
        found = STATUS.fullmatch(part.strip())
        if not found:
            raise ValueError(
                _("“%(part)s” is no status. Write for example 200, or 200-299,401.") % {"part": part.strip()}
            )
        first, last = int(found[1]), int(found[2] or found[1])
        if not 100 <= first <= last <= 599:
            raise ValueError(
                _("A status lies between 100 and 599, and a range begins with the smaller one: %(part)s.")
                % {"part": part.strip()}
            )
        ranges.append((first, last))
    return tuple(ranges)


def is_expected_status(status: int, expected: str) -> bool:
    return any(first <= status <= last for first, last in statuses(expected))


@lru_cache(maxsize=1000)
def assertion(expected: str) -> tuple[tuple[str | int, ...], Callable[[Any, Any], bool], Any]:
    """Read `checks[0].passed == true`. Raises ValueError with a sentence that helps."""
    found = JSON.fullmatch(expected)
    if not found:
        raise ValueError(
            _(
                'Write a path, a comparison and a value, for example: status == "ok". Comparisons: == != < <= > >=.'
            )
        )
    path, comparison, written = found.groups()
    try:
        value = json.loads(written)
    except ValueError:
        raise ValueError(
            _(
                "“%(value)s” is no JSON value: words stand in double quotes, and true, false, null and numbers without."
            )
            % {"value": written}
        ) from None
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        step = STEP.match(path, at)
        if not step:
            raise ValueError(
                _("“%(path)s” is no path. Write for example: checks[0].passed.") % {"path": path}
            )
        steps.append(int(step[2]) if step[2] else step[1])
        at = step.end()
    return tuple(steps), COMPARISONS[comparison], value


def holds(body: bytes, expected: str) -> bool:
    """Whether the answer is JSON, has something at the path, and that compares as expected."""
    steps, compare, value = assertion(expected)
    try:
        here = json.loads(body)
        for step in steps:
            here = here[step]
        return bool(compare(here, value))
    except (ValueError, TypeError, LookupError, RecursionError):
        return False


def contains(body: bytes, text: str) -> bool:
    """In whichever of the encodings in use the answer was written."""
    return any(
        text.encode(encoding, "ignore") in body
        for encoding in ("utf-8", "cp1252")
        if text.encode(encoding, "ignore")
    )
