"""What volunteers do to the catalogue, the interruptions and the announcements."""

import datetime as dt

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from journal.verbs import record
from services.models import Announcement, Outage, Service
from services.wording import duration_in_words


@transaction.atomic
def describe_service(service: Service, *, by: AbstractBaseUser | None = None) -> Service:
    """Put a service into the catalogue, or correct what the catalogue says of it."""
    new = service.pk is None
    service.full_clean()
    service.save()
    record("services.service_added" if new else "services.service_described", service, actor=by)
    return service


@transaction.atomic
def open_outage(
    service_id: int,
    *,
    started_at: dt.datetime,
    at: dt.datetime,
    summary_fr: str = "",
    summary_en: str = "",
    by: AbstractBaseUser | None = None,
) -> Outage:
    """Declare that a service is interrupted, and, if it is listed, tell everybody on the front page (clause C6).

    Raises ValidationError: the start lies in the future, or the service already has an open outage.
    """
    # The row of the service is the lock: two volunteers who declare the same outage meet here.
    service = Service.objects.select_for_update().get(pk=service_id)
    refuse_opening(service, started_at=started_at, at=at)
    outage = Outage(service=service, started_at=started_at, summary_fr=summary_fr, summary_en=summary_en)
    outage.full_clean()
    outage.save()
    record(
        "services.outage_opened", outage, actor=by, service=service.slug, started_at=started_at.isoformat()
    )
    _tell(outage, "begin", at=at)
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
    outage_id: int, *, ended_at: dt.datetime, at: dt.datetime, by: AbstractBaseUser | None = None
) -> Outage:
    """Say that a service works again, and tell everybody how long it was interrupted.

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
    outage.ended_at = ended_at
    outage.save(update_fields=["ended_at"])
    record(
        "services.outage_closed", outage, actor=by, service=outage.service.slug, ended_at=ended_at.isoformat()
    )
    _tell(outage, "end", at=at)
    return outage


@transaction.atomic
def announce(
    *,
    at: dt.datetime,
    title_fr: str = "",
    title_en: str = "",
    text_fr: str = "",
    text_en: str = "",
    outage: Outage | None = None,
    by: AbstractBaseUser | None = None,
) -> Announcement:
    """Tell everybody something on the front page. Raises ValidationError without a title."""
    announcement = Announcement(
        title_fr=title_fr, title_en=title_en, text_fr=text_fr, text_en=text_en, outage=outage, published_at=at
    )
    announcement.full_clean()
    announcement.save()
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
    by: AbstractBaseUser | None = None,
) -> Announcement:
    """Correct the wording of an announcement; when it was published does not change."""
    announcement = Announcement.objects.select_for_update(of=["self"]).get(pk=announcement_id)
    announcement.title_fr, announcement.title_en = title_fr, title_en
    announcement.text_fr, announcement.text_en = text_fr, text_en
    announcement.full_clean()
    announcement.save()
    record("services.announcement_reworded", announcement, actor=by)
    return announcement


def _tell(outage: Outage, what: str, *, at: dt.datetime) -> None:
    if not outage.service.listed:
        return
    said: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            title, text = (_begin if what == "begin" else _end)(outage, at)
            said |= {f"title_{language}": title, f"text_{language}": text}
    announcement = Announcement(outage=outage, published_at=at, **said)
    announcement.full_clean()
    announcement.save()


def _begin(outage: Outage, at: dt.datetime) -> tuple[str, str]:
    since = date_format(localtime(outage.started_at), "DATETIME_FORMAT")
    title = _("%(service)s is interrupted") % {"service": outage.service.name}
    text = _("Interrupted since %(since)s.") % {"since": since}
    return title, "\n\n".join(filter(None, [outage.summary, text]))


def _end(outage: Outage, at: dt.datetime) -> tuple[str, str]:
    lasted = outage.lasted(at)
    title = _("%(service)s works again") % {"service": outage.service.name}
    text = _("The interruption lasted %(duration)s.") % {"duration": duration_in_words(lasted)}
    return title, text
