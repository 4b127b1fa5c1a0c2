"""The way out: a copy of one's data, and closing the account. Open to whoever did not accept the documents, too."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import verbs
from accounts.forms import AtOnceForm
from accounts.holdings import holdings, what_goes
from accounts.models import Export, Refused
from accounts.views.account import AuthedRequest
from legal.gate import acceptance_not_required


@acceptance_not_required
@never_cache
@reauthentication_required(allow_get=True)
def export(request: AuthedRequest) -> HttpResponse:
    """Ask for a copy, see how far it is, find it again."""
    now = timezone.now()
    if request.method == "POST":
        try:
            verbs.ask_for_export(request.user.pk, at=now)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        return redirect("accounts:export")
    last = Export.objects.of(request.user).first()
    context = {
        "last": last,
        "ready": Export.objects.of(request.user).ready(now).first(),
        "may_ask": last is None or last.asked_at <= now - verbs.PAUSE,
        "late": last and last.done_at is None and last.asked_at <= now - verbs.CLAIM,
        "holdings": holdings(),
        "keep_days": settings.ACCOUNT_EXPORT_KEEP_DAYS,
    }
    return render(request, "accounts/export.html", context)


@acceptance_not_required
@never_cache
@reauthentication_required
def fetch(request: AuthedRequest, key: UUID) -> HttpResponse:
    """Hand out a copy to its owner and to nobody else, for as long as it lasts."""
    now = timezone.now()
    found = Export.objects.ready(now).filter(person=request.user, key=key).first()
    if found is None or found.content is None:
        return render(request, "accounts/export_gone.html", status=410)
    name = f"{slugify(settings.HOST['name'])}-{timezone.localdate(found.asked_at):%Y-%m-%d}.zip"
    return HttpResponse(
        bytes(found.content),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@acceptance_not_required
@never_cache
@reauthentication_required(allow_get=True)
def close(request: AuthedRequest) -> HttpResponse:
    """Say what goes and what stays, then close; while the account is closing, offer to keep it."""
    if request.method == "POST":
        try:
            verbs.ask_to_close(request.user.pk, at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("accounts:close")
    page = "accounts/closing.html" if request.user.closes_at else "accounts/close.html"
    context = {"goes": what_goes(), "closing_days": settings.ACCOUNT_CLOSING_DAYS}
    return render(request, page, context)


@acceptance_not_required
@never_cache
@reauthentication_required
def close_at_once(request: AuthedRequest) -> HttpResponse:
    """Erase the account now, once its address was typed."""
    form = AtOnceForm(request.POST or None, address=request.user.email)
    if form.is_bound and form.is_valid():
        try:
            verbs.close_at_once(request.user.pk, at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("accounts:close")
        logout(request)
        return redirect("accounts:closed")
    return render(request, "accounts/close_at_once.html", {"form": form, "goes": what_goes()})


@acceptance_not_required
@never_cache
@require_POST
def keep(request: AuthedRequest) -> HttpResponse:
    """Change one's mind. It needs no password: nothing is lost by staying."""
    try:
        verbs.keep_account(request.user.pk, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("accounts:closed")
    messages.success(request, _("Your account stays, with everything that was in it."))
    return redirect("accounts:account")


@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/closed.html")
