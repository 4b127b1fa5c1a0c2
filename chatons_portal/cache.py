"""The cache, allowed to be away or full: a page slower, never a page less."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as Unreachable
from redis.exceptions import OutOfMemoryError as Full
from redis.exceptions import TimeoutError as TooSlow

logger = logging.getLogger(__name__)

SAY_IT_AGAIN_SECONDS = 60.0

NOTHING = object()
LIMITS = "allauth:rl:"
"""What the counters of rate limits begin with."""


class OptionalRedisCache(RedisCache):
    """Reads miss and writes are dropped while the server is away or full; the log says so once a minute.

    Cached pages are dropped with it. Sessions live on, in the database. Rate limits are counted by each process for
    itself meanwhile: somewhat wider than usual, never gone, and no page is refused because a machine is being mended.
    """

    _said_at = -SAY_IT_AGAIN_SECONDS
    _meanwhile = LocMemCache("rate limits", {"OPTIONS": {"MAX_ENTRIES": 10_000}})

    def _or(self, without: Any, ask: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return ask(*args, **kwargs)
        except (Unreachable, TooSlow, Full) as error:
            now = time.monotonic()
            if now - OptionalRedisCache._said_at >= SAY_IT_AGAIN_SECONDS:
                OptionalRedisCache._said_at = now
                logger.error("The cache cannot be used, the portal goes on without it: %s", error)  # noqa: TRY400 (one line)
            return without

    def get(self, key, default=None, version=None):
        found = self._or(NOTHING, super().get, key, NOTHING, version)
        if found is NOTHING and key.startswith(LIMITS):
            found = self._meanwhile.get(key, NOTHING)
        return default if found is NOTHING else found

    def get_many(self, keys, version=None):
        return self._or({}, super().get_many, keys, version)

    def has_key(self, key, version=None):
        return self._or(False, super().has_key, key, version)

    def add(self, key, value, *args, **kwargs):
        added = self._or(None, super().add, key, value, *args, **kwargs)
        if added is None and key.startswith(LIMITS):
            return self._meanwhile.add(key, value, *args, **kwargs)
        # "Added": whoever asks for a place in a queue gets it, as with an empty cache.
        return True if added is None else added

    def set(self, key, value, *args, **kwargs):
        if self._or(NOTHING, super().set, key, value, *args, **kwargs) is NOTHING and key.startswith(LIMITS):
            self._meanwhile.set(key, value, *args, **kwargs)
            self._or(None, super().delete, key)  # a full cache would go on giving the count it had

    def set_many(self, data, *args, **kwargs):
        return self._or(list(data), super().set_many, data, *args, **kwargs)

    def touch(self, key, *args, **kwargs):
        return self._or(False, super().touch, key, *args, **kwargs)

    def incr(self, key, delta=1, version=None):
        return self._or(delta, super().incr, key, delta, version)

    def delete(self, key, version=None):
        forgotten = key.startswith(LIMITS) and self._meanwhile.delete(key, version)
        return self._or(False, super().delete, key, version) or forgotten

    def delete_many(self, keys, version=None):
        self._or(None, super().delete_many, keys, version)

    def clear(self):
        return self._or(False, super().clear)
