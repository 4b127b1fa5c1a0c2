"""What people wrote to the host, and what became of it: numbers only, none that points at somebody.

Everything is counted from what forgetting leaves: topics, clauses, outcomes and dates.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Count, DurationField, Exists, F, Min, OuterRef, QuerySet
from django.utils import timezone

from abuse.models import Appeal, Outcome, Report, Ruling, Sanction, SanctionKind, Source, Ticket, Topic
from transparency.masking import FEWEST, Cell, masked, masked_total

YEAR = dt.timedelta(days=365)


class Percentile(Aggregate):
    """A duration that so large a part of all do not exceed."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(part)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Row:
    key: str
    label: str
    cell: Cell


@dataclass(frozen=True)
class Delay:
    """How long it took in half and in nine tenths of the cases; None when there are too few to say."""

    median: dt.timedelta | None
    ninth_decile: dt.timedelta | None

    def as_json(self) -> dict[str, float | None]:
        return {
            "median_seconds": self.median.total_seconds() if self.median else None,
            "ninth_decile_seconds": self.ninth_decile.total_seconds() if self.ninth_decile else None,
        }


@dataclass(frozen=True)
class Figures:
    since: dt.datetime
    until: dt.datetime
    received: Cell
    own: Cell
    """Tickets the volunteers opened for what they found themselves: nobody sent them."""
    topics: list[Row]
    clauses: list[Row]
    outcomes: list[Row]
    measures: list[Row]
    measured_clauses: list[Row]
    """What the measures were taken for, where that was a clause of the Terms."""
    first_look: Delay
    decision: Delay
    appeals: Cell
    overturned: float | None
    """Of the appeals that were settled, the share that changed the decision; None when there are too few."""


def years(at: dt.datetime) -> list[int]:
    """Those there is anything to say of, the latest first."""
    first = Ticket.objects.aggregate(first=Min("opened_at"))["first"]
    if first is None:
        return []
    return list(range(timezone.localtime(at).year, timezone.localtime(first).year - 1, -1))


def period(year: int | None, at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """A year by the host's calendar, as far as it has come, or the twelve months before `at`."""
    if year is None:
        return at - YEAR, at
    zone = timezone.get_default_timezone()
    begin, end = (dt.datetime(one, 1, 1, tzinfo=zone) for one in (year, year + 1))
    return begin, min(end, at)


def moderation(since: dt.datetime, until: dt.datetime, leads: Mapping[str, str] | None = None) -> Figures:
    """What happened in that time. Clauses are called by their ids, and by their `leads` where these are given."""
    leads = leads or {}
    within = Ticket.objects.filter(opened_at__gte=since, opened_at__lt=until)
    found_by_us = Exists(Report.objects.filter(ticket=OuterRef("pk"), source=Source.OWN))
    opened = within.exclude(found_by_us)
    reports = Report.objects.filter(received_at__gte=since, received_at__lt=until).exclude(clause_ref="")
    reports = reports.exclude(source=Source.OWN)
    closed = Ticket.objects.filter(closed_at__gte=since, closed_at__lt=until)
    filed = Appeal.objects.filter(filed_at__gte=since, filed_at__lt=until)
    taken = Sanction.objects.filter(decided_at__gte=since, decided_at__lt=until)
    topics = _counted(opened, "topic")
    clauses = _counted(reports, "clause_ref")
    outcomes = _counted(closed, "outcome")
    measured = _counted(taken.exclude(decision__clause=None), "decision__clause__ref")
    return Figures(
        since=since,
        until=until,
        received=masked_total(topics),
        own=masked_total({"own": within.filter(found_by_us).count()}),
        topics=_rows(topics, dict(Topic.choices)),
        clauses=_by_clause(clauses, leads, sum_is_told=False),
        outcomes=_rows(outcomes, dict(Outcome.choices), sum_is_told=False),
        measures=_rows(
            {SanctionKind(kind).name.lower(): number for kind, number in _counted(taken, "kind").items()},
            {kind.name.lower(): kind.label for kind in SanctionKind},
        ),
        measured_clauses=_by_clause(measured, leads),
        first_look=_delay(opened.exclude(first_look_at=None), "first_look_at"),
        decision=_delay(
            opened.exclude(closed_at=None).exclude(first_look_at=None).exclude(outcome__in=[Outcome.SPAM]),
            "closed_at",
        ),
        appeals=masked_total({"filed": filed.count()}),
        overturned=_share(filed.settled()),
    )


def as_json(figures: Figures) -> dict[str, Any]:
    return {
        "since": figures.since.isoformat(),
        "until": figures.until.isoformat(),
        "received": figures.received.as_json(),
        "opened_for_what_we_found": figures.own.as_json(),
        "received_by_topic": {row.key: row.cell.as_json() for row in figures.topics},
        "reports_by_clause": {row.key: row.cell.as_json() for row in figures.clauses},
        "closed_by_outcome": {row.key: row.cell.as_json() for row in figures.outcomes},
        "measures_by_kind": {row.key: row.cell.as_json() for row in figures.measures},
        "measures_by_clause": {row.key: row.cell.as_json() for row in figures.measured_clauses},
        "time_to_first_look": figures.first_look.as_json(),
        "time_to_decision": figures.decision.as_json(),
        "appeals": figures.appeals.as_json(),
        "appeals_share_overturned": figures.overturned,
        "fewest_published": FEWEST,
    }


def _by_clause(counts: Mapping[str, int], leads: Mapping[str, str], *, sum_is_told: bool = True) -> list[Row]:
    """Only those there is something to count of; none where no number is shown, as their names alone would tell."""
    named = {ref: f"{ref.upper()}. {leads[ref]}" if ref in leads else ref.upper() for ref in sorted(counts)}
    rows = _rows(counts, named, sum_is_told=sum_is_told)
    return rows if any(row.cell.number for row in rows) else []


def _counted(rows: QuerySet[Any], by: str) -> dict[Any, int]:
    return dict(rows.order_by().values_list(by).annotate(number=Count("pk")))


def _rows(counts: Mapping[str, int], labels: Mapping[str, Any], *, sum_is_told: bool = True) -> list[Row]:
    cells = masked({key: counts.get(key, 0) for key in labels}, sum_is_told=sum_is_told)
    return [Row(key, str(label), cells[key]) for key, label in labels.items()]


def _share(settled: QuerySet[Appeal]) -> float | None:
    total = settled.count()
    changed = settled.filter(outcome__in=[Ruling.OVERTURNED, Ruling.AMENDED]).count()
    # A share of which either part is under five would say that part.
    few = any(0 < part < FEWEST for part in (changed, total - changed))
    return None if total < FEWEST or few else round(changed / total, 2)


def _delay(tickets: QuerySet[Ticket], end: str) -> Delay:
    span = F(end) - F("opened_at")
    found = tickets.aggregate(
        number=Count("pk"), half=Percentile(span, part=0.5), most=Percentile(span, part=0.9)
    )
    if found["number"] < FEWEST:
        return Delay(None, None)
    return Delay(found["half"], found["most"])
