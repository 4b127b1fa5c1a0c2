"""The door that opens once the documents in force are accepted.

Every signed-in view is behind it, for every method, unless marked with `acceptance_not_required`.
It compares a column of the user row that was loaded anyway with a date each process looks up at most
once in five seconds; views that need no sign-in never load the user here.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from legal.models import Version

View = TypeVar("View", bound=Callable[..., Any])

LOOK_AGAIN_SECONDS = 5.0


def acceptance_not_required(view: View) -> View:
    """Mark a signed-in view that people may use before accepting: signing out, leaving, accepting."""
    view.acceptance_required = False  # type: ignore[attr-defined]
    return view


class AcceptanceMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._required_through: datetime | None = None
        self._look_again_at = 0.0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or not getattr(view, "acceptance_required", True):
            return None
        if not request.user.is_authenticated:
            return None
        required = self.required_through()
        accepted = request.user.accepted_through
        if required is None or (accepted is not None and accepted >= required):
            return None
        return ask(request)

    def required_through(self) -> datetime | None:
        now = time.monotonic()
        if now >= self._look_again_at:
            self._required_through = Version.objects.required_through(timezone.now())
            self._look_again_at = now + LOOK_AGAIN_SECONDS
        return self._required_through


def ask(request: HttpRequest) -> HttpResponse:
    """Send a person to the page that asks; tell a program, in JSON, where that page is."""
    url = reverse("legal:accept")
    if not request.accepts("text/html") or request.content_type == "application/json":
        sentence = _("The documents of this host have changed. Accept them on the portal, then try again.")
        body = {"code": "terms_required", "url": request.build_absolute_uri(url), "detail": sentence}
        return JsonResponse(body, status=403)
    if request.method == "GET":
        url += "?" + urlencode({"next": request.get_full_path()})
    return redirect(url)
