"""Doors are closed by default; an open one is open without asking who comes in."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


class ClosedByDefaultMiddleware(LoginRequiredMiddleware):
    """Django's own loads the session and the person even where nobody has to be known: two queries a public page."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseRedirect:
        """After signing in, back to a page: what was sent to may be no page at all."""
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        return redirect_to_login(came_from(request) or "", self.get_login_url(view_func))


def came_from(request: HttpRequest) -> str:
    """The page of ours that a form was on, if the browser says so; else empty."""
    page = request.headers.get("Referer", "")
    here = {request.get_host()}
    return page if url_has_allowed_host_and_scheme(page, here, require_https=request.is_secure()) else ""
