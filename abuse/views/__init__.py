"""The contact page, and the private page of a ticket."""

from abuse.views import contact, private

__all__ = ["contact", "private"]
