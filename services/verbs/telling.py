"""The public hears of interruptions: at once when a volunteer says so, else by the clock, before the tenth minute."""

import datetime as dt

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import override

from journal.verbs import record
from services import phrases
from services.models import Announcement, Finder, Gap, Kind, Maintenance, Outage, Watch
from services.verbs.announcing import first_about, publish
from services.verbs.spreading import address, restate

PROMISED = dt.timedelta(minutes=10)  # clause C6
CALM = dt.timedelta(minutes=30)  # a service that stays up for so long is over it
OFTEN = 3  # so many interruptions, each within CALM of the one before, are one long one
TOO_LATE = dt.timedelta(days=2)  # older ones are history, not news
JOINED = "joined"  # the mark of updates that name what became part of an interruption


def threshold() -> dt.timedelta:
    return dt.timedelta(minutes=settings.OUTAGE_TOLD_AFTER_MINUTES)


@transaction.atomic
def tell_begin(outage: Outage, *, at: dt.datetime) -> Announcement | None:
    """Say that something is interrupted. Nothing is said twice, nor of what nobody outside uses, nor of what is part
    of another interruption."""
    affected = _affected(outage)
    if outage.cause_id or not affected or outage.announcements.filter(kind=Kind.BEGIN).exists():
        return None
    if maintenance := _overran(outage):
        words = phrases.in_every_language(lambda: phrases.overrun(outage, maintenance, affected))
        return publish(words, kind=Kind.BEGIN, outage=outage, thread=first_about(None, maintenance), at=at)
    before = _one_thread(outage)
    if len(before) > 1 or (before and _begin_of(before[0])):
        return _tell_unstable(outage, before, at=at)
    words = phrases.in_every_language(lambda: phrases.begin(outage, affected))
    return publish(words, kind=Kind.BEGIN, outage=outage, at=at)


def _tell_unstable(outage: Outage, before: list[Outage], *, at: dt.datetime) -> Announcement:
    """Loud the first time; after that the first post and the pages say it, and nobody's pocket rings."""
    told = [found for earlier in before if (found := _begin_of(earlier))]
    thread = told[-1].thread or told[-1] if told else None
    since = before[-1].started_at
    words = phrases.in_every_language(lambda: phrases.unstable(outage, 1 + len(before), since, CALM))
    loud = not any(announcement.mark == "unstable" for announcement in told)
    announcement = publish(
        words, kind=Kind.BEGIN, mark="unstable", outage=outage, thread=thread, loud=loud, at=at
    )
    if not loud:
        _restate_thread(announcement, at=at)
    return announcement


