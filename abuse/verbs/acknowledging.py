"""What follows once a message was taken in: whom it names, a receipt to its sender, a word to the desk.

None of it is waited for by whoever sent the form. The ticket says that it is still to be done (`acknowledged_at`), so
nothing is lost when a worker dies, and many messages that come at once are one letter to the desk.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from abuse.matching import whom_and_what
from abuse.models import Report, Source, State, Ticket
from abuse.models.queue import answer_within
from abuse.verbs.muting import set_aside_if_muted
from outbox.models import Priority
from outbox.verbs import Addressed, Recipient, can_be_written_to, post, post_each

log = logging.getLogger(__name__)

AT_ONCE = 50


def acknowledge_waiting(at: datetime) -> int:
    """Acknowledge what came in; how many messages. Each batch is a transaction; several workers share the work.

    A message that cannot be acknowledged, by a fault of ours, holds up no other: the log names it, and it stays.
    """
    done = last = 0
    while batch := _acknowledge_some(at, after=last):
        last, acknowledged = batch
        done += acknowledged
    return done


@transaction.atomic
def _acknowledge_some(at: datetime, *, after: int) -> tuple[int, int] | None:
    """The last number that was looked at, and how many were acknowledged; None when nothing is left."""
    waiting = Ticket.objects.unacknowledged().filter(pk__gt=after).order_by("pk")
    numbers = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:AT_ONCE])
    if not numbers:
        return None
    done = _together(numbers, at)
    _tell_the_desk([ticket for ticket in done if not ticket.is_closed and not ticket.handler_id])
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in done]).update(acknowledged_at=at)
    return numbers[-1], len(done)


def _together(numbers: Sequence[int], at: datetime) -> list[Ticket]:
    """Those that could be followed up: all at once, else each by itself."""
    try:
        return _follow_up(numbers, at)
    except OperationalError:  # the database is away: that is nobody's message
        raise
    except Exception:
        if len(numbers) == 1:
            log.exception("Ticket %s could not be acknowledged; it is tried again.", numbers[0])
            return []
        log.warning(
            "%s messages could not be acknowledged together; now each by itself.", len(numbers), exc_info=True
        )
    return [ticket for number in numbers for ticket in _together([number], at)]


@transaction.atomic
def _follow_up(numbers: Sequence[int], at: datetime) -> list[Ticket]:
    tickets = list(Ticket.objects.filter(pk__in=numbers).order_by("pk").prefetch_related("reports"))
    for ticket in tickets:
        _see_whom_it_names(ticket)
        if ticket.state == State.NEW:
            set_aside_if_muted(ticket, at=at)
    # What was closed meanwhile, by the desk or by itself, had its own letter, or none on purpose.
    _send_receipts([ticket for ticket in tickets if not ticket.is_closed])
    return tickets


def acknowledge(ticket: Ticket) -> None:
    """The receipt and the word to the desk at once, for what is filed where nobody waits."""
    _send_receipts([ticket])
    _tell_the_desk([ticket])
    ticket.acknowledged_at = ticket.opened_at
    ticket.save(update_fields=["acknowledged_at"])


def _see_whom_it_names(ticket: Ticket) -> None:
    """A hint for the desk, which may have been faster."""
    report = next(iter(ticket.reports.all()), None)
    if report is None or report.source != Source.FORM or ticket.subject_id or ticket.service_id:
        return
    ticket.subject, ticket.service = whom_and_what(report.where or "")
    if ticket.subject or ticket.service:
        ticket.save(update_fields=["subject", "service"])


def _send_receipts(tickets: Sequence[Ticket]) -> None:
    """At most one a day to an address, and without the text: anybody may type anybody's address into the form."""
    letters = []
    for ticket in tickets:
        if not can_be_written_to(ticket.reporter_email):
            continue
        path = ticket.path_in_letters()
        address = salted_hmac("abuse.receipt", ticket.reporter_email.lower(), algorithm="sha256").hexdigest()
        recipient = Recipient(
            ticket.reporter_email,
            f"abuse_receipt:{address[:32]}:{ticket.opened_at:%Y-%m-%d}",
            ticket.language,
        )
        words = {
            "ticket": ticket,
            "answer_by": ticket.opened_at + answer_within(),
            "link": path and settings.SITE_URL + path,
        }
        letters.append(Addressed(recipient, words))
    if letters:
        post_each("abuse_receipt", letters, priority=Priority.NORMAL)


def _tell_the_desk(tickets: Sequence[Ticket]) -> None:
    """One letter, however many came in since the last: without their words, too."""
    to = settings.HOST["email"]
    if not to or not tickets:
        return
    first = tickets[0]
    several = len(tickets) > 1
    place = reverse("admin:abuse_ticket_changelist")
    if not several:
        place = reverse("admin:abuse_ticket_change", args=[first.pk])
    words: dict[str, Any] = {
        "link": settings.SITE_URL + place,
        "answer_by": first.opened_at + answer_within(),
    }
    if several:
        words |= {"tickets": tickets}
    else:
        words |= {"ticket": first, "clause_ref": _cited(first)}
    post(
        "abuse_desk_several" if several else "abuse_desk_new",
        to=to,
        key=f"abuse_desk_new:{first.pk}",
        language=settings.LANGUAGE_CODE,
        context=words,
    )


def _cited(ticket: Ticket) -> str:
    report: Report | None = next(iter(ticket.reports.all()), None)
    return report.clause_ref if report else ""
