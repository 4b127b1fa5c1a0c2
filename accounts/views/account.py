from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.forms import FirstAdministratorForm
from accounts.models import User
from accounts.standing import standing_of, through
from accounts.verbs import (
    LinkUseless,
    Why,
    become_first_administrator,
    check_first_administrator_link,
    looks_at,
)
from legal.models import Acceptance

SHOWN_LOOKS = 50


class AuthedRequest(HttpRequest):
    """A request that came through a closed door."""

    user: User


@never_cache
def account(request: AuthedRequest) -> HttpResponse:
    looks = [(entry, Why(entry.details["reason"]).label) for entry in looks_at(request.user)[:SHOWN_LOOKS]]
    context = {
        "acceptances": Acceptance.objects.by(request.user),
        "looks": looks,
        "standing": standing_of(request.user, timezone.now()),
        "seen_through": through(request.user.last_seen_through),
        "purge_on": settings.INACTIVITY_PURGE,
    }
    return render(request, "accounts/account.html", context)


@never_cache
@sensitive_post_parameters("password")
@login_not_required
def first_administrator(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    try:
        check_first_administrator_link(token)
        form = FirstAdministratorForm(request.POST or None, at=now)
        if form.is_bound and form.is_valid():
            user = become_first_administrator(
                token,
                email=form.cleaned_data["email"],
                password=form.cleaned_data["password"],
                language=get_language() or "",
                texts=form.texts,
                at=now,
            )
            login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
            # Just typed: what comes first, the second factor, need not ask for it again.
            record_authentication(request, user, method="password", email=user.email, reauthenticated=True)
            messages.success(request, _("Welcome. You are the first administrator."))
            return redirect("admin:index")
    except LinkUseless:
        return render(request, "accounts/link_useless.html", status=410)
    context = {"form": form, "documents": form.shown_texts}
    return render(request, "accounts/first_administrator.html", context)
