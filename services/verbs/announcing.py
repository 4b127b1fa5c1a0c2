"""Everybody is told: by hand, in any words."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from journal.verbs import record
from services.models import Announcement, Kind, Maintenance, Outage
from services.models.announcing import ONCE
from services.verbs.spreading import in_words, restate, spread


def publish(words: dict[str, str], *, at: dt.datetime, loud: bool = True, **fields: Any) -> Announcement:
    """Put an announcement on the pages and into the feeds, and, if it is loud, on every channel."""
    announcement = Announcement(published_at=at, loud=loud, **words, **fields)
    announcement.full_clean()
    announcement.save()
    if loud:
        spread(announcement, at=at)
    return announcement


@transaction.atomic
def announce(
    *,
    at: dt.datetime,
    title_fr: str = "",
    title_en: str = "",
    text_fr: str = "",
    text_en: str = "",
    outage: Outage | None = None,
    maintenance: Maintenance | None = None,
    kind: str = "",
    loud: bool = True,
    by: AbstractBaseUser | None = None,
) -> Announcement:
    """Tell everybody something, in a volunteer's words. Raises ValidationError without a title.

    About an interruption nobody was told of, it is the word that it began: the clock does not say it again.
    """
    if outage:  # the clock may be about to tell of it
        outage = Outage.objects.select_for_update(of=["self"]).select_related("service").get(pk=outage.pk)
    thread = first_about(outage, maintenance)
    if not kind:
        kind = Kind.UPDATE if thread or outage or maintenance else Kind.WORD
    if outage and thread is None and outage.ended_at is None:
        kind = Kind.BEGIN
    announcement = publish(
        {"title_fr": title_fr, "title_en": title_en, "text_fr": text_fr, "text_en": text_en},
        outage=outage,
        maintenance=maintenance,
        thread=thread,
        kind=kind,
        loud=loud,
        at=at,
    )
    record("services.announced", announcement, actor=by, outage=outage.pk if outage else None)
    return announcement


@transaction.atomic
def reword(
    announcement_id: int,
    *,
    title_fr: str,
    title_en: str,
    text_fr: str,
    text_en: str,
    at: dt.datetime,
    by: AbstractBaseUser | None = None,
) -> Announcement:
    """Correct the wording of an announcement, also where it was posted; when it was published does not change."""
    announcement = Announcement.objects.select_for_update(of=["self"]).get(pk=announcement_id)
    words = {"title_fr": title_fr, "title_en": title_en, "text_fr": text_fr, "text_en": text_en}
    if all(getattr(announcement, name) == said for name, said in words.items()):
        return announcement
    for name, said in words.items():
        setattr(announcement, name, said)
    announcement.full_clean()
    announcement.reworded_at = at
    announcement.save()
    entry = record("services.announcement_reworded", announcement, actor=by)
    if announcement.loud and announcement.thread_id is None:
        restate(announcement, in_words(announcement), mark=f"reworded{entry.pk}", at=at)
    return announcement


def first_about(outage: Outage | None, maintenance: Maintenance | None) -> Announcement | None:
    """The first announcement of the thread that an interruption or a maintenance belongs to, if there is one."""
    matter = {"outage": outage} if outage else {"maintenance": maintenance}
    if not any(matter.values()):
        return None
    earliest = Announcement.objects.filter(**matter).order_by("published_at", "pk").first()
    return earliest and (earliest.thread or earliest)


def hand_over_announcements(from_outage_id: int, to_outage_id: int) -> int:
    """What was said of one interruption was said of the other: they were the same. Returns how many."""
    theirs = Announcement.objects.select_for_update().filter(outage=from_outage_id)
    kept = set(Announcement.objects.filter(outage=to_outage_id).values_list("kind", flat=True))
    for announcement in theirs:
        if announcement.kind in ONCE and announcement.kind in kept:
            announcement.kind = Kind.UPDATE
        announcement.outage_id = to_outage_id
        announcement.save(update_fields=["kind", "outage"])
    return len(theirs)
