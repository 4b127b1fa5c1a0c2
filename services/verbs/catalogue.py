"""The catalogue is written: services, what they need, and how they are looked at."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from journal.verbs import record
from services.models import Dependency, Gap, Judgement, Probe, Service, Watch
from services.verbs.folding import dict_of, reachable


@transaction.atomic
def describe_service(service: Service, *, by: AbstractBaseUser | None = None) -> Service:
    """Put a service into the catalogue, or correct what the catalogue says of it."""
    new = service.pk is None
    service.full_clean()
    service.save()
    record("services.service_added" if new else "services.service_described", service, actor=by)
    return service


# What was known was known by looking there, in that way.
WAY_OF_LOOKING = (
    "protocol",
    "target",
    "expects_status",
    "expects_text",
    "expects_json",
    "follows_redirects",
    "http_version",
    "security",
    "record_type",
    "resolver",
)


@transaction.atomic
def describe_probe(probe: Probe, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Probe:
    """Say how to look at a service, or correct it. Looked at in another way, or again, it has to be seen working first.

    An interruption that is open stays open until then. What nobody looked at meanwhile is not known. Raises
    ValidationError: it cannot be looked at, or what the probe saw would become another service's past.
    """
    service = Service.objects.select_for_update().get(pk=probe.service_id)
    new = probe.pk is None
    before = None if new else Probe.objects.select_for_update().get(pk=probe.pk)
    if before and before.service_id != probe.service_id:
        raise ValidationError(
            {
                "service": _(
                    "What it saw belongs to the past of %(service)s. Put it out of use, and add another one."
                )
                % {"service": before.service}
            }
        )
    probe.full_clean()
    probe.save()
    watch = Watch.objects.select_for_update().get(probe=probe)
    is_in_use, was_in_use = probe.enabled, bool(before and before.enabled)
    if was_in_use and not is_in_use:
        _stop_looking(service, watch, at)
    elif is_in_use and not was_in_use:
        _begin_to_look(service, watch, at)
    elif before and any(getattr(before, name) != getattr(probe, name) for name in WAY_OF_LOOKING):
        _forget(watch, known_until=min(watch.known_until or watch.began_at, at))
    Watch.objects.filter(probe=probe).update(due_at=at)
    record("services.probe_added" if new else "services.probe_described", probe, actor=by)
    return probe


def _stop_looking(service: Service, watch: Watch, at: dt.datetime) -> None:
    known_until = watch.known_until or watch.began_at
    if known_until < at:
        Gap.objects.create(probe_id=watch.pk, started_at=known_until, ended_at=at)
    if not service.probes.filter(enabled=True).exists():
        service.unwatched_since = at
        service.save(update_fields=["unwatched_since"])


def _begin_to_look(service: Service, watch: Watch, at: dt.datetime) -> None:
    _forget(watch, known_until=at)
    if service.unwatched_since:
        if service.unwatched_since < at:
            Gap.objects.create(probe_id=watch.pk, started_at=service.unwatched_since, ended_at=at)
        service.unwatched_since = None
        service.save(update_fields=["unwatched_since"])


def _forget(watch: Watch, *, known_until: dt.datetime) -> None:
    """What was known was known in another way, or long ago."""
    Watch.objects.filter(pk=watch.pk).update(
        began_at=known_until,
        judgement=Judgement.UP,
        judged_since=None,
        contrary=0,
        contrary_since=None,
        looked_at=None,
        known_until=None,
        outcome=None,
        reason="",
        words="",
        certificate_ends_at=None,
        overruled_at=None,
        claimed_until=None,  # a look that is under way was taken in the old way
    )


@transaction.atomic
def say_what_it_needs(service_id: int, needs: set[int], *, by: AbstractBaseUser | None = None) -> None:
    """Say which services this one does not work without. Raises ValidationError for a circle."""
    service = Service.objects.select_for_update().get(pk=service_id)
    others = Dependency.objects.exclude(service=service).values_list("service_id", "needs_id")
    leads = dict_of(list(others))
    if service_id in needs or any(service_id in reachable(need, leads) for need in needs):
        raise ValidationError(
            _("A circle: what %(service)s would need already needs it in turn.") % {"service": service}
        )
    here = set(Dependency.objects.filter(service=service).values_list("needs_id", flat=True))
    if here == needs:
        return
    Dependency.objects.filter(service=service).exclude(needs__in=needs).delete()
    Dependency.objects.bulk_create(
        Dependency(service=service, needs_id=need) for need in sorted(needs - here)
    )
    record("services.needs_changed", service, actor=by, needs=sorted(needs))
