"""What the host told everybody."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from services.models.interruptions import Outage
from services.models.saying import said


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def published(self, at: dt.datetime) -> Self:
        return self.filter(published_at__lte=at)


class Announcement(models.Model):
    """Something the host told everybody, on the front page."""

    title_fr = models.CharField(_("title in French"), max_length=160, blank=True)
    title_en = models.CharField(_("title in English"), max_length=160, blank=True)
    text_fr = models.TextField(_("text in French"), blank=True, max_length=4000)
    text_en = models.TextField(_("text in English"), blank=True, max_length=4000)
    published_at = models.DateTimeField(_("published"))
    outage = models.ForeignKey(
        Outage,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="announcements",
        verbose_name=_("interruption"),
    )

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[Any] = ["-published_at", "-pk"]
        indexes: ClassVar[Any] = [models.Index(fields=["-published_at"], name="announcement_newest_first")]
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=~(Q(title_fr="") & Q(title_en="")),
                name="announcement_has_a_title",
                violation_error_message=_("Give the announcement a title, in at least one language."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("services:announcement", args=[self.pk])

    @property
    def url(self) -> str:
        return self.get_absolute_url()

    @property
    def title(self) -> str:
        return said(self, "title")

    @property
    def text(self) -> str:
        return said(self, "text")
