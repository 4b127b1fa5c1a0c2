"""What the host told everybody."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from services.models.catalogue import Service
from services.models.interruptions import Outage
from services.models.maintenance import Maintenance
from services.models.saying import said


class Kind(models.TextChoices):
    WORD = "word", _("news")
    BEGIN = "begin", _("begin of an interruption")
    UPDATE = "update", _("update")
    END = "end", _("end")
    PLANNED = "planned", _("planned maintenance")
    REMINDER = "reminder", _("reminder")
    POST_MORTEM = "post_mortem", _("what happened, looking back")


ONCE = (Kind.BEGIN, Kind.END, Kind.PLANNED, Kind.REMINDER)


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def published(self, at: dt.datetime) -> Self:
        return self.filter(published_at__lte=at)

    def public(self) -> Self:
        """Those about no service in particular, or about one that is talked about."""
        outages = Outage.objects.talked_about().filter(pk=models.OuterRef("outage"))
        maintenance = Maintenance.objects.public().filter(pk=models.OuterRef("maintenance"))
        return self.filter(
            Q(outage=None) | models.Exists(outages), Q(maintenance=None) | models.Exists(maintenance)
        )

    def naming_all(self) -> Self:
        """Those that name what is interrupted; an end, and a look back, name what everybody knew already."""
        return self.exclude(kind__in=[Kind.END, Kind.POST_MORTEM])

    def told(self, at: dt.datetime) -> Self:
        """What lists and feeds show: published, public, and not a repetition that only its own thread keeps."""
        return self.published(at).public().filter(loud=True)


class Announcement(models.Model):
    """Something the host told everybody: on the front page, and by every channel if it is `loud`.

    Those of one interruption or one maintenance form a thread: the first one is the `thread` of the others.
    """

    title_fr = models.CharField(_("title in French"), max_length=160, blank=True)
    title_en = models.CharField(_("title in English"), max_length=160, blank=True)
    text_fr = models.TextField(_("text in French"), blank=True, max_length=4000)
    text_en = models.TextField(_("text in English"), blank=True, max_length=4000)
    published_at = models.DateTimeField(_("published"))
    reworded_at = models.DateTimeField(_("reworded"), null=True, blank=True, editable=False)
    outage = models.ForeignKey(
        Outage,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="announcements",
        verbose_name=_("interruption"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.WORD)
    maintenance = models.ForeignKey(
        Maintenance,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="announcements",
        verbose_name=_("maintenance"),
    )
    thread = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followers", editable=False
    )
    loud = models.BooleanField(_("told by every channel"), default=True)
    # Which of several of its kind: how long before, and of which edition of the plan.
    mark = models.CharField(max_length=20, blank=True, editable=False)

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
            # However many clocks and volunteers: an interruption begins and ends once for the public.
            models.UniqueConstraint(
                fields=["outage", "kind"],
                condition=Q(outage__isnull=False, kind__in=ONCE),
                name="announced_once_of_an_outage",
            ),
            models.UniqueConstraint(
                fields=["maintenance", "kind", "mark"],
                condition=Q(maintenance__isnull=False, kind__in=ONCE),
                name="announced_once_of_a_maintenance",
            ),
            models.CheckConstraint(
                condition=Q(outage=None) | Q(maintenance=None),
                name="announcement_about_one_thing",
                violation_error_message=_("An announcement is about one thing: choose one of the two."),
            ),
            models.CheckConstraint(
                condition=Q(thread=None) | ~Q(thread=models.F("id")), name="announcement_follows_another"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("services:announcement", args=[self.pk])

    def about(self) -> list[Service]:
        """The services it concerns; none, when it is about the host."""
        if self.outage:
            with_it = self.outage.consequences.select_related("service")
            return [self.outage.service, *(one.service for one in with_it)]
        return list(self.maintenance.services.all()) if self.maintenance else []

    @property
    def root_id(self) -> int:
        """The number by which every channel knows the thread."""
        return self.thread_id or self.pk

    @property
    def url(self) -> str:
        return self.get_absolute_url()

    @property
    def changed_at(self) -> dt.datetime:
        return self.reworded_at or self.published_at

    @property
    def title(self) -> str:
        return said(self, "title")

    @property
    def text(self) -> str:
        return said(self, "text")
