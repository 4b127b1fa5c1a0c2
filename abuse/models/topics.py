"""What a ticket is about, and how it can end."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    QUESTION = "question", _("question")
    BUG = "bug", _("bug in a service")
    ABUSE = "abuse", _("abuse")
    ILLEGAL = "illegal", _("illegal content")
    SECURITY = "security", _("security vulnerability")
    PERSONAL_DATA = "personal_data", _("personal data request")
    AUTHORITY = "authority", _("authority request")
    OTHER = "other", _("other")


# What names somebody or something else than the writer: it begins with a report, and ends with a decision.
REPORTED = (Topic.ABUSE, Topic.ILLEGAL)


class Outcome(models.TextChoices):
    ANSWERED = "answered", _("answered")
    VIOLATION = "violation", _("the Terms were broken")
    NO_VIOLATION = "no_violation", _("the Terms were not broken")
    REFERRED = "referred", _("passed on to those it concerns")
    DUPLICATE = "duplicate", _("already reported")
    SPAM = "spam", _("unwanted message")
    MUTED = "muted", _("not examined: its sender is muted")


TRIAGE = {Outcome.DUPLICATE, Outcome.SPAM}
# MUTED is no outcome anybody chooses: what a muted address reports comes to it by itself (`verbs.set_aside_if_muted`).
JUDGED = {Outcome.VIOLATION, Outcome.NO_VIOLATION}
"""What only a decision with its reasons may find (`verbs.decide`)."""
OUTCOMES: dict[Topic, set[Outcome]] = {
    topic: {Outcome.VIOLATION, Outcome.NO_VIOLATION, Outcome.REFERRED, *TRIAGE}
    if topic in REPORTED
    else {Outcome.ANSWERED, Outcome.REFERRED, *TRIAGE}
    for topic in Topic
}


class Law(models.TextChoices):
    """What kind of law is said to be broken, in words people use."""

    HATE = "hate", _("hatred or discrimination")
    THREAT = "threat", _("threats, harassment, incitement to violence")
    TERROR = "terror", _("terrorism")
    CHILD = "child", _("sexual abuse of children")
    INTIMATE = "intimate", _("intimate pictures published without consent")
    PRIVACY = "privacy", _("somebody’s private life or personal data")
    FRAUD = "fraud", _("fraud, phishing, identity theft")
    MALWARE = "malware", _("malicious software")
    COPYRIGHT = "copyright", _("copyright or trademark")
    GOODS = "goods", _("sale of forbidden goods")
    ELSE = "else", _("something else")
