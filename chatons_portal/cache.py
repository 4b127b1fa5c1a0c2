"""The cache, allowed to be away or full: a page slower, never a page less."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import ConnectionError as Unreachable
from redis.exceptions import OutOfMemoryError as Full
from redis.exceptions import TimeoutError as TooSlow

logger = logging.getLogger(__name__)

SAY_IT_AGAIN_SECONDS = 60.0
# All limits or none: who is refused by one is counted by none. Redis does nothing else meanwhile.
TAKE_PLACE = """
for place, key in ipairs(KEYS) do
    if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[2 * place - 1]) then return 0 end
end
for place, key in ipairs(KEYS) do
    if redis.call('INCR', key) == 1 then redis.call('EXPIRE', key, ARGV[2 * place]) end
end
return 1
"""


class OneClient(RedisCacheClient):
    """Django makes a client for every question; one is enough, its lines come from a pool, and it takes as long to
    make as to ask."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clients: dict[bool, Any] = {}

    def get_client(self, key=None, *, write=False):
        if write not in self._clients:
            self._clients[write] = super().get_client(key, write=write)
        return self._clients[write]


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

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OneClient

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

    def take_place(self, limits: Sequence[tuple[str, int, int]]) -> bool:
        """Count one more under each key, at most so many in so many seconds; False, and nothing, where one is full."""
        keys = [self.make_and_validate_key(key) for key, _, _ in limits]
        numbers = [number for _, most, seconds in limits for number in (most, seconds)]
        taken = self._or(None, self._ask, TAKE_PLACE, keys, numbers)
        return self._take_place_meanwhile(limits) if taken is None else bool(taken)

    def _take_place_meanwhile(self, limits: Sequence[tuple[str, int, int]]) -> bool:
        if any(self._meanwhile.get(key, 0) >= most for key, most, _ in limits):
            return False
        for key, _, seconds in limits:
            if not self._meanwhile.add(key, 1, seconds):
                try:
                    self._meanwhile.incr(key)
                except ValueError:  # its time ended, or its room was taken, since the line above
                    self._meanwhile.set(key, 1, seconds)
        return True

    def _ask(self, script: str, keys: Sequence[str], numbers: Sequence[int]) -> Any:
        return self._cache.get_client(None, write=True).eval(script, len(keys), *keys, *numbers)

    def clear(self):
        self._meanwhile.clear()
        return self._or(False, super().clear)
