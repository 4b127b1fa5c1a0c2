"""Were interruptions announced in time? The page and the JSON, counted from the rows."""

import datetime as dt
import json

import pytest
from django.test import Client
from django.utils import timezone

from services.models import Announcement, Outage
from tests.factories import a_service
from transparency.interruptions import as_json, evidence, one_by_one

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


def an_outage(service, began, *, lasted=60, told_after=None):
    """In minutes; rows as they are, whoever wrote them."""
    outage = Outage.objects.create(service=service, started_at=began, ended_at=began + lasted * MINUTE)
    if told_after is not None:
        told = began + told_after * MINUTE
        Announcement.objects.create(title_en="Told", published_at=told, outage=outage)
    return outage


@pytest.fixture
def year():
    """Told after 4, 6, 30 minutes; once never; once before it began."""
    now, files = timezone.now(), a_service("Nextcloud")
    for days, told_after in enumerate([4, 6, 30, None, -5], start=1):
        an_outage(files, now - days * DAY, told_after=told_after)
    an_outage(files, now - 20 * DAY, lasted=9)
    return now


class TestTheEvidence:
    def test_counts_misses_like_the_others(self, year):
        shown = evidence(year)
        assert (shown.total, shown.told, shown.told_in_time, shown.never_told) == (5, 4, 3, 1)
        assert shown.share_in_time == 0.6

    def test_says_the_middle_and_the_worst_delay(self, year):
        shown = evidence(year)
        assert shown.median == 5 * MINUTE
        assert shown.worst == 30 * MINUTE

    def test_an_announcement_before_the_beginning_is_no_time_won(self, year):
        assert min(one.delay for one in one_by_one(year) if one.delay is not None) == dt.timedelta(0)

    def test_of_a_year_without_interruptions_claims_nothing(self, db):
        shown = evidence(timezone.now())
        assert (shown.total, shown.median, shown.worst, shown.share_in_time) == (0, None, None, None)

    def test_of_one_taken_along_what_was_told_of_its_cause_counts(self, year):
        cause = Outage.objects.get(announcements__published_at__gt=year - DAY)
        an_outage(a_service("Webmail"), cause.started_at + MINUTE)
        Outage.objects.filter(service__name="Webmail").update(cause=cause)
        shown = evidence(year)
        assert (shown.total, shown.never_told) == (6, 1)
        assert {one.delay for one in one_by_one(year) if one.outage.cause_id} == {3 * MINUTE}

    def test_is_one_query(self, year, django_assert_num_queries):
        with django_assert_num_queries(1):
            evidence(year)

    def test_is_the_same_counted_row_by_row(self, year):
        service = a_service("Forgejo")
        for number in range(1, 40):
            told_after = [None, 3, 11, 600][number % 4]
            an_outage(service, year - (number * 9 + 1) * DAY, lasted=number * 5, told_after=told_after)
        delays = [one.delay for one in one_by_one(year)]
        shown = evidence(year)
        assert shown.total == len(delays) > 30
        assert shown.told_in_time == sum(one.in_time for one in one_by_one(year))
        assert shown.median == sorted(filter(lambda delay: delay is not None, delays))[shown.told // 2]
        assert shown.never_told == delays.count(None)
        assert shown.worst == max(filter(None, delays))


class TestThePage:
    @pytest.fixture
    def page(self, year):
        return Client(headers={"accept-language": "en"}).get("/figures/interruptions/").content.decode()

    def test_shows_the_misses(self, page):
        assert "Never announced" in page
        assert "Announced after 30 minutes" in page
        assert "1 was never announced." in page

    def test_says_how_it_counts(self, page):
        assert "misses included" in page
        assert "5 interruptions longer than 10 minutes in the last 12 months; 3 of them" in page

    def test_says_so_when_there_was_none(self, db):
        page = Client(headers={"accept-language": "en"}).get("/figures/interruptions/").content.decode()
        assert "There was no interruption longer than 10 minutes" in page

    def test_names_no_service_that_is_not_listed(self, year):
        an_outage(a_service("Backups", listed=False), year - 3 * DAY)
        assert "Backups" not in Client().get("/figures/interruptions/").content.decode()


class TestTheJson:
    def test_says_what_the_page_says(self, year):
        answer = Client().get("/figures/interruptions.json")
        said = json.loads(answer.content)
        assert said["interruptions"] == 5
        assert said["announced_in_time"] == 3
        assert said["never_announced"] == 1
        assert said["worst_delay_seconds"] == 1800
        assert [one["delay_seconds"] for one in said["list"]] == [240, 360, 1800, None, 0]

    def test_may_be_read_by_any_site(self, year):
        assert Client().get("/figures/interruptions.json")["Access-Control-Allow-Origin"] == "*"

    def test_of_nothing_has_every_key(self, db):
        assert set(as_json(evidence(timezone.now()), [])) == {
            "clause", "counted_from", "counted_until", "longer_than_seconds", "interruptions", "announced",
            "announced_in_time", "never_announced", "share_announced_in_time", "median_delay_seconds",
            "worst_delay_seconds", "list",
        }  # fmt: skip
