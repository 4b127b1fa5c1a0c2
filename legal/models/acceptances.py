"""Who accepted which text, or refused it."""

import hashlib
import hmac
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from legal.models.documents import Text, Version


class AcceptsDocuments(models.Model):
    """What the gate needs to know of a person, on the row every signed-in request loads anyway."""

    accepted_through = models.DateTimeField(
        _("accepted through"),
        null=True,
        editable=False,
        help_text=_("Everything that took or takes effect up to this date was accepted."),
    )
    refused_through = models.DateTimeField(
        _("refused through"),
        null=True,
        editable=False,
        help_text=_("The date of effect of what this person refused and has not accepted since."),
    )

    class Meta:
        abstract = True


class How(models.TextChoices):
    """On which occasion somebody decided."""

    SIGN_UP = "sign-up", _("at sign-up")
    SIGN_IN = "sign-in", _("at sign-in")
    INTERSTITIAL = "interstitial", _("when the portal asked")
    IMPORT = "import", _("imported from an earlier system")


class Decision(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")


class AcceptanceQuerySet(models.QuerySet["Acceptance"]):
    def by(self, person: models.Model) -> Self:
        return self.filter(person=person).select_related("text__version__document").order_by("-at", "id")

    def of_version(self, version: Version) -> Self:
        """Acceptances of this version or of a later one of the same document."""
        return self.filter(
            decision=Decision.ACCEPTED,
            text__version__document=version.document_id,
            text__version__number__gte=version.number,
        )


class Acceptance(models.Model):
    """Evidence: this person saw this text and decided. No address, no browser, nothing else.

    Append-only: a trigger lets `person` become null when the account is erased, and nothing more.
    `person_hash` then still tells two people apart without naming either.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="acceptances",
        verbose_name=_("person"),
    )
    person_hash = models.CharField(_("pseudonym"), max_length=64)
    text = models.ForeignKey(Text, models.PROTECT, related_name="acceptances", verbose_name=_("text"))
    sha256 = models.CharField(_("SHA-256 of the text shown"), max_length=64)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices)
    how = models.CharField(_("occasion"), max_length=12, choices=How.choices)
    at = models.DateTimeField(_("when"))

    objects = AcceptanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        ordering: ClassVar[Any] = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.person_hash[:8]} {self.decision} {self.text_id}"


def pseudonym(person: models.Model) -> str:
    """A stable name for `person` that only the holder of SECRET_KEY could tie to the account."""
    identity: Any = person.sub if hasattr(person, "sub") else person.pk
    return hmac.new(settings.SECRET_KEY.encode(), f"legal:{identity}".encode(), hashlib.sha256).hexdigest()
