"""What the pages show of many services at once: a line each, drawn before the template sees it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from services.drawing import bars
from services.history import DAYS, History, histories_of
from services.models import Service
from services.standing import shown
from services.uptime import percent


@dataclass(frozen=True, slots=True)
class Line:
    """One service in a list: its state as a mark and a word, its days as bars, its share of the time up."""

    name: str
    url: str
    state: SafeString
    bars: SafeString
    share: str


@dataclass(frozen=True)
class Section:
    title: str
    lines: list[Line]


def sections(services: Sequence[Service], at: dt.datetime) -> list[Section]:
    """The services (from `with_state(at)`) by who may use them, in their order."""
    past = histories_of(services, at)
    states: dict[tuple[str, str], SafeString] = {}
    tell = teller()
    anywhere = reverse("services:service", args=["-"])  # looked up once: it costs as much as drawing the bars
    groups: dict[str, Section] = {}
    for service in services:
        shown(service, at)
        how = service.mark, service.state_sentence
        if how not in states:
            states[how] = render_to_string("components/state.html", {"state": how[0], "label": how[1]})
        history = past[service.pk]
        group = groups.get(service.group)
        if group is None:
            group = groups[service.group] = Section(service.get_group_display(), [])
        group.lines.append(
            Line(
                service.name,
                anywhere.replace("/-/", f"/{service.slug}/"),
                states[how],
                bars(history.letters, tell(history)),
                percent(history.tally.share) or "",
            )
        )
    return list(groups.values())


def teller():
    """A function that says a history in words; the sentence is looked up once, not once a service."""
    sentence = _(
        "Of the last %(days)d days, up all day: %(up)d; interrupted: %(down)d; maintenance: %(maintenance)d; "
        "not known: %(unknown)d."
    )

    def tell(history: History) -> str:
        return sentence % {
            "days": DAYS,
            "up": history.days("u"),
            "down": history.days("sd"),
            "maintenance": history.days("m"),
            "unknown": history.days("n"),
        }

    return tell