@transaction.atomic
def tell_now(outage_id: int, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Announcement | None:
    """A volunteer does not wait for the clock. None when there is nothing (more) to tell."""
    locked = Outage.objects.select_for_update(of=("self",)).select_related("service")
    outage = locked.get(pk=outage_id)
    announcement = tell_begin(outage, at=at) if outage.is_open(at) else None
    if announcement:
        record("services.told", announcement, actor=by, outage=outage.pk, kind=announcement.kind)
    return announcement


@transaction.atomic
def tell_end(outage: Outage, *, at: dt.datetime) -> Announcement | None:
    """Say that it is over, to those who heard that it began."""
    begin = _begin_of(outage)
    if begin is None or outage.announcements.filter(kind=Kind.END).exists():
        return None
    affected = _affected(outage) or [str(outage.service)]
    words = phrases.in_every_language(
        lambda: phrases.unseen(outage, affected) if outage.unseen_end else phrases.end(outage, at, affected)
    )
    # Of an unstable service "works again" is no news yet: see tell_calm.
    loud = begin.mark != "unstable"
    thread = begin.thread or begin
    announcement = publish(words, kind=Kind.END, outage=outage, thread=thread, loud=loud, at=at)
    _restate_thread(announcement, at=at)
    return announcement


def tell_outages(at: dt.datetime) -> int:
    """The clock's round: what has lasted long enough, what has spread, what ended untold, what has become calm.
    Returns how many."""
    told = 0
    for due in (_due(at), _joined(at), _ended_untold(at), _calm(at)):
        for outage_id in due.values_list("pk", flat=True):
            told += _tell_one(outage_id, at)
    return told


@transaction.atomic
def _tell_one(outage_id: int, at: dt.datetime) -> bool:
    """Under the lock of the interruption: whoever else is at it says it."""
    locked = Outage.objects.select_for_update(of=("self",), skip_locked=True).select_related("service")
    outage = locked.filter(pk=outage_id).first()
    if outage is None:
        return False
    if outage.is_open(at):
        announcement = tell_begin(outage, at=at) or _tell_joined(outage, at=at)
    elif _begin_of(outage):
        announcement = _tell_calm(outage, at=at)
    else:
        announcement = _tell_late(outage, at=at)
    if announcement is None:
        return False
    record("services.told", announcement, outage=outage.pk, kind=announcement.kind)
    return True


def _tell_joined(outage: Outage, *, at: dt.datetime) -> Announcement | None:
    """What does not work either, of which those who heard of this one know nothing: one update for all of them."""
    begin = _begin_of(outage)
    joined = sorted(
        {one.service.name for one in _parts_untold(at).filter(cause=outage).select_related("service")}
    )
    if begin is None or not joined or not _joined(at).filter(pk=outage.pk).exists():
        return None
    words = phrases.in_every_language(lambda: phrases.joined(outage, joined))
    thread = begin.thread or begin
    announcement = publish(
        words,
        kind=Kind.UPDATE,
        mark=JOINED,
        outage=outage,
        thread=thread,
        loud=begin.mark != "unstable",
        at=at,
    )
    _restate_thread(announcement, at=at)
    return announcement


def _tell_late(outage: Outage, *, at: dt.datetime) -> Announcement | None:
    affected = _affected(outage)
    if not affected or outage.announcements.exists():
        return None
    words = phrases.in_every_language(lambda: phrases.late(outage, at, affected))
    return publish(words, kind=Kind.END, outage=outage, at=at)


def _tell_calm(outage: Outage, *, at: dt.datetime) -> Announcement | None:
    if not _calm(at).filter(pk=outage.pk).exists():
        return None
    begin = _begin_of(outage)
    assert begin
    before = _one_thread(outage)
    times, since = 1 + len(before), before[-1].started_at if before else outage.started_at
    words = phrases.in_every_language(lambda: phrases.calm_again(outage, times, since, CALM))
    thread = begin.thread or begin
    announcement = publish(words, kind=Kind.UPDATE, mark="calm", outage=outage, thread=thread, at=at)
    _restate_thread(announcement, at=at)
    return announcement


def _restate_thread(announcement: Announcement, *, at: dt.datetime) -> None:
    """The first post begins with how it stands now, and keeps its own words and address below."""
    first = announcement.thread
    if first is None:
        return
    with override(settings.LANGUAGE_CODE):
        parts = [announcement.title, announcement.text, f"– {first.title}", address(first)]
    restate(announcement, "\n\n".join(filter(None, parts)), mark="first", at=at)


# ── Which ones ────────────────────────────────────────────────────────────────────────────────────


def _due(at: dt.datetime) -> "QuerySet[Outage]":
    """Open for as long as the threshold; or the third in a row; or what a maintenance did not give back.

    What a probe found, only while one sees it: of what nobody knows whether it goes on, nothing is told.
    """
    seen = Watch.objects.failing().fresh(at).filter(probe__service=OuterRef("service"))
    open_now = (
        Outage.objects.roots()
        .talked_about()
        .open(at)
        .filter(Q(found_by=Finder.VOLUNTEER) | Exists(seen))
        .filter(~Exists(Announcement.objects.filter(outage=OuterRef("pk"), kind=Kind.BEGIN)))
    )
    recently = Outage.objects.filter(
        service=OuterRef("service"), ended_at__lte=OuterRef("started_at"), ended_at__gte=at - CALM
    )
    overrun = (
        Maintenance.objects.over(at)
        .ended_around(OuterRef("started_at"))
        .filter(services=OuterRef("service"), quiet=False)
    )
    often = Exists(recently.order_by("started_at")[OFTEN - 2 : OFTEN - 1])
    again = Exists(recently.filter(announcements__mark="unstable"))
    return open_now.filter(Q(started_at__lte=at - threshold()) | often | again | Exists(overrun)).order_by(
        "started_at"
    )


def _joined(at: dt.datetime) -> "QuerySet[Outage]":
    """Told already, when something else became part of it that lasts as long as what is told of by itself."""
    lasts = _parts_untold(at).filter(cause=OuterRef("pk"), started_at__lte=at - threshold())
    return Outage.objects.open(at).filter(Exists(lasts)).order_by("started_at")


def _parts_untold(at: dt.datetime) -> "QuerySet[Outage]":
    """Those of listed services that joined one after it was told; nobody said so since, of them or of all of it."""
    of_cause = Announcement.objects.filter(outage=OuterRef("cause"))
    before = of_cause.filter(kind=Kind.BEGIN, published_at__lt=OuterRef("joined_at"))
    since = of_cause.filter(mark=JOINED, published_at__gte=OuterRef("joined_at"))
    return Outage.objects.open(at).filter(
        Exists(before), ~Exists(since), service__listed=True, announcements=None
    )


def _ended_untold(at: dt.datetime) -> "QuerySet[Outage]":
    """Nobody looked after the clock while it lasted: better late than silent."""
    ended = Outage.objects.roots().talked_about().closed(at).longer_than(PROMISED, at)
    return ended.filter(announcements=None, ended_at__gt=at - TOO_LATE).order_by("started_at")


def _calm(at: dt.datetime) -> "QuerySet[Outage]":
    """The last that was told of an unstable service, which was seen to work for long enough since; nobody said so."""
    watches = Watch.objects.in_use().filter(probe__service=OuterRef("service"))
    gaps = Gap.objects.filter(probe__service=OuterRef("service"), ended_at__gt=at - CALM)
    unseen = (
        Q(unseen_end=True)
        | Q(service__unwatched_since__isnull=False)
        | Exists(watches.stale(at))
        | Exists(gaps)
    )
    others = Outage.objects.filter(service=OuterRef("service"))
    told_later = others.filter(started_at__gt=OuterRef("started_at"), announcements__kind=Kind.BEGIN)
    not_calm = others.filter(Q(ended_at=None) | Q(ended_at__gt=at - CALM))
    unstable = Announcement.objects.filter(outage=OuterRef("pk"), mark="unstable")
    said = Announcement.objects.filter(outage=OuterRef("pk"), mark="calm")
    ended = Outage.objects.filter(ended_at__lte=at - CALM, ended_at__gt=at - TOO_LATE)
    return (
        ended.exclude(unseen)
        .filter(Exists(unstable), ~Exists(told_later), ~Exists(not_calm), ~Exists(said))
        .order_by("started_at")
    )


def _begin_of(outage: Outage) -> Announcement | None:
    return outage.announcements.filter(kind=Kind.BEGIN).select_related("thread").first()


def _one_thread(outage: Outage) -> list[Outage]:
    """The interruptions of the same service before this one, newest first, as long as each followed the other soon."""
    found: list[Outage] = []
    start = outage.started_at
    for earlier in Outage.objects.filter(service=outage.service_id, ended_at__lte=start).order_by(
        "-started_at"
    )[:200]:
        assert earlier.ended_at
        if earlier.ended_at < start - CALM:
            break
        found.append(earlier)
        start = earlier.started_at
    return found


def _overran(outage: Outage) -> Maintenance | None:
    planned = Maintenance.objects.kept().ended_around(outage.started_at)
    return planned.filter(services=outage.service_id, quiet=False).first()


def _affected(outage: Outage) -> list[str]:
    """The services people know, this one first, then those that fell with it."""
    with_it = outage.consequences.filter(service__listed=True).select_related("service")
    others = sorted({one.service.name for one in with_it} - {outage.service.name})
    return [outage.service.name, *others] if outage.service.listed else others
