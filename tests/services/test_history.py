"""The last days of services: a letter a day, seconds of each kind, for many at once."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from services.history import by_day, histories, histories_of, of_declared
from services.models import DayFigure, Outage, Service
from services.uptime import Tally
from tests.factories import NOON, a_service
from tests.services.history import DAY, a_past

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def files():
    return a_service("Nextcloud")


def of(service, **kwargs):
    return histories(NOON, **kwargs)[service.pk]


class TestTheLetters:
    def test_are_those_of_each_day_in_order(self, files):
        a_past(files, "usdmnu", until=NOON)
        assert of(files, days=6).letters == "usdmnu"

    def test_are_in_order_whatever_the_order_of_the_rows(self, files):
        a_past(files, "usdmnu", until=NOON)
        DayFigure.objects.filter(down_seconds=3600).update(
            looks=1
        )  # PostgreSQL moves a changed row to the end
        assert of(files, days=6).letters == "usdmnu"

    def test_say_not_known_where_there_is_no_figure(self, files):
        a_past(files, "u u", until=NOON)
        assert of(files, days=5).letters == "nnunu"
        assert of(files, days=3).letters == "unu"

    def test_say_what_happened_beside_days_without_a_figure(self, files):
        a_past(files, "ud s  mn", until=NOON)
        a_past(a_service("Forgejo"), "uudu", until=NOON)
        assert of(files, days=10).letters == "nnudnsnnmn"

    def test_end_today_on_the_hosts_own_clock(self, files):
        a_past(files, "su", until=NOON)
        assert histories(dt.datetime(2026, 3, 2, 22, 59, tzinfo=dt.UTC), days=2)[files.pk].letters == "su"
        assert histories(dt.datetime(2026, 3, 2, 23, 1, tzinfo=dt.UTC), days=2)[files.pk].letters == "un"

    def test_of_a_day_of_which_nothing_is_known_are_not_up(self, files):
        DayFigure.objects.create(service=files, day=NOON.date())
        assert of(files, days=1).letters == "n"

    def test_reach_three_years_back(self, files):
        a_past(files, "u" * 1095, until=NOON)
        assert of(files, days=1095).letters == "u" * 1095


class TestTheTally:
    def test_adds_the_seconds_of_the_days_asked_for(self, files):
        a_past(files, "dddud", until=NOON)
        assert of(files, days=2).tally == Tally(up=2 * DAY - 3600, down=3600)

    def test_keeps_services_apart(self, files):
        forge = a_service("Forgejo")
        a_past(files, "u", until=NOON)
        a_past(forge, "d", until=NOON)
        found = histories(NOON)
        assert found[files.pk].tally.share == 1
        assert found[forge.pk].tally.share < 1
        assert set(histories(NOON, services=[forge.pk])) == {forge.pk}


class TestOfAllServices:
    def found(self, *, at=NOON, days=3):
        services = list(Service.objects.with_state(at))
        found = histories_of(services, at, days=days)
        return {service.name: found[service.pk] for service in services}

    def test_what_nobody_looks_at_shows_what_was_declared(self, files):
        Outage.objects.create(service=files, started_at=NOON - 60 * MINUTE, ended_at=NOON - 30 * MINUTE)
        history = self.found()["Nextcloud"]
        assert history.letters == "nnd"
        assert not history.watched

    def test_what_goes_on_is_shown_before_the_figures_know(self, files):
        a_past(files, "uuu", until=NOON)
        Outage.objects.create(service=files, started_at=NOON - 5 * MINUTE)
        assert self.found()["Nextcloud"].letters == "uus"
        assert self.found(at=NOON + 6 * MINUTE)["Nextcloud"].letters == "uud"

    def test_many_cost_no_more_queries_than_few(self, django_assert_num_queries):
        for number in range(60):
            a_past(a_service(f"s{number}"), "u" if number % 2 else "", until=NOON)
        services = list(Service.objects.with_state(NOON))
        with django_assert_num_queries(2):
            histories_of(services, NOON)


class TestDeclared:
    def letters(self, began, ended, at=NOON, days=3):
        return of_declared([Outage(started_at=began, ended_at=ended)], at, days=days)

    def test_a_night_counts_on_both_its_days(self):
        midnight = dt.datetime(2026, 3, 2, tzinfo=PARIS)
        assert self.letters(midnight - 5 * MINUTE, midnight + 15 * MINUTE) == "nsd"

    def test_what_began_before_is_cut(self):
        assert self.letters(NOON - dt.timedelta(days=400), NOON - dt.timedelta(days=1)) == "ddn"

    def test_what_goes_on_lasts_until_now(self):
        assert self.letters(NOON - 5 * MINUTE, None) == "nns"


class TestADay:
    def test_is_23_hours_long_when_the_clocks_go_forward(self):
        begin = dt.datetime(2026, 3, 29, tzinfo=PARIS)
        days = list(by_day(begin, dt.datetime(2026, 3, 31, tzinfo=PARIS)))
        assert days == [(dt.date(2026, 3, 29), 23 * 3600.0), (dt.date(2026, 3, 30), 24 * 3600.0)]

    def test_is_25_hours_long_when_they_go_back(self):
        begin = dt.datetime(2026, 10, 25, tzinfo=PARIS)
        ((day, seconds),) = by_day(begin, dt.datetime(2026, 10, 26, tzinfo=PARIS))
        assert (day, seconds) == (dt.date(2026, 10, 25), 25 * 3600.0)

    def test_parts_add_up_to_the_whole(self):
        began, ended = NOON - dt.timedelta(days=9, hours=3), NOON + dt.timedelta(days=40)
        assert sum(seconds for _day, seconds in by_day(began, ended)) == (ended - began).total_seconds()
