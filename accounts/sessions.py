"""Sessions as Django keeps them (in the database, read from the cache), with the number of their person beside them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.utils import url_str_to_user_pk
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import cached_db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.cache import caches
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import Session

# The first that fits: nearly every browser also claims to be another one.
BROWSERS = [
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Chrome", r"Chrom(e|ium)/|CriOS/"),
    ("Safari", r"Safari/"),
]
SYSTEMS = [
    ("Android", r"Android"),
    ("iOS", r"iPhone|iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X"),
    ("Linux", r"Linux|X11"),
]


def browser_of(user_agent: str) -> str:
    """Enough to know one's own browser by, and no more: "Firefox, Linux"."""
    parts = [
        next((name for name, sign in table if re.search(sign, user_agent)), "")
        for table in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(part for part in parts if part)


class SessionStore(cached_db.SessionStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        session = super().create_model_instance(data)
        assert isinstance(session, Session)
        session.person_id = whose(data)
        return session


def whose(data: Mapping[str, Any]) -> int | None:
    """The account somebody is signed in with, or is on the way into: allauth notes it at the first step."""
    signed_in = data.get(SESSION_KEY) or data.get("account_authentication_methods_user")
    if signed_in:
        return int(signed_in)
    for state in data.values():
        if isinstance(state, dict) and state.get("user_pk"):
            return url_str_to_user_pk(state["user_pk"])
        if isinstance(state, dict) and state.get("user_id"):
            return int(state["user_id"])
    return None


@dataclass(frozen=True)
class SeenSession:
    """One of somebody's sessions as they are shown it. `mark` names it, and opens nothing."""

    mark: str
    browser: str
    began_at: datetime | None
    expires_at: datetime
    is_this_one: bool


def mark_of(key: str) -> str:
    return salted_hmac("accounts.session", key).hexdigest()


def begin(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """At sign-in: what its owner will know the session by. No address, and of the browser only its name."""
    request.session["began_at"] = timezone.now().isoformat()
    request.session["browser"] = browser_of(request.headers.get("User-Agent", ""))


def sessions_of(person_id: int, at: datetime, *, this_one: str | None = None) -> list[SeenSession]:
    """Those that somebody is signed in with, the newest first."""
    found = []
    for row in Session.objects.filter(person_id=person_id, expire_date__gt=at):
        data = row.get_decoded()
        if SESSION_KEY in data:
            began = data.get("began_at")
            found.append(
                SeenSession(
                    mark=mark_of(row.session_key),
                    browser=data.get("browser", ""),
                    began_at=datetime.fromisoformat(began) if began else None,
                    expires_at=row.expire_date,
                    is_this_one=row.session_key == this_one,
                )
            )
    return sorted(found, key=lambda seen: seen.expires_at, reverse=True)


@transaction.atomic
def end_other_sessions(person_id: int, *, this_one: str | None, mark: str = "") -> int:
    """End the session that `mark` names, or all of them but this one; return how many were ended."""
    keys = Session.objects.filter(person_id=person_id).values_list("session_key", flat=True)
    return _end([key for key in keys if key != this_one and mark in ("", mark_of(key))])


def end_sessions(person_id: int) -> int:
    """Sign a person out everywhere, now and in this transaction; return how many sessions there were."""
    return _end(list(Session.objects.filter(person_id=person_id).values_list("session_key", flat=True)))


def _end(keys: list[str]) -> int:
    Session.objects.filter(session_key__in=keys).delete()
    cached = [cached_db.KEY_PREFIX + key for key in keys]
    transaction.on_commit(lambda: caches[settings.SESSION_CACHE_ALIAS].delete_many(cached))
    return len(keys)
