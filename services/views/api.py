"""The state of the services for programs, in the shape they know (see `services.statuspage`)."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.http import require_safe

from services import statuspage
from services.models import Announcement, Maintenance, Outage, Service
from services.standing import standing_of
from services.statuspage import Json

NEWEST = 50


@login_not_required
@require_safe
def api(request: HttpRequest, what: str, language: str = settings.LANGUAGE_CODE) -> HttpResponse:
    """In the host's own language, or in that of the address; any site may read it."""
    if what not in ANSWERS or language not in dict(settings.LANGUAGES):
        raise Http404
    at = timezone.now()
    with override(language):
        told = {"page": statuspage.page(at), **ANSWERS[what](at)}
    answer = JsonResponse(told, json_dumps_params={"ensure_ascii": False})
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = "public, max-age=10"
    answer.headers["Content-Language"] = language
    return answer


def _services(at: dt.datetime) -> list[Service]:
    return list(Service.objects.offered(at).with_state(at))


def status(at: dt.datetime) -> Json:
    services = _services(at)
    return {"status": statuspage.status(services, standing_of(services, at).sentence)}


def components(at: dt.datetime) -> Json:
    return {"components": statuspage.components(_services(at))}


def incidents(at: dt.datetime) -> Json:
    return {"incidents": _incidents(_interruptions(at)[:NEWEST], _services(at), at)}


def unresolved(at: dt.datetime) -> Json:
    return {"incidents": _incidents(_interruptions(at).open(at), _services(at), at)}


def maintenances(at: dt.datetime) -> Json:
    return {"scheduled_maintenances": _scheduled(Maintenance.objects.kept()[:NEWEST], _services(at), at)}


def active(at: dt.datetime) -> Json:
    return {"scheduled_maintenances": _scheduled(Maintenance.objects.going_on(at), _services(at), at)}


def upcoming(at: dt.datetime) -> Json:
    return {"scheduled_maintenances": _scheduled(Maintenance.objects.upcoming(at), _services(at), at)}


def summary(at: dt.datetime) -> Json:
    services = _services(at)
    planned = Maintenance.objects.unfinished(at)
    return {
        "status": statuspage.status(services, standing_of(services, at).sentence),
        "components": statuspage.components(services),
        "incidents": _incidents(_interruptions(at).open(at), services, at),
        "scheduled_maintenances": _scheduled(planned, services, at),
    }


ANSWERS: dict[str, Callable[[dt.datetime], Json]] = {
    "summary": summary,
    "status": status,
    "components": components,
    "incidents": incidents,
    "incidents/unresolved": unresolved,
    "scheduled-maintenances": maintenances,
    "scheduled-maintenances/active": active,
    "scheduled-maintenances/upcoming": upcoming,
}


def _interruptions(at: dt.datetime):
    """Those of listed services that stand for themselves, as far as the public can see."""
    alone = Q(cause=None) | Q(cause__service__listed=False)
    return Outage.objects.filter(alone, service__listed=True, started_at__lte=at)


def _incidents(outages: Iterable[Outage], services: Sequence[Service], at: dt.datetime) -> list[Json]:
    known = {service.pk: statuspage.component(service) for service in services}
    told = Announcement.objects.published(at).order_by("published_at", "pk")
    found = outages.select_related("service").prefetch_related(  # type: ignore[attr-defined]
        Prefetch("announcements", queryset=told), "consequences"
    )
    return [_incident(outage, known, at) for outage in found]


def _incident(outage: Outage, known: dict[int, Json], at: dt.datetime) -> Json:
    together = [outage, *outage.consequences.all()]
    affected = [known[one.service_id] for one in together if one.service_id in known]
    impact = statuspage.impact_of(together, len(known))
    return statuspage.incident(outage, list(outage.announcements.all()), affected, impact, at)


def _scheduled(planned: Iterable[Maintenance], services: Sequence[Service], at: dt.datetime) -> list[Json]:
    known = {service.pk: statuspage.component(service) for service in services}
    told = Announcement.objects.published(at).order_by("published_at", "pk")
    found = planned.prefetch_related(  # type: ignore[attr-defined]
        Prefetch("announcements", queryset=told), "services"
    )
    return [
        statuspage.scheduled(work, list(work.announcements.all()), affected, at)
        for work in found
        if (affected := [known[one.pk] for one in work.services.all() if one.pk in known])
    ]
