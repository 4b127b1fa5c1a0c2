"""Whoever often sends manifestly unfounded reports: cautioned first, then muted for a time (Article 23 of the DSA).

They are known by the address they give, and nothing else: a keyed hash of it, so that no list of them can be read.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

CAUTION_COUNTS_FOR = timedelta(days=365)
LONGEST_MUTE = timedelta(days=184)
FURTHER = 2
"""Reports found manifestly unfounded after the caution, from which on their sender may be muted."""


def marks_of(address: str) -> list[str]:
    """What an address is known by: under the key of today, and under those that came before."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [
        salted_hmac("abuse.muting", address.lower(), secret=key, algorithm="sha256").hexdigest()
        for key in keys
    ]


class Unmuted(models.TextChoices):
    """Why a mute ended before its time."""

    APPEAL = "appeal", _("after an appeal")
    DESK = "desk", _("the desk took it back")


class CautionQuerySet(models.QuerySet["Caution"]):
    def given_to(self, *addresses: str) -> Self:
        return self.filter(mark__in=[mark for address in addresses for mark in marks_of(address)])

    def counting(self, at: datetime) -> Self:
        return self.filter(withdrawn_at=None, at__lte=at, at__gt=at - CAUTION_COUNTS_FOR)

    def to_forget(self, at: datetime) -> Self:
        """They count no longer, and no mute that holds rests on them."""
        needed = Mute.objects.in_force(at).values("caution")
        return self.filter(at__lte=at - CAUTION_COUNTS_FOR).exclude(mark=None).exclude(pk__in=needed)


class Caution(models.Model):
    """Somebody was told that their reports are unfounded, and what may follow. The words are those of `message`."""

    ticket = models.ForeignKey("abuse.Ticket", models.PROTECT, related_name="cautions")
    decision = models.ForeignKey("abuse.Decision", models.PROTECT, related_name="cautions")
    message = models.OneToOneField("abuse.Message", models.PROTECT, related_name="caution")
    mark = models.CharField(max_length=64, null=True, editable=False)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    objects = CautionQuerySet.as_manager()

    class Meta:
        verbose_name = _("caution")
        verbose_name_plural = _("cautions")
        default_permissions: ClassVar[Any] = []
        indexes: ClassVar[Any] = [
            models.Index("mark", condition=Q(mark__isnull=False), name="abuse_caution_mark")
        ]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("at")),
                name="abuse_caution_withdrawn_after_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.at:%Y-%m-%d}"


class MuteQuerySet(models.QuerySet["Mute"]):
    def of(self, *addresses: str) -> Self:
        return self.filter(mark__in=[mark for address in addresses for mark in marks_of(address)])

    def in_force(self, at: datetime) -> Self:
        """Whether or not the clock ticks."""
        return self.filter(lifted_at=None, at__lte=at, ends_at__gt=at)

    def to_forget(self, at: datetime) -> Self:
        return self.filter(Q(ends_at__lte=at) | Q(lifted_at__isnull=False)).exclude(mark=None)


class Mute(models.Model):
    """For a time, reports of abuse from one address are kept and not examined. The words are those of `message`.

    A trigger refuses one without an earlier caution of the same address, and a report found unfounded after it.
    """

    ticket = models.ForeignKey("abuse.Ticket", models.PROTECT, related_name="mutes")
    caution = models.ForeignKey(Caution, models.PROTECT, related_name="mutes")
    decision = models.ForeignKey("abuse.Decision", models.PROTECT, related_name="mutes")
    message = models.OneToOneField("abuse.Message", models.PROTECT, related_name="mute")
    mark = models.CharField(max_length=64, null=True, editable=False)
    at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True)
    lifted_because = models.CharField(max_length=10, choices=Unmuted.choices, blank=True)

    objects = MuteQuerySet.as_manager()

    class Meta:
        verbose_name = _("mute")
        verbose_name_plural = _("mutes")
        default_permissions: ClassVar[Any] = []
        indexes: ClassVar[Any] = [
            models.Index("mark", condition=Q(mark__isnull=False), name="abuse_mute_mark")
        ]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("at")) & Q(ends_at__lte=F("at") + LONGEST_MUTE),
                name="abuse_mute_for_a_time",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_because="")
                | (Q(lifted_at__isnull=False, lifted_at__gte=F("at")) & ~Q(lifted_because="")),
                name="abuse_mute_lifted_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.ends_at:%Y-%m-%d}"
