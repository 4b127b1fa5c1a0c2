"""Files of a ticket, for the volunteers who may see it."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from abuse.handing_out import hand_out
from abuse.models import Attachment, Ticket
from abuse.particulars import said_by, shown


def handed_in(ticket: Ticket) -> dict[str, Any]:
    """What came with the words of a ticket, for its page."""
    mails = ticket.reports.filter(understood__isnull=False)
    return {
        "attachments": ticket.attachments.listed().select_related("message", "appeal"),
        "particulars": shown(ticket.particulars),
        "mails": [(report, said_by(report.understood or {})) for report in mails],
    }


class FilesAdmin(admin.ModelAdmin):
    """Adds the address of each file to the desk of tickets."""

    def get_urls(self):
        door = path(
            "<int:ticket_id>/files/<uuid:key>/",
            self.admin_site.admin_view(self.file_view),
            name="abuse_ticket_file",
        )
        return [door, *super().get_urls()]

    def file_view(self, request: HttpRequest, ticket_id: int, key: UUID) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return hand_out(get_object_or_404(Attachment, ticket=ticket_id, key=key, content__isnull=False))
