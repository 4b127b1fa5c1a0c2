"""What some topics ask beyond words: kept with the ticket as a few labelled answers, forgotten with it."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Right(models.TextChoices):
    """The rights of the GDPR, articles 15 to 22, in the order people ask for them."""

    ACCESS = "access", _("see what you hold about me (access)")
    ERASURE = "erasure", _("have it erased")
    RECTIFICATION = "rectification", _("have it corrected")
    PORTABILITY = "portability", _("take it elsewhere (portability)")
    OBJECTION = "objection", _("object to a use of it, or restrict it")
    ELSE = "else", _("something else")


LABELS = {
    "page": _("On which page"),
    "since": _("Since when"),
    "steps": _("How to see it"),
    "right": _("What is asked for"),
    "authority": _("Authority"),
    "reference": _("Reference"),
    "legal_basis": _("Legal basis"),
    "deadline": _("Answer asked for by"),
}


def shown(particulars: dict[str, str]) -> list[tuple[str, str]]:
    """Labels and answers, in the order of the forms."""
    rights = dict(Right.choices)
    return [
        (str(label), str(rights.get(value, value)) if name == "right" else value)
        for name, label in LABELS.items()
        if (value := particulars.get(name))
    ]


SAID = {
    "kind": _("Kind of mail"),
    "feedback_type": _("What is reported"),
    "sender": _("Reported by"),
    "user_agent": _("Written by the program"),
    "source_ip": _("Came from the Internet address"),
    "arrival_date": _("Arrived there"),
    "original_mail_from": _("Sent as"),
    "original_rcpt_to": _("Sent to"),
    "reported_domain": _("Domains"),
    "reported_uri": _("Web addresses"),
    "evidence_message": _("The message itself"),
    "message_id": _("Message-ID"),
    "evidence": _("What the message says"),
    "troubles": _("What was wrong with the mail"),
}
EVIDENCE = {"whole": _("attached, whole"), "headers": _("attached, its head only"), "none": _("not attached")}


def said_by(understood: dict[str, Any]) -> list[tuple[str, str]]:
    """What a mail was understood to say, labelled, without what it does not say. Lists stand one below the other."""
    return [
        (str(label), "\n".join(value) if isinstance(value, list) else str(EVIDENCE.get(value, value)))
        for name, label in SAID.items()
        if (value := understood.get(name))
    ]
