"""What the host offers, how it is looked at, when it was interrupted, and what was announced about it."""

from services.models.announcing import Announcement, Kind
from services.models.catalogue import (
    Dependency,
    Group,
    InstallType,
    ProviderType,
    Registration,
    Seen,
    ServerType,
    Service,
    State,
)
from services.models.interruptions import Correction, Finder, Outage
from services.models.maintenance import Maintenance, Rhythm, Routine
from services.models.probing import HttpVersion, Probe, Protocol, RecordType, Security
from services.models.saying import said
from services.models.subscribing import Subscriber, Telling
from services.models.watching import DayFigure, Gap, Judgement, Outcome, Reason, Sample, Watch

__all__ = [
    "Announcement",
    "Correction",
    "DayFigure",
    "Dependency",
    "Finder",
    "Gap",
    "Group",
    "HttpVersion",
    "InstallType",
    "Judgement",
    "Kind",
    "Maintenance",
    "Outage",
    "Outcome",
    "Probe",
    "Protocol",
    "ProviderType",
    "Reason",
    "RecordType",
    "Registration",
    "Rhythm",
    "Routine",
    "Sample",
    "Security",
    "Seen",
    "ServerType",
    "Service",
    "State",
    "Subscriber",
    "Telling",
    "Watch",
    "said",
]
