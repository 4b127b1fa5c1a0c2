"""Signing in and using the portal are signs of life."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import Source, User
from accounts.verbs import touch


def signed_in(sender: Any, request: HttpRequest, user: User, **_more: Any) -> None:
    """Receives Django's `user_logged_in`, whichever door it was."""
    touch(user, Source.SIGN_IN, timezone.now())


class ActivityMiddleware:
    """Looks at a row that is loaded anyway, writes at most once a day, and leaves public pages alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        if getattr(view, "login_required", True) and isinstance(request.user, User):
            touch(request.user, Source.PORTAL, timezone.now())
