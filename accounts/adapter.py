import ipaddress
from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

from allauth.account import app_settings as allauth_settings
from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.holdings import Words
from accounts.models import User
from legal.verbs import send_receipts
from outbox.models import Priority
from outbox.verbs import can_be_written_to, post

NOWHERE = "0.0.0.0"  # noqa: S104 (an address nobody has)

# A code or a link older than this opens nothing any more, so its letter is not sent late.
GOOD_FOR = {
    "email_confirmation": timedelta(seconds=allauth_settings.EMAIL_VERIFICATION_BY_CODE_TIMEOUT),
    "email_confirmation_signup": timedelta(seconds=allauth_settings.EMAIL_VERIFICATION_BY_CODE_TIMEOUT),
    "login_code": timedelta(seconds=allauth_settings.LOGIN_BY_CODE_TIMEOUT),
    "password_reset_code": timedelta(seconds=allauth_settings.PASSWORD_RESET_BY_CODE_TIMEOUT),
    "password_reset_key": timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
}


def neighbourhood(request: HttpRequest) -> str:
    """Where a request comes from, no finer than a limit needs: an address without its last part."""
    address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    network = ipaddress.ip_network((address.packed, 24 if address.version == 4 else 48), strict=False)
    return f"network {network}"


class Adapter(DefaultAccountAdapter):
    """allauth's letters become letters of ours, in our words; a new account keeps the language of its page."""

    error_messages: ClassVar[dict[str, Words]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is suspended."),
        "cannot_remove_primary_email": _("This is your main address. Make another one the main one first."),
        "duplicate_email": _("Your account has this address already."),
        "email_password_mismatch": _("The address or the password is not right."),
        "email_taken": _("Another account has this address."),
        "enter_current_password": _("Type in your password of today."),
        "incorrect_code": _("This is not the code, or its time is over."),
        "incorrect_password": _("This is not your password."),
        "max_email_addresses": _("An account has at most %d addresses."),
        "rate_limited": _("These were many tries in a short time. Wait a little, then try again."),
        "same_as_current": _("This is the one you have. Choose another one."),
        "select_only_one": _("Choose one only."),
        "too_many_login_attempts": _("Too many tries. Wait a little, then try again."),
        "unverified_primary_email": _("Confirm this address first."),
    }
    ways: ClassVar[dict[str, Words]] = {
        "reauthenticate": _("Use the password"),
        "mfa_reauthenticate": _("Use a code"),
        "mfa_reauthenticate:webauthn": _("Use a key"),
    }

    def new_user(self, request: HttpRequest) -> User:
        return User(language=get_language() or "")

    def get_client_ip(self, request: HttpRequest) -> str:
        """For rate limits only. Whoever comes with no address, or with proxy headers that do not fit, shares one:
        a forged header is no way around a limit, and a proxy set up wrongly locks nobody out."""
        try:
            return super().get_client_ip(request)
        except (ImproperlyConfigured, PermissionDenied):
            return NOWHERE

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How else somebody may show that it is still them."""
        return [
            {**way, "description": self.ways[way["id"]]} for way in super().get_reauthentication_methods(user)
        ]

    def clean_email(self, email: str) -> str:
        email = super().clean_email(email)
        if not can_be_written_to(email):
            raise ValidationError(_("No letter can reach this address. Please give another one."))
        return email

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The first address confirmed is also where the receipt of what was accepted at sign-up goes.

        Another one opens the account from then on, so those that were there before are told.
        """
        confirmed = super().confirm_email(request, email_address)
        if confirmed:
            person = email_address.user
            since = timezone.now() - timedelta(days=settings.ACCOUNT_UNCONFIRMED_DAYS)
            send_receipts(person, since=since)
            known = EmailAddress.objects.filter(user=person, verified=True).exclude(pk=email_address.pk)
            for before in known.order_by("pk"):
                added = {"to_email": email_address.email}
                self.send_notification_mail("account/email/email_confirm", person, added, before.email)
        return confirmed

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """In the language of the person, also to an address that is theirs no longer."""
        super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        name = template_prefix.rpartition("/")[2]
        person = context.get("user") or User.objects.filter(email=email.lower()).first()
        now = timezone.now()
        post(
            f"account_{name}",
            to=email,
            key=f"account_{name}:{uuid4()}",
            language=person.language if person else get_language() or "",
            context={**context, "email": email, "request": allauth_context.request},
            priority=Priority.URGENT,
            expires_at=now + GOOD_FOR[name] if name in GOOD_FOR else None,
        )


def tell_removed(
    sender: Any, request: HttpRequest, user: User, email_address: EmailAddress, **_more: Any
) -> None:
    """Receives allauth's `email_removed`: the address hears it too, if it ever was shown to be theirs."""
    if email_address.verified:
        removed = {"deleted_email": email_address.email}
        Adapter(request).send_notification_mail(
            "account/email/email_deleted", user, removed, email_address.email
        )
