"""The desk's doors to people: their accounts, how they leave, and what happens to those nobody uses."""

from accounts.admin import leaving, notices, people, runs

__all__ = ["leaving", "notices", "people", "runs"]
