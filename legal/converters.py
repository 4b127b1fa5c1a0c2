"""Dates and fingerprints in addresses."""

from datetime import date


class DayConverter:
    """A calendar day, `2026-03-02`."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        return str(value)


class Sha256Converter:
    """A SHA-256, in either case."""

    regex = "[0-9a-fA-F]{64}"

    def to_python(self, value: str) -> str:
        return value.lower()

    def to_url(self, value: str) -> str:
        return value
