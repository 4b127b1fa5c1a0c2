"""One line of the journal: a verb, the thing it was done to, and by whom."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    """In what capacity somebody acted."""

    PERSON = "person", _("person")
    DESK = "desk", _("desk")
    CLOCK = "clock", _("clock")
    OPERATOR = "operator", _("operator")
    STRANGER = "stranger", _("stranger")


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, thing: models.Model) -> Self:
        return self.filter(about_type=thing._meta.label_lower, about_id=str(thing.pk))

    def of(self, verb: str) -> Self:
        return self.filter(verb=verb)

    def between(self, start: datetime, end: datetime) -> Self:
        """From `start`, up to and without `end`."""
        return self.filter(at__gte=start, at__lt=end)


class Entry(models.Model):
    """Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE.

    `actor_id` is no foreign key: an account that is erased leaves its number here and nothing else,
    and the line need not change.
    """

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    verb = models.CharField(_("what was done"), max_length=60)
    about_type = models.CharField(_("to what kind of thing"), max_length=60, blank=True)
    about_id = models.CharField(_("which one"), max_length=40, blank=True)
    actor_id = models.BigIntegerField(_("account number"), null=True, blank=True)
    role = models.CharField(_("in the role of"), max_length=10, choices=Role.choices)
    details = models.JSONField(_("details"), default=dict, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("journal", "entry")
        verbose_name_plural = pgettext_lazy("journal", "entries")
        ordering: ClassVar[Any] = ["-at", "-id"]
        indexes: ClassVar[Any] = [
            models.Index(fields=["about_type", "about_id", "-at"], name="journal_entry_about"),
            models.Index(fields=["verb", "-at"], name="journal_entry_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.about_type} {self.about_id}".strip()
