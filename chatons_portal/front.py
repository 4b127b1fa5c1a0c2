"""What the front page says: how things stand, what there is, what was announced, what is promised."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from legal.models import Clause, Version
from services.models import Announcement, Maintenance, Service
from services.models.maintenance import MaintenanceQuerySet
from services.standing import shown, standing_of
from transparency.figures import figures_of

PROMISES = [f"c{number}" for number in range(1, 9)]
"""The clauses of the Terms by which the host binds itself."""

ANNOUNCEMENTS = 3
WORKS = 2
PLANNED_WITHIN = dt.timedelta(days=14)


@dataclass(frozen=True)
class Promise:
    """One clause of the Terms in force, and the sentence that proves it today, if there is one."""

    ref: str
    title: str
    url: str
    figure: str | None


def front_page(at: dt.datetime) -> dict[str, Any]:
    services = [shown(service, at) for service in Service.objects.offered(at).with_state(at)]
    clauses = promised(at)
    figures = figures_of(["i0", *PROMISES], at)
    return {
        "at": at,
        "status": standing_of(services, at),
        "services": services,
        "planned": planned(at),
        "announcements": Announcement.objects.published(at).public()[:ANNOUNCEMENTS],
        "terms": clauses[0].text.version if clauses else None,
        "terms_figure": figures.get("i0"),
        "promises": promises(clauses, figures),
    }


def planned(at: dt.datetime) -> MaintenanceQuerySet:
    """The next work, and what goes on of it."""
    return Maintenance.objects.public().next_of_each(at).filter(starts_at__lt=at + PLANNED_WITHIN)[:WORKS]


def promised(at: dt.datetime) -> list[Clause]:
    """The promises of the Terms in force, with their text and version: in the reader's language, else as they count."""
    in_force = Version.objects.in_force(at).filter(document__slug="terms")
    found = (
        Clause.objects.filter(text__version__in=in_force, ref__in=PROMISES)
        .select_related("text__version__document")
        .defer("markdown", "text__source", "text__markdown", "text__html")
        .order_by("position")
    )
    by_language: dict[str, list[Clause]] = {}
    for clause in found:
        by_language.setdefault(clause.text.language, []).append(clause)
    if not by_language:
        return []
    authoritative = next(iter(by_language.values()))[0].text.version.authoritative_language
    return by_language.get((get_language() or "")[:2]) or by_language.get(authoritative, [])


def promises(clauses: Sequence[Clause], figures: Mapping[str, str]) -> list[Promise]:
    page = reverse("legal:document", args=["terms"])
    return [
        Promise(clause.ref, clause.lead, f"{page}#{clause.ref}", figures.get(clause.ref))
        for clause in clauses
    ]
