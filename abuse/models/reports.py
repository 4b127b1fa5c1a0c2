"""Reports: notices of abuse, kept as they were given."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from abuse.models.topics import Law
from abuse.places import Place, places


class Source(models.TextChoices):
    FORM = "form", _("contact page")
    MAIL = "mail", _("mail")
    OWN = "own", _("our own watch")
    TELEPHONE = "telephone", _("telephone")
    POST = "post", _("post")
    ELSE = "else", pgettext_lazy("source", "in person, or otherwise")


# Whoever fills in the form on the contact page says so in as many words; nobody else is asked to.
IN_GOOD_FAITH = (Source.FORM,)


class Report(models.Model):
    """A notice of abuse as it was given. A trigger refuses every change, but that its words are forgotten (null)."""

    ticket = models.ForeignKey(
        "abuse.Ticket", models.PROTECT, related_name="reports", verbose_name=_("ticket")
    )
    what = models.TextField(_("what happened"), null=True)
    where = models.TextField(_("where"), null=True)
    terms = models.ForeignKey(
        "legal.Version",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("version of the Terms"),
    )
    clause_ref = models.CharField(_("clause"), max_length=60, blank=True)
    law = models.CharField(_("law"), max_length=10, choices=Law.choices, blank=True)
    good_faith = models.BooleanField(_("stated in good faith"))
    source = models.CharField(_("came by"), max_length=10, choices=Source.choices, default=Source.FORM)
    understood = models.JSONField(_("what a mail was understood to say"), null=True, blank=True)
    submission = models.CharField(max_length=64, unique=True, null=True, editable=False)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        default_permissions: ClassVar[Any] = ["view"]
        ordering: ClassVar[Any] = ["pk"]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(condition=Q(source__in=Source.values), name="abuse_report_known_source"),
            models.CheckConstraint(
                condition=Q(law="") | Q(law__in=Law.values), name="abuse_report_known_law"
            ),
            models.CheckConstraint(
                condition=Q(good_faith=True) | ~Q(source__in=IN_GOOD_FAITH), name="abuse_report_in_good_faith"
            ),
            models.CheckConstraint(condition=~Q(what="") & ~Q(where=""), name="abuse_report_has_words"),
            models.CheckConstraint(
                condition=Q(terms=None, clause_ref="") | (Q(terms__isnull=False) & ~Q(clause_ref="")),
                name="abuse_report_clause_of_a_version",
            ),
        ]

    def __str__(self) -> str:
        return self.ticket.number

    @property
    def places(self) -> list[Place]:
        return places(self.where)
