"""Tickets: what people write to the host, by whom it is looked after, and how it ended."""

from abuse.models.appeals import Appeal, Appellant, Ruling
from abuse.models.attachments import Attachment, Kind
from abuse.models.decisions import APPEAL_WITHIN, Category, Decision, Ground, Hearing, LearnedFrom, Silence
from abuse.models.desk import STILL_LOOKING, UNDOABLE_FOR, Glance, Note, Preset, Sweep, still_undoable
from abuse.models.messages import Message, Party, Side
from abuse.models.muting import (
    CAUTION_COUNTS_FOR,
    FURTHER,
    LONGEST_MUTE,
    Caution,
    Mute,
    Unmuted,
    marks_of,
)
from abuse.models.proofs import SpentProof
from abuse.models.queue import TicketQuerySet, answer_within
from abuse.models.reports import Report, Source
from abuse.models.sanctions import ALONE_AFTER, Lifted, Sanction, SanctionKind, Standing, WithoutNotice
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
from abuse.models.tickets import Ticket
from abuse.models.topics import JUDGED, OUTCOMES, REPORTED, TRIAGE, Law, Outcome, Topic

__all__ = [
    "ALONE_AFTER",
    "APPEAL_WITHIN",
    "AT_THE_DESK",
    "CAUTION_COUNTS_FOR",
    "FURTHER",
    "JUDGED",
    "LONGEST_MUTE",
    "OUTCOMES",
    "REPORTED",
    "ROAD",
    "STILL_LOOKING",
    "TRIAGE",
    "UNDOABLE_FOR",
    "Appeal",
    "Appellant",
    "Attachment",
    "Category",
    "Caution",
    "Decision",
    "Glance",
    "Ground",
    "Hearing",
    "IllegalMove",
    "Kind",
    "Law",
    "LearnedFrom",
    "Lifted",
    "Message",
    "Move",
    "Mute",
    "Note",
    "Outcome",
    "Overtaken",
    "Party",
    "Preset",
    "Refused",
    "Report",
    "Ruling",
    "Sanction",
    "SanctionKind",
    "Side",
    "Silence",
    "Source",
    "SpentProof",
    "Standing",
    "State",
    "Sweep",
    "Ticket",
    "TicketQuerySet",
    "Topic",
    "Unmuted",
    "WithoutNotice",
    "answer_within",
    "marks_of",
    "next_state",
    "still_undoable",
]
