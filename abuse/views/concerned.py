"""The pages of the person a ticket is about, and the appeals of either side.

They are reached in two ways: by a private link, which asks for no account (and obeys the rules of `views`), and from
one's own account. Both stay open to somebody who is suspended, or has not accepted the documents.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from abuse import verbs
from abuse.cards import appeal_form, card_of, reporter_cards, with_forms
from abuse.forms import BareSubjectReplyForm, MeasuredFiles, Stamped, SubjectReplyForm, WithdrawForm
from abuse.forms.sending import no_files_here
from abuse.handing_out import hand_out
from abuse.models import Appeal, Appellant, Decision, Hearing, Refused, Sanction, SanctionKind, Ticket
from abuse.statement import statement_of
from abuse.views import private, reading
from accounts.models import User
from legal.gate import acceptance_not_required

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Door:
    """By which way somebody came in, and so where its pages are and how its forms are read."""

    prefix: str
    key: str | int

    def __call__(self, name: str, *more: Any) -> str:
        return reverse(self.prefix + name, args=[self.key, *more])

    @property
    def is_private_link(self) -> bool:
        return self.prefix.startswith("abuse:")

    def read(self, request: HttpRequest, form_class: type[Stamped], *, key: str) -> tuple[Stamped, int]:
        if self.is_private_link:
            return reading.read(request, form_class, key=key)
        files = request.FILES  # the request is read now, if it was not before
        refusals = [
            words for handler in request.upload_handlers for words in getattr(handler, "refusals", ())
        ]
        if files and not reading.takes_files(form_class):
            refusals.append(no_files_here())
        return reading.judge(request, form_class(request.POST, files), refusals, key=key)


# ── The two ways in ───────────────────────────────────────────────────────────────────────────────


def _by_link(view: View) -> View:
    """The hearing behind a token."""

    @private.private
    def page(request: HttpRequest, token: str, **more: Any) -> HttpResponse:
        hearing = Hearing.objects.behind(token).first()
        if hearing is None:
            return private.no_ticket(request)
        return view(request, hearing, Door("abuse:concerned-", token), **more)

    return page


def _by_account(view: View) -> View:
    """The hearing of a ticket about whoever is signed in; of anybody else's there is nothing."""

    @csrf_protect
    def checked(request: HttpRequest, ticket_id: int, **more: Any) -> HttpResponse:
        hearing = get_object_or_404(Hearing.objects.of(cast(User, request.user)), ticket=ticket_id)
        return view(request, hearing, Door("decisions:", ticket_id), **more)

    # Django looks for its token in the form as soon as a request arrives: how much is read is said before that.
    @acceptance_not_required
    @never_cache
    @csrf_exempt
    def page(request: HttpRequest, **more: Any) -> HttpResponse:
        request.upload_handlers = [MeasuredFiles(request)]
        return checked(request, **more)

    return page


@acceptance_not_required
@never_cache
@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """Everything the desk asked or decided about whoever is signed in."""
    hearings = Hearing.objects.of(cast(User, request.user)).order_by("-opened_at")
    now = timezone.now()
    measures = Sanction.objects.of(cast(User, request.user)).exclude(kind=SanctionKind.WARNING)
    context = {
        "hearings": hearings.prefetch_related("ticket__decisions__appeals"),
        "in_force": measures.in_force(now).exists(),
        "announced": measures.announced(now).exists(),
    }
    return render(request, "abuse/decisions.html", context)


# ── What is done there ────────────────────────────────────────────────────────────────────────────


@require_safe
def _page(request: HttpRequest, hearing: Hearing, door: Door) -> HttpResponse:
    return _show(request, hearing, door)


