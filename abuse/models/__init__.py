"""Tickets: what people write to the host, by whom it is looked after, and how it ended."""

from abuse.models.messages import Message, Side
from abuse.models.reports import Report
from abuse.models.states import AT_THE_DESK, ROAD, IllegalMove, Overtaken, Refused, State
from abuse.models.tickets import Ticket, TicketQuerySet, answer_within
from abuse.models.topics import OUTCOMES, TRIAGE, Outcome, Topic

__all__ = [
    "AT_THE_DESK",
    "OUTCOMES",
    "ROAD",
    "TRIAGE",
    "IllegalMove",
    "Message",
    "Outcome",
    "Overtaken",
    "Refused",
    "Report",
    "Side",
    "State",
    "Ticket",
    "TicketQuerySet",
    "Topic",
    "answer_within",
]
