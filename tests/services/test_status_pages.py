"""What everybody can read: what is interrupted, what was, and what was told."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.verbs import announce, close_outage, open_outage
from tests.factories import NOON, a_service

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


def read(name, *args, language="en"):
    return Client(headers={"accept-language": language}).get(reverse(f"services:{name}", args=args))


@pytest.fixture
def files():
    return a_service("Nextcloud")


@pytest.fixture
def past(files):
    outage = open_outage(files.pk, started_at=NOON, at=NOON + 4 * MINUTE, summary_en="Disk full.")
    return close_outage(outage.pk, ended_at=NOON + 65 * MINUTE, at=NOON + 66 * MINUTE)


@pytest.fixture
def present(files):
    at = timezone.now()
    return open_outage(files.pk, started_at=at - 7 * MINUTE, at=at, summary_en="Power cut.")


class TestTheStatusPage:
    def test_says_what_is_known_and_where_it_comes_from(self, files):
        page = read("status").content.decode()
        assert "No interruption is known, as declared by the volunteers." in page
        assert "No interruption was declared this month." in page

    def test_shows_what_goes_on(self, present):
        page = read("status").content.decode()
        assert "Power cut." in page
        assert present.get_absolute_url() in page

    def test_leads_to_the_months_in_which_something_happened(self, past):
        page = read("status").content.decode()
        assert reverse("services:month", args=[2026, 3]) in page
        assert "Disk full." not in page
        assert "Disk full." in read("month", 2026, 3).content.decode()

    def test_the_newest_comes_first(self, files, past):
        for hours in [3, 9, 6]:
            began = NOON + hours * 60 * MINUTE
            service = a_service(f"after-{hours}")
            close_outage(
                open_outage(service.pk, started_at=began, at=began).pk,
                ended_at=began + MINUTE,
                at=began + MINUTE,
            )
        page = read("month", 2026, 3).content.decode()
        places = [page.index(name) for name in ["after-9", "after-6", "after-3", "Disk full."]]
        assert places == sorted(places)

    def test_an_interruption_belongs_to_the_month_of_the_hosts_own_clock(self, files):
        """Half past eleven at night on 31 January in London is February in Paris."""
        began = dt.datetime(2026, 1, 31, 23, 30, tzinfo=dt.UTC)
        close_outage(open_outage(files.pk, started_at=began, at=began).pk, ended_at=NOON, at=NOON)
        assert read("month", 2026, 2).status_code == 200
        assert read("month", 2026, 1).status_code == 404

    @pytest.mark.parametrize(
        ("year", "month"), [(2026, 13), (0, 1), (9999, 12), (10000, 1), (2026, 0), (2020, 1)]
    )
    def test_a_month_that_does_not_exist_or_had_nothing_is_not_found(self, past, year, month):
        assert read("month", year, month).status_code == 404

    def test_costs_as_many_queries_for_many_outages_as_for_few(self, django_assert_max_num_queries):
        for number in range(12):
            at = timezone.now()
            open_outage(a_service(f"s{number}").pk, started_at=at, at=at)
        with django_assert_max_num_queries(6):
            read("status")


class TestThePageOfAnInterruption:
    def test_says_when_for_how_long_and_when_it_was_told(self, past):
        page = read("outage", past.pk).content.decode()
        assert "1 hour and 5 minutes" in page
        assert "PT3900S" in page
        assert "Disk full." in page
        assert "Nextcloud works again" in page

    def test_one_that_goes_on_says_so(self, present):
        page = read("outage", present.pk).content.decode()
        assert "Has lasted" in page
        assert "7 minutes" in page

    def test_in_french_too(self, past):
        assert '<html lang="fr"' in read("outage", past.pk, language="fr").content.decode()

    def test_of_an_internal_service_is_not_public(self):
        hidden = open_outage(a_service("Backups", listed=False).pk, started_at=NOON, at=NOON)
        assert read("outage", hidden.pk).status_code == 404
        assert "Backups" not in read("status").content.decode()
        assert read("month", 2026, 3).status_code == 404

    def test_that_never_was_is_not_found(self):
        assert read("outage", 999).status_code == 404


class TestThePageOfAnAnnouncement:
    def test_says_it_and_leads_to_its_interruption(self, past):
        told = past.announcements.first()
        page = read("announcement", told.pk).content.decode()
        assert told.title_en in page
        assert past.get_absolute_url() in page

    def test_is_not_there_before_its_time(self):
        told = announce(title_en="A surprise", at=timezone.now() + 5 * MINUTE)
        assert read("announcement", told.pk).status_code == 404

    def test_what_volunteers_write_is_never_markup(self):
        told = announce(title_en="<script>alert(1)</script>", text_en="<img src=x onerror=alert(1)>", at=NOON)
        page = read("announcement", told.pk).content.decode() + read("status").content.decode()
        assert "<script>alert" not in page
        assert "<img" not in page