@require_http_methods(["GET", "HEAD", "POST"])
def _reply(request: HttpRequest, hearing: Hearing, door: Door) -> HttpResponse:
    if request.method != "POST":
        return redirect(door("page"))
    form, status = door.read(request, _reply_form(hearing), key=f"hearing {hearing.pk}")
    if form.is_valid():
        try:
            verbs.answer_as_subject(
                hearing.ticket_id, submission=form.submission, at=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            return redirect(door("page"))
    return _show(request, hearing, door, reply=form, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def _appeal(request: HttpRequest, hearing: Hearing, door: Door, decision_id: int) -> HttpResponse:
    decision = get_object_or_404(hearing.ticket.decisions, pk=decision_id)
    if request.method != "POST":
        return redirect(door("page"))
    form, status = appeal_from(request, decision, Appellant.SUBJECT, read=door.read)
    if form is None:
        return redirect(door("page"))
    return _show(request, hearing, door, appeal=(decision.pk, form), status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def _withdraw(request: HttpRequest, hearing: Hearing, door: Door, decision_id: int) -> HttpResponse:
    filed = Appeal.objects.filter(
        decision=decision_id, decision__ticket=hearing.ticket_id, side=Appellant.SUBJECT
    ).first()
    if filed is None:
        raise Http404
    if request.method == "POST":
        withdraw_from(request, filed, read=door.read)
    return redirect(door("page"))


@require_safe
def _attachment(request: HttpRequest, hearing: Hearing, door: Door, key: UUID) -> HttpResponse:
    """A file the person concerned sent themselves; those of the other side are not theirs to see."""
    theirs = hearing.ticket.attachments.of_subject()
    return hand_out(get_object_or_404(theirs, key=key, content__isnull=False))


@require_safe
def _statement(request: HttpRequest, hearing: Hearing, door: Door, decision_id: int) -> HttpResponse:
    """The statement of reasons as a file, in the words of the DSA's schema."""
    decision = get_object_or_404(Decision.objects.with_all(), pk=decision_id, ticket=hearing.ticket_id)
    if not decision.is_violation or decision.facts is None or decision.is_secret:
        raise Http404
    name = f"{decision.number}.json"
    return JsonResponse(
        statement_of(decision).in_dsa_words(),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# Each page twice: by link, by account.
concerned, my_decision = _by_link(_page), _by_account(_page)
concerned_reply, my_reply = _by_link(_reply), _by_account(_reply)
concerned_appeal, my_appeal = _by_link(_appeal), _by_account(_appeal)
concerned_withdraw, my_withdraw = _by_link(_withdraw), _by_account(_withdraw)
concerned_file, my_file = _by_link(_attachment), _by_account(_attachment)
concerned_statement, my_statement = _by_link(_statement), _by_account(_statement)


# ── Appeals of whoever reported it ────────────────────────────────────────────────────────────────


@private.private
@require_http_methods(["GET", "HEAD", "POST"])
def reporter_appeal(request: HttpRequest, token: str, decision_id: int) -> HttpResponse:
    ticket = Ticket.objects.behind(token).first()
    decision = Decision.objects.told_to(ticket).filter(pk=decision_id).first() if ticket else None
    if ticket is None or decision is None:
        return private.no_ticket(request)
    if request.method != "POST":
        return redirect("abuse:ticket", token)
    form, status = appeal_from(request, decision, Appellant.REPORTER, read=reading.read, ticket_id=ticket.pk)
    if form is None:
        return redirect("abuse:ticket", token)
    return private.ticket_page(
        request,
        ticket,
        private.reply_form(ticket)(),
        token,
        status=status,
        cards=reporter_cards(ticket, token, (decision.pk, form)),
    )


@private.private
@require_http_methods(["GET", "HEAD", "POST"])
def reporter_withdraw(request: HttpRequest, token: str, decision_id: int) -> HttpResponse:
    ticket = Ticket.objects.behind(token).first()
    filed = Appeal.objects.filter(decision=decision_id, side=Appellant.REPORTER, ticket=ticket).first()
    if filed is None:
        return private.no_ticket(request)
    if request.method == "POST":
        withdraw_from(request, filed, read=reading.read)
    return redirect("abuse:ticket", token)


# ── How it is done ────────────────────────────────────────────────────────────────────────────────


def appeal_from(
    request: HttpRequest,
    decision: Decision,
    side: Appellant,
    *,
    read: Callable[..., tuple[Stamped, int]],
    ticket_id: int | None = None,
) -> tuple[Stamped | None, int]:
    """File the appeal that was sent; or the form, with what is wrong about it."""
    form, status = read(request, appeal_form(decision.ticket), key=f"appeal {decision.pk} {side}")
    if not form.is_valid():
        return form, status
    try:
        verbs.appeal(decision.pk, side=side, at=timezone.now(), ticket_id=ticket_id, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return form, 409
    return None, 302


def withdraw_from(request: HttpRequest, filed: Appeal, *, read: Callable[..., tuple[Stamped, int]]) -> None:
    form, _status = read(request, WithdrawForm, key=f"appeal {filed.decision_id} {filed.side}")
    if form.is_valid():
        try:
            verbs.withdraw_appeal(filed.pk, at=timezone.now())
        except Refused:
            pass  # it was settled meanwhile, and the page that follows shows the answer


def _reply_form(hearing: Hearing) -> type[Stamped]:
    return BareSubjectReplyForm if hearing.ticket.child_abuse else SubjectReplyForm


def _show(
    request: HttpRequest,
    hearing: Hearing,
    door: Door,
    *,
    reply: Stamped | None = None,
    appeal: tuple[int, Stamped] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    ticket = hearing.ticket
    cards = [
        with_forms(card_of(decision, now), door("appeal", decision.pk), door("withdraw", decision.pk), appeal)
        | {"statement_url": door("statement", decision.pk)}
        for decision in ticket.decisions.with_all()
        if decision.is_violation or hearing.opened_at <= decision.at
    ]
    context = {
        "ticket": ticket,
        "hearing": hearing,
        "door": door,
        # The private link needs no cookie: its token says who came (see `views`).
        "csrf": "" if door.is_private_link else get_token(request),
        "reply_url": door("reply"),
        "cards": cards,
        "conversation": ticket.messages.with_subject(),
        "attachments": [
            (file, door("file", file.key)) for file in ticket.attachments.of_subject().listed() if file.name
        ],
        "reply": reply or _reply_form(hearing)(),
    }
    return render(request, "abuse/concerned.html", context, status=status)
