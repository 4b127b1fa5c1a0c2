"""A decision as one of its sides sees it on a page: the statement, where each measure stands, their own appeal."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from abuse.forms import AppealForm, BareAppealForm, Stamped, WithdrawForm
from abuse.models import Appellant, Decision, Ruling, Ticket
from abuse.statement import statement_of

Refused = tuple[int, Stamped]
"""The decision whose appeal was refused, and the form as it was sent."""


def card_of(decision: Decision, at: datetime, *, reporters: Ticket | None = None) -> dict[str, Any]:
    """What the person concerned sees of it; or, with their ticket, one of those who reported it."""
    side = Appellant.REPORTER if reporters else Appellant.SUBJECT
    appeals = list(decision.appeals.all())
    own_ticket = reporters.pk if reporters else decision.ticket_id
    mine = next((filed for filed in appeals if filed.side == side and filed.ticket_id == own_ticket), None)
    overturned = any(filed.outcome == Ruling.OVERTURNED for filed in appeals)
    return {
        "decision": decision,
        "statement": statement_of(decision),
        "sanctions": list(decision.sanctions.with_standing(at)),
        "appeal": mine,
        "overturned": overturned,
        "deleted": any(sanction.executed_at for sanction in decision.sanctions.all()),
        "may_appeal": mine is None
        and not overturned
        and at <= decision.appeal_until
        and (decision.is_violation or side == Appellant.REPORTER)
        and decision.ticket.forgotten_at is None,
    }


def appeal_form(ticket: Ticket) -> type[Stamped]:
    return BareAppealForm if ticket.child_abuse else AppealForm


def with_forms(
    card: dict[str, Any], appeal_url: str, withdraw_url: str, refused: Refused | None
) -> dict[str, Any]:
    """The card with the way to contest; a form that was refused comes back filled in."""
    pk = card["decision"].pk
    return card | {
        "form": refused[1]
        if refused and refused[0] == pk
        else appeal_form(card["decision"].ticket)(auto_id=f"id_appeal{pk}_%s"),
        "withdrawal": WithdrawForm(auto_id=f"id_withdraw{pk}_%s"),
        "appeal_url": appeal_url,
        "withdraw_url": withdraw_url,
    }


def reporter_cards(ticket: Ticket, token: str, refused: Refused | None = None) -> list[dict[str, Any]]:
    """What was decided about a report, for the private page of whoever wrote it."""
    now = timezone.now()
    return [
        with_forms(
            card_of(decision, now, reporters=ticket),
            reverse("abuse:ticket-appeal", args=[token, decision.pk]),
            reverse("abuse:ticket-withdraw", args=[token, decision.pk]),
            refused,
        )
        for decision in Decision.objects.told_to(ticket).with_all()
    ]
