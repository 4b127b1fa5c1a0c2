"""The volunteers' desk for tickets: a queue, and one page per ticket from which every verb is reached."""

from abuse.admin.ticket import TicketAdmin

__all__ = ["TicketAdmin"]
