"""Interruptions begin and end."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from journal.verbs import record
from services.models import Finder, Outage, Service, Watch
from services.verbs.figuring import figure_days
from services.verbs.folding import fold
from services.verbs.telling import tell_begin, tell_end


@transaction.atomic
def open_outage(
    service_id: int,
    *,
    started_at: dt.datetime,
    at: dt.datetime,
    summary_fr: str = "",
    summary_en: str = "",
    found_by: str = Finder.VOLUNTEER,
    reason: str = "",
    tell: bool = True,
    by: AbstractBaseUser | None = None,
) -> Outage:
    """Declare that a service is interrupted. `tell`: tell everybody at once; else the clock does, if it lasts (C6).

    Raises ValidationError: the start lies in the future, or the service already has an open outage.
    """
    # The row of the service is the lock: two volunteers who declare the same outage meet here.
    service = Service.objects.select_for_update().get(pk=service_id)
    refuse_opening(service, started_at=started_at, at=at)
    outage = Outage(
        service=service,
        started_at=started_at,
        summary_fr=summary_fr,
        summary_en=summary_en,
        found_by=found_by,
        reason=reason,
    )
    outage.full_clean()
    outage.save()
    record(
        "services.outage_opened", outage, actor=by, service=service.slug, started_at=started_at.isoformat()
    )
    fold(outage, at=at)
    _figure_days_over(outage.service_id, since=started_at, at=at)
    if tell:
        tell_begin(outage, at=at)
    return outage


def refuse_opening(service: Service, *, started_at: dt.datetime, at: dt.datetime) -> None:
    """Raise the ValidationError that `open_outage` would raise; a form asks this to answer beside the field."""
    if started_at > at:
        raise ValidationError({"started_at": _("An interruption cannot begin in the future.")})
    if service.outages.filter(ended_at=None).exists():
        raise ValidationError(
            _("An interruption of %(service)s is already open. Close it first.") % {"service": service}
        )
    if service.outages.filter(ended_at__gt=started_at).exists():
        raise ValidationError(
            {"started_at": _("Another interruption of %(service)s ended after that.") % {"service": service}}
        )


@transaction.atomic
def close_outage(
    outage_id: int,
    *,
    ended_at: dt.datetime,
    at: dt.datetime,
    unseen: bool = False,
    by: AbstractBaseUser | None = None,
) -> Outage:
    """Say that a service works again, and, if its interruption was told, tell everybody how long it lasted.

    `unseen`: nobody can say that it works, nobody looks any more.

    Raises ValidationError: the outage is closed already, or the end is not between its start and `at`.
    """
    outage = Outage.objects.select_for_update(of=["self"]).select_related("service").get(pk=outage_id)
    if outage.ended_at:
        raise ValidationError(
            _("This interruption of %(service)s is already closed.") % {"service": outage.service}
        )
    if ended_at > at:
        raise ValidationError({"ended_at": _("An interruption cannot end in the future.")})
    if ended_at <= outage.started_at:
        raise ValidationError({"ended_at": _("An interruption ends after it began.")})
    outage.ended_at, outage.unseen_end = ended_at, unseen
    outage.save(update_fields=["ended_at", "unseen_end"])
    # Whoever closes it knows better than a probe that still fails: it is silent until it has seen the service work.
    Watch.objects.failing().filter(probe__service=outage.service_id).update(overruled_at=at)
    record(
        "services.outage_closed", outage, actor=by, service=outage.service.slug, ended_at=ended_at.isoformat()
    )
    _figure_days_over(outage.service_id, since=ended_at, at=at)
    tell_end(outage, at=at)
    return outage


def _figure_days_over(service_id: int, *, since: dt.datetime, at: dt.datetime) -> None:
    """The clock computes today anew; days before were thought to be over."""
    if localdate(since) < localdate(at):
        figure_days(localdate(since), localdate(at), at=at, service_id=service_id)
