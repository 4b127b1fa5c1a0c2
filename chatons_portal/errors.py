"""The pages of what went wrong, in the reader's language. The last two must render when nothing else works."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token

from chatons_portal.doors import came_from
from chatons_portal.unsent import unsent


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


@requires_csrf_token
def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "429.html", status=429)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that nothing was done; to a form of our own, whose page stood open for long, give back what was typed."""
    back = came_from(request)
    if back and (given_back := unsent(request)):
        return render(request, "unsent.html", {"why": "page", "unsent": given_back}, status=403)
    return render(request, "403_csrf.html", {"back": back}, status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _without_request("400.html", 400)


def server_error(request: HttpRequest) -> HttpResponse:
    return _without_request("500.html", 500)


def _without_request(template: str, status: int) -> HttpResponse:
    """Render with settings alone: the request may be forged (400), its session or the database broken (500)."""
    return HttpResponse(render_to_string(template, {"host": settings.HOST}), status=status)
