"""What the front page says: how things stand, what there is, what was announced, what is promised."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from legal.models import Clause, Version
from services.models import Announcement, Outage, Service
from services.standing import shown, standing_of
from transparency.figures import figure_of

PROMISES = [f"c{number}" for number in range(1, 9)]
"""The clauses of the Terms by which the host binds itself."""

ANNOUNCEMENTS = 3


@dataclass(frozen=True)
class Promise:
    """One clause of the Terms in force, and the sentence that proves it today, if there is one."""

    ref: str
    title: str
    url: str
    figure: str | None


def front_page(at: dt.datetime) -> dict[str, Any]:
    services = [shown(service, at) for service in Service.objects.listed().with_state(at)]
    terms = Version.objects.in_force(at).filter(document__slug="terms").select_related("document").first()
    return {
        "at": at,
        "status": standing_of(services, at),
        "services": services,
        "open_outages": Outage.objects.open(at).filter(service__listed=True).select_related("service"),
        "announcements": Announcement.objects.published(at).public()[:ANNOUNCEMENTS],
        "terms": terms,
        "terms_figure": figure_of("i0", at),
        "promises": promises(terms, at) if terms else [],
    }


def promises(terms: Version, at: dt.datetime) -> list[Promise]:
    page = reverse("legal:document", args=["terms"])
    return [
        Promise(clause.ref, clause.lead, f"{page}#{clause.ref}", figure_of(clause.ref, at))
        for clause in Clause.objects.of(terms).filter(ref__in=PROMISES)
    ]
