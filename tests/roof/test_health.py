"""The page a watcher asks: can this portal do its work?"""

import pytest
from django.db import connection
from django.test import Client

from chatons_portal import __version__
from chatons_portal.celery import app as celery_app


@pytest.fixture
def broker_gone(monkeypatch):
    """The same transport, pointed at a socket that nobody listens on."""
    monkeypatch.setattr(
        celery_app.conf, "broker_read_url", "redis+socket:///nowhere/at/all.sock?virtual_host=0"
    )


@pytest.mark.django_db
class TestHealth:
    def test_all_is_well(self):
        answer = Client().get("/health/")
        assert answer.status_code == 200
        assert answer.json() == {"ok": True, "version": __version__, "database": True, "broker": True}

    def test_it_is_never_cached(self):
        assert "no-store" in Client().get("/health/").headers["Cache-Control"]

    def test_a_lost_broker_is_named(self, broker_gone):
        answer = Client().get("/health/")
        assert answer.status_code == 503
        assert answer.json() == {"ok": False, "version": __version__, "database": True, "broker": False}

    def test_nothing_else_is_told(self, broker_gone):
        assert b"nowhere" not in Client().get("/health/").content


@pytest.mark.django_db(transaction=True)
def test_a_lost_database_is_named(settings, monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere/at/all")
    try:
        answer = Client().get("/health/")
    finally:
        connection.close()
        monkeypatch.undo()
    assert answer.status_code == 503
    assert answer.json()["database"] is False
