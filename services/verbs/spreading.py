"""An announcement leaves the house: to every channel once, and to every subscriber once."""

import datetime as dt
import hashlib
import json
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from outbox.models import Stance
from outbox.nudge import wake
from outbox.verbs import Recipient, can_be_written_to, put, put_many
from services.models import Announcement, Kind, Subscriber, Telling, said

USEFUL_FOR = dt.timedelta(days=1)  # nobody wants to read tomorrow what is down now
LONGER = dt.timedelta(days=7)
KEEPS = {Kind.WORD, Kind.POST_MORTEM, Kind.PLANNED}
BATCH = 1000  # subscribers in one transaction: what a kill can undo, and all that is ever in memory


def thread_name(announcement: Announcement) -> str:
    return f"announcement.{announcement.root_id}"


def open_channels() -> list[str]:
    """Those whose settings are filled in. Subscribers' letters are always there."""
    return [
        name
        for name, filled in {
            "mastodon": settings.MASTODON_URL and settings.MASTODON_TOKEN,
            "matrix": settings.MATRIX_URL and settings.MATRIX_TOKEN and settings.MATRIX_ROOM,
            "webhook": settings.WEBHOOKS and settings.WEBHOOK_SECRET,
        }.items()
        if filled
    ]


def spread(announcement: Announcement, *, at: dt.datetime) -> None:
    """Call it in the transaction that publishes: either everybody is told, or nobody."""
    channels = open_channels()
    for channel in {"mastodon", "matrix"}.intersection(channels):
        stance = Stance.ANSWER if announcement.thread_id else Stance.FIRST
        _post(announcement, channel, stance, in_words(announcement), at=at)
    if "webhook" in channels:
        body = json.dumps(as_json(announcement), ensure_ascii=False)
        for address in settings.WEBHOOKS:
            put(
                "services_told",
                to=address,
                key=f"services.told:{announcement.pk}:webhook:{webhook_mark(address)}",
                language=settings.LANGUAGE_CODE,
                subject=announcement.title,
                body=body,
                channel="webhook",
                expires_at=_expires(announcement, at),
                thread=thread_name(announcement),
            )
    Telling.objects.create(announcement=announcement, began_at=at)
    transaction.on_commit(lambda: wake("services.tasks.tell_subscribers"))


def webhook_mark(address: str) -> str:
    """In the keys of its letters, which outlive their content."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def restate(announcement: Announcement, text: str, *, mark: str, at: dt.datetime) -> None:
    """Say anew what the first post of the thread says: whoever sees it shared later is not alarmed by old news."""
    for channel in {"mastodon", "matrix"}.intersection(open_channels()):
        _post(announcement, channel, Stance.EDIT, text, at=at, mark=f":{mark}")


def _post(
    announcement: Announcement, channel: str, stance: Stance, text: str, *, at: dt.datetime, mark: str = ""
) -> None:
    put(
        "services_told",
        to=channel,
        key=f"services.told:{announcement.pk}:{channel}{mark}",
        language=settings.LANGUAGE_CODE,
        subject=announcement.title,
        body=text,
        channel=channel,
        expires_at=_expires(announcement, at),
        thread=thread_name(announcement),
        stance=stance,
    )


def _expires(announcement: Announcement, at: dt.datetime) -> dt.datetime:
    return at + (LONGER if announcement.kind in KEEPS else USEFUL_FOR)


def address(announcement: Announcement) -> str:
    return settings.SITE_URL + announcement.get_absolute_url()


def in_words(announcement: Announcement) -> str:
    """A post: title, text, and where it can be read in full."""
    with override(settings.LANGUAGE_CODE):
        parts = [announcement.title, announcement.text, address(announcement)]
    return "\n\n".join(filter(None, parts))


def as_json(announcement: Announcement) -> dict[str, Any]:
    """The same for programs, in every language."""
    languages = [code for code, _name in settings.LANGUAGES]
    outage, maintenance = announcement.outage, announcement.maintenance
    return {
        "type": "announcement",
        "id": announcement.pk,
        "thread": announcement.root_id,
        "kind": announcement.kind,
        "url": address(announcement),
        "published_at": announcement.published_at.isoformat(),
        "title": {code: said(announcement, "title", code) for code in languages},
        "text": {code: said(announcement, "text", code) for code in languages},
        "services": [
            {"slug": service.slug, "name": service.name} for service in announcement.about() if service.listed
        ],
        "outage": outage
        and {
            "id": outage.pk,
            "started_at": outage.started_at.isoformat(),
            "ended_at": outage.ended_at and outage.ended_at.isoformat(),
        },
        "maintenance": maintenance
        and {
            "id": maintenance.pk,
            "starts_at": maintenance.starts_at.isoformat(),
            "ends_at": maintenance.ends_at.isoformat(),
            "cancelled": maintenance.cancelled_at is not None,
        },
    }


def tell_subscribers(*, at: dt.datetime, seconds: float = 60) -> int:
    """Write to subscribers until all are told or `seconds` have passed; returns how many letters were written."""
    ends = monotonic() + seconds
    letters = 0
    for telling_id in Telling.objects.under_way().order_by("pk").values_list("pk", flat=True):
        while monotonic() < ends:
            written = tell_some(telling_id, at=at)
            if written is None:
                break
            letters += written
    return letters


@transaction.atomic
def tell_some(telling_id: int, *, at: dt.datetime) -> int | None:
    """Write to the next subscribers: their letters and the mark of how far it came are one transaction.

    Returns how many letters that made; None when it is done, or another worker is at it.
    """
    under_way = Telling.objects.under_way().select_related(
        "announcement__outage__service", "announcement__maintenance"
    )
    telling = under_way.select_for_update(skip_locked=True, of=("self",)).filter(pk=telling_id).first()
    if telling is None:
        return None
    announcement = telling.announcement
    people = _next_subscribers(announcement, telling.told_through_id)
    if not people:
        telling.done_at = at
        telling.save(update_fields=["done_at"])
        return None
    recipients = [
        Recipient(
            to=person.email,
            key=f"services.told:{announcement.pk}:{person.pk}",
            language=person.language,
            leave_url=person.leave_url,
        )
        for person in people
        if can_be_written_to(person.email)
    ]
    telling.letters += put_many(
        "services_told",
        recipients,
        context={"announcement": announcement},
        expires_at=_expires(announcement, telling.began_at),
        thread=thread_name(announcement),
    )
    telling.told_through_id = people[-1].pk
    telling.save(update_fields=["letters", "told_through_id"])
    return len(recipients)


def _next_subscribers(announcement: Announcement, after: int) -> list[Subscriber]:
    wanted = Subscriber.objects.filter(pk__gt=after).order_by("pk")
    if about := [service.pk for service in announcement.about()]:
        wanted = wanted.of_services(about)
    return list(wanted[:BATCH])
