"""Opening a ticket at the desk: what volunteers found themselves, or were told otherwise than through the portal."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from abuse import verbs
from abuse.admin.deciding import me
from abuse.forms import OpenForm
from abuse.models import Refused


class OpeningAdmin(admin.ModelAdmin):
    def get_urls(self):
        door = path("open/", self.admin_site.admin_view(self.open_view), name="abuse_ticket_open")
        return [door, *super().get_urls()]

    def open_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = OpenForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                ticket = verbs.open_ticket(by=me(request), at=timezone.now(), **form.given())
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                sentence = _("Ticket %(number)s is open, and yours.") % {"number": ticket.number}
                self.message_user(request, sentence, messages.SUCCESS)
                return redirect("admin:abuse_ticket_change", ticket.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Open a ticket"),
            "form": form,
        }
        status = 409 if form.non_field_errors() else 200
        return TemplateResponse(request, "admin/abuse/ticket/opening.html", context, status=status)
