"""How things stand, in a word and a sentence.

Nothing is probed yet: all that is known is what the volunteers declared, and the sentences say so.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from services.models import Service


class State(models.TextChoices):
    UP = "up", gettext_lazy("no interruption known")
    DOWN = "down", gettext_lazy("interrupted")
    UNKNOWN = "unknown", gettext_lazy("unknown")


@dataclass(frozen=True)
class Standing:
    state: State
    sentence: str
    since: dt.datetime | None = None


def shown(service: Service) -> Service:
    """Give a service from `with_interruption(at)` the `state` and `state_sentence` that pages show."""
    service.state = State.DOWN if service.interrupted_since else State.UP
    service.state_sentence = _("Interrupted") if service.interrupted_since else _("No interruption known")
    return service


def standing_of(services: Sequence[Service]) -> Standing:
    """How the host stands, seen from its listed services, each from `with_interruption(at)`."""
    since = {service.name: service.interrupted_since for service in services if service.interrupted_since}
    if since:
        names = get_text_list(list(since), _("and"))
        sentence = _("Interrupted at the moment, as declared by the volunteers: %(names)s.") % {
            "names": names
        }
        return Standing(State.DOWN, sentence, min(since.values()))
    if not services:
        return Standing(State.UNKNOWN, _("No service is listed yet."))
    return Standing(State.UP, _("No interruption is known, as declared by the volunteers."))
