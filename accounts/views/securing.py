"""Keeping an account safe, beyond the pages that allauth brings."""

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.forms import NameForm
from accounts.models import Refused
from accounts.second_factor import has_second_factor
from accounts.sessions import end_other_sessions, sessions_of
from accounts.verbs import choose_name
from accounts.views.account import AuthedRequest
from journal.verbs import record


@never_cache
def desk_needs_two_factor(request: AuthedRequest) -> HttpResponse:
    """Where a volunteer without a second factor lands instead of at the desk."""
    if has_second_factor(request.user):
        return redirect("admin:index")
    return render(request, "accounts/desk_needs_two_factor.html")


@never_cache
def sessions(request: AuthedRequest) -> HttpResponse:
    """Where somebody is signed in."""
    found = sessions_of(request.user.pk, timezone.now(), this_one=request.session.session_key)
    return render(request, "accounts/sessions.html", {"sessions": found})


@require_POST
def end_sessions(request: AuthedRequest) -> HttpResponse:
    """One of the others, or all of them."""
    ended = end_other_sessions(
        request.user.pk, this_one=request.session.session_key, mark=request.POST.get("session", "")
    )
    if ended:
        record("accounts.sessions_ended", request.user, actor=request.user, count=ended)
        messages.success(request, ngettext("%d session ended.", "%d sessions ended.", ended) % ended)
    return redirect("accounts:sessions")


@never_cache
def name(request: AuthedRequest) -> HttpResponse:
    """Choose a user name, once."""
    form = NameForm(request.POST or None)
    if form.is_valid():
        if not ratelimit.consume(request, action="choose_name", user=request.user):
            form.add_error("name", _("That were many names in a short time. Please try again in an hour."))
        else:
            try:
                choose_name(request.user.pk, **form.cleaned_data)
                return redirect("accounts:account")
            except Refused as refusal:
                form.add_error("name", str(refusal))
    return render(request, "accounts/name.html", {"form": form})
