"""The door of a suspended account: everything waits but what the Terms leave open to it.

Open stay public pages, and signed in: the statement of reasons, answering, appealing, the copy of one's data, leaving,
signing out, and the acceptance of documents (all marked with `legal.gate.acceptance_not_required`).

A suspension begins and ends by its dates: nothing has to run for that. What it costs is one look into a partial index
that holds only accounts under suspension.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from abuse.models import Sanction
from legal.gate import is_program


class SuspensionMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or not getattr(view, "acceptance_required", True):
            return None
        if not request.user.is_authenticated:
            return None
        shut_out = Sanction.objects.of(request.user).shutting_out(timezone.now())
        ticket_id = shut_out.values_list("decision__ticket", flat=True).first()
        return None if ticket_id is None else turn_away(request, ticket_id)


def turn_away(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """To the statement of reasons; a program is told where that is."""
    url = reverse("decisions:page", args=[ticket_id])
    if is_program(request):
        sentence = _("This account is suspended. The reasons, and how to contest them, are on the portal.")
        body = {"code": "account_suspended", "url": request.build_absolute_uri(url), "detail": sentence}
        return JsonResponse(body, status=403)
    return redirect(url)
