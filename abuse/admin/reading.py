"""What a volunteer reads of a ticket before deciding."""

from typing import Any

from django.utils import timezone

from abuse.dossier import dossier_of
from abuse.models import Preset, Ticket
from legal.models import Clause


def what_is_known(ticket: Ticket) -> dict[str, Any]:
    reports = list(ticket.reports.select_related("terms__document"))
    report = reports[0] if reports else None
    return {
        "ticket": ticket,
        "reports": reports,
        "clause": report
        and report.terms
        and Clause.objects.of(report.terms).filter(ref=report.clause_ref).first(),
        "conversation": ticket.messages.select_related("by", "caution", "mute"),
        "notes": ticket.notes.select_related("by"),
        "dossier": dossier_of(ticket, timezone.now()),
        "related": Ticket.objects.related_to(ticket)[:10],
        "presets": [
            (preset.name, preset.text_in(ticket.language))
            for preset in Preset.objects.for_topic(ticket.topic)
        ],
    }
