"""The contact page and the private page of a ticket: no account, no session, no script needed.

These forms are exempt from the CSRF cookie, on purpose. They do nothing in the name of whoever is
signed in: a report has no account, and the private page obeys the token in its address, which another
site cannot know. Their own signed stamp (`forms.Stamped`) shows that the page came from us, also to
somebody who refuses cookies; and the cookie's check would fail on the private page, as browsers send
`Origin: null` from a page with `Referrer-Policy: no-referrer`.
"""

import ipaddress
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from abuse import verbs
from abuse.forms import QuestionForm, RefusedFiles, ReplyForm, ReportForm, Stamped
from abuse.models import Refused, Ticket


@login_not_required
@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    return render(request, "abuse/contact.html")


# A form must not be cached: its stamp belongs to one visitor.
@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest) -> HttpResponse:
    return _receive(request, QuestionForm, verbs.file_question, "abuse/question.html")


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    return _receive(request, ReportForm, verbs.file_report, "abuse/report.html")


def _receive(
    request: HttpRequest, form_class: type[Stamped], verb: Callable[..., Ticket], template: str
) -> HttpResponse:
    if request.method != "POST":
        return render(request, template, {"form": form_class()})
    form, status = _read(request, form_class, key=_neighbourhood(request))
    if not form.is_valid():
        return render(request, template, {"form": form}, status=status)
    ticket = verb(language=get_language(), submission=form.submission, at=timezone.now(), **form.cleaned_data)
    return redirect(ticket.private_path() or "abuse:contact")


def _private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For pages whose address is a secret: kept by no cache, told to no other site, found by no search."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return login_not_required(csrf_exempt(never_cache(page)))


@_private
@require_safe
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    found = Ticket.objects.behind(token).first()
    return _ticket_page(request, found, ReplyForm(), token) if found else _no_ticket(request)


@_private
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, token: str) -> HttpResponse:
    found = Ticket.objects.behind(token).first()
    if found is None:
        return _no_ticket(request)
    if request.method != "POST":
        return redirect("abuse:ticket", token)
    form, status = _read(request, ReplyForm, key=f"ticket {found.pk}")
    if not form.is_valid():
        return _ticket_page(request, found, form, token, status=status)
    try:
        verbs.answer(found.pk, submission=form.submission, at=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        found.refresh_from_db()
        form.add_error(None, str(refusal))
        return _ticket_page(request, found, form, token, status=409)
    return redirect("abuse:ticket", token)


def _ticket_page(
    request: HttpRequest, found: Ticket, form: Stamped, token: str, status: int = 200
) -> HttpResponse:
    context = {
        "ticket": found,
        "token": token,
        "report": found.reports.select_related("terms__document").first(),
        "conversation": found.messages.with_reporter(),
        "late": Ticket.objects.overdue(timezone.now()).contains(found),
        "form": form,
    }
    return render(request, "abuse/ticket.html", context, status=status)


def _no_ticket(request: HttpRequest) -> HttpResponse:
    return render(request, "abuse/no_ticket.html", status=404)


def _read(request: HttpRequest, form_class: type[Stamped], *, key: str) -> tuple[Stamped, int]:
    """The form as it was sent, with what is wrong about the request as a whole, and the status to answer with."""
    files = RefusedFiles(request)
    request.upload_handlers = [files]
    form = form_class(request.POST)
    if files.met:
        form.add_error(
            None, _("Files cannot be sent here. Describe what they show, or say where they can be seen.")
        )
    if form.is_valid() and not ratelimit.consume(request, action="contact", key=key):
        form.add_error(
            None,
            _(
                "A lot was sent from your network lately. Your text is still here: please try again in an hour."
            ),
        )
        return form, 429
    return form, 200


def _neighbourhood(request: HttpRequest) -> str:
    """Where a request comes from, no finer than a limit needs: an address without its last part."""
    address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    network = ipaddress.ip_network((address.packed, 24 if address.version == 4 else 48), strict=False)
    return f"network {network}"
