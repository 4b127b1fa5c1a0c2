"""People who hold an account with the host, and how they leave it."""

import hashlib
import uuid
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.sealing import finders
from legal.models import AcceptsDocuments


class Refused(Exception):
    """A verb changed nothing; the message tells the person why and what to do."""


class UserQuerySet(models.QuerySet["User"]):
    def never_confirmed(self, since: datetime) -> Self:
        """Opened before `since` under an address nobody ever confirmed, and of no use to anybody."""
        return self.filter(joined_at__lt=since, is_staff=False).exclude(emailaddress__verified=True)

    def due_to_close(self, at: datetime) -> Self:
        """They asked for it, and the time to change their mind is over."""
        return self.filter(closes_at__lte=at)

    def administrators(self) -> Self:
        """Who may do everything at the desk, and can still get there."""
        return self.filter(is_superuser=True, is_active=True, closes_at=None)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username or "")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AcceptsDocuments, AbstractBaseUser, PermissionsMixin):
    """An account. It has an address and a language; no name is asked for."""

    sub = models.UUIDField(
        pgettext_lazy("account", "subject"),
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text=_("What services will know this person by. Never shown as a name, never given again."),
    )
    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    username = models.CharField(
        _("user name"),
        max_length=32,
        unique=True,
        null=True,
        editable=False,
        help_text=_("Chosen once by its owner; what services show. Never given to anybody else."),
    )
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("works the desk"), default=False)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    closes_at = models.DateTimeField(
        _("to be closed"),
        null=True,
        editable=False,
        help_text=_("When the account is erased, because its owner asked for it."),
    )

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering: ClassVar[Any] = ["email"]
        indexes: ClassVar[Any] = [
            models.Index("closes_at", condition=Q(closes_at__isnull=False), name="accounts_user_closing"),
        ]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")) & ~Q(email=""), name="accounts_user_email_in_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(username=None) | Q(username__regex=r"^[a-z][a-z0-9._-]{1,31}$"),
                name="accounts_user_name_shape",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class NameOnceUsed(models.Model):
    """That somebody has, or had, a user name: a keyed hash of it, and nothing that says whose."""

    mark = models.CharField(_("mark"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("name once used")
        verbose_name_plural = _("names once used")
        default_permissions: ClassVar[Any] = []

    def __str__(self) -> str:
        return self.mark[:12]


class Session(AbstractBaseSession):
    """A browser's session, which knows whose it is: ending all of one person's takes no look into everybody's.

    A number, no foreign key: signing in locks no row of anybody's account.
    """

    expire_date = models.DateTimeField(_("ends"), db_index=True)
    person_id = models.BigIntegerField(_("account number"), null=True)

    class Meta(AbstractBaseSession.Meta):
        indexes: ClassVar[Any] = [
            models.Index("person_id", condition=Q(person_id__isnull=False), name="accounts_session_person"),
        ]

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_module(settings.SESSION_ENGINE).SessionStore


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

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        default_permissions: ClassVar[Any] = ["view"]
        ordering: ClassVar[Any] = ["-at", "-id"]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(reason__in=Reason.values), name="accounts_erasure_known_reason"
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
