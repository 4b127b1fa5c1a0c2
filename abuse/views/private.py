"""The private page of a ticket: it obeys whoever holds its address, and asks for no account."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from abuse import verbs
from abuse.cards import reporter_cards
from abuse.forms import BareReplyForm, ReplyForm, Stamped
from abuse.handing_out import hand_out
from abuse.links import confirms
from abuse.models import Refused, Ticket
from abuse.particulars import shown
from abuse.views.reading import read


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For pages whose address is a secret: kept by no cache, told to no other site, found by no search."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return login_not_required(csrf_exempt(never_cache(page)))


@private
@require_safe
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    found = Ticket.objects.behind(token).first()
    return ticket_page(request, found, reply_form(found)(), token) if found else no_ticket(request)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, token: str) -> HttpResponse:
    found = Ticket.objects.behind(token).first()
    if found is None:
        return no_ticket(request)
    if request.method != "POST":
        return redirect("abuse:ticket", token)
    form, status = read(request, reply_form(found), key=f"ticket {found.pk}")
    if not form.is_valid():
        return ticket_page(request, found, form, token, status=status)
    try:
        verbs.answer(found.pk, submission=form.submission, at=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        found.refresh_from_db()
        form.add_error(None, str(refusal))
        return ticket_page(request, found, form, token, status=409)
    return redirect("abuse:ticket", token)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str, code: str) -> HttpResponse:
    """Programs that read mail open every link: looking changes nothing, the button does."""
    found = Ticket.objects.behind(token).first()
    if found is None or not confirms(code, found.link_seed):
        return no_ticket(request)
    if request.method != "POST":
        together = Ticket.objects.sharing_receipt_with(found).filter(confirmed_at=None).order_by("pk")
        words = {"ticket": found, "numbers": [one.number for one in together] or [found.number]}
        return render(request, "abuse/confirm.html", {**words, "token": token, "code": code})
    verbs.confirm(found.pk, at=timezone.now())
    return redirect("abuse:ticket", token)


@private
@require_safe
def attachment(request: HttpRequest, token: str, key: UUID) -> HttpResponse:
    found = Ticket.objects.behind(token).first()
    file = found and found.attachments.of_reporter().filter(key=key, content__isnull=False).first()
    if not file:
        raise Http404
    return hand_out(file)


def reply_form(found: Ticket) -> type[BareReplyForm]:
    return BareReplyForm if found.child_abuse else ReplyForm


def ticket_page(
    request: HttpRequest, found: Ticket, form: Stamped, token: str, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "ticket": found,
        "token": token,
        "report": found.reports.select_related("terms__document").first(),
        "particulars": shown(found.particulars),
        "conversation": found.messages.with_reporter().select_related("caution", "mute"),
        "attachments": found.attachments.of_reporter().listed(),
        "late": Ticket.objects.overdue(timezone.now()).contains(found),
        "form": form,
        "cards": reporter_cards(found, token),
        **more,
    }
    return render(request, "abuse/ticket.html", context, status=status)


def no_ticket(request: HttpRequest) -> HttpResponse:
    return render(request, "abuse/no_ticket.html", status=404)
