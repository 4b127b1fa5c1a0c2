"""People and documents for the tests, made with intent as keywords."""

import time
from datetime import UTC, datetime
from functools import cache
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.hashers import make_password

from accounts.models import User
from legal.models import How, Text, Version
from legal.verbs import Manuscript, accept, ensure_document, publish
from services.models import Service

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PASSWORD = "corne-muse-bleue-17"
APP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # what the apps of all volunteers of the tests were set up with

TERMS = """
Using the services means accepting these terms. {#i0}

## Our commitments {#our-commitments}

1. **Nothing is sold.** What you give us stays here. {#c1}
2. **We say what breaks.** Before ten minutes have passed. {#c6}

## Your commitments {#your-commitments}

5. **Nothing illegal.** The law holds here too. {#u5}
6. **No abuse.** No spam, no hogging. {#u6}
"""


# What a document of each kind must say before it can be published.
MUST_SAY = {
    "terms": "## Personal data {#personal-data}\n\nKept for as long as the account.",
    "legal-notice": "## Publisher {#publisher}\n\nThe host, published by itself.\n\n"
    "## Director of publication {#publication-director}\n\nMona.\n\n"
    "## Hosting {#hosting}\n\nHosted at home, telephone 01 23 45 67 89.",
    "technical-report": "## Hosting\n\nHere.\n\n## Backups\n\nThere.\n\n"
    "## Logs\n\nKept for 7 days.\n\n## Encryption\n\nYes.",
}


def published(
    slug: str = "terms",
    *,
    source: str = TERMS,
    at: datetime = NOON,
    in_acceptance_set: bool = True,
    title: str = "",
    languages: tuple[str, ...] = ("fr", "en"),
    **more: Any,
) -> Version:
    """The next version of the document `slug`, made if need be."""
    ensure_document(slug, in_acceptance_set=in_acceptance_set)
    texts = {
        language: Manuscript(
            title=f"{title or slug} ({language})",
            changes="First version.",
            source=f"{source}\n\n({language})\n\n{MUST_SAY.get(slug, '')}",
        )
        for language in languages
    }
    return publish(slug, texts, authoritative=languages[0], at=at, every_language=False, **more)


@cache
def hashed_password() -> str:
    """Hashing is slow on purpose; once is enough for everybody in the tests."""
    return make_password(PASSWORD)


def a_person(
    email: str = "sami@example.org",
    *,
    accepted: bool = True,
    staff: bool = False,
    language: str = "fr",
    at: datetime = NOON,
    confirmed: bool = True,
    **fields: Any,
) -> User:
    """Somebody with an account; `staff` works the desk with every right, and has the app that the desk asks for."""
    make = User.objects.create_superuser if staff else User.objects.create_user
    person = make(email, language=language, joined_at=at, **fields)
    person.password = hashed_password()
    person.save(update_fields=["password"])
    EmailAddress.objects.create(user=person, email=person.email, verified=confirmed, primary=True)
    if staff:
        a_second_factor(person)
    if accepted:
        accept(person, Text.objects.to_accept(at, language), how=How.SIGN_UP, at=at, receipt=False)
    return person


def a_second_factor(person: User) -> TOTP:
    return TOTP.activate(person, APP_KEY)


def what_the_app_shows(key: str = APP_KEY) -> str:
    """A code with enough of its thirty seconds left for a slow machine to type it in."""
    if (left := 30 - time.time() % 30) < 8:
        time.sleep(left)
    return format_hotp_value(hotp_value(key, int(time.time()) // 30))


def a_service(name: str = "Nextcloud", **fields: Any) -> Service:
    purposes = {
        "purpose_fr": "Vos fichiers, où que vous soyez.",
        "purpose_en": "Your files, wherever you are.",
    }
    return Service.objects.create(**{"slug": name.lower(), "name": name, **purposes, **fields})
