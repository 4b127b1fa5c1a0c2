"""Pages about what runs and what was interrupted; everybody may read them."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from services import chronicle
from services.models import Announcement, Correction, Maintenance, Outage, Service
from services.overview import sections
from services.standing import standing_of

NEWEST, WORKS_AHEAD = 10, 10


@login_not_required
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """How everything is now, how it was for ninety days, what is planned; older months have their own page."""
    at = timezone.now()
    services = Service.objects.offered(at).seen(at)
    return render(
        request,
        "services/status.html",
        {
            "at": at,
            "status": standing_of(services, at),
            "sections": sections(services, at),
            "present": chronicle.present(services, at, newest=NEWEST, ahead=WORKS_AHEAD),
            "years": chronicle.by_year(chronicle.months(at)),
        },
    )


@login_not_required
@require_safe
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """A month of the chronicle."""
    at = timezone.now()
    first = chronicle.first_of_month(year, month)
    after = chronicle.first_of_month(year + month // 12, month % 12 + 1)
    found = chronicle.entries(first, after, at) if first and after else []
    if not found:
        raise Http404(_("Nothing was interrupted or announced in this month."))
    months = chronicle.months(at)
    place = months.index(first) if first in months else 0
    return render(
        request,
        "services/month.html",
        {
            "month": first,
            "entries": found,
            "newer": months[place - 1] if place else None,
            "older": months[place + 1] if place + 1 < len(months) else None,
            "years": chronicle.by_year(months),
        },
    )


@login_not_required
@require_safe
def outage(request: HttpRequest, outage_id: int) -> HttpResponse:
    """One interruption: when, why, for how long, what was told of it and when, what was corrected."""
    at = timezone.now()
    told = Announcement.objects.published(at).order_by("published_at", "pk")
    along = Outage.objects.filter(service__listed=True).select_related("service").order_by("service__name")
    found = (
        chronicle.public_outages(at)
        .select_related("service", "cause__service")
        .prefetch_related(
            Prefetch("announcements", queryset=told), Prefetch("consequences", queryset=along), "corrections"
        )
        .with_first_announcement(at)
        .filter(pk=outage_id)
        .first()
    )
    if found is None:
        # Joined to another one: its old address goes on leading there.
        joined = get_object_or_404(Correction.objects.select_related("outage"), former_number=outage_id)
        return redirect(joined.outage, permanent=True)
    cause = found.cause if found.cause and found.cause.service.listed else None
    return render(
        request,
        "services/outage.html",
        {"at": at, "outage": found, "cause": cause, "happening": chronicle.happening(found, at)},
    )


@login_not_required
@require_safe
def announcement(request: HttpRequest, announcement_id: int) -> HttpResponse:
    published = Announcement.objects.published(timezone.now()).public()
    found = get_object_or_404(published.select_related("outage__service", "maintenance"), pk=announcement_id)
    return render(request, "services/announcement.html", {"announcement": found})


@login_not_required
@require_safe
def maintenance(request: HttpRequest, maintenance_id: int) -> HttpResponse:
    """One piece of planned work: when, of what, and what was told of it. Called off, its page stays and says so."""
    at = timezone.now()
    public = Maintenance.objects.public().with_end().filter(published_at__lte=at)
    work = get_object_or_404(public.prefetch_related("services"), pk=maintenance_id)
    # What outlasted it is told in its thread.
    of_it = Q(maintenance=work) | Q(thread__maintenance=work)
    told = Announcement.objects.published(at).public().filter(of_it).order_by("published_at", "pk")
    overrun = chronicle.public_outages(at).open(at).filter(announcements__thread__maintenance=work).first()
    context = {"at": at, "work": work, "goes_on": work.is_going_on(at), "told": told, "overrun": overrun}
    return render(request, "services/maintenance.html", context)
