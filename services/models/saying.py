"""What rows say in two languages."""

from django.db import models
from django.utils.translation import get_language


def said(row: models.Model, field: str, language: str | None = None) -> str:
    """Return what `row` says in `language` (the active one by default), or in the other one rather than nothing."""
    first, second = ("en", "fr") if (language or get_language() or "").startswith("en") else ("fr", "en")
    return getattr(row, f"{field}_{first}") or getattr(row, f"{field}_{second}")
