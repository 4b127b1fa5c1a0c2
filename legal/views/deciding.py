"""Asking a signed-in person to decide on the documents in force."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from legal.forms import AcceptanceForm
from legal.gate import acceptance_not_required
from legal.models import How
from legal.verbs import accept as accept_texts


@never_cache
@acceptance_not_required
def accept(request: HttpRequest) -> HttpResponse:
    """Ask a signed-in person for the documents in force; then go where they were going."""
    now = timezone.now()
    form = AcceptanceForm(request.POST or None, at=now)
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if form.is_bound and form.is_valid():
        accept_texts(request.user, form.texts, how=How.INTERSTITIAL, at=now)
        messages.success(request, _("Thank you. What you accepted is listed on your account page."))
        safe = url_has_allowed_host_and_scheme(
            wanted, {request.get_host()}, require_https=request.is_secure()
        )
        return redirect(wanted if safe else reverse("home"))
    return render(request, "legal/accept.html", {"form": form, "documents": form.shown_texts, "next": wanted})
