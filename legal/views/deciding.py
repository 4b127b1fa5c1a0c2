"""Asking a signed-in person to decide: on the documents in force, or ahead of time on those to come."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from legal.forms import AcceptanceForm, RefusalForm
from legal.gate import acceptance_not_required, asked_at_sign_in, current_standing, remember_asking
from legal.models import AcceptsDocuments, How
from legal.standing import Standing
from legal.verbs import accept as accept_texts
from legal.verbs import refuse as refuse_texts


@never_cache
@acceptance_not_required
def accept(request: HttpRequest) -> HttpResponse:
    """Ask; then go where the person was going. Looking at this page never leads elsewhere, so nothing can go round."""
    now = timezone.now()
    standing = current_standing(request)
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if standing.is_settled:
        if request.method == "POST":  # sent twice, or from another window
            return redirect(_safe(request, wanted))
        return render(request, "legal/accept.html", {"standing": standing, "next": _safe(request, wanted)})
    through = standing.decided_on(now)
    form = AcceptanceForm(request.POST or None, at=through)
    if form.is_bound and form.is_valid():
        person = cast(AcceptsDocuments, request.user)
        accept_texts(person, form.texts, how=_occasion(request, standing), at=now, through=through)
        messages.success(request, _("Thank you. What you accepted is listed on your account page."))
        return redirect(_safe(request, wanted))
    remember_asking(request, standing)
    later = _safe(request, wanted) if wanted else ""
    context = {"form": form, "documents": form.shown_texts, "next": later, "standing": standing}
    return render(request, "legal/accept.html", context)


@never_cache
@acceptance_not_required
def refuse(request: HttpRequest) -> HttpResponse:
    """Write the refusal down, and show what follows from it."""
    now = timezone.now()
    standing = current_standing(request)
    if request.method != "POST" or standing.is_settled:
        return redirect("legal:accept")
    through = standing.decided_on(now)
    form = RefusalForm(request.POST, at=through)
    if not form.is_valid():
        messages.warning(
            request, _("The documents changed while you were reading. Please look again before you decide.")
        )
        return redirect("legal:accept")
    person = cast(AcceptsDocuments, request.user)
    refuse_texts(person, form.texts, how=_occasion(request, standing), at=now, through=through)
    return redirect("legal:refused")


@never_cache
@acceptance_not_required
def refused(request: HttpRequest) -> HttpResponse:
    """What is left to somebody who refused: take everything along, close the account, stay a while, or accept."""
    standing = current_standing(request)
    if not standing.refused:
        return redirect("legal:accept")
    return render(request, "legal/refused.html", {"standing": standing})


def _occasion(request: HttpRequest, standing: Standing) -> How:
    return How.SIGN_IN if asked_at_sign_in(request, standing) else How.INTERSTITIAL


def _safe(request: HttpRequest, wanted: str) -> str:
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else reverse("home")
