"""What a ticket is about, and how it can end."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    QUESTION = "question", _("question")
    ABUSE = "abuse", _("abuse")


class Outcome(models.TextChoices):
    ANSWERED = "answered", _("answered")
    VIOLATION = "violation", _("the Terms were broken")
    NO_VIOLATION = "no_violation", _("the Terms were not broken")
    REFERRED = "referred", _("passed on to those it concerns")
    DUPLICATE = "duplicate", _("already reported")
    SPAM = "spam", _("unwanted message")


TRIAGE = {Outcome.DUPLICATE, Outcome.SPAM}
OUTCOMES: dict[Topic, set[Outcome]] = {
    Topic.QUESTION: {Outcome.ANSWERED, Outcome.REFERRED, *TRIAGE},
    Topic.ABUSE: {Outcome.VIOLATION, Outcome.NO_VIOLATION, Outcome.REFERRED, *TRIAGE},
}
