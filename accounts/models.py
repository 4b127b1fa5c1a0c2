"""People who hold an account with the host."""

import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from legal.models import AcceptsDocuments


class UserQuerySet(models.QuerySet["User"]):
    def never_confirmed(self, since: datetime) -> Self:
        """Opened before `since` under an address nobody ever confirmed, and of no use to anybody."""
        return self.filter(joined_at__lt=since, is_staff=False).exclude(emailaddress__verified=True)


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
        _("subject"),
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text=_("What services will know this person by. Never shown as a name, never given again."),
    )
    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("works the desk"), default=False)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering: ClassVar[Any] = ["email"]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")) & ~Q(email=""), name="accounts_user_email_in_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.email
