"""Everybody is told."""

import datetime as dt

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from journal.verbs import record
from services.models import Announcement, Outage
from services.wording import duration_in_words


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


def tell_of(outage: Outage, what: str, *, at: dt.datetime) -> None:
    """Announce the begin or the end of an outage, if its service is listed (clause C6)."""
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
