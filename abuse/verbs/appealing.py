"""A decision is contested, by the person concerned or by who reported it; somebody who did not take it settles that."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from abuse.files import File
from abuse.models import (
    Appeal,
    Appellant,
    Decision,
    IllegalMove,
    Move,
    Outcome,
    Refused,
    Ruling,
    Sanction,
    Ticket,
)
from abuse.verbs.filing import attach
from abuse.verbs.hearing import refuse_the_concerned, seen, tell_others, write_subject
from abuse.verbs.muting import withdraw_what_rests_on
from abuse.verbs.rhythm import keep, write, write_to_reporters
from abuse.verbs.sanctioning import lift_for_appeal, second_look
from accounts.models import User
from journal.models import Role
from journal.verbs import record

RULINGS = {
    Appellant.SUBJECT: {Ruling.UPHELD, Ruling.OVERTURNED, Ruling.AMENDED},
    Appellant.REPORTER: {Ruling.UPHELD, Ruling.OVERTURNED},
}


@transaction.atomic
def appeal(
    decision_id: int,
    *,
    side: Appellant | str,
    text: str,
    attachments: Sequence[File] = (),
    at: datetime,
    ticket_id: int | None = None,
) -> Appeal:
    """Contest a decision; who reported the same in another ticket (`ticket_id`) does so for themselves.
    Raises Refused when it is too late, or done already; the same words again change nothing."""
    decision = Decision.objects.select_related("ticket").get(pk=decision_id)
    # Whoever settles, decides or forgets holds this row: nothing moves under an appeal.
    ticket = Ticket.objects.select_for_update().get(pk=decision.ticket_id)
    side = Appellant(side)
    own = Ticket.objects.get(pk=ticket_id) if ticket_id else ticket
    before = decision.appeals.filter(side=side, ticket=own).first()
    if before and before.is_pending and before.reasons == text:
        return before
    _refuse_to_contest(decision, side, before, at=at)
    filed = Appeal.objects.create(
        decision=decision,
        side=side,
        ticket=own,
        reasons=text,
        filed_at=at,
        decided_by=decision.by,
        decided_at=decision.at,
    )
    attach(own, attachments, at=at, appeal=filed)
    role = Role.PERSON if side == Appellant.SUBJECT else Role.STRANGER
    record("abuse.appealed", filed, role=role, decision=decision.pk, side=side)
    if filed.is_subjects:
        seen(ticket, at=at)
    _tell_appellant(filed, "abuse_appeal_receipt")
    tell_others(
        "abuse_desk_appeal",
        key=f"abuse_desk_appeal:{filed.pk}",
        besides=decision.by_id,
        ticket=ticket,
        page=filed,
        decision=decision,
        appeal=filed,
    )
    return filed


def _refuse_to_contest(decision: Decision, side: Appellant, before: Appeal | None, *, at: datetime) -> None:
    if before:
        raise Refused(gettext("You have contested this decision already; it can be done once."))
    if side == Appellant.SUBJECT and not decision.is_violation:
        raise Refused(gettext("This decision holds nothing against you: there is nothing to contest."))
    if at > decision.appeal_until:
        raise Refused(gettext("The six months in which this decision could be contested are over."))
    if decision.appeals.filter(outcome=Ruling.OVERTURNED).exists():
        raise Refused(gettext("This decision was overturned: there is nothing left to contest."))


@transaction.atomic
def withdraw_appeal(appeal_id: int, *, at: datetime) -> Appeal:
    """Whoever contested thinks better of it; done twice, it is done. Raises IllegalMove once it is settled."""
    filed, _ticket = _fetch(appeal_id)
    if filed.outcome == Ruling.WITHDRAWN:
        return filed
    _refuse_settled(filed)
    filed.outcome, filed.settled_at = Ruling.WITHDRAWN, at
    filed.save(update_fields=["outcome", "settled_at"])
    role = Role.PERSON if filed.is_subjects else Role.STRANGER
    record("abuse.appeal_withdrawn", filed, role=role, decision=filed.decision_id)
    _tell_appellant(filed, "abuse_appeal_settled")
    return filed


@transaction.atomic
def settle_appeal(
    appeal_id: int,
    *,
    outcome: Ruling | str,
    text: str,
    ends_at: datetime | None = None,
    by: User,
    at: datetime,
) -> Appeal:
    """Answer an appeal in writing, and put right what can be put right.

    Overturned for the person concerned, every effect is reversed and everybody who was told is told again. Overturned
    for who reported it, the ticket is open again. Softened (`amended`), a deletion is lifted and the rest ends at
    `ends_at`.
    Raises NeedsSomebodyElse, IllegalMove, Refused.
    """
    filed, ticket = _fetch(appeal_id)
    outcome = Ruling(outcome)
    _refuse_settled(filed)
    refuse_the_concerned(ticket, filed.decision.subject_id, by=by)
    alone = second_look(by, filed.decided_by_id, decided_at=filed.decided_at, at=at)
    if outcome not in RULINGS[Appellant(filed.side)]:
        raise Refused(gettext("An appeal of this side cannot end so."))
    if not text.strip():
        raise Refused(gettext("An appeal is answered in writing: say why."))
    _write_down(filed, outcome, text.strip(), by=by, alone=alone, at=at)
    match outcome, filed.side:
        case Ruling.OVERTURNED, Appellant.SUBJECT:
            _reverse(filed, ticket, by=by, at=at)
        case Ruling.OVERTURNED, Appellant.REPORTER:
            withdraw_what_rests_on(filed.decision, by=by, at=at)
            _take_up_again(ticket, by=by, at=at)
        case Ruling.AMENDED, _:
            _soften(filed, ends_at, by=by, at=at)
    _tell_appellant(filed, "abuse_appeal_settled")
    _tell_the_other_side(filed, ticket)
    return filed


def _write_down(filed: Appeal, outcome: Ruling, answer: str, *, by: User, alone: bool, at: datetime) -> None:
    filed.outcome, filed.answer = outcome, answer
    filed.settled_by, filed.settled_at, filed.settled_alone = by, at, alone
    filed.save(update_fields=["outcome", "answer", "settled_by", "settled_at", "settled_alone"])
    record(
        "abuse.appeal_settled_alone" if alone else "abuse.appeal_settled",
        filed,
        actor=by,
        role=Role.DESK,
        decision=filed.decision_id,
        side=filed.side,
        outcome=outcome,
    )


def _reverse(filed: Appeal, ticket: Ticket, *, by: User, at: datetime) -> None:
    for sanction in _sanctions(filed.decision):
        lift_for_appeal(sanction, by=by, at=at)
    if ticket.outcome == Outcome.VIOLATION and not ticket.decisions.violations().exists():
        ticket.outcome = Outcome.NO_VIOLATION
        keep(ticket, "outcome")


def _take_up_again(ticket: Ticket, *, by: User, at: datetime) -> None:
    """What was decided stands until it is decided again, by whoever found that it was wrong."""
    if ticket.is_closed:
        ticket.move(Move.REOPEN)
        ticket.outcome, ticket.closed_at = "", None
        ticket.handler, ticket.awaits_desk_since = by, at
        keep(ticket, "state", "outcome", "closed_at", "handler", "awaits_desk_since")


def _soften(filed: Appeal, ends_at: datetime | None, *, by: User, at: datetime) -> None:
    """No deletion any more, and an earlier end of the rest; what was to last until the deletion, ends with it."""
    standing = [one for one in _sanctions(filed.decision) if not (one.lifted_at or one.executed_at)]
    deletions = [one for one in standing if one.is_deletion]
    timed = [one for one in standing if one.is_restriction or one.is_suspension]
    if not deletions and not (timed and ends_at):
        raise Refused(gettext("There is nothing here to soften: uphold the decision or overturn it."))
    for deletion in deletions:
        until_then = () if ends_at else deletion.until_this()
        for one in [deletion, *until_then]:
            lift_for_appeal(one, by=by, at=at)
    if ends_at:
        for one in timed:
            _end_earlier(one, ends_at, at=at)


def _end_earlier(sanction: Sanction, ends_at: datetime, *, at: datetime) -> None:
    if ends_at <= max(at, sanction.starts_at) or (sanction.ends_at and ends_at >= sanction.ends_at):
        raise Refused(gettext("The new end must be to come, and earlier than the one it had."))
    sanction.ends_at = ends_at
    sanction.save(update_fields=["ends_at"])


def _sanctions(decision: Decision) -> list[Sanction]:
    return list(Sanction.objects.select_for_update(of=("self",)).filter(decision=decision).order_by("pk"))


def _fetch(appeal_id: int) -> tuple[Appeal, Ticket]:
    """The ticket first, then the appeal: the order in which everybody locks."""
    decision_id = Appeal.objects.values_list("decision_id", flat=True).get(pk=appeal_id)
    ticket = Ticket.objects.select_for_update().get(decisions=decision_id)
    filed = Appeal.objects.select_for_update(of=("self",)).select_related("decision").get(pk=appeal_id)
    return filed, ticket


def _refuse_settled(filed: Appeal) -> None:
    if not filed.is_pending:
        raise IllegalMove(
            gettext("This appeal is settled already: %(outcome)s.") % {"outcome": filed.get_outcome_display()}
        )


def _tell_appellant(filed: Appeal, kind: str) -> None:
    key = f"{kind}:{filed.pk}"
    if not filed.is_subjects:
        write(filed.ticket, kind, key=key, decision=filed.decision, appeal=filed)
    elif hasattr(filed.ticket, "hearing"):
        write_subject(filed.ticket.hearing, kind, key=key, decision=filed.decision, appeal=filed)


def _tell_the_other_side(filed: Appeal, ticket: Ticket) -> None:
    """Who was told of the first decision is told that it changed, and nothing of what was said in the appeal."""
    if filed.outcome not in (Ruling.OVERTURNED, Ruling.AMENDED):
        return
    key = f"abuse_changed:{filed.pk}"
    if filed.is_subjects and filed.outcome == Ruling.OVERTURNED:
        write_to_reporters(ticket, "abuse_changed", key=key, decision=filed.decision, appeal=filed)
    elif not filed.is_subjects and hasattr(ticket, "hearing"):
        write_subject(ticket.hearing, "abuse_changed", key=key, decision=filed.decision, appeal=filed)
