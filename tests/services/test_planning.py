"""A maintenance is planned, told three times before, moved, called off or finished; routines bring theirs."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from journal.models import Entry
from outbox.models import Letter
from services.models import Announcement, Kind, Maintenance, Outage, Rhythm, Routine, Watch
from services.verbs import (
    begin_routine,
    call_off,
    close_outage,
    finish,
    look_after_maintenance,
    open_outage,
    overrun,
    plan,
    reschedule,
    stop_routine,
    tell_outages,
)
from tests.factories import NOON, a_service
from tests.services.history import seen_up

pytestmark = pytest.mark.django_db

HOUR, MINUTE, DAY = dt.timedelta(hours=1), dt.timedelta(minutes=1), dt.timedelta(days=1)


@pytest.fixture
def files():
    return a_service("Nextcloud")


@pytest.fixture(autouse=True)
def a_post_for_each(settings):
    settings.MASTODON_URL, settings.MASTODON_TOKEN = "https://fedi.example.org", "a-token"


def planned(*services, starts_at=NOON, lasts=HOUR, at=NOON - 3 * DAY, **fields) -> Maintenance:
    words = {"title_fr": "Disques", "title_en": "Bigger disks", "text_en": "Read-only meanwhile."}
    return plan(services=services, starts_at=starts_at, ends_at=starts_at + lasts, at=at, **(words | fields))


def told() -> list[str]:
    return list(Announcement.objects.order_by("published_at", "pk").values_list("title_en", flat=True))


class TestItIsPlanned:
    def test_and_told_at_once(self, files, mona):
        maintenance = planned(files, by=mona)
        announcement = Announcement.objects.get()
        assert announcement.kind == Kind.PLANNED
        assert announcement.title_en == "Maintenance planned: Bigger disks"
        assert "Nextcloud" in announcement.text_en
        assert "Read-only meanwhile." in announcement.text_en
        assert Letter.objects.get(channel="mastodon")
        assert Entry.objects.about(maintenance).get().verb == "services.maintenance_planned"

    def test_quietly_when_hardly_anybody_notices(self, files):
        planned(files, quiet=True)
        assert told() == []

    def test_without_a_word_about_what_is_hidden(self):
        planned(a_service("Backups", listed=False))
        assert told() == []

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"lasts": -HOUR}, "ends_at"),
            ({"at": NOON + 2 * HOUR}, "ends_at"),
            ({"title_fr": "", "title_en": ""}, "__all__"),
            ({"lasts": 40 * DAY}, "__all__"),
        ],
    )
    def test_not_in_a_way_that_makes_no_sense(self, files, fields, field):
        with pytest.raises(ValidationError) as refusal:
            planned(files, **fields)
        assert field in refusal.value.message_dict
        assert not Maintenance.objects.exists()
        assert not Entry.objects.exists()

    def test_not_of_nothing(self):
        with pytest.raises(ValidationError):
            planned()


class TestPeopleAreReminded:
    def test_a_day_and_an_hour_before_once_each(self, files):
        planned(files)
        for minutes in range(-25 * 60, 0, 5):
            look_after_maintenance(NOON + minutes * MINUTE)
        reminders = Announcement.objects.filter(kind=Kind.REMINDER).order_by("published_at")
        assert [one.published_at for one in reminders] == [NOON - DAY, NOON - HOUR]
        assert [one.title_en for one in reminders] == [
            "Maintenance tomorrow: Bigger disks",
            "Maintenance within the hour: Bigger disks",
        ]
        assert {one.thread.kind for one in reminders} == {Kind.PLANNED}

    def test_of_the_hour_only_by_a_clock_that_slept_through_the_day(self, files):
        planned(files)
        look_after_maintenance(NOON - 30 * MINUTE)
        look_after_maintenance(NOON - 29 * MINUTE)
        assert told()[1:] == ["Maintenance within the hour: Bigger disks"]

    def test_not_of_what_they_have_just_been_told(self, files):
        planned(files, at=NOON - 23 * HOUR)
        look_after_maintenance(NOON - 22 * HOUR)
        assert len(told()) == 1
        look_after_maintenance(NOON - HOUR)
        assert len(told()) == 2

    def test_not_of_what_was_called_off(self, files):
        maintenance = planned(files)
        call_off(maintenance.pk, at=NOON - 2 * DAY)
        look_after_maintenance(NOON - DAY)
        assert told()[1:] == ["Maintenance called off: Bigger disks"]

    def test_again_when_it_was_moved(self, files):
        maintenance = planned(files)
        look_after_maintenance(NOON - DAY)
        later = NOON + 5 * DAY
        reschedule(maintenance.pk, starts_at=later, ends_at=later + HOUR, at=NOON - HOUR)
        look_after_maintenance(later - DAY)
        assert told()[2:] == ["Maintenance moved: Bigger disks", "Maintenance tomorrow: Bigger disks"]


class TestItChanges:
    def test_to_another_time(self, files, mona):
        maintenance = planned(files)
        moved = reschedule(
            maintenance.pk, starts_at=NOON + DAY, ends_at=NOON + DAY + HOUR, at=NOON - DAY, by=mona
        )
        assert moved.edition == 1
        assert not Maintenance.objects.covering([files.pk], NOON + MINUTE).exists()
        assert Maintenance.objects.covering([files.pk], NOON + DAY).exists()

    def test_only_in_its_end_once_it_has_begun(self, files):
        maintenance = planned(files)
        at = NOON + 10 * MINUTE
        with pytest.raises(ValidationError, match="only its end"):
            reschedule(maintenance.pk, starts_at=NOON + HOUR, ends_at=NOON + 3 * HOUR, at=at)
        reschedule(maintenance.pk, starts_at=NOON, ends_at=NOON + 3 * HOUR, at=at)
        assert told()[-1] == "Maintenance takes longer: Bigger disks"

    def test_to_nothing_silently_when_nothing_changes(self, files):
        maintenance = planned(files)
        reschedule(maintenance.pk, starts_at=NOON, ends_at=NOON + HOUR, at=NOON - DAY)
        assert len(told()) == 1

    def test_no_more_once_it_is_over_or_called_off(self, files):
        maintenance, other = planned(files), planned(files)
        call_off(other.pk, at=NOON - DAY)
        for verb in (call_off, finish):
            with pytest.raises(ValidationError):
                verb(maintenance.pk, at=NOON + 2 * HOUR)
            with pytest.raises(ValidationError):
                verb(other.pk, at=NOON - HOUR)


class TestItEnds:
    def test_by_itself_and_everybody_is_told(self, files):
        maintenance = planned(files)
        seen_up(files, at=NOON + HOUR, known_for=HOUR)
        look_after_maintenance(NOON + HOUR + MINUTE)
        assert len(told()) == 1  # what is down would be found by then
        look_after_maintenance(NOON + HOUR + 3 * MINUTE)
        look_after_maintenance(NOON + HOUR + 4 * MINUTE)
        maintenance.refresh_from_db()
        assert maintenance.finished_at == NOON + HOUR
        assert told()[1:] == ["Maintenance finished: Bigger disks"]

    def test_saying_what_was_interrupted_before_and_still_is(self, files, mona):
        open_outage(files.pk, started_at=NOON - HOUR, at=NOON - HOUR, by=mona)
        planned(files, at=NOON - 2 * HOUR)
        look_after_maintenance(NOON + HOUR + 3 * MINUTE)
        end = Announcement.objects.get(kind=Kind.END)
        assert end.title_en == "Maintenance finished: Bigger disks"
        assert end.text_en.endswith("Still interrupted: Nextcloud.")

    def test_not_while_its_service_is_being_looked_at_again(self, files):
        planned(files)
        probe = seen_up(files, at=NOON + HOUR, known_for=HOUR)
        since = NOON + HOUR + 2 * MINUTE
        Watch.objects.filter(probe=probe).update(judgement="suspect", contrary=1, contrary_since=since)
        look_after_maintenance(NOON + HOUR + 3 * MINUTE)
        assert len(told()) == 1
        Watch.objects.filter(probe=probe).update(judgement="up", contrary=0, contrary_since=None)
        look_after_maintenance(NOON + HOUR + 4 * MINUTE)
        assert told()[1:] == ["Maintenance finished: Bigger disks"]

    @pytest.mark.parametrize("was_seen", [False, True])
    def test_claiming_nothing_of_what_nobody_sees_working(self, files, was_seen):
        planned(files, forge := a_service("Forgejo"))
        seen_up(forge, at=NOON + HOUR, known_for=HOUR)
        if was_seen:  # long ago
            seen_up(files, at=NOON - HOUR)
        look_after_maintenance(NOON + HOUR + 3 * MINUTE)
        end = Announcement.objects.get(kind=Kind.END)
        assert end.title_en == "Maintenance over: Bigger disks"
        assert "cannot see by itself whether all works again that was concerned: Nextcloud." in end.text_en
        assert "Forgejo" not in end.text_en


class TestItOverruns:
    AFTER = NOON + HOUR + 12 * MINUTE

    def test_as_a_volunteer_says_of_what_no_probe_looks_at(self, files, mona):
        maintenance = planned(files)
        look_after_maintenance(NOON + HOUR + 3 * MINUTE)
        outage = overrun(maintenance.pk, at=self.AFTER, by=mona)
        assert (outage.started_at, outage.ended_at) == (NOON + HOUR, None)
        close_outage(outage.pk, ended_at=self.AFTER + HOUR, at=self.AFTER + HOUR, by=mona)
        assert told()[1:] == [
            "Maintenance over: Bigger disks",
            "Bigger disks: it takes longer than planned",
            "Nextcloud works again",
        ]
        assert Announcement.objects.filter(thread=None).count() == 1

    def test_as_one_interruption_of_all_that_nobody_sees_working(self, files):
        seen, hidden = a_service("Forgejo"), a_service("Disks", listed=False)
        seen_up(seen, at=self.AFTER)
        maintenance = planned(hidden, files, seen, other := a_service("Pads"))
        root = overrun(maintenance.pk, at=self.AFTER)
        assert {one.service for one in root.consequences.all()} | {root.service} == {files, hidden, other}
        assert Announcement.objects.filter(kind=Kind.BEGIN).count() == 1
        with pytest.raises(ValidationError, match="or their interruption is open"):
            overrun(maintenance.pk, at=self.AFTER)

    def test_not_while_it_goes_on_nor_called_off(self, files):
        maintenance = planned(files)
        with pytest.raises(ValidationError, match="move its end"):
            overrun(maintenance.pk, at=NOON + MINUTE)
        call_off(maintenance.pk, at=NOON - HOUR)
        with pytest.raises(ValidationError, match="called off"):
            overrun(maintenance.pk, at=self.AFTER)
        assert not Outage.objects.exists()


class TestItEndsEarlyOrNot:
    def test_early_when_a_volunteer_says_so(self, files, mona):
        maintenance = planned(files)
        finish(maintenance.pk, at=NOON + 20 * MINUTE, by=mona)
        assert not Maintenance.objects.covering([files.pk], NOON + 30 * MINUTE).exists()
        assert "20 minutes" in Announcement.objects.get(kind=Kind.END).text_en
        with pytest.raises(ValidationError):
            finish(maintenance.pk, at=NOON + 21 * MINUTE, by=mona)

    def test_not_before_it_begins(self, files):
        with pytest.raises(ValidationError, match="call it off"):
            finish(planned(files).pk, at=NOON - MINUTE)

    def test_it_is_not_called_off_once_it_has_begun(self, files):
        with pytest.raises(ValidationError, match="finished instead"):
            call_off(planned(files).pk, at=NOON + MINUTE)

    def test_not_while_a_service_has_not_come_back(self, files):
        """Planned, happens, overruns: the interruption takes the thread over."""
        planned(files)
        ended = NOON + HOUR
        outage = open_outage(files.pk, started_at=ended, at=ended + MINUTE, tell=False)
        tell_outages(ended + MINUTE)
        look_after_maintenance(ended + 5 * MINUTE)
        close_outage(outage.pk, ended_at=ended + 25 * MINUTE, at=ended + 25 * MINUTE)
        look_after_maintenance(ended + 30 * MINUTE)
        assert told() == [
            "Maintenance planned: Bigger disks",
            "Bigger disks: it takes longer than planned",
            "Nextcloud works again",
        ]
        assert Announcement.objects.filter(thread=None).count() == 1

    def test_as_an_interruption_although_that_was_short(self, files):
        planned(files)
        ended = NOON + HOUR
        outage = open_outage(files.pk, started_at=ended, at=ended, tell=False)
        tell_outages(ended + MINUTE)
        close_outage(outage.pk, ended_at=ended + 2 * MINUTE, at=ended + 2 * MINUTE)
        look_after_maintenance(ended + 5 * MINUTE)
        assert told()[1:] == ["Bigger disks: it takes longer than planned", "Nextcloud works again"]

    def test_as_what_it_is_although_the_service_fell_before_it(self, files):
        planned(files)
        before = open_outage(files.pk, started_at=NOON - 20 * MINUTE, at=NOON - 20 * MINUTE)
        close_outage(before.pk, ended_at=NOON, at=NOON)
        open_outage(files.pk, started_at=NOON + HOUR / 4, at=NOON + HOUR, tell=False)
        Maintenance.objects.update(finished_at=NOON + HOUR / 4)
        tell_outages(NOON + HOUR)
        assert told()[-1] == "Bigger disks: it takes longer than planned"


def a_routine(**fields) -> Routine:
    return Routine(
        **{
            "title_en": "Updates",
            "first_day": dt.date(2026, 3, 3),
            "begins_at": dt.time(5, 0),
            "minutes": 30,
            "rhythm": Rhythm.WEEKLY,
            **fields,
        }
    )


class TestARoutine:
    def test_puts_its_maintenance_into_the_calendar_and_tells_of_the_first(self, files, mona):
        routine = begin_routine(a_routine(), [files], at=NOON, by=mona)
        days = routine.occurrences.order_by("starts_at").values_list("routine_day", flat=True)
        assert days[0] == dt.date(2026, 3, 3)
        assert len(days) == 9
        assert told() == ["Maintenance planned: Updates"]

    def test_keeps_its_hour_across_the_change_of_clocks(self, files):
        routine = begin_routine(a_routine(), [files], at=NOON)
        hours = routine.occurrences.order_by("starts_at").values_list("starts_at", flat=True)
        assert {start.hour for start in hours} == {4, 3}

    def test_goes_on_as_time_passes_and_never_doubles(self, files):
        routine = begin_routine(a_routine(), [files], at=NOON)
        assert look_after_maintenance(NOON) == 0
        for day in range(30):
            look_after_maintenance(NOON + day * DAY)
        days = list(routine.occurrences.values_list("routine_day", flat=True))
        assert len(days) == len(set(days)) == 13
        covered = Maintenance.objects.covering([files.pk], dt.datetime(2026, 4, 28, 3, 10, tzinfo=dt.UTC))
        assert covered.exists()

    def test_shows_people_the_next_of_its_days_and_single_ones_all(self, files):
        routine = begin_routine(a_routine(), [files], at=NOON)
        first, second = routine.occurrences.order_by("starts_at")[:2]
        single = planned(files, starts_at=NOON + 20 * DAY)
        assert list(Maintenance.objects.next_of_each(NOON)) == [first, single]
        assert list(Maintenance.objects.next_of_each(first.ends_at)) == [second, single]

    def test_reminds_of_each(self, files):
        begin_routine(a_routine(), [files], at=NOON - 9 * DAY)
        look_after_maintenance(dt.datetime(2026, 3, 9, 4, 0, tzinfo=dt.UTC))
        (reminder,) = Announcement.objects.filter(kind=Kind.REMINDER)
        assert reminder.maintenance.routine_day == dt.date(2026, 3, 10)

    def test_stops_and_takes_back_what_was_to_come(self, files, mona):
        routine = begin_routine(a_routine(), [files], at=NOON)
        stop_routine(routine.pk, at=NOON + 8 * DAY, by=mona)
        assert not Maintenance.objects.upcoming(NOON + 8 * DAY).exists()
        assert routine.occurrences.kept().count() == 2
        look_after_maintenance(NOON + 9 * DAY)
        assert routine.occurrences.count() == 9
        with pytest.raises(ValidationError, match="stopped already"):
            stop_routine(routine.pk, at=NOON + 9 * DAY, by=mona)

    def test_without_a_service_is_none(self):
        with pytest.raises(ValidationError):
            begin_routine(a_routine(), [], at=NOON)
        assert not Routine.objects.exists()
