"""What people take along when they leave, and what is left of them."""

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.sealing import finders


class ExportQuerySet(models.QuerySet["Export"]):
    def of(self, person: User) -> Self:
        """Newest first, and without the copy itself."""
        return self.filter(person=person).defer("content").order_by("-asked_at")

    def to_make(self, at: datetime) -> Self:
        """Asked for, not there yet, and in nobody's hands (a worker that was killed let go of it)."""
        return self.filter(done_at=None).filter(Q(claimed_until=None) | Q(claimed_until__lte=at))

    def ready(self, at: datetime) -> Self:
        """Can be fetched, whether or not the clock still ticks."""
        return self.filter(done_at__gt=at - kept_for())

    def outlived(self, at: datetime) -> Self:
        oldest = at - kept_for()
        return self.filter(Q(done_at__lte=oldest) | Q(done_at=None, asked_at__lte=oldest))


def kept_for() -> timedelta:
    return timedelta(days=settings.ACCOUNT_EXPORT_KEEP_DAYS)


class Export(models.Model):
    """A copy of everything the portal holds of one person, made for them.

    The copy stands in the row: whichever machine made it, each can hand it out; it is erased with the account by the
    same transaction, and no file is left behind anywhere. It is small: the portal holds words and dates, no files.
    """

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, models.CASCADE, related_name="exports", verbose_name=_("account"))
    asked_at = models.DateTimeField(_("asked for"))
    claimed_until = models.DateTimeField(null=True)
    parts_done = models.PositiveSmallIntegerField(_("parts done"), default=0)
    parts = models.PositiveSmallIntegerField(_("parts"), default=0)
    done_at = models.DateTimeField(_("ready"), null=True)
    size = models.PositiveIntegerField(_("size in bytes"), null=True)
    content = models.BinaryField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy of one’s data")
        verbose_name_plural = _("copies of one’s data")
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(done_at=None), name="accounts_export_one_under_way"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, content=None, size=None)
                | Q(done_at__isnull=False, content__isnull=False, size__isnull=False),
                name="accounts_export_there_when_done",
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)

    def get_absolute_url(self) -> str:
        return reverse("accounts:export-fetch", args=[self.key])

    @property
    def expires_at(self) -> datetime | None:
        return self.done_at and self.done_at + kept_for()


class Reason(models.TextChoices):
    """Why an account was erased."""

    CLOSED = "closed", _("closed by its owner")
    INACTIVE = "inactive", _("unused for too long")
    SANCTION = "sanction", _("the Terms were broken")


# The clause of the Terms that says so; to leave takes none.
CLAUSES = {Reason.CLOSED: "", Reason.INACTIVE: "s2", Reason.SANCTION: "s1"}


def mark_of(sub: uuid.UUID) -> str:
    """What tells an account that comes back from a backup, and nothing to whoever does not hold the account itself.

    Without a key: it must still be understood after SECRET_KEY was changed.
    """
    return hashlib.sha256(f"accounts.erased:{sub}".encode()).hexdigest()


class Erasure(models.Model):
    """That an account was erased: when, why, by which clause, how many rows. Nothing says whose it was.

    Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE.
    """

    at = models.DateTimeField(_("when"), db_index=True)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    clause = models.CharField(_("clause"), max_length=60, blank=True)
    rows = models.JSONField(_("rows erased, by kind"))
    mark = models.CharField(max_length=64, blank=True, editable=False)
    warned_at = models.DateTimeField(
        _("first warned"),
        null=True,
        help_text=_("When the mail server took the first letter that warned an unused account."),
    )
    notice = models.DurationField(_("notice due"), null=True)
    unreached = models.BooleanField(
        _("no letter arrived"),
        default=False,
        help_text=_("A volunteer looked into it and let it go on."),
    )
    repeated = models.BooleanField(
        _("carried out again"), default=False, help_text=_("After a backup was restored.")
    )

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        default_permissions: ClassVar[Any] = ["view"]
        ordering: ClassVar[Any] = ["-at", "-id"]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(reason__in=Reason.values), name="accounts_erasure_known_reason"
            ),
            # Clause s2: never by surprise.
            models.CheckConstraint(
                condition=~Q(reason="inactive")
                | Q(repeated=True)
                | Q(
                    warned_at__isnull=False,
                    notice__isnull=False,
                    notice__gt=timedelta(0),
                    at__gte=F("warned_at") + F("notice"),
                ),
                name="accounts_erasure_after_full_notice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.reason}"


class Category(models.TextChoices):
    """What kind of information the law asks a host to keep; this portal asks nobody for their civil identity."""

    ACCOUNT = "account", _("information given when the account was opened")


class SealedRecordQuerySet(models.QuerySet["SealedRecord"]):
    def standing(self, at: datetime) -> Self:
        """Still to be kept, whether or not the clock ticks."""
        return self.filter(expires_at__gt=at)

    def outlived(self, at: datetime) -> Self:
        return self.filter(expires_at__lte=at)

    def of_address(self, address: str) -> Self:
        return self.filter(finders__overlap=finders(address))


class SealedRecord(models.Model):
    """What is kept of an account that is gone, because the law says so: encrypted, and for a time only.

    `finders` are keyed hashes of its addresses: they find it for whoever knows the address and has the key.
    """

    category = models.CharField(_("category"), max_length=10, choices=Category.choices)
    finders = ArrayField(models.CharField(max_length=64), editable=False)
    content = models.BinaryField()
    sealed_at = models.DateTimeField(_("sealed"))
    expires_at = models.DateTimeField(_("kept until"), db_index=True)

    objects = SealedRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("sealed record")
        verbose_name_plural = _("sealed records")
        default_permissions: ClassVar[Any] = ["view"]
        ordering: ClassVar[Any] = ["-sealed_at", "-id"]
        indexes: ClassVar[Any] = [GinIndex(fields=["finders"], name="accounts_sealed_finders")]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("sealed_at")), name="accounts_sealed_for_a_while"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
