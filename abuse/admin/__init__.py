"""The volunteers' desk for tickets: a queue, and one page per ticket from which every verb is reached."""

from abuse.admin.presets import PresetAdmin
from abuse.admin.second_look import AppealAdmin, SanctionAdmin
from abuse.admin.ticket import TicketAdmin

__all__ = ["AppealAdmin", "PresetAdmin", "SanctionAdmin", "TicketAdmin"]
