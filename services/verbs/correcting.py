"""Times of interruptions are corrected, and interruptions joined: with a reason, and visibly."""

import datetime as dt
from collections.abc import Collection

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from journal.verbs import record
from services.models import Correction, Outage
from services.verbs.announcing import hand_over_announcements
from services.verbs.figuring import figure_days
from services.verbs.folding import make_part


@transaction.atomic
def correct_outage(
    outage_id: int,
    *,
    started_at: dt.datetime,
    ended_at: dt.datetime | None,
    why: str,
    at: dt.datetime,
    by: AbstractBaseUser | None = None,
) -> Outage:
    """Say when it really began and ended. What was said before stays readable, with the reason.

    Raises ValidationError: no reason, times that cannot be, or another interruption at that time.
    """
    outage = Outage.objects.select_for_update(of=["self"]).select_related("service").get(pk=outage_id)
    if (outage.ended_at is None) != (ended_at is None):
        raise ValidationError(
            {"ended_at": _("Close it first; then its end can be corrected.")}
            if outage.ended_at is None
            else {"ended_at": _("It is over. If the service fails again, that is another interruption.")}
        )
    for name, moment in (("started_at", started_at), ("ended_at", ended_at)):
        if moment is not None and moment > at:
            raise ValidationError({name: _("This moment is still to come.")})
    if (outage.started_at, outage.ended_at) == (started_at, ended_at):
        raise ValidationError(_("These are the times that it has already."))
    if ended_at is not None and ended_at <= started_at:
        raise ValidationError({"ended_at": _("An interruption ends after it began.")})
    before = outage.started_at, outage.ended_at
    outage.unseen_end = outage.unseen_end and outage.ended_at == ended_at
    outage.started_at, outage.ended_at = started_at, ended_at
    outage.full_clean()
    outage.save(update_fields=["started_at", "ended_at", "unseen_end"])
    _note(outage, before, why=why, at=at)
    record("services.outage_corrected", outage, actor=by, why=why)
    _figure(outage, before, at=at)
    return outage


@transaction.atomic
def merge_outages(
    outage_id: int,
    others: Collection[int],
    *,
    why: str,
    at: dt.datetime,
    by: AbstractBaseUser | None = None,
) -> Outage:
    """Say that these interruptions were one. Of the same service, they become one row, from the first beginning to the
    last end; of other services, they become part of it. Raises ValidationError.
    """
    rows = Outage.objects.select_for_update(of=["self"]).select_related("service").order_by("pk")
    found = {outage.pk: outage for outage in rows.filter(pk__in={outage_id, *others})}
    if outage_id not in found or len(found) < 2:
        raise ValidationError(_("Choose two interruptions at least."))
    kept = found.pop(outage_id)
    before = kept.started_at, kept.ended_at
    joined = [outage for outage in found.values() if outage.service_id == kept.service_id]
    for outage in joined:
        _join(kept, outage, why=why, at=at)
    kept.full_clean()  # a third one in between that was not chosen
    kept.save(update_fields=["started_at", "ended_at", "unseen_end", "cause", "summary_fr", "summary_en"])
    for outage in found.values():
        if outage.service_id != kept.service_id:
            root = kept.cause or kept
            outage.consequences.update(cause=root, joined_at=at)
            make_part(outage, root, at=at)
            _note(outage, (outage.started_at, outage.ended_at), why=why, at=at)
    record("services.outages_merged", kept, actor=by, others=sorted(found), why=why)
    if joined:
        _figure(kept, before, at=at)
    return kept


def _join(kept: Outage, other: Outage, *, why: str, at: dt.datetime) -> None:
    """The other one goes; what was said of it, what was part of it and its address lead to the one that is kept."""
    times = other.started_at, other.ended_at
    hand_over_announcements(other.pk, kept.pk)
    Outage.objects.filter(cause=other).exclude(pk=kept.pk).update(cause=kept)
    if kept.cause_id == other.pk:
        kept.cause = None
        kept.save(update_fields=["cause"])
    Correction.objects.filter(outage=other).update(outage=kept)
    number = other.pk
    other.delete()
    _note(kept, times, why=why, at=at, former_number=number)
    kept.started_at = min(kept.started_at, times[0])
    if kept.ended_at is None or times[1] is None:
        kept.ended_at, kept.unseen_end = None, False
    elif times[1] > kept.ended_at:
        kept.ended_at, kept.unseen_end = times[1], other.unseen_end
    kept.summary_fr = kept.summary_fr or other.summary_fr
    kept.summary_en = kept.summary_en or other.summary_en


def _note(
    outage: Outage,
    before: tuple[dt.datetime, dt.datetime | None],
    *,
    why: str,
    at: dt.datetime,
    former_number: int | None = None,
) -> None:
    correction = Correction(
        outage=outage,
        corrected_at=at,
        why=why.strip(),
        was_started_at=before[0],
        was_ended_at=before[1],
        former_number=former_number,
    )
    correction.full_clean()
    correction.save()


def _figure(outage: Outage, before: tuple[dt.datetime, dt.datetime | None], *, at: dt.datetime) -> None:
    """The figures of the days it touched, or touches now."""
    since = min(before[0], outage.started_at)
    until = max(before[1] or at, outage.ended_at or at)
    figure_days(localdate(since), min(localdate(until), localdate(at)), at=at, service_id=outage.service_id)
