"""How the host looks at its services."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from services.models.catalogue import Service


class Protocol(models.TextChoices):
    HTTP = "http", _("a web page (HTTP)")
    TCP = "tcp", _("a port (TCP)")
    TLS = "tls", _("a certificate (TLS)")
    DNS = "dns", _("a name (DNS)")
    SMTP = "smtp", _("a mail server (SMTP)")
    IMAP = "imap", _("mailboxes (IMAP)")


class Security(models.TextChoices):
    STARTTLS = "starttls", _("STARTTLS")
    TLS = "tls", _("TLS from the first byte")
    NONE = "none", _("none")


class HttpVersion(models.TextChoices):
    ANY = "", _("any")
    ONE = "1.1", "HTTP/1.1"
    TWO = "2", "HTTP/2"


class RecordType(models.TextChoices):
    A = "A"
    AAAA = "AAAA"
    CAA = "CAA"
    CNAME = "CNAME"
    MX = "MX"
    NS = "NS"
    SOA = "SOA"
    SRV = "SRV"
    TXT = "TXT"


class Probe(models.Model):
    """One way of looking at a service, again and again."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="probes", verbose_name=_("service"))
    protocol = models.CharField(_("what it looks at"), max_length=4, choices=Protocol, default=Protocol.HTTP)
    target = models.CharField(
        _("address"),
        max_length=500,
        help_text=_(
            "A web page: https://cloud.example.org/login. A port, a certificate, mail: mail.example.org:25. "
            "A name: example.org."
        ),
    )
    enabled = models.BooleanField(_("in use"), default=True)
    interval_seconds = models.PositiveIntegerField(
        _("every … seconds"), default=60, validators=[MinValueValidator(10), MaxValueValidator(86_400)]
    )
    timeout_seconds = models.PositiveSmallIntegerField(
        _("waits … seconds for the answer"),
        default=8,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    expects_status = models.CharField(
        _("expected status"),
        max_length=60,
        blank=True,
        help_text=_("Of a web page: 200, or 200-299,401. Left empty: 200 to 299."),
    )
    expects_text = models.CharField(
        _("expected text"),
        max_length=200,
        blank=True,
        help_text=_(
            "What the answer contains: a word of the page, the beginning of a DNS record. "
            "Of a web page, the first 256 kB are read."
        ),
    )
    expects_json = models.CharField(
        _("expected JSON"),
        max_length=200,
        blank=True,
        help_text=_(
            'A path and a value, for example: database.status == "ok", or: checks[0].passed == true.'
        ),
    )
    follows_redirects = models.BooleanField(_("follows redirects"), default=True)
    http_version = models.CharField(
        _("version of HTTP"), max_length=3, choices=HttpVersion, blank=True, default=HttpVersion.ANY
    )
    security = models.CharField(
        _("encryption"),
        max_length=8,
        choices=Security,
        default=Security.STARTTLS,
        help_text=_("For mail servers and mailboxes."),
    )
    record_type = models.CharField(
        _("type of record"), max_length=5, choices=RecordType, default=RecordType.A, help_text=_("For names.")
    )
    resolver = models.GenericIPAddressField(
        _("name server to ask"),
        null=True,
        blank=True,
        help_text=_("For names: its IP address. Left empty, the one this machine uses."),
    )
    warns_days = models.PositiveSmallIntegerField(
        _("warns … days before the certificate expires"), default=14, validators=[MaxValueValidator(90)]
    )

    class Meta:
        ordering: ClassVar[Any] = ["service__position", "service__name", "pk"]
        verbose_name = _("probe")
        verbose_name_plural = _("probes")
        constraints: ClassVar[Any] = [
            models.CheckConstraint(condition=~Q(target=""), name="probe_has_a_target"),
            models.CheckConstraint(
                condition=Q(interval_seconds__gte=10, interval_seconds__lte=86_400),
                name="probe_looks_between_ten_seconds_and_a_day",
            ),
            # Else the next look would begin before this one is over.
            models.CheckConstraint(
                condition=Q(timeout_seconds__gte=1, timeout_seconds__lt=F("interval_seconds")),
                name="probe_waits_less_than_its_interval",
                violation_error_message=_("A probe waits for less time than passes between two looks."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_protocol_display()}: {self.target}"

    def clean(self) -> None:
        """Refuse what could never be looked at, with sentences that help."""
        from services.probing import refusals  # which know what can be looked at

        self.target = self.target.strip()
        if found := refusals.of(self):
            raise ValidationError(found)
