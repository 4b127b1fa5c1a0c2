"""Small pictures of a service's past, as SVG: bars of days, a line of times to answer, a badge.

Each comes with its text alternative. Colours of pages come from the style sheet, by class; a badge stands alone.
"""

import re
from collections.abc import Sequence
from functools import cache
from xml.sax.saxutils import escape, quoteattr

from django.utils.safestring import SafeString, mark_safe

STEP = 8
"""How far apart two days are drawn; the bar itself takes 6 of it, as `.bars` of the style sheet dashes its lines."""

# A letter of a history: its class, and the middle of its bar. States differ in height, not in colour alone.
BARS = {
    "u": ("up", 20),
    "s": ("degraded", 18),
    "d": ("down", 16),
    "m": ("maintenance", 23),
    "n": ("unknown", 30),
}
BAR_HEIGHT = 32

SPARK_WIDTH, SPARK_HEIGHT = 240, 36

INKS = {
    "up": "#256a3a",
    "degraded": "#8f4a00",
    "down": "#a8201a",
    "maintenance": "#24568a",
    "unknown": "#5a5348",
}

RUN = re.compile("|".join(f"{letter}+" for letter in BARS))

PLAIN = re.compile('[^<>&"\x00-\x1f\ud800-\udfff\ufffe\uffff]*')
"""Words that stand in an attribute as they are."""

NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters no XML document may hold, however they are written."""


def bars(history: str, label: str) -> SafeString:
    """Draw one bar a day; `history` has a letter of `BARS` for each, the oldest first.

    One path a state, one dashed line a run of equal days: a year without an event weighs as much as a day.
    """
    lines = dict.fromkeys(BARS, "")
    begin = 0
    for run in RUN.findall(history):
        end = begin + len(run)
        lines[run[0]] += _piece(run[0], begin, end)
        begin = end
    paths = "".join(f'<path class="{BARS[letter][0]}" d="{line}"/>' for letter, line in lines.items() if line)
    return mark_safe(  # noqa: S308 (the label is escaped, the rest is ours)
        f'<svg class="bars" viewBox="0 0 {max(len(history) * STEP - 2, 1)} {BAR_HEIGHT}" preserveAspectRatio="none" '
        f"{_alternative(label)}>{paths}</svg>"
    )


@cache
def _piece(letter: str, begin: int, end: int) -> str:
    """Of a line, one run. There are not many, and a page of a thousand services has them again and again."""
    return f"M{begin * STEP} {BARS[letter][1]}h{(end - begin) * STEP - 2}"


def sparkline(values: Sequence[float | None], label: str) -> SafeString:
    """Draw `values` from left to right above zero; where one is missing the line has a gap."""
    known = [value for value in values if value is not None]
    highest = max([*known, 1e-9])
    across = SPARK_WIDTH / max(len(values) - 1, 1)
    line: list[str] = []
    joined = False
    for number, value in enumerate(values):
        if value is None:
            joined = False
            continue
        x, y = round(number * across, 1), round(SPARK_HEIGHT - 2 - value / highest * (SPARK_HEIGHT - 4), 1)
        alone = not joined and (number + 1 == len(values) or values[number + 1] is None)
        line.append(f"{'L' if joined else 'M'}{x:g} {y:g}{'h0.01' if alone else ''}")
        joined = True
    return mark_safe(  # noqa: S308 (the label is escaped, the rest is numbers)
        f'<svg class="spark" viewBox="-2 0 {SPARK_WIDTH + 4} {SPARK_HEIGHT}" preserveAspectRatio="none" '
        f"{_alternative(label)}>"
        f'<path class="ground" d="M0 {SPARK_HEIGHT - 2}h{SPARK_WIDTH}"/><path class="line" d="{"".join(line)}"/></svg>'
    )


def badge(label: str, message: str, state: str) -> str:
    """Draw a badge to be shown on other sites: what it is of, and how it is, as a whole SVG document."""
    label, message = _printable(label)[:60], _printable(message)[:60]
    left, right = _width(label) + 12, _width(message) + 12
    title = f"{label}: {message}" if label else message
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" '
        f'viewBox="0 0 {left + right} 20" role="img" aria-label={_attribute(title)}><title>{escape(title)}</title>'
        f'<rect width="{left + right}" height="20" rx="3" fill="#29221a"/>'
        f'<path fill="{INKS.get(state, INKS["unknown"])}" '
        f'd="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="6" y="14" textLength="{left - 12}">{escape(label)}</text>'
        f'<text x="{left + 6}" y="14" textLength="{right - 12}">{escape(message)}</text></g></svg>'
    )


def _alternative(label: str) -> str:
    """Without words of its own a picture only repeats those beside it."""
    return f'role="img" aria-label={_attribute(label)}' if label else 'aria-hidden="true"'


def _attribute(text: str) -> str:
    return f'"{text}"' if PLAIN.fullmatch(text) else quoteattr(_printable(text))


def _printable(text: str) -> str:
    return " ".join(NO_XML.sub("", text).split())


NARROW, WIDE = frozenset("iljtfrI.,:;'!|()[] \u202f\u00a0"), frozenset("mwMW%@")


def _width(text: str) -> int:
    """About how wide Verdana sets it at 11 px; `textLength` makes it so whatever font the reader has."""
    return round(sum(4.2 if c in NARROW else 10.2 if c in WIDE else 6.9 + 0.7 * c.isupper() for c in text))
