"""What volunteers keep for themselves: notes, who is looking, texts they use often, what they put aside together."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from abuse.models.topics import TRIAGE, Outcome, Topic

STILL_LOOKING = timedelta(minutes=5)
UNDOABLE_FOR = timedelta(days=30)
"""As long as the words of unwanted messages are kept, at the least; then a sweep is forgotten."""


class Note(models.Model):
    """A remark among volunteers, on no page of anybody else. Its words are never rewritten, only forgotten (null)."""

    ticket = models.ForeignKey("abuse.Ticket", models.PROTECT, related_name="notes", verbose_name=_("ticket"))
    body = models.TextField(_("note"), null=True)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        default_permissions: ClassVar[Any] = ["view"]
        ordering: ClassVar[Any] = ["at", "pk"]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(condition=~Q(body=""), name="abuse_note_has_words"),
        ]

    def __str__(self) -> str:
        return self.ticket.number


class GlanceQuerySet(models.QuerySet["Glance"]):
    def fresh(self, at: datetime) -> Self:
        return self.filter(at__gt=at - STILL_LOOKING)

    def past(self, at: datetime) -> Self:
        return self.filter(at__lte=at - STILL_LOOKING)


class Glance(models.Model):
    """A volunteer has a ticket before their eyes, or had it minutes ago."""

    ticket = models.ForeignKey("abuse.Ticket", models.CASCADE, related_name="glances")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    objects = GlanceQuerySet.as_manager()

    class Meta:
        default_permissions: ClassVar[Any] = []
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(fields=["ticket", "by"], name="abuse_glance_once_each"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.by_id}"


class PresetQuerySet(models.QuerySet["Preset"]):
    def for_topic(self, topic: str) -> Self:
        return self.filter(topic__in=["", topic])


class Preset(models.Model):
    """A text volunteers send often, in every language people write to us in."""

    name = models.CharField(
        _("name"), max_length=80, unique=True, help_text=_("For the volunteers: what it is for.")
    )
    topic = models.CharField(
        _("topic"),
        max_length=20,
        choices=Topic.choices,
        blank=True,
        help_text=_("Offered for tickets of this topic only. Empty: for all."),
    )
    text_fr = models.TextField(_("text in French"))
    text_en = models.TextField(_("text in English"))

    objects = PresetQuerySet.as_manager()

    class Meta:
        verbose_name = _("preset")
        verbose_name_plural = _("presets")
        ordering: ClassVar[Any] = ["name"]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=~Q(text_fr="") & ~Q(text_en=""), name="abuse_preset_in_both_languages"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def text_in(self, language: str) -> str:
        return self.text_en if language == "en" else self.text_fr


class SweepQuerySet(models.QuerySet["Sweep"]):
    def undoable(self, at: datetime) -> Self:
        """Of which something can still be made new, with how many tickets (`left`), latest first."""
        lately = self.filter(undone_at=None, at__gt=at - UNDOABLE_FOR, at__lte=at).order_by("-at")
        left = Count("tickets", filter=still_undoable("tickets__", since=F("at")), distinct=True)
        return lately.annotate(left=left).filter(left__gt=0)


def still_undoable(path: str = "", *, since: F | datetime) -> Q:
    """Of the tickets of a sweep: nobody took it up since, its words are there, and its end was told to nobody.

    Whoever repeated what was decided since knows the outcome, and may have contested it: that one is reopened instead.
    """
    return Q(**{f"{path}forgotten_at": None}) & (
        Q(**{f"{path}duplicate_of": None})
        | Q(**{f"{path}duplicate_of__closed_at": None})
        | Q(**{f"{path}duplicate_of__closed_at__lt": since})
    )


class Sweep(models.Model):
    """Tickets put aside together, so that it can be undone together."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    undone_at = models.DateTimeField(null=True)

    objects = SweepQuerySet.as_manager()

    class Meta:
        default_permissions: ClassVar[Any] = []
        constraints: ClassVar[Any] = [
            models.CheckConstraint(condition=Q(outcome__in=sorted(TRIAGE)), name="abuse_sweep_is_triage"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.outcome}"

    @property
    def undoable_until(self) -> datetime:
        kept_for = timedelta(days=settings.DESK_FORGETS_SPAM_AFTER_DAYS)
        return self.at + (min(UNDOABLE_FOR, kept_for) if self.outcome == Outcome.SPAM else UNDOABLE_FOR)
