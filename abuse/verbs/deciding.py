"""A ticket is decided: what was found, on which ground, and what follows. One record, from which everybody is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from abuse.models import (
    OUTCOMES,
    Category,
    Decision,
    Ground,
    LearnedFrom,
    Move,
    Outcome,
    Refused,
    Sanction,
    SanctionKind,
    Silence,
    Ticket,
    Topic,
    WithoutNotice,
)
from abuse.statement import statement_of
from abuse.verbs.desk import close, speak
from abuse.verbs.hearing import hear, refuse_the_concerned, tell_others, write_subject
from abuse.verbs.rhythm import fetch, write_to_reporters
from accounts.models import Refused as AccountRefused
from accounts.models import User
from accounts.verbs.erasing import refuse_the_only_administrator
from journal.models import Role
from journal.verbs import record
from legal.models import Acceptance, Clause
from legal.models import Decision as Accepted


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found, and by which clause or law. A violation without facts, reasons or ground cannot be told."""

    facts: str
    explanation: str
    ground: Ground | str = Ground.TERMS
    clause_ref: str = ""
    legal_ground: str = ""
    source: LearnedFrom | str = LearnedFrom.NOTICE
    automated_detection: bool = False
    category: Category | str = Category.OTHER
    content_types: Sequence[str] = ()
    content_date: date | None = None


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure: of which kind, from when, until when. Without prior notice, the reason for it."""

    kind: SanctionKind
    starts_at: datetime
    ends_at: datetime | None = None
    services: Sequence[str] = ()
    without_notice: WithoutNotice | str = ""


@transaction.atomic
def decide(
    ticket_id: int,
    *,
    outcome: Outcome | str,
    finding: Finding,
    subject: User | None = None,
    measures: Sequence[Measure] = (),
    silent_because: Silence | str = "",
    unfounded: bool = False,
    text: str = "",
    by: User,
    at: datetime,
    seen: int | None = None,
) -> Decision:
    """Settle a report: write the statement of reasons, begin what follows from it, tell everybody concerned.

    Raises IllegalMove and Overtaken, and Refused when the statement would not be whole.
    `text` goes to whoever reported it, and to nobody else.
    """
    subject = _still_there(subject)
    ticket = fetch(ticket_id, seen, by=by)
    outcome = Outcome(outcome)
    ticket.move(Move.DECIDE)
    _refuse(ticket, outcome, subject, finding, measures, silent_because, by=by)
    decision = Decision.objects.create(
        ticket=ticket,
        subject=subject,
        outcome=outcome,
        **_found(finding, subject, outcome, at=at),
        no_measure=outcome == Outcome.VIOLATION and not measures,
        silent_because=silent_because,
        unfounded=unfounded,
        by=by,
        at=at,
    )
    for measure in measures:
        _begin(decision, measure)
    _close(ticket, decision, text, by=by, at=at)
    record(
        "abuse.decided",
        decision,
        actor=by,
        role=Role.DESK,
        ticket=ticket.pk,
        outcome=outcome,
        clause=decision.clause.ref if decision.clause else "",
        kinds=[measure.kind for measure in measures],
    )
    _tell_subject(decision, at=at)
    _ask_for_a_second_look(decision, by=by)
    return decision


def clause_for(person: User | None, ref: str, *, at: datetime) -> tuple[Clause | None, datetime | None]:
    """The clause of the Terms as this person last accepted it, and when; else as it stands in force."""
    if person is not None:
        accepted = Acceptance.objects.by(person).filter(
            decision=Accepted.ACCEPTED, text__version__document__slug="terms", at__lte=at
        )
        # The latest acceptance binds, although an older one may have had a clause that was dropped since.
        if (last := accepted.first()) and (clause := last.text.clauses.filter(ref=ref).first()):
            return clause, last.at
    language = person.language if person else None
    return Clause.objects.cited_in_force("terms", at, language).filter(ref=ref).first(), None


def _still_there(subject: User | None) -> User | None:
    """Locked: an account is erased before a decision or after it, never under it. Raises Refused once it is gone.

    Before the ticket, as erasing does: each waiting for what the other holds, neither would end.
    """
    if subject is None:
        return None
    found = User.objects.select_for_update(of=("self",), no_key=True).filter(pk=subject.pk).first()
    if found is None:
        raise Refused(gettext("This account is gone: nothing can follow for it any more."))
    return found


def _refuse(
    ticket: Ticket,
    outcome: Outcome,
    subject: User | None,
    finding: Finding,
    measures: Sequence[Measure],
    silent_because: str,
    *,
    by: User,
) -> None:
    """Raises Refused, and then nothing has happened."""
    if outcome not in OUTCOMES[Topic(ticket.topic)] & {Outcome.VIOLATION, Outcome.NO_VIOLATION}:
        raise Refused(
            gettext("“%(outcome)s” is no decision for a ticket of this topic.") % {"outcome": outcome.label}
        )
    refuse_the_concerned(ticket, subject.pk if subject else None, by=by)
    if outcome == Outcome.NO_VIOLATION and measures:
        raise Refused(gettext("Where the Terms were not broken, no measure can follow."))
    if measures and subject is None:
        raise Refused(gettext("A measure needs an account. Say which one the ticket is about."))
    if outcome == Outcome.VIOLATION and subject is None and silent_because != Silence.NO_CONTACT:
        raise Refused(
            gettext("Say which account the ticket is about, or that we have no means of reaching the person.")
        )
    if outcome == Outcome.VIOLATION and not (finding.facts.strip() and finding.explanation.strip()):
        raise Refused(
            gettext("A statement of reasons needs the facts, and why they break the clause or the law.")
        )
    if len({measure.kind for measure in measures}) < len(measures):
        raise Refused(gettext("One measure of each kind is enough."))
    if any(measure.kind == SanctionKind.DELETION for measure in measures) and subject:
        try:
            refuse_the_only_administrator(subject)
        except AccountRefused as error:
            raise Refused(
                gettext(
                    "This is the account of the only administrator: without it nobody could run the portal."
                )
            ) from error


def _found(finding: Finding, subject: User | None, outcome: Outcome, *, at: datetime) -> dict[str, Any]:
    """The columns of the decision, with the clause quoted from the text that this person accepted."""
    words: dict[str, Any] = {
        "facts": finding.facts.strip() or None,
        "explanation": finding.explanation.strip() or None,
        "source": finding.source,
        "automated_detection": finding.automated_detection,
    }
    if outcome == Outcome.NO_VIOLATION:
        return words
    clause, accepted_at = clause_for(subject, finding.clause_ref, at=at)
    if finding.ground == Ground.TERMS and clause is None:
        raise Refused(gettext("Choose the clause of the Terms that was broken."))
    if finding.ground == Ground.LAW and not finding.legal_ground.strip():
        raise Refused(gettext("Name the law that was broken."))
    return words | {
        "ground": finding.ground,
        "clause": clause if finding.ground == Ground.TERMS else None,
        "accepted_at": accepted_at if finding.ground == Ground.TERMS else None,
        "legal_ground": finding.legal_ground.strip(),
        "category": finding.category,
        "content_types": list(finding.content_types),
        "content_date": finding.content_date,
    }


def _begin(decision: Decision, measure: Measure) -> Sanction:
    if (
        measure.kind != SanctionKind.WARNING
        and measure.starts_at <= decision.at
        and not measure.without_notice
    ):
        raise Refused(gettext("A measure that begins at once needs a reason for not saying so beforehand."))
    if measure.ends_at and measure.ends_at <= measure.starts_at:
        raise Refused(gettext("A measure must end after it begins."))
    if measure.kind == SanctionKind.RESTRICTION and not measure.services:
        raise Refused(gettext("Choose the services that are restricted."))
    return Sanction.objects.create(
        decision=decision,
        person=decision.subject,
        kind=measure.kind,
        services=sorted(measure.services) if measure.kind == SanctionKind.RESTRICTION else [],
        starts_at=decision.at
        if measure.kind == SanctionKind.WARNING
        else max(measure.starts_at, decision.at),
        ends_at=measure.ends_at
        if measure.kind in (SanctionKind.RESTRICTION, SanctionKind.SUSPENSION)
        else None,
        without_notice="" if measure.kind == SanctionKind.WARNING else measure.without_notice,
        decided_by=decision.by,
        decided_at=decision.at,
    )


def _close(ticket: Ticket, decision: Decision, text: str, *, by: User, at: datetime) -> None:
    message = speak(ticket, text, by=by, at=at) if text else None
    if decision.subject and ticket.subject_id != decision.subject.pk:
        ticket.subject = decision.subject
        ticket.save(update_fields=["subject"])
    close(ticket, Outcome(decision.outcome), by=by, at=at)
    write_to_reporters(
        ticket,
        "abuse_closed",
        key=f"abuse_closed:{ticket.pk}:{ticket.revision}",
        message=message,
        decision=decision,
    )


def _tell_subject(decision: Decision, *, at: datetime) -> None:
    """The statement of reasons; or, to somebody we had questions for, that nothing was found."""
    if decision.subject is None:
        return
    if decision.is_violation:
        # The page is there for whoever finds out by themselves; where we may write, it is written to.
        hearing = hear(decision.ticket, decision.subject, at=at)
        if decision.silent_because:
            return
        write_subject(
            hearing,
            "abuse_statement",
            key=f"abuse_statement:{decision.pk}",
            decision=decision,
            statement=statement_of(decision),
        )
    elif hasattr(decision.ticket, "hearing") and decision.ticket.hearing.person_id == decision.subject.pk:
        write_subject(
            decision.ticket.hearing, "abuse_cleared", key=f"abuse_cleared:{decision.pk}", decision=decision
        )


def _ask_for_a_second_look(decision: Decision, *, by: User) -> None:
    deletion = decision.sanctions.proposed().first()
    if deletion:
        tell_others(
            "abuse_desk_second",
            key=f"abuse_desk_second:{decision.pk}",
            besides=by.pk,
            ticket=decision.ticket,
            page=deletion,
            decision=decision,
        )
