"""Who may not use which service at a given moment: what the services ask, and what the desk sees at a glance."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from abuse.models import Sanction, SanctionKind
from accounts.models import User
from services.models import Service


@dataclass(frozen=True)
class Restricted:
    """Somebody a service is closed to, by the gravest of what is in force, until the last of it ends (None: no end)."""

    person: User
    sanction: Sanction
    until: datetime | None

    @property
    def kind(self) -> str:
        return SanctionKind(self.sanction.kind).name.lower()


def restricted(service: str, at: datetime) -> list[Restricted]:
    """Everybody this service (by its slug) is closed to: by its own restriction, or as the whole account is closed."""
    return _people(Sanction.objects.restricting(service, at))


def restrictions_by_service(at: datetime) -> list[tuple[str, list[Restricted]]]:
    """What is in force, under the name of each service; first, under no name, who is shut out of everything."""
    in_force = Sanction.objects.in_force(at)
    named = in_force.filter(kind=SanctionKind.RESTRICTION).select_related("person", "decision")
    rows = list(named.exclude(person=None).order_by("person__email"))
    slugs = sorted({slug for row in rows for slug in row.services})
    names = dict(Service.objects.filter(slug__in=slugs).values_list("slug", "name"))
    each = [(names.get(slug, slug), _merged(row for row in rows if slug in row.services)) for slug in slugs]
    return [("", _people(Sanction.objects.shutting_out(at))), *each]


def _people(sanctions: QuerySet[Sanction]) -> list[Restricted]:
    rows = sanctions.exclude(person=None).select_related("person", "decision")
    return _merged(rows.order_by("person__email"))


def _merged(sanctions: Iterable[Sanction]) -> list[Restricted]:
    """One line a person, whatever is in force against them together."""
    by_person: dict[int, list[Sanction]] = {}
    for sanction in sanctions:
        by_person.setdefault(sanction.person_id or 0, []).append(sanction)
    return [_together(rows) for rows in by_person.values()]


def _together(rows: list[Sanction]) -> Restricted:
    gravest = max(rows, key=lambda row: (row.kind, row.starts_at))
    ends = [row.ends_at for row in rows]
    person = gravest.person
    assert person
    return Restricted(person, gravest, None if None in ends else max(filter(None, ends)))
