"""The pages of what went wrong, in the reader's language. The last two must render when nothing else works."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import requires_csrf_token


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


@requires_csrf_token
def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "429.html", status=429)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that nothing was done, and offer the form again when the browser tells which page it was on."""
    came_from = request.headers.get("Referer", "")
    here = {request.get_host()}
    back = (
        came_from
        if url_has_allowed_host_and_scheme(came_from, here, require_https=request.is_secure())
        else ""
    )
    return render(request, "403_csrf.html", {"back": back}, status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _without_request("400.html", 400)


def server_error(request: HttpRequest) -> HttpResponse:
    return _without_request("500.html", 500)


def _without_request(template: str, status: int) -> HttpResponse:
    """Render with settings alone: the request may be forged (400), its session or the database broken (500)."""
    return HttpResponse(render_to_string(template, {"host": settings.HOST}), status=status)
