"""Tickets: what people write to the host, by whom it is looked after, and how it ended."""

from abuse.models.attachments import Attachment, Kind
from abuse.models.messages import Message, Side
from abuse.models.proofs import SpentProof
from abuse.models.reports import Report, Source
from abuse.models.states import AT_THE_DESK, ROAD, IllegalMove, Overtaken, Refused, State
from abuse.models.tickets import Ticket, TicketQuerySet, answer_within
from abuse.models.topics import OUTCOMES, REPORTED, TRIAGE, Law, Outcome, Topic

__all__ = [
    "AT_THE_DESK",
    "OUTCOMES",
    "REPORTED",
    "ROAD",
    "TRIAGE",
    "Attachment",
    "IllegalMove",
    "Kind",
    "Law",
    "Message",
    "Outcome",
    "Overtaken",
    "Refused",
    "Report",
    "Side",
    "Source",
    "SpentProof",
    "State",
    "Ticket",
    "TicketQuerySet",
    "Topic",
    "answer_within",
]
