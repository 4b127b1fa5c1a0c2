"""Tickets: what people write to the host, by whom it is looked after, and how it ended."""

from abuse.models.attachments import Attachment, Kind
from abuse.models.desk import STILL_LOOKING, Glance, Note, Preset, Sweep
from abuse.models.messages import Message, Party, Side
from abuse.models.proofs import SpentProof
from abuse.models.reports import Report, Source
from abuse.models.states import (
    AT_THE_DESK,
    ROAD,
    IllegalMove,
    Move,
    Overtaken,
    Refused,
    State,
    next_state,
)
from abuse.models.tickets import Ticket, TicketQuerySet, answer_within
from abuse.models.topics import OUTCOMES, REPORTED, TRIAGE, Law, Outcome, Topic

__all__ = [
    "AT_THE_DESK",
    "OUTCOMES",
    "REPORTED",
    "ROAD",
    "STILL_LOOKING",
    "TRIAGE",
    "Attachment",
    "Glance",
    "IllegalMove",
    "Kind",
    "Law",
    "Message",
    "Move",
    "Note",
    "Outcome",
    "Overtaken",
    "Party",
    "Preset",
    "Refused",
    "Report",
    "Side",
    "Source",
    "SpentProof",
    "State",
    "Sweep",
    "Ticket",
    "TicketQuerySet",
    "Topic",
    "answer_within",
    "next_state",
]
