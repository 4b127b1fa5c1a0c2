"""What needs no reading by somebody in charge is put aside unread: unwanted messages and repeats. It can be undone."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from abuse.models import (
    TRIAGE,
    UNDOABLE_FOR,
    Move,
    Outcome,
    Refused,
    Sweep,
    Ticket,
    still_undoable,
)
from abuse.verbs.desk import check_outcome, close, tell_outcome
from abuse.verbs.rhythm import fetch, hold_joining, keep, write
from accounts.models import User
from journal.models import Role
from journal.verbs import record


@transaction.atomic
def triage(
    ticket_id: int,
    *,
    outcome: Outcome | str,
    duplicate_of: int | None = None,
    sweep: Sweep | None = None,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> Ticket:
    """Put a new ticket aside. Raises IllegalMove, Overtaken, and Refused for any other outcome.

    Whoever sent spam is told nothing; whoever repeated what we knew is told so, and later its outcome.
    """
    outcome = Outcome(outcome)
    if outcome == Outcome.DUPLICATE:
        hold_joining()
    ticket = fetch(ticket_id, seen, by=by)
    if outcome not in TRIAGE:
        raise Refused(
            gettext("Ticket %(number)s can only be put aside as unwanted or as a duplicate.")
            % {"number": ticket.number}
        )
    check_outcome(ticket, outcome)
    ticket.move(Move.TRIAGE)
    ticket.sweep = sweep
    close(ticket, outcome, duplicate_of=duplicate_of, by=by, at=at)
    record("abuse.triaged", ticket, actor=by, role=Role.DESK, outcome=outcome)
    if outcome == Outcome.DUPLICATE:
        tell_outcome(ticket, None)
    return ticket


def sweep_aside(
    ticket_ids: Collection[int],
    *,
    outcome: Outcome | str,
    duplicate_of: int | None = None,
    by: User,
    at: datetime,
) -> tuple[Sweep, list[Refused]]:
    """Put several new tickets aside, each on its own: what was done can be undone in one go; and the refusals."""
    sweep = Sweep.objects.create(by=by, at=at, outcome=outcome)
    refusals: list[Refused] = []
    for pk in sorted(ticket_ids):
        try:
            triage(pk, outcome=outcome, duplicate_of=duplicate_of, sweep=sweep, by=by, at=at)
        except Refused as refusal:
            refusals.append(refusal)
    return sweep, refusals


@transaction.atomic
def undo_sweep(sweep_id: int, *, by: User, at: datetime) -> int:
    """Make new again what a sweep put aside and nobody has touched since; how many tickets. Raises Refused.

    What repeats a ticket that was closed since stays: whoever wrote it was told the outcome. It can be reopened.
    """
    sweep = Sweep.objects.select_for_update().get(pk=sweep_id)
    if sweep.undone_at:
        raise Refused(gettext("This was undone already."))
    if at >= sweep.undoable_until:
        raise Refused(
            gettext("It is too late to undo this: open the tickets one by one, if they are still needed.")
        )
    still = Ticket.objects.filter(still_undoable(since=sweep.at), sweep=sweep)
    tickets = list(still.order_by("pk").select_for_update(of=("self",)))
    for ticket in tickets:
        _make_new(ticket, by=by)
    sweep.undone_at = at
    sweep.save(update_fields=["undone_at"])
    return len(tickets)


def forget_sweeps(at: datetime) -> int:
    """What was put aside together long ago stays so; how many sweeps there were."""
    return Sweep.objects.filter(at__lte=at - UNDOABLE_FOR).delete()[0]


def _make_new(ticket: Ticket, *, by: User) -> None:
    before = ticket.outcome
    ticket.move(Move.UNDO)
    ticket.outcome = ""
    ticket.closed_at = ticket.handler = ticket.duplicate_of = ticket.sweep = None
    ticket.awaits_desk_since = ticket.opened_at
    keep(ticket, "state", "outcome", "closed_at", "handler", "duplicate_of", "sweep", "awaits_desk_since")
    record("abuse.triage_undone", ticket, actor=by, role=Role.DESK, outcome_before=before)
    if before == Outcome.DUPLICATE:
        write(ticket, "abuse_taken_up", key=f"abuse_taken_up:{ticket.pk}:{ticket.revision}")
