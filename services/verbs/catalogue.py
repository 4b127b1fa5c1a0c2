"""The catalogue is written: services, what they need, and how they are looked at."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from journal.verbs import record
from services.models import Dependency, Judgement, Probe, Service, Watch
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
    """Say how to look at a service, or correct it. Looked at in another way, it has to be seen working first.

    An interruption that is open stays open until then.
    """
    new = probe.pk is None
    before = None if new else Probe.objects.select_for_update().get(pk=probe.pk)
    probe.full_clean()
    probe.save()
    if before and any(getattr(before, name) != getattr(probe, name) for name in WAY_OF_LOOKING):
        Watch.objects.filter(probe=probe).update(
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
    Watch.objects.filter(probe=probe).update(due_at=at)
    record("services.probe_added" if new else "services.probe_described", probe, actor=by)
    return probe


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
