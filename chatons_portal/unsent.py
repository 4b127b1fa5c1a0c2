"""A form that a door stopped is given back with what was typed: an evening's answer is not lost to a session's end."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import render
from django.urls import Resolver404, resolve

from legal.gate import is_program

DOORS = {
    settings.LOGIN_URL: "sign-in",
    "legal:accept": "documents",
    "legal:refused": "documents",
    "accounts:close": "closing",
    "decisions:page": "suspension",
}
"""Where each door sends people; what is behind it never does."""

SECRET = ("password", "csrfmiddlewaretoken", "code")


@dataclass(frozen=True)
class Unsent:
    """`words` are shown in their fields, to be sent again or copied; `others` go with them unseen."""

    path: str
    words: list[tuple[str, str]]
    others: list[tuple[str, str]]
    had_files: bool


def unsent(request: HttpRequest) -> Unsent | None:
    """What somebody typed; None where there are no words in it, or a password that no page shows again."""
    if request.method != "POST" or any("password" in name for name in request.POST):
        return None
    typed = [(name, value) for name, values in request.POST.lists() for value in values if name not in SECRET]
    words = [(name, value) for name, value in typed if " " in value.strip()]
    others = [pair for pair in typed if pair not in words]
    return Unsent(request.get_full_path(), words, others, bool(request.FILES)) if words else None


class UnsentMiddleware:
    """Stands before the doors that send people elsewhere, such as to sign in or to accept the documents."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        why = stopped(request, answer)
        given_back = unsent(request) if why and not is_program(request) else None
        if given_back is None:
            return answer
        context = {"why": why, "door": answer["Location"], "unsent": given_back}
        return render(request, "unsent.html", context, status=403)


def stopped(request: HttpRequest, answer: HttpResponse) -> str:
    """By which door, for a view behind it; empty for every other answer."""
    view = request.resolver_match and request.resolver_match.func
    if not isinstance(answer, HttpResponseRedirectBase) or not getattr(view, "login_required", True):
        return ""
    try:
        door = DOORS.get(resolve(answer.url.partition("?")[0]).view_name, "")
    except Resolver404:
        return ""
    return door if door == "sign-in" or getattr(view, "acceptance_required", True) else ""
