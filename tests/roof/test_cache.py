"""A cache that is away makes pages slower, never fewer."""

import logging
import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client

from chatons_portal.cache import SAY_IT_AGAIN_SECONDS, OptionalRedisCache
from chatons_portal.embedded.valkey import Valkey

pytestmark = pytest.mark.django_db


@pytest.fixture
def dead_cache(settings, monkeypatch):
    monkeypatch.setattr(OptionalRedisCache, "_said_at", -SAY_IT_AGAIN_SECONDS)
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/at/all.sock?db=0"}
    }
    return caches["default"]


@pytest.fixture
def full_cache(settings, monkeypatch):
    monkeypatch.setattr(OptionalRedisCache, "_said_at", -SAY_IT_AGAIN_SECONDS)
    with tempfile.TemporaryDirectory(prefix="portal-full-") as directory:
        server = Valkey(Path(directory), {"appendonly": "no", "maxmemory": "1"})
        server.start()
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": server.url}}
        yield caches["default"]
        server.stop()


class TestACacheThatIsFull:
    def test_drops_what_it_cannot_hold(self, full_cache):
        full_cache.set("a", "x" * 1000)
        assert full_cache.get("a") is None

    def test_costs_no_page(self, full_cache, terms):
        assert Client().get("/legal/terms/").status_code == 200


class TestEveryCall:
    def test_reads_miss(self, dead_cache):
        assert dead_cache.get("a") is None
        assert dead_cache.get("a", "else") == "else"
        assert dead_cache.get_many(["a", "b"]) == {}
        assert "a" not in dead_cache
        assert dead_cache.get_or_set("a", lambda: 3) == 3

    def test_writes_are_dropped(self, dead_cache):
        dead_cache.set("a", 1)
        assert dead_cache.set_many({"a": 1}) == ["a"]
        assert dead_cache.add("a", 1) is True
        assert dead_cache.touch("a") is False
        assert dead_cache.delete("a") is False
        dead_cache.delete_many(["a"])
        dead_cache.clear()
        assert dead_cache.incr("a") == 1

    def test_the_log_says_so_once(self, dead_cache, caplog):
        with caplog.at_level(logging.ERROR, "chatons_portal.cache"):
            for _again in range(5):
                dead_cache.get("a")
        assert len(caplog.records) == 1

    def test_other_errors_are_not_hidden(self):
        with pytest.raises(ValueError, match="not found"):
            caches["default"].incr("never-set")


class TestLimits:
    """They are counted all the same: whoever guesses is not let in because a machine is being mended."""

    @pytest.mark.parametrize("cache", ["dead_cache", "full_cache"])
    def test_still_slow_down_whoever_guesses_passwords(self, request, cache, sami):
        request.getfixturevalue(cache)
        guess = {"login": sami.email, "password": "wrong-and-wrong"}
        visitor = Client(headers={"accept-language": "en"})
        pages = [visitor.post("/accounts/login/", guess).content.decode() for _again in range(7)]
        assert "Too many passwords were tried" not in pages[4]
        assert "Too many passwords were tried" in pages[5]

    @pytest.mark.parametrize("cache", ["dead_cache", "full_cache"])
    def test_still_let_through_so_many_and_no_more(self, request, cache):
        counters = request.getfixturevalue(cache)
        limits = [("limit:hour", 2, 3600), ("limit:day", 3, 86400)]
        assert [counters.take_place(limits) for _again in range(4)] == [True, True, False, False]
        assert counters.take_place(limits[1:])
        assert not counters.take_place(limits[1:])

    def test_cost_nobody_a_page_when_a_counter_goes_at_that_instant(self, dead_cache, monkeypatch):
        class Crowded(LocMemCache):
            def incr(self, key, *args, **kwargs):
                self.delete(key)  # its time ended, or others took its room
                return super().incr(key, *args, **kwargs)

        monkeypatch.setattr(OptionalRedisCache, "_meanwhile", Crowded("crowded", {}))
        limits = [("limit:hour", 2, 3600)]
        assert [dead_cache.take_place(limits) for _again in range(2)] == [True, True]

    def test_are_counted_all_or_none(self):
        limits = [("limit:hour", 2, 3600), ("limit:day", 3, 86400)]
        assert [caches["default"].take_place(limits) for _again in range(4)] == [True, True, False, False]
        assert [caches["default"].take_place(limits[1:]) for _again in range(2)] == [True, False]

    def test_are_forgotten_with_everything_else(self, dead_cache):
        limits = [("limit:hour", 1, 3600)]
        assert [dead_cache.take_place(limits) for _again in range(2)] == [True, False]
        dead_cache.clear()
        assert dead_cache.take_place(limits)

    def test_are_shared_again_once_the_cache_is_back(self):
        OptionalRedisCache._meanwhile.set("allauth:rl:x", [1.0])
        caches["default"].set("allauth:rl:x", [2.0])
        assert caches["default"].get("allauth:rl:x") == [2.0]


class TestPages:
    def test_the_front_page_is_there(self, dead_cache):
        assert Client().get("/").status_code == 200

    def test_a_member_stays_signed_in(self, dead_cache, as_sami):
        assert as_sami.get("/account/").status_code == 200

    def test_the_terms_are_there(self, dead_cache, terms):
        assert Client().get("/legal/terms/").status_code == 200


def test_the_portal_uses_it():
    assert settings.CACHES["default"]["BACKEND"] == "chatons_portal.cache.OptionalRedisCache"
