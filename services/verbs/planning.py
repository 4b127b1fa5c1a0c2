"""Maintenance is planned, moved and called off; people are told when it is published, a day and an hour before."""

import datetime as dt
from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.verbs import record
from services import phrases
from services.models import Announcement, Kind, Maintenance, Routine, Service
from services.verbs.announcing import first_about, publish

HOURS_BEFORE = (24, 1)
AHEAD = dt.timedelta(days=60)  # so far the calendar knows of routines


@transaction.atomic
def plan(
    *,
    services: Sequence[Service],
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    at: dt.datetime,
    title_fr: str = "",
    title_en: str = "",
    text_fr: str = "",
    text_en: str = "",
    quiet: bool = False,
    by: AbstractBaseUser | None = None,
) -> Maintenance:
    """Publish a maintenance, and tell everybody unless it is quiet. Raises ValidationError: it would be over already,
    or concerns no service."""
    maintenance = Maintenance(
        title_fr=title_fr,
        title_en=title_en,
        text_fr=text_fr,
        text_en=text_en,
        quiet=quiet,
        starts_at=starts_at,
        ends_at=ends_at,
        published_at=at,
        changed_at=at,
    )
    refuse_window(starts_at, ends_at, at=at)
    if not services:
        raise ValidationError({"services": _("Say which services it concerns.")})
    maintenance.full_clean()
    maintenance.save()
    maintenance.services.set(services)
    record("services.maintenance_planned", maintenance, actor=by, starts_at=starts_at.isoformat())
    say(maintenance, Kind.PLANNED, phrases.in_every_language(lambda: phrases.planned(maintenance)), at=at)
    return maintenance


def refuse_window(starts_at: dt.datetime, ends_at: dt.datetime, *, at: dt.datetime) -> None:
    """Raise the ValidationError that `plan` would raise; a form asks this to answer beside the field."""
    if ends_at <= starts_at:
        raise ValidationError({"ends_at": _("A maintenance ends after it begins.")})
    if ends_at <= at:
        raise ValidationError(
            {"ends_at": _("This is over already. What was interrupted is an interruption: open one.")}
        )


@transaction.atomic
def reschedule(
    maintenance_id: int,
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    at: dt.datetime,
    by: AbstractBaseUser | None = None,
) -> Maintenance:
    """Give it another window; once it has begun, only another end. Everybody is told, and reminded again.

    Raises ValidationError: it is over or called off, or the window is none.
    """
    maintenance = locked(maintenance_id, at)
    was = maintenance.starts_at, maintenance.ends_at
    if (starts_at, ends_at) == was:
        return maintenance
    refuse_window(starts_at, ends_at, at=at)
    going_on = maintenance.starts_at <= at
    if going_on and starts_at != maintenance.starts_at:
        raise ValidationError({"starts_at": _("It has begun already: only its end can be moved.")})
    maintenance.starts_at, maintenance.ends_at = starts_at, ends_at
    maintenance.changed_at = at
    maintenance.edition += 1
    maintenance.full_clean()
    maintenance.save()
    record("services.maintenance_moved", maintenance, actor=by, starts_at=starts_at.isoformat())
    words = phrases.in_every_language(
        lambda: phrases.prolonged(maintenance) if going_on else phrases.moved(maintenance, was)
    )
    say(maintenance, Kind.UPDATE, words, at=at)
    return maintenance


