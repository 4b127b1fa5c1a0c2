"""The states of a ticket, the moves from one to another, and what says that a move is barred."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
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


AT_THE_DESK = (State.NEW, State.OPEN)


class Move(models.TextChoices):
    """What can happen to the state of a ticket. The value is the verb."""

    TAKE = "take"
    ASK = "ask"
    ANSWER = "answer"
    COME_DUE = "come_due"
    DECIDE = "decide"
    TRIAGE = "triage"
    REFER = "refer"
    UNDO = "undo"
    REOPEN = "reopen"


ROAD: dict[Move, dict[State, State]] = {
    Move.TAKE: {State.NEW: State.OPEN, State.OPEN: State.OPEN, State.WAITING: State.OPEN},
    Move.ASK: {State.OPEN: State.WAITING},
    Move.ANSWER: {State.NEW: State.NEW, State.OPEN: State.OPEN, State.WAITING: State.OPEN},
    Move.COME_DUE: {State.WAITING: State.OPEN},
    Move.DECIDE: {State.OPEN: State.CLOSED},
    Move.TRIAGE: {State.NEW: State.CLOSED},
    Move.REFER: {State.NEW: State.CLOSED},
    Move.UNDO: {State.CLOSED: State.NEW},
    Move.REOPEN: {State.CLOSED: State.OPEN},
}

BARRED: dict[Move, Promise] = {
    Move.TAKE: _("Ticket %(number)s is “%(here)s”; it cannot be taken."),
    Move.ASK: _("Ticket %(number)s is “%(here)s”; nothing can be asked."),
    Move.ANSWER: _("Ticket %(number)s is “%(here)s”; nothing can be added."),
    Move.COME_DUE: _("Ticket %(number)s is “%(here)s”; it waits for nobody."),
    Move.DECIDE: _("Ticket %(number)s is “%(here)s”; it cannot be decided."),
    Move.TRIAGE: _("Ticket %(number)s is “%(here)s”; only a new one can be put aside."),
    Move.REFER: _("Ticket %(number)s is “%(here)s”; it is not passed on by itself."),
    Move.UNDO: _("Ticket %(number)s is “%(here)s”; there is nothing to undo."),
    Move.REOPEN: _("Ticket %(number)s is “%(here)s”; it need not be reopened."),
}

WAY_OUT: dict[State, Promise] = {
    State.NEW: _("Take it first."),
    State.OPEN: _("Ask, or decide."),
    State.WAITING: _("Take it back first."),
    State.CLOSED: _("Reopen it first."),
}


def next_state(here: State, move: Move) -> State | None:
    """Where a move leads from `here`; None where it is barred."""
    return ROAD[move].get(here)
