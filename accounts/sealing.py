"""What the law obliges the host to keep of an account after its end: unreadable without a key outside the database."""

import base64
import hmac
import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder


class KeyIsGone(Exception):
    """The record was sealed with a key that is not here any more: it must be put back into SEALING_KEYS."""


def seal(content: dict[str, Any]) -> bytes:
    return _fernet().encrypt(json.dumps(content, cls=DjangoJSONEncoder).encode())


def unseal(sealed: bytes) -> dict[str, Any]:
    """Raises KeyIsGone."""
    try:
        content: dict[str, Any] = json.loads(_fernet().decrypt(bytes(sealed)))
    except InvalidToken as error:
        raise KeyIsGone from error
    return content


def finder(address: str) -> str:
    """By what a record made today is found by whoever knows the address and the key."""
    return finders(address, _keys()[:1])[0]


def finders(address: str, keys: Sequence[str] = ()) -> list[str]:
    """By what a record is found whichever of the keys was the newest when it was made."""
    wanted = address.strip().lower().encode()
    return [hmac.digest(_derive(key, b"finder"), wanted, "sha256").hex() for key in keys or _keys()]


def _keys() -> list[str]:
    """The first seals, each of them opens. Without keys of its own: SECRET_KEY and its fallbacks."""
    return settings.SEALING_KEYS or [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


@cache
def _derive(key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=b"portal.sealed-record." + purpose).derive(key.encode())


def _fernet() -> MultiFernet:
    return _made_of(tuple(_keys()))


@cache
def _made_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(key, b"content"))) for key in keys])
