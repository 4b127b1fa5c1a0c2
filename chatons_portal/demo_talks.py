"""What the people of the demonstration wrote to the host, and what was decided; all of it through the verbs."""

import datetime as dt

from abuse.models import (
    JUDGED,
    Appellant,
    Ground,
    Outcome,
    Ruling,
    SanctionKind,
    Silence,
    State,
    Ticket,
    WithoutNotice,
)
from abuse.verbs import (
    Finding,
    Measure,
    Notice,
    Sender,
    answer,
    appeal,
    ask,
    decide,
    file_question,
    file_report,
    reopen,
    settle,
    settle_appeal,
    take,
    triage,
)
from accounts.models import User
from chatons_portal import demo_texts as texts
from legal.models import Clause

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def hold_conversations(volunteers: list[User], at: dt.datetime) -> list[str]:
    """Tickets in every state, each with what was said. Returns the private links worth a look."""
    shown = []
    for number, story in enumerate(texts.STORIES):
        now = at - dt.timedelta(hours=story.hours_ago)
        ticket = _opens(story, f"demo {number}", now)
        handler = volunteers[number % len(volunteers)]
        for hours, deed, *words in story.deeds:
            now += dt.timedelta(hours=hours)
            if deed == "takes":
                take(ticket.pk, by=handler, at=now)
            elif deed == "answers":
                ask(ticket.pk, text=words[0], by=handler, at=now)
            elif deed == "replies":
                answer(ticket.pk, text=words[0], submission=f"demo {number} {now.isoformat()}", at=now)
            elif deed == "closes":
                _close(ticket.pk, *words, by=handler, at=now)
            elif deed == "reopens":
                reopen(ticket.pk, text=words[0], by=handler, at=now)
        if story.show:
            shown.append(ticket.private_path() or "")
    return shown


def decide_about(people: list[User], volunteers: list[User], at: dt.datetime) -> None:
    """Accounts that sent advertisements: suspended for a while, which is over, or warned. Two of them contested it: one
    had its answer, one waits for it."""
    for number, (person, (hours_ago, days)) in enumerate(zip(people, texts.DECIDED, strict=True)):
        filed = at - dt.timedelta(hours=hours_ago)
        handler, other = volunteers[number % 2], volunteers[(number + 1) % 2]
        ticket = _opens(texts.advertisement(person.email), f"demo accused {number}", filed)
        take(ticket.pk, by=handler, at=filed + 5 * HOUR)
        decided = filed + 9 * HOUR
        warning = Measure(kind=SanctionKind.WARNING, starts_at=decided)
        suspension = Measure(
            kind=SanctionKind.SUSPENSION,
            starts_at=decided,
            ends_at=decided + days * DAY,
            without_notice=WithoutNotice.HARM,
        )
        decision = decide(
            ticket.pk,
            outcome=Outcome.VIOLATION,
            finding=_finding(ticket, texts.ADS_FACTS, texts.ADS_REASONS, texts.ADS_LAW),
            subject=person,
            measures=[suspension if days else warning],
            by=handler,
            at=decided,
        )
        if number in texts.CONTESTED:
            words, answered = texts.CONTESTED[number]
            contested = appeal(decision.pk, side=Appellant.SUBJECT, text=words, at=decided + 2 * DAY)
            if answered:
                settle_appeal(
                    contested.pk, outcome=Ruling.UPHELD, text=answered, by=other, at=decided + 4 * DAY
                )


def _close(ticket_id: int, outcome: str, text: str = "", *, by: User, at: dt.datetime) -> None:
    """What is new is put aside, the rest settled, taken back from whoever was asked if need be."""
    ticket = Ticket.objects.get(pk=ticket_id)
    if ticket.state == State.NEW:
        repeats = Ticket.objects.filter(outcome=Outcome.VIOLATION).values_list("pk", flat=True).first()
        triage(ticket_id, outcome=outcome, duplicate_of=repeats, by=by, at=at)
        return
    if ticket.state == State.WAITING:
        take(ticket_id, by=by, at=at)
    if outcome in JUDGED:
        found = _finding(ticket, texts.FACTS, texts.REASONS, texts.LAW)
        silent = Silence.NO_CONTACT if outcome == Outcome.VIOLATION else ""
        decide(ticket_id, outcome=outcome, finding=found, silent_because=silent, text=text, by=by, at=at)
        return
    settle(ticket_id, outcome=outcome, text=text, by=by, at=at)


def _finding(ticket: Ticket, facts: str, reasons: str, law: str) -> Finding:
    """By the clause that was reported; where the Terms were not out yet on that day, by the law."""
    clause = ticket.reports.get().clause_ref
    ground, law = (Ground.TERMS, "") if clause else (Ground.LAW, law)
    return Finding(ground=ground, clause_ref=clause, legal_ground=law, facts=facts, explanation=reasons)


def _opens(story: texts.Story, submission: str, now: dt.datetime) -> Ticket:
    sender = Sender(email=story.email, language=story.language, with_proof=True)
    if not story.where:
        return file_question(story.what, sender=sender, submission=submission, at=now)
    cited = Clause.objects.cited_in_force("terms", now, story.language).filter(ref=story.clause)
    notice = Notice(what=story.what, where=story.where, clause=cited.first(), good_faith=True)
    return file_report(notice, sender=sender, submission=submission, at=now)
