"""Maintenance ends: on time, early, or late, which makes it an interruption."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from journal.verbs import record
from services import phrases
from services.models import Kind, Maintenance, Outage, Service, State
from services.verbs.folding import make_part
from services.verbs.interruptions import open_outage
from services.verbs.planning import extend_routines, locked, remind, say
from services.verbs.telling import tell_begin

# What is not up when its window ends is found down by then.
FOUND_WITHIN = dt.timedelta(minutes=3)
AROUND = dt.timedelta(minutes=1)
NOT_SEEN = {State.UNWATCHED, State.UNKNOWN}


def look_after_maintenance(at: dt.datetime) -> int:
    """Remind of what comes, end what is over, put routines into the calendar. Returns how many there were."""
    return extend_routines(at) + remind(at) + end_maintenance(at)


@transaction.atomic
def finish(maintenance_id: int, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Maintenance:
    """It is done before its end. Raises ValidationError before it has begun, and when it is over."""
    maintenance = locked(maintenance_id, at)
    if maintenance.starts_at > at:
        raise ValidationError(_("It has not begun: call it off instead."))
    _finish(maintenance, until=at, at=at, by=by)
    return maintenance


def end_maintenance(at: dt.datetime) -> int:
    """Say of what has reached its end that it is over, unless a service did not come back, or may not have."""
    over = Maintenance.objects.kept().filter(finished_at=None, ends_at__lte=at - FOUND_WITHIN)
    ended = 0
    for maintenance_id in over.values_list("pk", flat=True):
        with transaction.atomic():
            free = over.select_for_update(of=["self"], skip_locked=True)
            maintenance = free.filter(pk=maintenance_id).first()
            if maintenance is None:
                continue
            services = list(Service.objects.filter(maintenances=maintenance).with_state(at))
            if any(service.state == State.SUSPECT for service in services):
                continue  # being looked at again: what it comes to is known in seconds
            unseen = [service for service in services if service.state in NOT_SEEN]
            _finish(maintenance, until=maintenance.ends_at, at=at, unseen=unseen)
            ended += 1
    return ended


def _finish(
    maintenance: Maintenance,
    *,
    until: dt.datetime,
    at: dt.datetime,
    unseen: list[Service] | None = None,
    by: AbstractBaseUser | None = None,
) -> None:
    """Of services that nobody sees working, no more is said than that the time is over."""
    maintenance.finished_at, maintenance.changed_at = until, at
    maintenance.edition += 1
    maintenance.save(update_fields=["finished_at", "changed_at", "edition"])
    record("services.maintenance_finished", maintenance, actor=by)
    if _has_overrun(maintenance):
        return
    shown = [service.name for service in unseen or [] if service.listed]
    here = Service.objects.listed().filter(maintenances=maintenance).with_interruption(at)
    interrupted = [service.name for service in here if service.interrupted_since]
    words = phrases.in_every_language(
        lambda: (
            phrases.time_is_over(maintenance, shown) if shown else phrases.finished(maintenance, interrupted)
        )
    )
    say(maintenance, Kind.END, words, at=at)


def _has_overrun(maintenance: Maintenance) -> bool:
    """Whether one of its services did not come back: its interruption tells the rest, and its end."""
    assert maintenance.finished_at
    return Outage.objects.filter(
        service__in=maintenance.services.all(),
        started_at__gte=maintenance.finished_at - AROUND,
        started_at__lte=maintenance.finished_at + AROUND,
    ).exists()


@transaction.atomic
def overrun(maintenance_id: int, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Outage:
    """Say that it takes longer although its time is over: since its end, those of its services are interrupted that
    nobody sees working. A probe says so by itself; of what none looks at, a volunteer has to.

    Raises ValidationError: it goes on, was called off, or nothing is left of it that could be interrupted.
    """
    maintenance = Maintenance.objects.select_for_update(of=["self"]).get(pk=maintenance_id)
    if maintenance.cancelled_at:
        raise ValidationError(_("This maintenance was called off; plan another one."))
    ended_at = maintenance.finished_at or maintenance.ends_at
    if ended_at > at:
        raise ValidationError(_("It is still going on: move its end instead."))
    services = (
        Service.objects.filter(maintenances=maintenance).with_state(at).order_by("-listed", "position", "pk")
    )
    late = [service for service in services if service.state in NOT_SEEN]
    if not late:
        raise ValidationError(
            _(
                "Its services are seen working, or their interruption is open. If one fails, open an interruption."
            )
        )
    root, *others = [open_outage(one.pk, started_at=ended_at, at=at, tell=False, by=by) for one in late]
    for other in others:
        if other.cause_id is None:
            make_part(other, root, at=at)
    tell_begin(root, at=at)
    return root
