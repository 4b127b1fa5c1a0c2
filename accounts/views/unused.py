"""The page behind the link in a letter to somebody who was not seen for long."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts import verbs
from accounts.holdings import what_goes


@never_cache
@login_not_required
def keep(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a click: programs that open the links of letters must not keep, or lose, anybody's account."""
    try:
        if request.method == "POST":
            link = verbs.keep_by_letter(token, at=timezone.now())
            if link.person and link.notice:
                return render(request, "accounts/kept.html", {"was_disabled": link.person.disabled_at})
        else:
            link = verbs.read_keep_link(token)
    except verbs.LinkUseless:
        return render(request, "accounts/keep_link_useless.html", status=404)
    if link.person is None:
        return render(request, "accounts/closed.html", status=410)
    if link.notice is None:
        return render(request, "accounts/kept.html", {"already": True})
    context = {"notice": link.notice, "disabled": link.person.disabled_at, "goes": what_goes()}
    return render(request, "accounts/keep_unused.html", context)
