"""The volunteers' desk for services: the catalogue, interruptions, maintenance, announcements. Everything goes through
a verb."""

from services.admin.announcing import AnnouncementAdmin
from services.admin.catalogue import ServiceAdmin
from services.admin.interruptions import OutageAdmin
from services.admin.maintenance import MaintenanceAdmin, RoutineAdmin
from services.admin.probing import ProbeAdmin

__all__ = [
    "AnnouncementAdmin",
    "MaintenanceAdmin",
    "OutageAdmin",
    "ProbeAdmin",
    "RoutineAdmin",
    "ServiceAdmin",
]
