"""The desk's doors to people: their accounts, how they leave, and what happens to those nobody uses."""

from accounts.admin import inactivity, leaving, people

__all__ = ["inactivity", "leaving", "people"]
