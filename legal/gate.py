"""The door that opens once the documents in force are accepted.

Every signed-in view is behind it, for every method, unless marked with `acceptance_not_required`.
It compares a column of the user row that was loaded anyway with dates each process looks up at most
once in five seconds; views that need no sign-in never load the user here.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from legal.models import AcceptsDocuments, Version
from legal.standing import Stage, Standing, standing_of

View = TypeVar("View", bound=Callable[..., Any])

LOOK_AGAIN_SECONDS = 5.0
READING = frozenset({"GET", "HEAD", "OPTIONS"})

ASKED = "legal.asked"  # in the session: the date of effect of what was shown and asked for
SIGNED_IN_AT = "legal.signed_in_at"  # in the session, as a Unix time


def acceptance_not_required(view: View) -> View:
    """Mark a signed-in view that people may use before accepting: signing out, leaving, accepting."""
    view.acceptance_required = False  # type: ignore[attr-defined]
    return view


def grace() -> timedelta:
    return timedelta(days=settings.LEGAL_GRACE_DAYS)


def current_standing(request: HttpRequest) -> Standing:
    """Where the signed-in person stands by what the database says now; for the pages that ask, which cannot
    afford to be five seconds late: two processes that disagree would send a browser to and fro."""
    now = timezone.now()
    person = cast(AcceptsDocuments, request.user)
    return standing_of(person, Version.objects.asking_dates(now), at=now, grace=grace())


class AcceptanceMiddleware:
    """Lets a person in, asks them, or refuses; leaves `request.standing` for the pages behind."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._dates: Sequence[datetime] = ()
        self._look_again_at = 0.0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True):
            return None
        standing = SimpleLazyObject(lambda: self.standing(request))
        request.standing = standing  # type: ignore[attr-defined]
        if not getattr(view, "acceptance_required", True) or not request.user.is_authenticated:
            return None
        return None if may_pass(request, cast(Standing, standing)) else ask(request, cast(Standing, standing))

    def standing(self, request: HttpRequest) -> Standing:
        person = cast(AcceptsDocuments, request.user)
        return standing_of(person, self.dates(), at=timezone.now(), grace=grace())

    def dates(self) -> Sequence[datetime]:
        """Versions to come are among them: the moment one takes effect needs no look at the database."""
        now = time.monotonic()
        if now >= self._look_again_at:
            self._dates = Version.objects.asking_dates(timezone.now())
            self._look_again_at = now + LOOK_AGAIN_SECONDS
        return self._dates


def may_pass(request: HttpRequest, standing: Standing) -> bool:
    """During the grace period reading is open to whoever was asked in this session, refused, or is a program."""
    if not standing.is_pending:
        return True
    if standing.stage is Stage.OVER or request.method not in READING:
        return False
    return standing.refused or is_program(request) or was_asked(request, standing)


def ask(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Send a person to the page that asks; tell a program, in JSON, where that page is."""
    url = reverse("legal:refused" if standing.refused else "legal:accept")
    if is_program(request):
        sentence = _("The documents of this host have changed. Accept them on the portal, then try again.")
        body = {"code": "terms_required", "url": request.build_absolute_uri(url), "detail": sentence}
        return JsonResponse(body, status=403)
    if request.method == "GET" and not standing.refused:
        url += "?" + urlencode({"next": request.get_full_path()})
    return redirect(url)


def is_program(request: HttpRequest) -> bool:
    """Whether the answer goes to code, a page's own script included, rather than into a window."""
    return (
        request.content_type == "application/json"
        or request.headers.get("Sec-Fetch-Dest") == "empty"
        or request.get_preferred_type(["text/html", "application/json"]) != "text/html"
    )


def was_asked(request: HttpRequest, standing: Standing) -> bool:
    return request.session.get(ASKED) == _mark(standing)


def remember_asking(request: HttpRequest, standing: Standing) -> None:
    """Once in a session; a later version asks again."""
    if standing.is_pending and not was_asked(request, standing):
        request.session[ASKED] = _mark(standing)


def _mark(standing: Standing) -> str:
    return standing.due_at.isoformat() if standing.due_at else ""


def remember_signing_in(sender: Any, request: HttpRequest, **_more: Any) -> None:
    """Receives Django's `user_logged_in`, whichever door it was."""
    request.session[SIGNED_IN_AT] = timezone.now().timestamp()


def asked_at_sign_in(request: HttpRequest, standing: Standing) -> bool:
    """Whether the documents were already in force when this session began: then the question met the sign-in."""
    since = request.session.get(SIGNED_IN_AT, 0.0)
    return standing.is_pending and standing.due_at is not None and standing.due_at.timestamp() <= since
