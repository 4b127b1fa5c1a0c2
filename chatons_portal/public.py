"""Pages that are the same for everybody who reads one language: rendered once in a few seconds, for all.

They are rendered without the request, so that nothing of one visitor (session, person, messages, CSRF token) can get
into what another one is served.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.cache import patch_cache_control, patch_vary_headers

from chatons_portal.context import portal

FRESH_SECONDS = 10


def public_page(
    request: HttpRequest, template: str, context: Callable[[], Mapping[str, Any]]
) -> HttpResponse:
    """Answer with the page everybody gets, at most `FRESH_SECONDS` old.

    A visitor for whom a message waits ("You are signed out") gets the page rendered for that visitor alone.
    """
    if "messages" in request.COOKIES:
        response = render(request, template, context())
        patch_cache_control(response, private=True, no_store=True)
        return response
    common = portal(request) | {"here": request.path}
    key = f"page:{template}:{request.path}:{common['language']}:{'known' if common['has_session'] else 'new'}"
    body = cache.get(key)
    if body is None:
        body = get_template(template).render({**common, **context()}).encode()
        cache.set(key, body, FRESH_SECONDS)
    response = HttpResponse(body)
    # Browsers and proxies may keep it, and ask each time whether it is still the one (ETag).
    patch_cache_control(
        response, no_cache=True, **({"private": True} if common["has_session"] else {"public": True})
    )
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
