"""Small pictures of a state, to be shown on other sites."""

import datetime as dt

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from services.drawing import INKS, badge
from services.history import histories
from services.models import Service, State
from services.standing import MARKS, sentence_of, shown, standing_of
from services.uptime import percent

FRESH = "public, max-age=60"


@login_not_required
@require_safe
def of_service(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """The name of a service and its state, drawn."""
    return _drawn(*_known(slug, language), language)


@login_not_required
@require_safe
def of_host(request: HttpRequest, language: str) -> HttpResponse:
    """The name of the host and how all of it stands, drawn."""
    with _speaking(language):
        at = timezone.now()
        standing = standing_of(list(Service.objects.offered(at).with_state(at)), at)
        words = {"up": _("all services up"), "down": _("interrupted"), "maintenance": _("maintenance")}
        said = words.get(standing.state, _("not known"))
    return _drawn(settings.HOST["name"], said, standing.state, language)


@login_not_required
@require_safe
def for_shields(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """The same for shields.io, which draws it itself (and then sees who looks)."""
    label, message, mark = _known(slug, language)
    return _public(
        JsonResponse(
            {
                "schemaVersion": 1,
                "label": label,
                "message": message,
                "color": INKS[mark].lstrip("#"),
                "isError": mark == "down",
                "cacheSeconds": 60,
            },
            json_dumps_params={"ensure_ascii": False},
        ),
        language,
    )


def _known(slug: str, language: str) -> tuple[str, str, str]:
    """The name, what is said of it, and its mark."""
    with _speaking(language):
        at = timezone.now()
        service = shown(get_object_or_404(Service.objects.listed().with_state(at), slug=slug), at)
        return service.name, _message(service, at), MARKS[State(service.state)]


def _message(service: Service, at: dt.datetime) -> str:
    if service.state != State.UP:
        return sentence_of(service, at)
    history = histories(at, services=[service.pk]).get(service.pk)
    share = percent(history.tally.share) if history else None
    return _("up, %(share)s in 90 days") % {"share": share} if share else _("up")


def _speaking(language: str) -> override:
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return override(language)


def _drawn(label: str, message: str, mark: str, language: str) -> HttpResponse:
    return _public(
        HttpResponse(badge(label, message, mark), content_type="image/svg+xml; charset=utf-8"), language
    )


def _public(answer: HttpResponse, language: str) -> HttpResponse:
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = FRESH
    answer.headers["Content-Language"] = language
    return answer
