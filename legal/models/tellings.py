"""Writing to everybody about a version."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from legal.models.documents import Version


class TellingQuerySet(models.QuerySet["Telling"]):
    def under_way(self) -> Self:
        return self.filter(done_at=None)


class Telling(models.Model):
    """Everybody is being written to about a version; this is how far it has come.

    It stays under way until the version takes effect, for the sake of those who join meanwhile.
    """

    version = models.OneToOneField(Version, models.PROTECT, related_name="telling", verbose_name=_("version"))
    told_through_id = models.BigIntegerField(_("told up to account"), default=0)
    letters = models.PositiveIntegerField(_("letters written"), default=0)
    done_at = models.DateTimeField(_("done"), null=True)

    objects = TellingQuerySet.as_manager()

    class Meta:
        verbose_name = _("telling")
        verbose_name_plural = _("tellings")

    def __str__(self) -> str:
        return f"{self.version}: {self.letters}"
