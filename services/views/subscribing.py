"""The pages of those who want letters about the services. No account: the link in their letters is the key."""

import ipaddress

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from services import verbs
from services.forms import ChoiceForm, SubscribeForm
from services.models import Subscriber


@login_not_required
@csrf_exempt  # Anybody may type any address here: what it is worth is decided by the letter that follows.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    initial = {
        "about": "some" if request.GET.get("service") else "all",
        "services": request.GET.getlist("service"),
    }
    form = SubscribeForm(request.POST or None, initial=initial)
    if not form.is_valid():
        return render(request, "services/subscribe.html", {"form": form}, status=422 if form.errors else 200)
    if not ratelimit.consume(request, action="subscribe", key=_network(request)):
        form.add_error(None, _("Many have subscribed from your network lately. Please try again in an hour."))
        return render(request, "services/subscribe.html", {"form": form}, status=429)
    verbs.ask_to_subscribe(**form.cleaned_data, language=get_language() or "", at=timezone.now())
    # The same page whoever was written to, or not: nobody learns here who has subscribed.
    return render(request, "services/subscribe_sent.html", {"email": form.cleaned_data["email"]})


def _network(request: HttpRequest) -> str:
    """The network of the visitor: the first three quarters of an IPv4 address, the first three groups of an IPv6."""
    address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    return str(ipaddress.ip_network((address.packed, 24 if address.version == 4 else 48), strict=False))


@login_not_required
@csrf_exempt  # The token is the proof; it comes from a letter, often into a browser without our cookie.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A button, because mail programs open every link to look at it."""
    try:
        wish = verbs.read_wish(token)
        if request.method != "POST":
            return _private(render(request, "services/subscription_confirm.html", {"wish": wish}))
        subscriber = verbs.subscribe(token, at=timezone.now())
    except BadSignature:
        return render(request, "services/subscription_stale.html", status=410)
    messages.success(request, _("Done: we write to you from now on. This page is yours, keep its address."))
    return redirect(subscriber)


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: HttpRequest, token: str) -> HttpResponse:
    """What a subscriber hears of, to be changed or ended."""
    subscriber = Subscriber.objects.filter(token=token).first()
    if subscriber is None:
        return render(request, "services/subscription_gone.html", status=410)
    initial = {
        "about": "all" if subscriber.everything else "some",
        "services": [service.slug for service in subscriber.services.all()],
        "language": subscriber.language,
    }
    form = ChoiceForm(request.POST or None, initial=initial)
    if form.is_valid():
        verbs.choose(token, **form.cleaned_data)
        messages.success(request, _("Your choice is noted."))
        return redirect(subscriber)
    context = {"form": form, "subscriber": subscriber}
    return _private(
        render(request, "services/subscription.html", context, status=422 if form.errors else 200)
    )


@login_not_required
@csrf_exempt  # RFC 8058: the mail program posts here, without cookies
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """One click in the mail program, or one on this page. Twice is no error, and nothing redirects."""
    if request.method == "POST":
        verbs.leave(token, at=timezone.now())
        return render(request, "services/subscription_gone.html")
    known = Subscriber.objects.filter(token=token).exists()
    page = "services/subscription_leave.html" if known else "services/subscription_gone.html"
    return _private(render(request, page, {"token": token}))


def _private(response: HttpResponse) -> HttpResponse:
    """Its address is a secret: no other site is told where the visitor came from, no search engine keeps it."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
