"""The private link: whoever holds it follows a ticket and writes in it, without an account.

Only the token's SHA-256 is stored, so a stolen copy of the database opens no ticket. Letters written
weeks later must carry the link all the same, so the token is not drawn but derived: an HMAC of the
ticket's seed under SECRET_KEY. The database alone, or the key alone, gives nothing.

When SECRET_KEY changes, links already given keep working, as they are found by their hash. To go on
writing them in letters, the old key must stay in SECRET_KEY_FALLBACKS; without it `token_of` answers
None, and letters say to use the link of the receipt.
"""

import hashlib
from base64 import urlsafe_b64encode
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

TOKEN_BYTES = 18  # 144 bits: more than can be guessed, and no padding in base64


def derive_token(seed: UUID, key: str | None = None) -> str:
    digest = salted_hmac(
        "abuse.links", seed.bytes, secret=key or settings.SECRET_KEY, algorithm="sha256"
    ).digest()
    return urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()


def confirmation_code(seed: UUID, key: str | None = None) -> str:
    """What only the letter of receipt carries: who has it reads the mail of that address."""
    return salted_hmac(
        "abuse.links.confirm", seed.bytes, secret=key or settings.SECRET_KEY, algorithm="sha256"
    ).hexdigest()[:32]


def confirms(code: str, seed: UUID) -> bool:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(
        constant_time_compare(code.encode("utf-8", "surrogatepass"), confirmation_code(seed, key).encode())
        for key in keys
    )


def fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def token_of(seed: UUID, token_hash: str) -> str | None:
    """The token that was given out, found again; None when its key is gone."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        token = derive_token(seed, key)
        if constant_time_compare(fingerprint(token), token_hash):
            return token
    return None
