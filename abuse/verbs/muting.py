"""Reports that are manifestly unfounded, again and again: their sender is cautioned, then muted for a time.

What a muted address reports is kept and put aside by itself. It is never refused, and three things are looked at all
the same: illegal content, what somebody writes of any other topic, and whatever comes without an address.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from abuse.models import (
    FURTHER,
    LONGEST_MUTE,
    Caution,
    Decision,
    Move,
    Mute,
    Outcome,
    Refused,
    Ticket,
    Topic,
    Unmuted,
    marks_of,
)
from abuse.verbs.desk import speak
from abuse.verbs.rhythm import fetch, keep, write
from accounts.models import User
from journal.models import Role
from journal.verbs import record


@transaction.atomic
def caution(ticket_id: int, *, text: str, by: User, at: datetime, seen: int | None = None) -> Caution:
    """Warn whoever sent a manifestly unfounded report, with reasons, by letter and on their private page.

    Raises Overtaken, and Refused without such a finding, without a confirmed address, or where a caution counts.
    """
    ticket = fetch(ticket_id, seen, by=by)
    decision = _finding(ticket)
    if earlier := Caution.objects.given_to(ticket.reporter_email).counting(at).first():
        raise Refused(gettext("They were warned already, on %(date)s.") % {"date": _day(earlier.at)})
    message = speak(ticket, text, by=by, at=at)
    given = Caution.objects.create(
        ticket=ticket,
        decision=decision,
        message=message,
        mark=marks_of(ticket.reporter_email)[0],
        by=by,
        at=at,
    )
    keep(ticket, "handler", "first_answer_at")
    record("abuse.cautioned", ticket, actor=by, role=Role.DESK, decision=decision.pk)
    write(ticket, "abuse_caution", key=f"abuse_caution:{given.pk}", message=message, decision=decision)
    return given


@transaction.atomic
def mute(ticket_id: int, *, text: str, days: int, by: User, at: datetime, seen: int | None = None) -> Mute:
    """For so many days, put aside unexamined what this address reports; its owner is told why and until when.

    Raises Overtaken, and Refused without a caution and unfounded reports after it, which the database holds too.
    """
    ticket = fetch(ticket_id, seen, by=by)
    decision = _finding(ticket)
    cautions = Caution.objects.given_to(ticket.reporter_email).counting(at)
    before = cautions.select_for_update().order_by("-at").first()
    if before is None:
        raise Refused(gettext("They were never warned. Warn them first, and see what they send then."))
    if further_reports(ticket.reporter_email, before) < FURTHER or decision.at <= before.at:
        raise Refused(
            gettext(
                "Since the warning, fewer than %(number)d of their reports were found manifestly unfounded."
            )
            % {"number": FURTHER}
        )
    if standing := Mute.objects.of(ticket.reporter_email).in_force(at).first():
        raise Refused(gettext("They are muted already, until %(date)s.") % {"date": _day(standing.ends_at)})
    if not 0 < days <= LONGEST_MUTE.days:
        raise Refused(gettext("Somebody is muted for %(most)d days at most.") % {"most": LONGEST_MUTE.days})
    message = speak(ticket, text, by=by, at=at)
    begun = Mute.objects.create(
        ticket=ticket,
        caution=before,
        decision=decision,
        message=message,
        mark=before.mark,
        by=by,
        at=at,
        ends_at=at + timedelta(days=days),
    )
    keep(ticket, "handler", "first_answer_at")
    record("abuse.muted", ticket, actor=by, role=Role.DESK, decision=decision.pk, days=days)
    write(
        ticket,
        "abuse_muted",
        key=f"abuse_muted:{begun.pk}",
        message=message,
        decision=decision,
        mute=begun,
    )
    return begun


@transaction.atomic
def unmute(ticket_id: int, *, by: User, at: datetime, seen: int | None = None) -> Ticket:
    """Examine the reports of this address again, before its time; its owner is told. Raises Overtaken, Refused."""
    ticket = fetch(ticket_id, seen, by=by)
    standing = Mute.objects.of(ticket.reporter_email).in_force(at) if ticket.reporter_email else ()
    if not standing:
        raise Refused(gettext("Nobody is muted who wrote ticket %(number)s.") % {"number": ticket.number})
    for one in standing:
        _lift(one, Unmuted.DESK, by=by, at=at)
    keep(ticket)
    return ticket


def withdraw_what_rests_on(decision: Decision, *, by: User, at: datetime) -> None:
    """The report was not unfounded after all: a caution given for it counts no longer, nor does a mute stand."""
    decision.cautions.filter(withdrawn_at=None).update(withdrawn_at=at)
    resting = Mute.objects.filter(lifted_at=None, ends_at__gt=at)
    for one in (resting.filter(decision=decision) | resting.filter(caution__decision=decision)).distinct():
        _lift(one, Unmuted.APPEAL, by=by, at=at)


def set_aside_if_muted(ticket: Ticket, *, at: datetime) -> bool:
    """A new report of abuse from a muted address is kept, closed by itself, and its sender told so once a day."""
    if ticket.topic != Topic.ABUSE or not ticket.reporter_email:
        return False
    standing = Mute.objects.of(ticket.reporter_email).in_force(at).first()
    if standing is None:
        return False
    ticket.move(Move.TRIAGE)
    ticket.outcome, ticket.closed_at, ticket.awaits_desk_since = Outcome.MUTED, at, None
    keep(ticket, "state", "outcome", "closed_at", "awaits_desk_since")
    record("abuse.not_examined", ticket, role=Role.STRANGER, mute=standing.pk)
    key = f"abuse_not_examined:{standing.pk}:{at:%Y-%m-%d}"
    write(ticket, "abuse_not_examined", key=key, mute=standing)
    return True


def forget_mutes(at: datetime) -> int:
    """Remove what tells whose a caution was that counts no longer, or a mute that is over; how many there were."""
    return Mute.objects.to_forget(at).update(mark=None) + Caution.objects.to_forget(at).update(mark=None)


def further_reports(address: str, since: Caution) -> int:
    """Those found manifestly unfounded after a caution, and not found otherwise since."""
    written = Ticket.objects.written_from([address.lower()]).exclude(confirmed_at=None)
    return Decision.objects.filter(ticket__in=written, unfounded=True, at__gt=since.at).standing().count()


def _finding(ticket: Ticket) -> Decision:
    """The decision by which this report is manifestly unfounded. Raises Refused."""
    found = ticket.decisions.filter(unfounded=True).standing().first()
    if found is None or not ticket.is_closed:
        raise Refused(
            gettext("Ticket %(number)s was not found manifestly unfounded: decide that first.")
            % {"number": ticket.number}
        )
    if not ticket.reporter_email or not ticket.confirmed_at:
        raise Refused(
            gettext(
                "Nobody can be warned by ticket %(number)s: it has no address, or nobody confirmed that it is theirs."
            )
            % {"number": ticket.number}
        )
    return found


def _lift(standing: Mute, because: Unmuted, *, by: User, at: datetime) -> None:
    standing.lifted_at, standing.lifted_because = at, because
    standing.save(update_fields=["lifted_at", "lifted_because"])
    record("abuse.unmuted", standing.ticket, actor=by, role=Role.DESK, because=because)
    _examine_after_all(standing, by=by, at=at)
    write(standing.ticket, "abuse_unmuted", key=f"abuse_unmuted:{standing.pk}", mute=standing)


def _examine_after_all(lifted: Mute, *, by: User, at: datetime) -> None:
    """What was put aside because of it comes to the desk, as if it had just come in."""
    written = Ticket.objects.written_from([lifted.ticket.reporter_email.lower()])
    put_aside = written.filter(outcome=Outcome.MUTED, closed_at__gte=lifted.at, forgotten_at=None)
    for ticket in put_aside.order_by("pk").select_for_update(of=("self",)):
        ticket.move(Move.UNDO)
        ticket.outcome, ticket.closed_at, ticket.awaits_desk_since = "", None, at
        keep(ticket, "state", "outcome", "closed_at", "awaits_desk_since")
        record("abuse.examined_after_all", ticket, actor=by, role=Role.DESK)


def _day(at: datetime) -> str:
    return date_format(localtime(at), "DATE_FORMAT")
