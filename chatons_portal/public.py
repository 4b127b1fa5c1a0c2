"""Pages that are the same for everybody who reads one language: rendered once in a few seconds, for all.

The view gets a request that carries nothing of its visitor: no cookie, no session, no person, no waiting message, and
the host's own address whatever the visitor called it. So nothing of one visitor can get into what another is served;
a view of the list below that reaches for the person fails loudly.
"""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language

FRESH_SECONDS = 10

SAME_FOR_EVERYBODY = frozenset(
    {
        "home",
        "legal:index",
        "legal:document",
        "legal:versions",
        "legal:version",
        "legal:version-in",
        "legal:difference",
        "legal:difference-in",
        "services:status",
        "services:month",
        "services:outage",
        "services:announcement",
        "services:maintenance",
        "services:service",
        "transparency:interruptions",
    }
)


SAME_IN_EVERY_LANGUAGE = frozenset(
    {
        "legal:markdown",
        "legal:json",
        "legal:feed",
        "services:badge",
        "services:host-badge",
        "services:shields",
        "statuspage:api",
        "statuspage:api-in",
        "transparency:interruptions-json",
        "services:feed-atom",
        "services:feed-rss",
        "services:feed-json",
        "services:calendar",
        "services:service-feed-atom",
        "services:service-feed-rss",
        "services:service-calendar",
    }
)
"""Files: their address alone says what is in them, and they say themselves how long they hold."""

KEPT_HEADERS = (
    "Content-Type",
    "Content-Language",
    "Cache-Control",
    "ETag",
    "Last-Modified",
    "Access-Control-Allow-Origin",
)


class SharedPagesMiddleware:
    """Last in the list: by then the language is known and the doors have let the visitor in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if is_public_page(request) and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Mapping[str, Any]
    ) -> HttpResponse | None:
        """Answer with the page everybody gets, at most `FRESH_SECONDS` old; leave all other requests alone."""
        if not can_be_shared(request):
            return None
        is_file = view_name(request) in SAME_IN_EVERY_LANGUAGE
        known = not is_file and settings.SESSION_COOKIE_NAME in request.COOKIES
        reader = "file" if is_file else f"{get_language()}:{'known' if known else 'new'}"
        key = f"page:{reader}:{request.path}"
        kept = cache.get(key)
        if kept is None:
            response = view(request_of_nobody(request, known=known), *args, **kwargs)
            if response.status_code != 200:
                return response
            kept = response.content, {name: response[name] for name in KEPT_HEADERS if name in response}
            cache.set(key, kept, FRESH_SECONDS)
        body, headers = kept
        response = HttpResponse(body, headers=headers)
        if "Cache-Control" not in response:
            # Browsers and proxies may keep it, and ask each time whether it is still the one (ETag).
            patch_cache_control(response, no_cache=True, **{"private" if known else "public": True})
        if not is_file:
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response


def view_name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def is_public_page(request: HttpRequest) -> bool:
    return view_name(request) in SAME_FOR_EVERYBODY | SAME_IN_EVERY_LANGUAGE


def can_be_shared(request: HttpRequest) -> bool:
    """Not with a query (anybody can make up a million of them), and not while a message waits for this visitor."""
    return (
        is_public_page(request)
        and request.method in {"GET", "HEAD"}
        and not request.META.get("QUERY_STRING")
        and "messages" not in request.COOKIES
    )


def request_of_nobody(request: HttpRequest, *, known: bool) -> HttpRequest:
    """The same page asked for by nobody in particular; `known` says only that a session cookie was there."""
    site = urlsplit(settings.SITE_URL)
    nobody = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": request.path_info.encode().decode("latin-1"),  # as WSGI wants it
            "SCRIPT_NAME": request.META.get("SCRIPT_NAME", ""),
            "SERVER_NAME": site.hostname,
            "SERVER_PORT": str(site.port or {"https": 443}.get(site.scheme, 80)),
            "HTTP_HOST": site.netloc,
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": BytesIO(),
        }
    )
    if known:
        nobody.COOKIES[settings.SESSION_COOKIE_NAME] = ""
    nobody.resolver_match = request.resolver_match
    nobody.LANGUAGE_CODE = get_language()
    return nobody
