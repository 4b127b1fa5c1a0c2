"""What was announced, for feed readers, programs and calendars."""

import datetime as dt
import json

import feedparser
import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from services.verbs import announce, call_off, open_outage, plan, reschedule, reword
from tests.factories import a_service

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def files():
    return a_service("Nextcloud")


@pytest.fixture
def anybody():
    return Client()


def down(service, now):
    return open_outage(
        service.pk, started_at=now - HOUR, at=now - HOUR / 2, summary_fr="Disque <plein>.", summary_en="Disk."
    )


@pytest.mark.parametrize("extension", ["atom", "rss"])
class TestAFeed:
    def entries(self, anybody, path):
        answer = anybody.get(path)
        assert answer.status_code == 200, path
        found = feedparser.parse(answer.content, response_headers={"content-type": answer["Content-Type"]})
        assert not found.bozo, found.get("bozo_exception")
        return found

    def test_tells_what_was_announced_newest_first(self, anybody, files, now, extension):
        down(files, now)
        announce(title_fr="La suite", title_en="More", at=now - HOUR / 4)
        found = self.entries(anybody, f"/status/feed.en.{extension}")
        assert [entry.title for entry in found.entries] == ["More", "Nextcloud is interrupted"]
        assert found.entries[0].link.endswith("/")
        assert found.entries[0].id == found.entries[0].link
        assert found.feed.language == "en"

    def test_reworded_says_when_it_changed_and_stays_where_it_was(self, anybody, now, extension):
        told = announce(title_en="The librray", at=now - 2 * HOUR)
        announce(title_en="More", at=now - HOUR)
        reword(told.pk, title_fr="", title_en="The library", text_fr="", text_en="", at=now)
        found = self.entries(anybody, f"/status/feed.en.{extension}")
        assert [entry.title for entry in found.entries] == ["More", "The library"]
        assert found.feed.updated_parsed == now.utctimetuple()
        if extension == "atom":
            entry = found.entries[1]
            assert entry.updated_parsed == now.utctimetuple()
            assert entry.published_parsed == told.published_at.utctimetuple()

    def test_speaks_the_language_of_its_address(self, anybody, files, now, extension):
        down(files, now)
        (entry,) = self.entries(anybody, f"/status/feed.fr.{extension}").entries
        assert "Disque" in entry.summary
        assert anybody.get(f"/status/feed.xx.{extension}").status_code == 404

    def test_of_a_service_tells_of_it_alone(self, anybody, files, now, extension):
        mail = a_service("Mail")
        down(files, now)
        down(mail, now)
        announce(title_en="We move", at=now)
        plan(services=[mail], starts_at=now + HOUR, ends_at=now + 2 * HOUR, at=now, title_en="Disks")
        found = self.entries(anybody, f"/status/services/mail/feed.en.{extension}")
        assert [entry.title for entry in found.entries] == [
            "Maintenance planned: Disks",
            "Mail is interrupted",
        ]

    def test_hides_what_is_hidden_and_what_is_quiet(self, anybody, now, extension):
        hidden = a_service("Backups", listed=False)
        down(hidden, now)
        announce(title_en="A detail", loud=False, at=now)
        announce(title_en="A surprise", at=now + HOUR)
        assert self.entries(anybody, f"/status/feed.en.{extension}").entries == []
        assert anybody.get(f"/status/services/backups/feed.en.{extension}").status_code == 404

    def test_without_any_announcement_is_still_one(self, anybody, extension):
        assert self.entries(anybody, f"/status/feed.fr.{extension}").entries == []

    def test_carries_nothing_that_breaks_it(self, anybody, now, extension):
        announce(title_en="]]> <b>&amp; \u2028 'x'", text_en="<script>alert(1)</script>", at=now)
        (entry,) = self.entries(anybody, f"/status/feed.en.{extension}").entries
        assert "]]>" in entry.title
        assert "&lt;script&gt;" in entry.summary

    def test_is_not_sent_again_when_nothing_changed(self, anybody, files, now, extension):
        down(files, now)
        path = f"/status/feed.en.{extension}"
        tag = anybody.get(path)["ETag"]
        assert anybody.get(path, headers={"if-none-match": tag}).status_code == 304


def test_the_json_feed_says_the_same(anybody, files, now):
    down(files, now)
    answer = anybody.get("/status/feed.en.json")
    assert answer["Content-Type"] == "application/feed+json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    written = json.loads(answer.content)
    assert written["version"] == "https://jsonfeed.org/version/1.1"
    assert written["items"][0]["title"] == "Nextcloud is interrupted"


class TestACalendar:
    def events(self, anybody, path="/status/maintenance.en.ics"):
        answer = anybody.get(path)
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert b"\r\n" in answer.content
        return Calendar.from_ical(answer.content).walk("VEVENT")

    @pytest.fixture
    def maintenance(self, files, now):
        return plan(
            services=[files, a_service("Backups", listed=False)],
            starts_at=now + HOUR,
            ends_at=now + 3 * HOUR,
            at=now,
            title_en="Disks; bigger, better",
            text_en="Line one\nline two",
        )

    def test_knows_when_and_what(self, anybody, maintenance):
        (event,) = self.events(anybody)
        assert event.decoded("dtstart") == maintenance.starts_at
        assert event.decoded("dtend") == maintenance.ends_at
        assert event["summary"] == "Disks; bigger, better"
        assert event["status"] == "CONFIRMED"
        assert "Nextcloud" in event["description"]
        assert "Backups" not in event["description"]

    def test_knows_it_is_the_same_one_moved(self, anybody, maintenance, now):
        (before,) = self.events(anybody)
        reschedule(
            maintenance.pk, starts_at=now + 5 * HOUR, ends_at=now + 6 * HOUR, at=now + dt.timedelta(minutes=1)
        )
        (after,) = self.events(anybody, "/status/services/nextcloud/maintenance.en.ics")
        assert after["uid"] == before["uid"]
        assert (before["sequence"], after["sequence"]) == (0, 1)

    def test_keeps_what_was_called_off_and_says_so(self, anybody, maintenance, now):
        call_off(maintenance.pk, at=now + dt.timedelta(minutes=1))
        (event,) = self.events(anybody)
        assert event["status"] == "CANCELLED"

    def test_of_another_service_is_empty(self, anybody, maintenance):
        a_service("Mail")
        assert self.events(anybody, "/status/services/mail/maintenance.en.ics") == []


class TestThePageOfAMaintenance:
    def test_says_what_is_planned_and_what_was_told(self, files, now):
        maintenance = plan(
            services=[files], starts_at=now + HOUR, ends_at=now + 2 * HOUR, at=now, title_en="Disks"
        )
        page = Client(headers={"accept-language": "en"}).get(maintenance.get_absolute_url())
        assert page.status_code == 200
        for words in ("Disks", "Planned", "Nextcloud", "Maintenance planned: Disks"):
            assert words in page.text

    def test_is_not_there_for_what_is_hidden(self, now):
        hidden = a_service("Backups", listed=False)
        maintenance = plan(
            services=[hidden], starts_at=now + HOUR, ends_at=now + 2 * HOUR, at=now, title_en="Disks"
        )
        assert Client().get(maintenance.get_absolute_url()).status_code == 404
