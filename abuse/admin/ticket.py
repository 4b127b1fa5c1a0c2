"""One ticket: a page to read it, from which every verb is reached."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from abuse import verbs
from abuse.admin.files import FilesAdmin, handed_in
from abuse.admin.queue import QueueAdmin
from abuse.forms import AnswerForm, CloseForm, DeskForm, ReopenForm, TakeForm
from abuse.models import Refused, State, Ticket
from legal.models import Clause


@admin.register(Ticket)
class TicketAdmin(FilesAdmin, QueueAdmin):
    def get_urls(self):
        doors = [
            path(f"<int:ticket_id>/{verb}/", self.admin_site.admin_view(view), name=f"abuse_ticket_{verb}")
            for verb, view in [
                ("take", self.take_view),
                ("answer", self.answer_view),
                ("close", self.close_view),
                ("reopen", self.reopen_view),
            ]
        ]
        return [*doors, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Read a ticket. Nothing is edited here: the forms on the page go to the verbs' own addresses."""
        if not self.has_view_permission(request) or request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        ticket = self.get_object(request, unquote(object_id))
        if ticket is None:
            raise Http404
        return self._page(request, ticket)

    def take_view(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        return self._act(request, ticket_id, verbs.take, TakeForm, _("Ticket %(number)s is yours."))

    def answer_view(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        return self._act(request, ticket_id, verbs.answer, AnswerForm, _("Ticket %(number)s was answered."))

    def close_view(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        return self._act(request, ticket_id, verbs.close, CloseForm, _("Ticket %(number)s is closed."))

    def reopen_view(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        return self._act(request, ticket_id, verbs.reopen, ReopenForm, _("Ticket %(number)s is open again."))

    def _act(
        self,
        request: HttpRequest,
        ticket_id: int,
        verb: Callable[..., Ticket],
        form_class: type[DeskForm],
        done: Any,
    ) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        ticket = get_object_or_404(self.get_queryset(request), pk=ticket_id)
        here = reverse("admin:abuse_ticket_change", args=[ticket_id])
        if request.method != "POST":
            return redirect(here)
        form = form_class(request.POST, ticket=ticket)
        if form.is_valid():
            try:
                verb(ticket_id, by=request.user, at=timezone.now(), **form.cleaned_data)
            except Refused as refusal:
                ticket = self.get_queryset(request).get(pk=ticket_id)
                form.look_again(ticket)
                form.add_error(None, str(refusal))
            else:
                self.message_user(request, done % {"number": ticket.number}, messages.SUCCESS)
                return redirect(here)
        return self._page(request, ticket, refused=form)

    def _possible(self, request: HttpRequest, ticket: Ticket) -> list[type[DeskForm]]:
        if not self.has_change_permission(request) or ticket.forgotten_at:
            return []
        match State(ticket.state):
            case State.NEW:
                return [TakeForm, CloseForm]
            case State.CLOSED:
                return [ReopenForm]
        others = ticket.handler != request.user
        return [TakeForm, AnswerForm, CloseForm] if others else [AnswerForm, CloseForm]

    def _page(self, request: HttpRequest, ticket: Ticket, refused: DeskForm | None = None) -> HttpResponse:
        """The ticket with the forms its state allows; one that was refused comes back filled in."""
        report = ticket.reports.select_related("terms").first()
        forms: dict[str, DeskForm] = {}
        for form_class in self._possible(request, ticket):
            mine = refused if isinstance(refused, form_class) else None
            forms[form_class.verb] = mine or form_class(initial={"seen": ticket.revision}, ticket=ticket)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Ticket %(number)s") % {"number": ticket.number},
            "ticket": ticket,
            "report": report,
            "clause": report
            and report.terms
            and Clause.objects.of(report.terms).filter(ref=report.clause_ref).first(),
            "conversation": ticket.messages.select_related("by"),
            **handed_in(ticket),
            "forms": forms,
            "refused": refused if refused and refused.verb not in forms else None,
        }
        status = 409 if refused and refused.non_field_errors() else 200
        return TemplateResponse(request, "admin/abuse/ticket/ticket.html", context, status=status)
