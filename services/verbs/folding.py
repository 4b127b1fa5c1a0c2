"""A crowd of interruptions with one cause is one interruption."""

import datetime as dt

from journal.verbs import record
from services.models import Dependency, Outage

# What begins so shortly before the interruption of what it needs was only seen earlier.
SEEN_EARLIER = dt.timedelta(minutes=5)


def fold(outage: Outage, *, at: dt.datetime) -> None:
    """Make an interruption that has just been opened part of the one it follows from, and the others part of it."""
    edges = list(Dependency.objects.values_list("service_id", "needs_id"))
    needed = reachable(outage.service_id, dict_of(edges))
    roots = Outage.objects.filter(ended_at=None).select_related("cause").order_by("started_at", "pk")
    for other in roots.filter(service__in=needed).exclude(pk=outage.pk):
        root = other.cause or other
        if root.pk != outage.pk and root.ended_at is None:
            make_part(outage, root, at=at)
            break
    dependants = reachable(outage.service_id, dict_of([(needs, service) for service, needs in edges]))
    root = outage.cause or outage
    for other in (
        roots.filter(service__in=dependants, cause=None, started_at__gte=outage.started_at - SEEN_EARLIER)
        .filter(announcements=None)
        .exclude(pk__in=[outage.pk, root.pk])
    ):
        make_part(other, root, at=at)
        for part in other.consequences.all():
            make_part(part, root, at=at)


def make_part(outage: Outage, root: Outage, *, at: dt.datetime) -> None:
    outage.cause, outage.joined_at = root, at
    outage.save(update_fields=["cause", "joined_at"])
    record("services.outage_folded", outage, actor=None, cause=root.pk)


def dict_of(edges: list[tuple[int, int]]) -> dict[int, set[int]]:
    leads: dict[int, set[int]] = {}
    for start, end in edges:
        leads.setdefault(start, set()).add(end)
    return leads


def reachable(start: int, leads: dict[int, set[int]]) -> set[int]:
    """All that one comes to from `start`, without it; circles do no harm."""
    found: set[int] = set()
    ahead = [start]
    while ahead:
        new = leads.get(ahead.pop(), set()) - found
        found |= new
        ahead += new
    return found - {start}
