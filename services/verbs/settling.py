"""What the probes know becomes interruptions, and their end.

It looks at what is, not at what changed: whatever was killed in between, the next time sets it right.
"""

import datetime as dt
from collections import Counter

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q

from services.models import Finder, Judgement, Maintenance, Outage, Outcome, Sample, Service, Watch
from services.models.watching import WatchQuerySet
from services.verbs.interruptions import close_outage, open_outage

# Whoever needs a service gets so long after it works again to come back too.
COMES_BACK_WITHIN = dt.timedelta(minutes=3)
# Whoever changes a probe may put it out of use meanwhile.
LOOKED_AT_AGAIN_WITHIN = dt.timedelta(minutes=3)


def settle(at: dt.datetime) -> Counter[str]:
    """Open, close and part interruptions as the probes have it. Each is a transaction of its own."""
    count: Counter[str] = Counter()
    look_again(at)
    for service_id in to_open(at):
        count["opened"] += open_what_fails(service_id, at)
    for outage_id in to_close():
        count["closed"] += close_what_works(outage_id, at)
    for outage_id in to_lose(at):
        count["lost"] += lose_sight(outage_id, at)
    for outage_id in to_part(at):
        count["parted"] += part_what_still_fails(outage_id, at)
    return +count


def failing(at: dt.datetime) -> WatchQuerySet:
    """Those that see their service fail, of what nobody planned and nobody knows better."""
    back = Q(judgement=Judgement.RECOVERING) & planned_since("judged_since", at)
    return Watch.objects.failing().filter(~planned_since("looked_at", at), ~back, overruled_at=None)


def planned_since(moment: str, at: dt.datetime) -> Q:
    """Of a watch: a maintenance of its service ended after that. What it saw before then says nothing of now."""
    works = Maintenance.objects.over(at).filter(services=OuterRef("probe__service"))
    return Q(Exists(works.ended_after(OuterRef(moment))))


def look_again(at: dt.datetime) -> int:
    """What failed during a maintenance is looked at as soon as that is over."""
    waiting = Watch.objects.failing().filter(planned_since("looked_at", at), claimed_until=None)
    return waiting.filter(due_at__gt=at).update(due_at=at)


def to_open(at: dt.datetime) -> list[int]:
    """Services that fail, of which no interruption is open and no maintenance under way."""
    services = Service.objects.filter(
        Exists(failing(at).filter(probe__service=OuterRef("pk"))),
        ~Exists(Outage.objects.filter(service=OuterRef("pk"), ended_at=None)),
        ~Exists(Maintenance.objects.going_on(at).filter(services=OuterRef("pk"))),
    )
    return list(services.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def open_what_fails(service_id: int, at: dt.datetime) -> bool:
    """It began with the first look that failed, but not before the last interruption or maintenance ended."""
    Service.objects.select_for_update().get(pk=service_id)
    if service_id not in to_open(at):
        return False
    watches = failing(at).filter(probe__service=service_id)
    first = watches.select_related("probe").order_by("judged_since").first()
    assert first is not None
    assert first.judged_since is not None
    ended = Outage.objects.filter(service=service_id).aggregate(last=Max("ended_at"))["last"]
    works = Maintenance.objects.over(at).filter(services=service_id, ends_at__gt=first.judged_since)
    planned = [work.until for work in works]
    started_at = max(filter(None, [first.judged_since, ended, *planned]))
    if started_at > at:
        return False
    seen = Sample.objects.filter(probe=first.probe_id, outcome=Outcome.DOWN).order_by("-taken_at").first()
    open_outage(
        service_id,
        started_at=started_at,
        at=at,
        tell=False,  # the clock does, if it lasts
        found_by=Finder.PROBE,
        reason=seen.reason if seen else first.reason,
    )
    return True


def to_close() -> list[int]:
    """Interruptions that a probe found, of services that all their probes see working."""
    here = Watch.objects.in_use().filter(probe__service=OuterRef("service"))
    working = Watch.objects.working().values("pk")
    outages = Outage.objects.filter(
        Exists(here), ~Exists(here.exclude(pk__in=working)), ended_at=None, found_by=Finder.PROBE
    )
    return list(outages.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def close_what_works(outage_id: int, at: dt.datetime) -> bool:
    """It ended with the first of the looks that saw the last of its probes work again."""
    outage = Outage.objects.select_for_update(of=["self"]).filter(pk=outage_id, ended_at=None).first()
    if outage is None or outage_id not in to_close():
        return False
    ended = (
        Watch.objects.working().filter(probe__service=outage.service_id).aggregate(last=Max("judged_since"))
    )
    ended_at = ended["last"] if outage.started_at < ended["last"] <= at else at
    if ended_at <= outage.started_at:
        return False
    close_outage(outage_id, ended_at=ended_at, at=at)
    return True


def to_lose(at: dt.datetime) -> list[int]:
    """Interruptions that a probe found, of services that no probe looks at any more: nobody would see their end."""
    watched = Watch.objects.in_use().filter(probe__service=OuterRef("service"))
    long_ago = Q(service__unwatched_since=None) | Q(service__unwatched_since__lte=at - LOOKED_AT_AGAIN_WITHIN)
    outages = Outage.objects.filter(long_ago, ~Exists(watched), ended_at=None, found_by=Finder.PROBE)
    return list(outages.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def lose_sight(outage_id: int, at: dt.datetime) -> bool:
    """It lasted until somebody put the last probe out of use; what came then, nobody knows."""
    outage = Outage.objects.select_for_update().filter(pk=outage_id, ended_at=None).first()
    if outage is None or outage_id not in to_lose(at):
        return False
    ended_at = outage.service.unwatched_since or at
    ended_at = ended_at if ended_at > outage.started_at else at
    if ended_at <= outage.started_at:
        return False
    close_outage(outage_id, ended_at=ended_at, at=at, unseen=True)
    return True


def to_part(at: dt.datetime) -> list[int]:
    """Interruptions that outlast the one they are part of."""
    outages = Outage.objects.filter(
        ended_at=None, cause__ended_at__lte=at - COMES_BACK_WITHIN, cause__ended_at__gt=F("started_at")
    )
    return list(outages.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def part_what_still_fails(outage_id: int, at: dt.datetime) -> bool:
    """From the end of its cause on it is an interruption of its own, to be told of as such."""
    outage = Outage.objects.select_for_update(of=["self"]).select_related("cause").get(pk=outage_id)
    if outage_id not in to_part(at):
        return False
    assert outage.cause is not None
    assert outage.cause.ended_at is not None
    outage.ended_at = outage.cause.ended_at
    outage.save(update_fields=["ended_at"])
    open_outage(
        outage.service_id,
        started_at=outage.ended_at,
        at=at,
        summary_fr=outage.summary_fr,
        summary_en=outage.summary_en,
        tell=False,
        found_by=outage.found_by,
        reason=outage.reason,
    )
    return True
