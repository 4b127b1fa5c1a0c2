"""How things stand, in a word and a sentence: what was seen, when, and never more than that."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from services.models import Seen, Service, State
from services.wording import duration_in_words

MARKS = {
    State.UP: "up",
    State.SUSPECT: "degraded",
    State.DOWN: "down",
    State.RECOVERING: "down",
    State.MAINTENANCE: "maintenance",
    State.UNKNOWN: "unknown",
    State.UNWATCHED: "unknown",
}
"""The mark of each state, as `components/state.html` draws it: green only for what was seen to work."""


@dataclass(frozen=True)
class Standing:
    state: str  # a mark
    sentence: str
    since: dt.datetime | None = None
    looked: str = ""


def shown(service: Service, at: dt.datetime) -> Service:
    """Give a service from `with_state(at)` the `mark` and the `state_sentence` that pages show."""
    service.mark = MARKS[State(service.state)]
    service.state_sentence = sentence_of(service, at)
    return service


def sentence_of(service: Service | Seen, at: dt.datetime) -> str:
    match State(service.state):
        case State.UP:
            return _("Up")
        case State.SUSPECT:
            return _("Being checked")
        case State.DOWN:
            return _("Interrupted")
        case State.RECOVERING:
            return _("Answers again")
        case State.MAINTENANCE:
            return _("Maintenance")
        case State.UNWATCHED:
            return _("No interruption known")
        case State.UNKNOWN if service.looked_at:
            return _("Not known, last looked %(ago)s ago") % {"ago": _ago(service.looked_at, at)}
        case State.UNKNOWN if service.unwatched_since:
            return _("Not known, no longer watched")
        case _:
            return _("Not known yet")


def standing_of(services: Sequence[Service | Seen], at: dt.datetime) -> Standing:
    """How the host stands, seen from its listed services, each as it was at `at`; the worst is said."""
    by_state: dict[str, list[Service | Seen]] = {}
    for service in services:
        by_state.setdefault(service.state, []).append(service)
    looked = _looked(services, at)
    if down := by_state.get(State.DOWN, []) + by_state.get(State.RECOVERING, []):
        since = min(service.interrupted_since for service in down if service.interrupted_since)
        return Standing("down", _("Interrupted at the moment: %(names)s.") % _names(down), since, looked)
    if unknown := by_state.get(State.UNKNOWN):
        return _not_known(services, unknown, at)
    if suspect := by_state.get(State.SUSPECT):
        said = _("Being checked, because the last look had no answer: %(names)s.") % _names(suspect)
        return Standing("degraded", said, looked=looked)
    if planned := by_state.get(State.MAINTENANCE):
        return Standing(
            "maintenance", _("Maintenance is going on: %(names)s.") % _names(planned), looked=looked
        )
    if by_state.get(State.UP):
        return _all_well(services, by_state, looked)
    if services:
        return Standing("unknown", _("No interruption is known, as declared by the volunteers."))
    return Standing("unknown", _("No service is listed yet."))


def _all_well(
    services: Sequence[Service | Seen], by_state: dict[str, list[Service | Seen]], looked: str
) -> Standing:
    up = len(by_state[State.UP])
    if up == len(services):
        return Standing("up", _("All services are up."), looked=looked)
    said = ngettext(
        "%(up)d service is up; of the others no interruption is known.",
        "%(up)d services are up; of the others no interruption is known.",
        up,
    )
    return Standing("up", said % {"up": up}, looked=looked)


def _not_known(
    services: Sequence[Service | Seen], unknown: Sequence[Service | Seen], at: dt.datetime
) -> Standing:
    looks = [service.looked_at for service in unknown if service.looked_at]
    looked = _("Last looked %(ago)s ago.") % {"ago": _ago(max(looks), at)} if looks else ""
    if len(unknown) == len(services):
        return Standing("unknown", _("How the services are is not known at the moment."), looked=looked)
    return Standing("unknown", _("Not known at the moment: %(names)s.") % _names(unknown), looked=looked)


def _looked(services: Sequence[Service | Seen], at: dt.datetime) -> str:
    """When all that are watched had been looked at: the page is as old as the oldest look."""
    looks = [service.looked_at for service in services if service.looked_at]
    return _("Looked %(ago)s ago.") % {"ago": _ago(min(looks), at)} if looks else ""


def _ago(then: dt.datetime, at: dt.datetime) -> str:
    seconds = max(int((at - then).total_seconds()), 0)
    if seconds < 120:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    return duration_in_words(at - then)


def _names(services: Sequence[Service | Seen]) -> dict[str, str]:
    """All of a few; of a crowd, some and how many more."""
    names = [service.name for service in services]
    if len(names) > 6:
        more = len(names) - 5
        names[5:] = [ngettext("%(count)d other", "%(count)d others", more) % {"count": more}]
    return {"names": get_text_list(names, _("and"))}
