"""Deciding a report at the desk."""

from typing import cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from abuse import verbs
from abuse.cards import card_of
from abuse.dossier import dossier_of
from abuse.forms import DecideForm
from abuse.models import Refused, State, Ticket
from accounts.models import User


def me(request: HttpRequest) -> User:
    """Nobody else gets through the door of the desk."""
    return cast(User, request.user)


class DecidingAdmin(admin.ModelAdmin):
    """The page on which a report is decided, with the statement as it will be read before it is sent."""

    def get_urls(self):
        door = path(
            "<int:ticket_id>/decide/",
            self.admin_site.admin_view(self.decide_view),
            name="abuse_ticket_decide",
        )
        return [door, *super().get_urls()]

    def decide_view(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        ticket = get_object_or_404(Ticket.objects.select_related("subject", "handler"), pk=ticket_id)
        here = reverse("admin:abuse_ticket_change", args=[ticket_id])
        if not ticket.is_report or (ticket.state != State.OPEN and not self._was_overtaken(request, ticket)):
            self.message_user(
                request, _("Only a report that is open can be decided. Take it first."), messages.WARNING
            )
            return redirect(here)
        if request.method != "POST":
            return self._deciding(
                request, ticket, DecideForm(initial={"seen": ticket.revision}, ticket=ticket)
            )
        form = DecideForm(request.POST, ticket=ticket)
        preview = ""
        if form.is_valid():
            try:
                if "send" in request.POST:
                    decision = verbs.decide(ticket_id, by=me(request), at=timezone.now(), **form.cleaned_data)
                    self.message_user(
                        request,
                        _("Decision %(number)s is taken.") % {"number": decision.number},
                        messages.SUCCESS,
                    )
                    return redirect(here)
                preview = self._preview(request, ticket_id, form)
            except Refused as refusal:
                ticket.refresh_from_db()
                form.look_again(ticket)
                form.add_error(None, str(refusal))
        return self._deciding(request, ticket, form, preview)

    def _was_overtaken(self, request: HttpRequest, ticket: Ticket) -> bool:
        """Somebody else was faster while this volunteer wrote, who gets back what they typed; not by a second press."""
        last = ticket.decisions.first()
        return request.method == "POST" and not (last and ticket.is_closed and last.by == request.user)

    def _preview(self, request: HttpRequest, ticket_id: int, form: DecideForm) -> str:
        """What the person concerned would read, in their language: decided in earnest, and taken back."""
        with transaction.atomic():
            now = timezone.now()
            decision = verbs.decide(ticket_id, by=me(request), at=now, **form.cleaned_data)
            language = decision.subject.language if decision.subject else decision.ticket.language
            with translation.override(language):
                page = render_to_string("abuse/statement.html", card_of(decision, now))
            transaction.set_rollback(True)
        return page

    def _deciding(
        self, request: HttpRequest, ticket: Ticket, form: DecideForm, preview: str = ""
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Decide ticket %(number)s") % {"number": ticket.number},
            "ticket": ticket,
            "report": ticket.reports.select_related("terms").first(),
            "dossier": dossier_of(ticket, timezone.now()),
            "form": form,
            "preview": preview,
        }
        status = 409 if form.non_field_errors() else 200
        return TemplateResponse(request, "admin/abuse/ticket/deciding.html", context, status=status)
