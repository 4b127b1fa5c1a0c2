"""The second factor: its secrets are encrypted with a key that is not in the database."""

import base64
from functools import lru_cache
from typing import ClassVar
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.holdings import Words

# What counts as one; the recovery codes only stand in for one that was lost.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


@lru_cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(key))) for key in keys])


def _derive(key: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=b"portal.second-factor").derive(key.encode())


def fernet() -> MultiFernet:
    """The first key encrypts, each of them decrypts. Without keys of its own: SECRET_KEY and its fallbacks."""
    keys = settings.MFA_ENCRYPTION_KEYS or [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return _fernet(tuple(keys))


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, Words]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("This second factor cannot be removed."),
        "cannot_generate_recovery_codes": _(
            "Recovery codes come with an app or a key. Add one of them first."
        ),
        "incorrect_code": _("This is not the code, or it has served already."),
        "unverified_email": _("Confirm your e-mail address first."),
    }

    def encrypt(self, text: str) -> str:
        return fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return fernet().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise ImproperlyConfigured(
                "A secret of the second factor was encrypted with a key that is not here any more. Put the old key "
                "back at the end of MFA_ENCRYPTION_KEYS (or of SECRET_KEY_FALLBACKS), then run "
                "`manage.py reencrypt_two_factor`."
            ) from error

    def get_totp_issuer(self) -> str:
        return settings.HOST["name"]

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """A passkey is tied to the portal's public name, whatever the request says it is called."""
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": settings.HOST["name"]}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Key %(number)d") % {"number": number}


def has_second_factor(person: AbstractBaseUser) -> bool:
    return Authenticator.objects.filter(user_id=person.pk, type__in=FACTORS).exists()