@transaction.atomic
def call_off(maintenance_id: int, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Maintenance:
    """It does not take place. Raises ValidationError once it has begun: then it can be finished."""
    maintenance = locked(maintenance_id, at)
    if maintenance.starts_at <= at:
        raise ValidationError(_("It has begun: say that it is finished instead."))
    maintenance.cancelled_at = maintenance.changed_at = at
    maintenance.edition += 1
    maintenance.save(update_fields=["cancelled_at", "changed_at", "edition"])
    record("services.maintenance_called_off", maintenance, actor=by)
    words = phrases.in_every_language(lambda: phrases.called_off(maintenance))
    say(maintenance, Kind.UPDATE, words, at=at)
    return maintenance


def locked(maintenance_id: int, at: dt.datetime) -> Maintenance:
    maintenance = Maintenance.objects.select_for_update(of=["self"]).get(pk=maintenance_id)
    if maintenance.cancelled_at:
        raise ValidationError(_("This maintenance was called off; plan another one."))
    if (maintenance.finished_at or maintenance.ends_at) <= at:
        raise ValidationError(_("This maintenance is over; plan another one."))
    return maintenance


def say(
    maintenance: Maintenance, kind: str, words: dict[str, str], *, at: dt.datetime, mark: str = ""
) -> Announcement | None:
    """Of a quiet one, and of what nobody outside uses, only the pages and the calendar know."""
    if maintenance.quiet or not Maintenance.objects.public().filter(pk=maintenance.pk).exists():
        return None
    thread = first_about(None, maintenance)
    return publish(words, kind=kind, mark=mark, maintenance=maintenance, thread=thread, at=at)


# ── What the clock does ───────────────────────────────────────────────────────────────────────────


def remind(at: dt.datetime) -> int:
    """A day and an hour before. A clock that slept through one reminds of the next; nobody is reminded twice, nor
    of what they were told since the reminder was due."""
    reminded = 0
    for hours in HOURS_BEFORE:
        before = dt.timedelta(hours=hours)
        due = Maintenance.objects.upcoming(at).filter(
            starts_at__lte=at + before, changed_at__lte=F("starts_at") - before, quiet=False
        )
        if hours > 1:  # what is nearer gets the nearer one
            due = due.filter(starts_at__gt=at + dt.timedelta(hours=1))
        for maintenance_id in due.values_list("pk", flat=True):
            reminded += _remind(maintenance_id, hours, at)
    return reminded


@transaction.atomic
def _remind(maintenance_id: int, hours: int, at: dt.datetime) -> bool:
    free = Maintenance.objects.upcoming(at).select_for_update(of=["self"], skip_locked=True)
    maintenance = free.filter(pk=maintenance_id).first()
    if maintenance is None:
        return False
    mark = f"{hours}h.{maintenance.edition}"
    if maintenance.announcements.filter(kind=Kind.REMINDER, mark=mark).exists():
        return False
    words = phrases.in_every_language(lambda: phrases.reminder(maintenance, hours))
    return say(maintenance, Kind.REMINDER, words, at=at, mark=mark) is not None


# ── Routines ──────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def begin_routine(
    routine: Routine, services: Sequence[Service], *, at: dt.datetime, by: AbstractBaseUser | None = None
) -> Routine:
    """Have a maintenance come back again and again. The first one is announced; of all, people are reminded."""
    if not services:
        raise ValidationError({"services": _("Say which services it concerns.")})
    routine.full_clean()
    routine.save()
    routine.services.set(services)
    record("services.routine_begun", routine, actor=by, rhythm=routine.rhythm)
    _extend(routine, at)
    if first := routine.occurrences.order_by("starts_at").first():
        say(first, Kind.PLANNED, phrases.in_every_language(lambda: phrases.planned(first)), at=at)
    return routine


@transaction.atomic
def stop_routine(routine_id: int, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Routine:
    """It does not come back; what it had put into the calendar is called off. Raises ValidationError: it stopped."""
    routine = Routine.objects.select_for_update().get(pk=routine_id)
    if routine.stopped_at:
        raise ValidationError(_("This routine has stopped already."))
    routine.stopped_at = at
    routine.save(update_fields=["stopped_at"])
    for maintenance in routine.occurrences.upcoming(at).select_for_update():
        maintenance.cancelled_at = maintenance.changed_at = at
        maintenance.edition += 1
        maintenance.save(update_fields=["cancelled_at", "changed_at", "edition"])
    record("services.routine_stopped", routine, actor=by)
    return routine


def extend_routines(at: dt.datetime) -> int:
    """Put what routines bring in the coming weeks into the calendar. Returns how many came."""
    return sum(_extend(routine, at) for routine in Routine.objects.running(at))


@transaction.atomic
def _extend(routine: Routine, at: dt.datetime) -> int:
    Routine.objects.select_for_update().get(pk=routine.pk)
    today = timezone.localdate(at)
    known = set(routine.occurrences.values_list("routine_day", flat=True))
    added = 0
    for day in routine.days(today, today + AHEAD):
        begins, ends = routine.window(day)
        if day in known or begins <= at:
            continue
        maintenance = routine.occurrences.create(
            title_fr=routine.title_fr,
            title_en=routine.title_en,
            text_fr=routine.text_fr,
            text_en=routine.text_en,
            quiet=routine.quiet,
            starts_at=begins,
            ends_at=ends,
            published_at=at,
            changed_at=at,
            routine_day=day,
        )
        maintenance.services.set(routine.services.all())
        added += 1
    return added
