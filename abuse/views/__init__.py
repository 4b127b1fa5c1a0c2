"""The contact page, the private page of a ticket, and that of the person it is about."""

from abuse.views import concerned, contact, private

__all__ = ["concerned", "contact", "private"]
