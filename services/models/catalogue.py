"""What the host offers."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from services.models.saying import said


class Group(models.TextChoices):
    OPEN = "open", _("open to everybody")
    MEMBERS = "members", _("for members")
    INTERNAL = "internal", _("for the host itself")


class ServiceQuerySet(models.QuerySet["Service"]):
    def listed(self) -> Self:
        return self.filter(listed=True)

    def documented(self) -> Self:
        """Those that name their licence and where their source code is (clause C5)."""
        return self.exclude(licence="").exclude(source_url="")

    def with_interruption(self, at: dt.datetime) -> Self:
        """Add `interrupted_since`: the start of the outage open at `at`, or None."""
        from services.models.interruptions import Outage  # which know their service

        here = Outage.objects.open(at).filter(service=models.OuterRef("pk"))
        return self.annotate(interrupted_since=models.Subquery(here.values("started_at")[:1]))


class Service(models.Model):
    """One thing people use at this host: its files, its forge, its mail."""

    slug = models.SlugField(_("short name in addresses"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    purpose_fr = models.CharField(_("what it is for, in French"), max_length=200, blank=True)
    purpose_en = models.CharField(_("what it is for, in English"), max_length=200, blank=True)
    url = models.URLField(_("address"), blank=True)
    group = models.CharField(_("who may use it"), max_length=10, choices=Group, default=Group.MEMBERS)
    software = models.CharField(_("software"), max_length=80, blank=True)
    licence = models.CharField(
        _("licence of the software"),
        max_length=40,
        blank=True,
        help_text=_("Its SPDX name, for example AGPL-3.0."),
    )
    source_url = models.URLField(
        _("source code"),
        blank=True,
        help_text=_("Where anybody can read the code of the version that runs here."),
    )
    position = models.PositiveSmallIntegerField(_("place in the list"), default=100)
    listed = models.BooleanField(_("shown on the front page"), default=True)

    interrupted_since: dt.datetime | None  # from `with_interruption(at)`
    state: str  # both from `standing.shown`
    state_sentence: str

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[Any] = ["position", "name"]
        verbose_name = _("service")
        verbose_name_plural = _("services")
        constraints: ClassVar[Any] = [
            models.CheckConstraint(condition=~Q(name=""), name="service_has_a_name"),
            models.CheckConstraint(
                condition=~(Q(purpose_fr="") & Q(purpose_en="")),
                name="service_says_what_it_is_for",
                violation_error_message=_("Say what the service is for, in at least one language."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def purpose(self) -> str:
        return said(self, "purpose")
