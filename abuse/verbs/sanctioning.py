"""What becomes of a sanction: confirmed or not by a second volunteer, carried out, lifted, near its end."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from abuse.models import ALONE_AFTER, Lifted, Refused, Sanction, SanctionKind, Ticket
from abuse.statement import statement_of
from abuse.verbs.hearing import is_alone, refuse_the_concerned, tell_others, volunteers, write_subject
from abuse.verbs.rhythm import tell_desk
from accounts.models import Reason, User
from accounts.verbs import erase
from accounts.verbs.erasing import OnlyAdministrator
from journal.models import Role
from journal.verbs import record

log = logging.getLogger(__name__)


class NeedsSomebodyElse(Refused):
    """A second pair of eyes is asked for, and this is the first."""


def second_look(by: User, decided_by_id: int | None, *, decided_at: datetime, at: datetime) -> bool:
    """Whether `by` looks a second time alone, as the exception allows. Raises NeedsSomebodyElse."""
    if by.pk != decided_by_id:
        return False
    if not is_alone(by, at):
        raise NeedsSomebodyElse(gettext("You decided it yourself: another volunteer has to look at it."))
    if at < decided_at + ALONE_AFTER:
        raise NeedsSomebodyElse(
            gettext(
                "You decided it yourself, and there is no other volunteer: look at it again after 48 hours."
            )
        )
    return True


@transaction.atomic
def confirm_deletion(sanction_id: int, *, by: User, at: datetime) -> Sanction:
    """The second volunteer agrees. The days of grace run from here, unless waiting would do harm.

    Raises NeedsSomebodyElse, Refused. A host with one volunteer looks twice, two days apart, and that is written down.
    """
    sanction = _proposed(sanction_id)
    refuse_the_concerned(sanction.decision.ticket, sanction.person_id, by=by)
    alone = second_look(by, sanction.decided_by_id, decided_at=sanction.decided_at, at=at)
    sanction.approved_by, sanction.approved_at, sanction.approved_alone = by, at, alone
    if sanction.has_notice:
        sanction.starts_at = max(sanction.starts_at, at + grace())
    sanction.save(update_fields=["approved_by", "approved_at", "approved_alone", "starts_at"])
    verb = "abuse.deletion_confirmed_alone" if alone else "abuse.deletion_confirmed"
    record(verb, sanction, actor=by, role=Role.DESK, decision=sanction.decision_id)
    _tell(sanction, "abuse_deletion_confirmed")
    return sanction


@transaction.atomic
def refuse_deletion(sanction_id: int, *, by: User, at: datetime) -> Sanction:
    """The second volunteer does not agree: the account stays, and its owner is told. Raises Refused."""
    sanction = _proposed(sanction_id)
    refuse_the_concerned(sanction.decision.ticket, sanction.person_id, by=by)
    return _lift_with_what_led_to_it(sanction, Lifted.NOT_CONFIRMED, by=by, at=at)


@transaction.atomic
def lift(sanction_id: int, *, by: User, at: datetime) -> Sanction:
    """The desk takes a sanction back before its end, and says so. Raises Refused when there is nothing left to lift."""
    sanction = _hold(sanction_id)
    refuse_the_concerned(sanction.decision.ticket, sanction.person_id, by=by)
    over = sanction.ends_at and sanction.ends_at <= at
    if sanction.lifted_at or sanction.executed_at or over:
        raise Refused(gettext("This sanction is over: there is nothing left to lift."))
    return _lift_with_what_led_to_it(sanction, Lifted.DESK, by=by, at=at)


def lift_for_appeal(sanction: Sanction, *, by: User, at: datetime) -> None:
    """As part of settling an appeal, whose own letter says it."""
    if sanction.lifted_at is None and sanction.executed_at is None:
        _lift(sanction, Lifted.APPEAL, by=by, at=at, tell=False)


def carry_out_deletions(at: datetime) -> int:
    """Erase the accounts whose deletion is confirmed and due; return how many. A contested one waits for its appeal.

    Each is a transaction of its own: stopped half-way, the next run goes on from there.
    """
    due = Sanction.objects.to_carry_out(at).exclude(person=None).values_list("pk", flat=True)
    return sum(_carry_out(pk, at) for pk in list(due))


@transaction.atomic
def _carry_out(sanction_id: int, at: datetime) -> bool:
    _hold(sanction_id)
    sanction = Sanction.objects.to_carry_out(at).filter(pk=sanction_id).first()
    if sanction is None or (person_id := sanction.person_id) is None:
        return False  # lifted or contested meanwhile, or another worker was faster
    sanction.executed_at = at
    sanction.save(update_fields=["executed_at"])
    record("abuse.deletion_carried_out", sanction, decision=sanction.decision_id)
    try:
        erase(person_id, reason=Reason.SANCTION, at=at)
    except OnlyAdministrator:
        transaction.set_rollback(True)
        log.warning("The account of the only administrator is to be deleted; it stays.")
        return False
    return True


def remind_of_ends(at: datetime) -> int:
    """Tell the desk, once, that a restriction or suspension is about to end; return of how many."""
    soon = at + timedelta(days=settings.SANCTION_REMINDER_DAYS)
    due = Sanction.objects.ending_before(soon).filter(ends_at__gt=at).values_list("pk", flat=True)
    return sum(_remind(pk, at, soon) for pk in list(due))


@transaction.atomic
def _remind(sanction_id: int, at: datetime, soon: datetime) -> bool:
    due = Sanction.objects.ending_before(soon).filter(pk=sanction_id)
    sanction = due.select_for_update(skip_locked=True, of=("self",)).first()
    if sanction is None:
        return False
    sanction.reminded_at = at
    sanction.save(update_fields=["reminded_at"])
    ticket, decision = sanction.decision.ticket, sanction.decision
    key = f"abuse_desk_ending:{sanction.pk}"
    if ticket.handler and volunteers().contains(ticket.handler):
        tell_desk("abuse_desk_ending", ticket, key=key, decision=decision, sanction=sanction)
    else:  # whoever handled it left: it is everybody's
        tell_others(
            "abuse_desk_ending",
            key=key,
            besides=None,
            ticket=ticket,
            page=sanction,
            decision=decision,
            sanction=sanction,
        )
    return True


def grace() -> timedelta:
    """How long somebody whose account is to be deleted has to take their data along, and to appeal."""
    return timedelta(days=settings.SANCTION_DELETION_GRACE_DAYS)


def _hold(sanction_id: int) -> Sanction:
    """Lock it, and its ticket first: the order in which everybody locks, appeals included."""
    Ticket.objects.select_for_update(of=("self",)).get(decisions__sanctions=sanction_id)
    return Sanction.objects.select_for_update(of=("self",)).get(pk=sanction_id)


def _proposed(sanction_id: int) -> Sanction:
    sanction = _hold(sanction_id)
    if sanction.kind != SanctionKind.DELETION or sanction.lifted_at or sanction.approved_at:
        raise Refused(gettext("Nothing waits for a second volunteer here any more."))
    return sanction


def _lift_with_what_led_to_it(sanction: Sanction, because: Lifted, *, by: User, at: datetime) -> Sanction:
    """A deletion that does not happen takes along the suspension until then, which nothing else would end."""
    _lift(sanction, because, by=by, at=at)
    for suspension in sanction.until_this().select_for_update(of=("self",)):
        _lift(suspension, because, by=by, at=at)
    return sanction


def _lift(sanction: Sanction, because: Lifted, *, by: User, at: datetime, tell: bool = True) -> Sanction:
    sanction.lifted_at, sanction.lifted_because = at, because
    sanction.save(update_fields=["lifted_at", "lifted_because"])
    record(
        "abuse.sanction_lifted",
        sanction,
        actor=by,
        role=Role.DESK,
        decision=sanction.decision_id,
        because=because,
    )
    if tell:
        _tell(sanction, "abuse_lifted")
    return sanction


def _tell(sanction: Sanction, kind: str) -> None:
    """The person concerned, unless nothing was told them of the decision in the first place."""
    decision = sanction.decision
    if decision.silent_because or not hasattr(decision.ticket, "hearing"):
        return
    write_subject(
        decision.ticket.hearing,
        kind,
        key=f"{kind}:{sanction.pk}",
        decision=decision,
        sanction=sanction,
        statement=statement_of(decision),
    )
