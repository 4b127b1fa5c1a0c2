"""Who asked to be written to, and how far writing to them has come."""

from secrets import token_urlsafe
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from services.models.announcing import Announcement
from services.models.catalogue import Service


def make_token() -> str:
    return token_urlsafe(24)


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def of(self, address: str) -> Self:
        return self.annotate(_lower=Lower("email")).filter(_lower=address.lower())

    def of_services(self, service_ids: list[int]) -> Self:
        """Those who want to hear of any of these; without any, those who want to hear of everything."""
        chosen = Subscriber.services.through.objects.filter(
            subscriber=models.OuterRef("pk"), service__in=service_ids
        )
        return self.filter(Q(everything=True) | models.Exists(chosen))


class Subscriber(models.Model):
    """An address whose owner asked, and confirmed, to be written to. There is no row before that, and none after."""

    email = models.EmailField(_("e-mail address"), max_length=254)
    language = models.CharField(_("language"), max_length=10)
    everything = models.BooleanField(_("all services"), default=True)
    services = models.ManyToManyField(
        Service, blank=True, related_name="subscribers", verbose_name=_("services")
    )
    # In every letter to them: whoever has it can leave, or choose other services. It opens nothing else.
    token = models.CharField(max_length=40, unique=True, default=make_token, editable=False)
    subscribed_at = models.DateTimeField(_("subscribed"))
    refused_letters = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        verbose_name=_("refused letters"),
        help_text=_("Numbers of the letters that lately did not arrive: some of them end the subscription."),
    )
    refused_at = models.DateTimeField(_("last refused"), null=True, blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(Lower("email"), name="subscriber_once_an_address"),
            models.CheckConstraint(condition=~Q(token=""), name="subscriber_has_a_token"),
            models.CheckConstraint(
                condition=Q(refused_letters=[], refused_at=None)
                | (~Q(refused_letters=[]) & Q(refused_at__isnull=False)),
                name="subscriber_refusals_have_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("services:subscription", args=[self.token])

    @property
    def leave_url(self) -> str:
        return settings.SITE_URL + reverse("services:leave", args=[self.token])


class TellingQuerySet(models.QuerySet["Telling"]):
    def under_way(self) -> Self:
        return self.filter(done_at=None)


class Telling(models.Model):
    """Writing to all subscribers about one announcement, as far as it has got."""

    announcement = models.OneToOneField(Announcement, models.PROTECT, related_name="telling")
    began_at = models.DateTimeField()
    told_through_id = models.BigIntegerField(default=0)
    letters = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    objects = TellingQuerySet.as_manager()

    class Meta:
        verbose_name = _("telling")
        verbose_name_plural = _("tellings")
        indexes: ClassVar[Any] = [
            models.Index(fields=["id"], condition=Q(done_at=None), name="services_tellings_under_way")
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id}: {self.letters}"
