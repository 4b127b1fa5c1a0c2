"""What was announced, for programs that fetch it: Atom, RSS and JSON feeds, and maintenance for calendars.

One of each a language, and one a service; the address alone says what is in it.
"""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.html import linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event, vText

from services.models import Announcement, Maintenance, Service

LONGEST = 50  # announcements in a feed
PAST = dt.timedelta(days=90)  # of maintenance in the calendar
UNTOLD = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # before any portal; validators find 1970 implausible


class Feed(SyndicationFeed):
    def latest_post_date(self) -> dt.datetime:
        """One without any announcement has not changed since; Django would say: just now."""
        return super().latest_post_date() if self.items else UNTOLD


class Atom(Feed, Atom1Feed):
    """RFC 4287."""


class Rss(Feed, Rss201rev2Feed):
    """https://www.rssboard.org/rss-specification"""


FORMATS: dict[str, type[SyndicationFeed]] = {"atom": Atom, "rss": Rss}


@login_not_required
@require_safe
def feed(request: HttpRequest, language: str, extension: str, slug: str = "") -> HttpResponse:
    service = _service(language, slug)
    with override(language):
        written = (_json if extension == "json" else _xml)(request, language, extension, service)
    written["Content-Language"] = language
    written["Access-Control-Allow-Origin"] = "*"  # public, and read by pages elsewhere
    return written


def _service(language: str, slug: str) -> Service | None:
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return get_object_or_404(Service.objects.listed(), slug=slug) if slug else None


def told(at: dt.datetime, service: Service | None) -> "QuerySet[Announcement]":
    """What feeds are made of, newest first."""
    found = Announcement.objects.told(at)
    if service:
        found = found.filter(
            Q(outage__service=service)
            | Q(outage__consequences__service=service)
            | Q(maintenance__services=service)
        ).distinct()
    return found


def _title(service: Service | None) -> str:
    host = settings.HOST["name"]
    if service:
        return _("%(service)s at %(host)s: interruptions and maintenance") % {
            "service": service.name,
            "host": host,
        }
    return _("%(host)s: interruptions, maintenance and news") % {"host": host}


def _calendar_title(service: Service | None) -> str:
    host = settings.HOST["name"]
    if service:
        return _("%(service)s at %(host)s: planned maintenance") % {"service": service.name, "host": host}
    return _("%(host)s: planned maintenance") % {"host": host}


def _page(service: Service | None) -> str:
    return settings.SITE_URL + reverse("services:status")


def _xml(request: HttpRequest, language: str, extension: str, service: Service | None) -> HttpResponse:
    written = FORMATS[extension](
        title=_title(service),
        link=_page(service),
        description=_("What was announced, newest first."),
        language=language,
        author_name=settings.HOST["name"],
        feed_url=settings.SITE_URL + request.path,
        feed_guid=settings.SITE_URL + request.path,
    )
    for announcement in told(timezone.now(), service)[:LONGEST]:
        address = settings.SITE_URL + announcement.get_absolute_url()
        written.add_item(
            title=announcement.title,
            link=address,
            description=linebreaks(
                announcement.text or announcement.title, autoescape=True
            ),  # HTML, by both formats
            unique_id=address,
            unique_id_is_permalink=True,
            pubdate=announcement.published_at,
            updateddate=announcement.changed_at,
            categories=[announcement.get_kind_display()],
        )
    response = HttpResponse(content_type=f"application/{extension}+xml; charset=utf-8")
    written.write(response, "utf-8")
    return response


def _json(request: HttpRequest, language: str, extension: str, service: Service | None) -> HttpResponse:
    """https://www.jsonfeed.org/version/1.1/"""
    items: list[dict[str, Any]] = [
        {
            "id": settings.SITE_URL + announcement.get_absolute_url(),
            "url": settings.SITE_URL + announcement.get_absolute_url(),
            "title": announcement.title,
            "content_text": announcement.text or announcement.title,
            "date_published": announcement.published_at.isoformat(),
            "date_modified": announcement.changed_at.isoformat(),
            "tags": [announcement.kind],
        }
        for announcement in told(timezone.now(), service)[:LONGEST]
    ]
    written = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(service),
        "home_page_url": _page(service),
        "feed_url": settings.SITE_URL + request.path,
        "language": language,
        "authors": [{"name": settings.HOST["name"], "url": settings.SITE_URL}],
        "items": items,
    }
    return JsonResponse(
        written, content_type="application/feed+json", json_dumps_params={"ensure_ascii": False}
    )


@login_not_required
@require_safe
def calendar(request: HttpRequest, language: str, slug: str = "") -> HttpResponse:
    """Maintenance of the last months and of what is to come, called off or not (RFC 5545)."""
    service = _service(language, slug)
    planned = Maintenance.objects.public().ended_after(timezone.now() - PAST)
    planned = planned.order_by("starts_at", "pk").prefetch_related("services")
    if service:
        planned = planned.filter(services=service)
    with override(language):
        written = Calendar()
        written.add("version", "2.0")
        written.add("prodid", f"-//{settings.HOST['name']}//chatons-portal//{language.upper()}")
        # No METHOD: it would ask for an organizer, and have the stamps mean something else (RFC 5545, 3.8.7.2).
        for name in ("name", "x-wr-calname"):  # RFC 7986, and what came before it
            written.add(name, vText(_calendar_title(service)), encode=False)
        written.add("refresh-interval", dt.timedelta(hours=1), parameters={"VALUE": "DURATION"})
        for maintenance in planned:
            written.add_component(_event(maintenance))
    response = HttpResponse(written.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Language"] = language
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _event(maintenance: Maintenance) -> Event:
    """In UTC: every calendar shows it in its own time. The same event in every language and edition."""
    event = Event()
    event.add("uid", f"maintenance-{maintenance.pk}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", maintenance.changed_at)
    event.add("dtstart", maintenance.starts_at)
    event.add("dtend", maintenance.until)
    event.add("sequence", maintenance.edition)
    event.add("created", maintenance.published_at)
    event.add("last-modified", maintenance.changed_at)
    event.add("status", "CANCELLED" if maintenance.cancelled_at else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("summary", maintenance.title)
    names = ", ".join(service.name for service in maintenance.services.all() if service.listed)
    event.add("description", "\n\n".join(filter(None, [names, maintenance.text])))
    event.add("url", settings.SITE_URL + maintenance.get_absolute_url())
    return event
