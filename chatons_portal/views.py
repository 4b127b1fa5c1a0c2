"""The pages that belong to no app: the front page, the health check, security.txt, the language switch."""

from datetime import UTC, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from accounts.verbs import prefer_language
from chatons_portal import __version__
from chatons_portal.celery import app as celery_app
from chatons_portal.front import front_page


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html", front_page(timezone.now()))


@login_not_required
@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """For whoever watches this portal: 200 when it can do its work, else 503 and what does not answer."""
    answers = {"database": database_answers(), "broker": broker_answers()}
    well = all(answers.values())
    return JsonResponse({"ok": well, "version": __version__, **answers}, status=200 if well else 503)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def broker_answers() -> bool:
    try:
        with celery_app.connection_for_read() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    except (OperationalError, OSError):
        return False
    return True


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to say that something here can be broken into (RFC 9116). Its date is always half a year ahead."""
    expires = (timezone.now() + timedelta(days=180)).astimezone(UTC).replace(microsecond=0)
    lines = [
        f"Contact: {settings.SITE_URL}{reverse('abuse:security')}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {settings.SITE_URL}{reverse('security-txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@login_not_required
@csrf_exempt  # Works from cached pages, which carry no token; all it could be abused for is another language.
def language(request: HttpRequest) -> HttpResponse:
    """Read the portal in another language from now on, here and in the letters."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = resolve_url("home")
    response = redirect(back)
    chosen = request.POST.get("language")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
        if request.user.is_authenticated:
            prefer_language(request.user, chosen)
    return response
