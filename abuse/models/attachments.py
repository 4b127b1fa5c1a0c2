"""Attachments: the files people send with what they write, and the mails machines sent, as they came."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from abuse.models.messages import Party


class Kind(models.TextChoices):
    """What a file turned out to be by its content, and how it is told to a browser."""

    JPEG = "image/jpeg", _("JPEG picture")
    PNG = "image/png", _("PNG picture")
    WEBP = "image/webp", _("WebP picture")
    PDF = "application/pdf", _("PDF document")
    TXT = "text/plain", _("text")
    EML = "message/rfc822", _("e-mail message")
    MAIL = "application/octet-stream", _("mail as it arrived")


PICTURES = (Kind.JPEG, Kind.PNG, Kind.WEBP)


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def of_reporter(self) -> Self:
        """What whoever opened the ticket sent through its page: nothing of the other side, and no mail of a machine."""
        theirs = (
            Q(appeal=None, message=None) | Q(message__party=Party.REPORTER) | Q(appeal__side=Party.REPORTER)
        )
        return self.filter(theirs).exclude(kind=Kind.MAIL)

    def of_subject(self) -> Self:
        """What the person concerned sent: with an answer, or with an appeal."""
        return self.filter(Q(message__party=Party.SUBJECT) | Q(appeal__side=Party.SUBJECT))

    def listed(self) -> Self:
        """For a list: without carrying every file out of the database."""
        return self.defer("content").order_by("pk")


class Attachment(models.Model):
    """A file in the hands of the desk. It is never changed, only forgotten: then nothing but its size is left."""

    ticket = models.ForeignKey(
        "abuse.Ticket", models.PROTECT, related_name="attachments", verbose_name=_("ticket")
    )
    message = models.ForeignKey(
        "abuse.Message",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name=_("message"),
    )
    appeal = models.ForeignKey(
        "abuse.Appeal",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name=_("appeal"),
    )
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120, null=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind.choices)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("fingerprint of what was sent"), max_length=64, null=True)
    content = models.BinaryField(null=True)
    received_at = models.DateTimeField(_("received"))

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        default_permissions: ClassVar[Any] = ["view"]
        ordering: ClassVar[Any] = ["pk"]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(message=None) | Q(appeal=None), name="abuse_attachment_came_with_one_thing"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="abuse_attachment_known_kind"),
            models.CheckConstraint(
                condition=Q(content=None, name=None, sha256=None)
                | Q(content__isnull=False, name__isnull=False, sha256__isnull=False),
                name="abuse_attachment_whole_or_forgotten",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket.number} {self.key}"

    @property
    def is_picture(self) -> bool:
        return self.kind in PICTURES
