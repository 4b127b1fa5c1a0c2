"""The states of a ticket, the ways from one to another, and what says that a way is barred."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Refused(Exception):
    """A verb changed nothing; the message tells the person why and what to do."""


class IllegalMove(Refused):
    """The state of the ticket does not allow it."""


class Overtaken(Refused):
    """Somebody else was faster: what the person looked at is no longer so."""


class State(models.TextChoices):
    NEW = "new", pgettext_lazy("ticket", "new")
    OPEN = "open", pgettext_lazy("ticket", "open")
    WAITING = "waiting", pgettext_lazy("ticket", "waiting for an answer")
    CLOSED = "closed", pgettext_lazy("ticket", "closed")


ROAD: dict[State, set[State]] = {
    State.NEW: {State.OPEN, State.CLOSED},
    State.OPEN: {State.WAITING, State.CLOSED},
    State.WAITING: {State.OPEN, State.CLOSED},
    State.CLOSED: {State.OPEN},
}
AT_THE_DESK = (State.NEW, State.OPEN)
