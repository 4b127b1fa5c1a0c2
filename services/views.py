"""Pages about what runs and what was interrupted; everybody may read them."""

import datetime as dt

from django.contrib.auth.decorators import login_not_required
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from services.models import Announcement, Outage, Service
from services.standing import shown, standing_of


@login_not_required
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """What is interrupted now, and what was, this month; older months have their own page."""
    at = timezone.now()
    first = _first_of_month(timezone.localtime(at).year, timezone.localtime(at).month)
    services = [shown(service) for service in Service.objects.listed().with_interruption(at)]
    return render(
        request,
        "services/status.html",
        {
            "at": at,
            "status": standing_of(services),
            "services": services,
            "open_outages": _told(Outage.objects.open(at), at),
            "this_month": _told(Outage.objects.closed(at).filter(started_at__gte=first), at),
            "month": first,
            "months": _months(at),
            "announcements": Announcement.objects.published(at)[:10],
        },
    )


@login_not_required
@require_safe
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    at = timezone.now()
    first = _first_of_month(year, month)
    after = _first_of_month(year + month // 12, month % 12 + 1)
    outages = Outage.objects.filter(started_at__gte=first, started_at__lt=after, started_at__lte=at)
    told = _told(outages, at)
    if not told:
        raise Http404(_("No interruption was declared in this month."))
    return render(request, "services/month.html", {"month": first, "outages": told, "months": _months(at)})


@login_not_required
@require_safe
def outage(request: HttpRequest, outage_id: int) -> HttpResponse:
    at = timezone.now()
    told = _told(Outage.objects.filter(pk=outage_id, started_at__lte=at), at)
    if not told:
        raise Http404
    (found,) = told
    announcements = found.announcements.published(at).order_by("published_at", "pk")
    return render(
        request, "services/outage.html", {"at": at, "outage": found, "announcements": announcements}
    )


@login_not_required
@require_safe
def announcement(request: HttpRequest, announcement_id: int) -> HttpResponse:
    published = Announcement.objects.published(timezone.now()).select_related("outage__service")
    found = get_object_or_404(published, pk=announcement_id)
    return render(request, "services/announcement.html", {"announcement": found})


def _told(outages, at: dt.datetime) -> list[Outage]:
    """Outages of listed services, each knowing at `at` whether it goes on and how long it has lasted."""
    found = list(outages.filter(service__listed=True).select_related("service").with_first_announcement(at))
    for one in found:
        one.goes_on = one.is_open(at)
        one.duration = one.lasted(at)
        one.state_sentence = _("Interrupted")
    return found


def _first_of_month(year: int, month: int) -> dt.datetime:
    try:
        return dt.datetime(year, month, 1, tzinfo=timezone.get_current_timezone())
    except ValueError as error:
        raise Http404 from error


def _months(at: dt.datetime) -> list[dt.datetime]:
    """The months in which something was interrupted, newest first."""
    shown = Outage.objects.filter(service__listed=True, started_at__lte=at)
    return list(
        shown.annotate(month=TruncMonth("started_at"))
        .order_by("-month")
        .values_list("month", flat=True)
        .distinct()
    )
