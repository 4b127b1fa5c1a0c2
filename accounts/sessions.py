"""Sessions as Django keeps them (in the database, read from the cache), with the number of their person beside them."""

from collections.abc import Mapping
from typing import Any

from allauth.account.utils import url_str_to_user_pk
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import cached_db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.cache import caches
from django.db import transaction

from accounts.models import Session


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


def end_sessions(person_id: int) -> int:
    """Sign a person out everywhere, now and in this transaction; return how many sessions there were."""
    keys = list(Session.objects.filter(person_id=person_id).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    cached = [cached_db.KEY_PREFIX + key for key in keys]
    transaction.on_commit(lambda: caches[settings.SESSION_CACHE_ALIAS].delete_many(cached))
    return len(keys)
