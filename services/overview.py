"""What the pages show of many services at once: a line each, drawn before the template sees it."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from services.drawing import bars
from services.history import DAYS, histories_of
from services.models import Group, Seen, State
from services.standing import MARKS, sentence_of
from services.uptime import hundredths, percent

Teller = Callable[[str], str]


@dataclass(frozen=True)
class Section:
    title: str
    lines: SafeString


def sections(services: Sequence[Seen], at: dt.datetime) -> list[Section]:
    """The services by who may use them, in their order, each a line of its own."""
    past = histories_of(services, at)
    line, tell = line_pattern(), teller()
    states: dict[object, SafeString] = {}
    shares: dict[int | None, str] = {}
    groups: dict[str, list[str]] = {}
    for service in services:
        # Only of what is not known the words differ from one service to the next.
        state = service.state
        how = state if state != State.UNKNOWN else (service.looked, service.unwatched_since is None)
        if how not in states:
            words = {"state": MARKS[state], "label": sentence_of(service, at)}
            states[how] = render_to_string("components/state.html", words)
        history = past[service.pk]
        share = hundredths(history.tally.share)
        if share not in shares:
            shares[share] = escape(percent(history.tally.share) or "")
        groups.setdefault(service.group, []).append(
            line
            % {
                "slug": service.slug,
                "name": escape(service.name),
                "state": states[how],
                "bars": picture(history.letters, tell),
                "share": shares[share],
            }
        )
    return [
        Section(str(Group(group).label), mark_safe("".join(lines)))  # noqa: S308 (a template's, filled with what is escaped)
        for group, lines in groups.items()
    ]


def line_pattern() -> str:
    """The template of a line, rendered once, with a place to fill in (`%(name)s`) for each of a service's own words.

    Django takes ten times as long to render it a thousand times as to fill it in.
    """
    places = {name: f"\x02{name}\x03" for name in ("slug", "name", "state", "bars", "share")}
    url = reverse("services:service", args=["-"]).replace("/-/", f"/{places['slug']}/")
    rendered = render_to_string("services/_line.html", {**places, "url": url})
    return rendered.replace("%", "%%").replace("\x02", "%(").replace("\x03", ")s")


@lru_cache(maxsize=5000)
def picture(letters: str, tell: Teller) -> SafeString:
    """The bars of these days with their words: drawn once for all services and requests that show the same days."""
    return bars(letters, tell(letters))


def teller() -> Teller:
    """A function that says in words, in the active language, what the letters of days show."""
    return _teller(
        _(
            "Of the last %(days)d days, up all day: %(up)d; interrupted: %(down)d; maintenance: %(maintenance)d; "
            "not known: %(unknown)d."
        )
    )


@lru_cache(maxsize=20)
def _teller(sentence: str) -> Teller:
    def tell(letters: str) -> str:
        return sentence % {
            "days": DAYS,
            "up": letters.count("u"),
            "down": letters.count("s") + letters.count("d"),
            "maintenance": letters.count("m"),
            "unknown": letters.count("n"),
        }

    return tell
