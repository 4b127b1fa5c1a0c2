"""People who hold an account with the host."""

import uuid
from datetime import datetime
from importlib import import_module
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from legal.models import AcceptsDocuments


class Refused(Exception):
    """A verb changed nothing; the message tells the person why and what to do."""


class Source(models.TextChoices):
    """By what somebody was last seen. Services bring words of their own, such as "nextcloud"."""

    SIGN_UP = "sign_up", _("opening the account")
    SIGN_IN = "sign_in", _("signing in")
    PORTAL = "portal", _("using the portal")
    LETTER = "letter", _("the link in a letter")
    CONTACT = "contact", _("writing to us")
    DESK = "desk", _("a volunteer who met you")


class UserQuerySet(models.QuerySet["User"]):
    def never_confirmed(self, since: datetime) -> Self:
        """Opened before `since` under an address nobody ever confirmed, and of no use to anybody."""
        return self.filter(joined_at__lt=since, is_staff=False).exclude(emailaddress__verified=True)

    def due_to_close(self, at: datetime) -> Self:
        """They asked for it, and the time to change their mind is over."""
        return self.filter(closes_at__lte=at)

    def unused_since(self, before: datetime) -> Self:
        """Not seen since `before`, nor told so. Who works the desk, cannot sign in or is leaving is not meant."""
        return self.filter(
            last_seen_at__lte=before,
            noticed_at=None,
            is_staff=False,
            is_active=True,
            closes_at=None,
        )

    def who_may(self, right: str) -> Self:
        """Volunteers who have this right: "accounts.change_purgerun"."""
        app, _dot, name = right.partition(".")
        asked = {"codename": name, "content_type__app_label": app}
        through_team = Q(**{f"groups__permissions__{key}": value for key, value in asked.items()})
        own = Q(**{f"user_permissions__{key}": value for key, value in asked.items()})
        working = self.filter(is_active=True, is_staff=True, closes_at=None)
        return working.filter(Q(is_superuser=True) | through_team | own).distinct()

    def administrators(self) -> Self:
        """Who may do everything at the desk, and can still get there."""
        return self.filter(is_superuser=True, is_active=True, closes_at=None)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username or "")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if "joined_at" in fields:
            fields.setdefault("last_seen_at", fields["joined_at"])
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

    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now, editable=False)
    last_seen_through = models.CharField(
        _("last seen through"), max_length=40, default=Source.SIGN_UP, editable=False
    )
    noticed_at = models.DateTimeField(
        _("under notice since"),
        null=True,
        editable=False,
        help_text=_("When the letters began that come before an unused account is deleted."),
    )
    disabled_at = models.DateTimeField(
        pgettext_lazy("account", "disabled"),
        null=True,
        editable=False,
        help_text=_("When it was disabled because nobody used it. Being seen undoes it."),
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
            # Only those who may be asked and were not: the daily look passes over nobody else.
            models.Index(
                "last_seen_at",
                "id",
                condition=Q(noticed_at=None, is_staff=False, is_active=True, closes_at=None),
                name="accounts_user_unused",
            ),
        ]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")) & ~Q(email=""), name="accounts_user_email_in_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(username=None) | Q(username__regex=r"^[a-z][a-z0-9._-]{1,31}$"),
                name="accounts_user_name_shape",
            ),
            models.CheckConstraint(
                condition=Q(noticed_at=None) | Q(noticed_at__gt=F("last_seen_at")),
                name="accounts_user_noticed_while_unseen",
            ),
            models.CheckConstraint(
                condition=Q(disabled_at=None) | Q(disabled_at__gt=F("noticed_at"), noticed_at__isnull=False),
                name="accounts_user_disabled_after_notice",
            ),
        ]

    @property
    def short_name(self) -> str:
        """As volunteers call each other: enough among a handful of people, and no address to read out."""
        return self.username or self.email.partition("@")[0]

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
