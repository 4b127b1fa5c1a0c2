"""The door while an account is closing: everything waits but leaving, staying and the copy of one's data."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class ClosingMiddleware:
    """Marked views (legal.gate.acceptance_not_required) stay open: they are those of somebody on the way out.

    It reads a column of the row that every signed-in request loads anyway.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or not getattr(view, "acceptance_required", True):
            return None
        if getattr(request.user, "closes_at", None) is None:
            return None
        return redirect("accounts:close")
