"""Proof of work (ALTCHA): a sum that costs a browser a second, so that programs cannot send forms by the thousand.

We set it ourselves and ask nobody else. Each sum belongs to the stamp of one form; where scripts do not run, the form
is taken without it, and its address is confirmed by letter instead.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from altcha import ChallengeOptionsV1, PayloadV1, create_challenge_v1, verify_solution_v1
from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

HARDEST = 60_000  # numbers to try, half of them on average
VALID = timedelta(hours=1)
FIELDS = {"algorithm": str, "challenge": str, "number": int, "salt": str, "signature": str}


class BadProof(ValueError):
    """Not the solution of a sum we set for this form, or one that is too old."""


@dataclass(frozen=True)
class Proof:
    fingerprint: str
    expires_at: datetime


def challenge_for(stamp: str, at: datetime) -> dict[str, Any]:
    """The sum for the form with this stamp, in the shape ALTCHA gives it."""
    challenge = create_challenge_v1(
        ChallengeOptionsV1(
            max_number=HARDEST, hmac_key=_key(), expires=at + VALID, params={"for": _mark(stamp)}
        )
    )
    return {
        "algorithm": challenge.algorithm,
        "challenge": challenge.challenge,
        "maxnumber": challenge.max_number,
        "salt": challenge.salt,
        "signature": challenge.signature,
    }


def check(payload: str, stamp: str, at: datetime) -> Proof:
    """Raises BadProof."""
    said = _read(payload)
    verified, _error = verify_solution_v1(
        PayloadV1(**{name: said[name] for name in FIELDS}), _key(), check_expires=False
    )
    parameters = parse_qs(said["salt"].partition("?")[2])
    if not verified or not constant_time_compare(parameters.get("for", [""])[0], _mark(stamp)):
        raise BadProof
    expires_at = datetime.fromtimestamp(int(parameters["expires"][0]), UTC)
    if expires_at <= at:
        raise BadProof
    return Proof(hashlib.sha256(said["signature"].encode()).hexdigest(), expires_at)


def _read(payload: str) -> dict[str, Any]:
    try:
        said = json.loads(base64.b64decode(payload, validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise BadProof from error
    if not isinstance(said, dict) or any(type(said.get(name)) is not kind for name, kind in FIELDS.items()):
        raise BadProof
    try:
        said["salt"].encode()
    except UnicodeEncodeError as error:
        raise BadProof from error
    return said


def _mark(stamp: str) -> str:
    return hashlib.sha256(stamp.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _key() -> bytes:
    return salted_hmac("abuse.proofs", "sums", secret=settings.SECRET_KEY, algorithm="sha256").digest()
