"""A maintenance is a window, published before; a routine comes back at the same hour on the wall."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from services.models import Maintenance, Rhythm, Routine
from tests.factories import NOON, a_service

HOUR = dt.timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")


def a_maintenance(*services, starts_at=NOON, lasts=HOUR, **fields) -> Maintenance:
    planned = Maintenance.objects.create(
        **{
            "title_en": "Bigger disks",
            "starts_at": starts_at,
            "ends_at": starts_at + lasts,
            "published_at": starts_at - 48 * HOUR,
            "changed_at": starts_at - 48 * HOUR,
            **fields,
        }
    )
    planned.services.set(services)
    return planned


def a_routine(**fields) -> Routine:
    return Routine(
        **{
            "title_en": "Updates",
            "first_day": dt.date(2026, 3, 3),
            "begins_at": dt.time(2, 30),
            "minutes": 60,
            **fields,
        }
    )


@pytest.mark.django_db
class TestItCoversAService:
    def test_from_its_begin_to_its_end(self):
        files, mail = a_service("Nextcloud"), a_service("Mail")
        planned = a_maintenance(files)
        covering = Maintenance.objects.covering
        assert not covering([files.pk], NOON - dt.timedelta(seconds=1)).exists()
        assert covering([files.pk, mail.pk], NOON).get() == planned
        assert covering([files.pk], NOON + HOUR - dt.timedelta(seconds=1)).exists()
        assert not covering([files.pk], NOON + HOUR).exists()
        assert not covering([mail.pk], NOON).exists()

    def test_not_once_it_is_finished_early(self):
        files = a_service()
        a_maintenance(files, finished_at=NOON + HOUR / 2)
        assert Maintenance.objects.covering([files.pk], NOON + HOUR / 4).exists()
        assert not Maintenance.objects.covering([files.pk], NOON + HOUR / 2).exists()

    def test_not_when_it_is_called_off(self):
        files = a_service()
        a_maintenance(files, cancelled_at=NOON - HOUR)
        assert not Maintenance.objects.covering([files.pk], NOON).exists()

    def test_one_of_two_services_is_counted_once(self):
        files, mail = a_service("Nextcloud"), a_service("Mail")
        a_maintenance(files, mail)
        assert Maintenance.objects.covering([files.pk, mail.pk], NOON).count() == 1


@pytest.mark.django_db
class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"ends_at": NOON}, "maintenance_ends_after_it_begins"),
            ({"ends_at": NOON + dt.timedelta(days=32)}, "maintenance_lasts_a_month_at_most"),
            ({"title_en": ""}, "maintenance_has_a_title"),
            ({"finished_at": NOON - HOUR}, "maintenance_finished_within_its_window"),
            ({"finished_at": NOON + 2 * HOUR}, "maintenance_finished_within_its_window"),
            ({"finished_at": NOON, "cancelled_at": NOON}, "maintenance_finished_within_its_window"),
        ],
    )
    def test_a_window_that_is_none(self, fields, name):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            a_maintenance(**fields)

    def test_two_of_one_routine_on_one_day(self):
        routine = a_routine()
        routine.save()
        day = {"routine": routine, "routine_day": routine.first_day}
        a_maintenance(**day)
        with pytest.raises(IntegrityError, match="once_a_day_of_routine"), transaction.atomic():
            a_maintenance(**day)


class TestARoutineComesBack:
    SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2026, 10, 25)

    def on_the_wall(self, day, **fields):
        begins, ends = a_routine(**fields).window(day)
        return begins.astimezone(PARIS).strftime("%d %H:%M %Z"), ends - begins

    def test_at_the_same_hour_in_winter_and_summer(self):
        assert self.on_the_wall(dt.date(2026, 3, 28)) == ("28 02:30 CET", HOUR)
        assert self.on_the_wall(dt.date(2026, 3, 30)) == ("30 02:30 CEST", HOUR)

    def test_an_hour_later_where_the_clocks_skip_its_hour(self):
        assert self.on_the_wall(self.SPRING) == ("29 03:30 CEST", HOUR)

    def test_the_first_time_of_an_hour_that_is_shown_twice(self):
        assert self.on_the_wall(self.AUTUMN) == ("25 02:30 CEST", HOUR)

    def days(self, rhythm, since, until, **fields):
        return [f"{day:%m-%d}" for day in a_routine(rhythm=rhythm, **fields).days(since, until)]

    def test_every_day_week_or_second_week(self):
        march = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
        assert len(self.days(Rhythm.DAILY, *march)) == 29
        assert self.days(Rhythm.WEEKLY, *march) == ["03-03", "03-10", "03-17", "03-24", "03-31"]
        assert self.days(Rhythm.FORTNIGHTLY, *march) == ["03-03", "03-17", "03-31"]

    def test_whenever_one_begins_to_look(self):
        since = dt.date(2026, 3, 11), dt.date(2026, 3, 31)
        assert self.days(Rhythm.FORTNIGHTLY, *since) == ["03-17", "03-31"]
        assert self.days(Rhythm.WEEKLY, dt.date(2026, 3, 10), dt.date(2026, 3, 10)) == ["03-10"]

    def test_on_the_same_weekday_of_each_month(self):
        year = dt.date(2026, 1, 1), dt.date(2027, 2, 28)
        first_tuesdays = self.days(Rhythm.MONTHLY, *year)
        assert first_tuesdays[:3] == ["03-03", "04-07", "05-05"]
        assert first_tuesdays[-1] == "02-02"

    def test_a_fifth_weekday_is_the_last_one(self):
        until = dt.date(2026, 3, 1), dt.date(2026, 6, 30)
        assert self.days(Rhythm.MONTHLY, *until, first_day=dt.date(2026, 3, 31)) == [
            "03-31",
            "04-28",
            "05-26",
            "06-30",
        ]

    def test_until_its_last_day(self):
        march = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
        assert self.days(Rhythm.WEEKLY, *march, last_day=dt.date(2026, 3, 17))[-1] == "03-17"
