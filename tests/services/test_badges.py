"""The state of a service as a small picture for other sites."""

import json
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from services.verbs import open_outage
from tests.factories import a_service
from tests.services.history import a_past, seen_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def files():
    return a_service("Nextcloud")


def said(path):
    answer = Client().get(path)
    assert answer.status_code == 200, path
    assert answer["Content-Type"].startswith("image/svg+xml")
    return ElementTree.fromstring(answer.content).get("aria-label")


class TestTheBadgeOfAService:
    def test_says_that_it_is_up_and_how_much(self, files):
        now = timezone.now()
        seen_up(files, at=now)
        a_past(files, "u" * 89 + "d", until=now)
        assert said("/status/badges/nextcloud.en.svg") == "Nextcloud: up, 99.95% in 90 days"

    def test_says_that_it_is_interrupted(self, files):
        now = timezone.now()
        open_outage(files.pk, started_at=now, at=now)
        assert said("/status/badges/nextcloud.en.svg") == "Nextcloud: Interrupted"

    def test_never_says_up_of_what_nobody_looked_at(self, files):
        assert said("/status/badges/nextcloud.en.svg") == "Nextcloud: No interruption known"

    def test_of_a_hidden_service_or_another_language_is_not_found(self, files):
        a_service("Backups", listed=False)
        for path in ("backups.en.svg", "nothing.en.svg", "nextcloud.de.svg", "backups.en.json"):
            assert Client().get(f"/status/badges/{path}").status_code == 404, path

    def test_holds_nothing_but_words_whatever_the_name(self, files):
        files.name = "<script>alert(1)</script>"
        files.save()
        assert b"<script" not in Client().get("/status/badges/nextcloud.en.svg").content

    def test_may_be_shown_anywhere_and_kept_for_a_minute(self, files):
        answer = Client().get("/status/badges/nextcloud.en.svg")
        assert answer["Cache-Control"] == "public, max-age=60"
        assert answer["Access-Control-Allow-Origin"] == "*"


class TestTheBadgeOfTheHost:
    def test_says_how_all_of_it_stands(self, files):
        seen_up(files, at=timezone.now())
        assert said("/status/badge.en.svg") == "Chez nous: all services up"

    def test_says_when_it_is_not_known(self):
        assert said("/status/badge.en.svg") == "Chez nous: not known"


class TestForShields:
    def test_has_the_shape_it_asks_for(self, files):
        shield = json.loads(Client().get("/status/badges/nextcloud.en.json").content)
        assert shield == {
            "schemaVersion": 1,
            "label": "Nextcloud",
            "message": "No interruption known",
            "color": "5a5348",
            "isError": False,
            "cacheSeconds": 60,
        }
