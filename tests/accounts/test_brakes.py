"""A run that would do what looks wrong does nothing, and asks a volunteer."""

from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, transaction

from accounts import verbs
from accounts.models import Brake, Notice, PurgeRun, Refused, User
from accounts.verbs import purge
from journal.models import Entry, Role
from outbox.models import Letter
from tests.accounts.unseen import before_limit, day, every_day, letters, look, server_takes_all, unseen
from tests.factories import a_person

pytestmark = pytest.mark.django_db


def many(number, *, last_seen_at=None, start=0):
    """Accounts without a confirmed address, made in one statement."""
    return User.objects.bulk_create(
        User(email=f"p{n}@example.org", joined_at=day(0), last_seen_at=last_seen_at or day(0))
        for n in range(start, start + number)
    )


def ready_to_leave(number, at):
    """People under notice whose last letters were taken long ago: the next run disables them."""
    people = many(number, last_seen_at=at - timedelta(days=365))
    User.objects.filter(pk__in=[p.pk for p in people]).update(noticed_at=at - timedelta(days=60))
    Notice.objects.bulk_create(
        Notice(
            person=person,
            began_at=at - timedelta(days=60),
            next_stage=0,
            next_at=at,
            disables_at=at,
            erases_at=at + timedelta(days=30),
        )
        for person in people
    )
    return people


def asked():
    return Letter.objects.filter(kind="accounts_purge_stopped")


def disabled():
    return User.objects.filter(disabled_at__isnull=False).count()


@pytest.fixture
def only_the_cap(settings):
    settings.INACTIVITY_IMPLAUSIBLE_PERCENT = 100


class TestADay:
    def test_has_one_run(self, terms):
        assert look(day(1))
        assert purge(day(1) + timedelta(hours=23)) is None
        assert PurgeRun.objects.count() == 1
        assert look(day(2))
        assert PurgeRun.objects.count() == 2

    def test_run_says_what_it_did(self, terms):
        unseen()
        assert look(before_limit(60)).done == {"noticed": 1}

    def test_run_that_was_left_open_is_carried_on(self, terms):
        earlier = before_limit(60) - timedelta(hours=3)
        left = PurgeRun.objects.create(
            began_at=earlier, looked_at=earlier, allowed={"leave": 20, "unused": 20}
        )
        unseen()
        assert look(before_limit(60)).pk == left.pk
        left.refresh_from_db()
        assert (left.ended_at, left.done) == (before_limit(60), {"noticed": 1})

    def test_run_that_was_left_open_is_not_for_another_day(self, terms, only_the_cap):
        """What it was allowed was counted from other rows."""
        left = PurgeRun.objects.create(
            began_at=before_limit(1), looked_at=before_limit(1), allowed={"leave": 100, "unused": 100}
        )
        ready_to_leave(21, before_limit(0))
        run = look(before_limit(0))
        assert (run.brake, disabled()) == (Brake.CAP, 0)
        left.refresh_from_db()
        assert (left.ended_at, left.done) == (before_limit(0), {})

    def test_with_no_time_left_leaves_the_rest_to_the_next(self, terms):
        unseen()
        unseen("max@example.org")
        run = purge(before_limit(60), seconds=0)
        assert run.ended_at is None
        assert purge(before_limit(60)).ended_at


class TestTheDailyCap:
    def test_stops_a_run_before_it_touches_anybody(self, terms, only_the_cap):
        ready_to_leave(21, before_limit(0))
        run = look(before_limit(0))
        assert (run.brake, run.wanted["disable"], run.waits) == (Brake.CAP, 21, True)
        assert disabled() == 0
        assert letters() == []

    def test_lets_twenty_go(self, terms, only_the_cap):
        ready_to_leave(20, before_limit(0))
        assert look(before_limit(0)).done == {"disabled": 20}

    def test_is_two_in_a_hundred_where_that_is_more(self, terms, only_the_cap):
        ready_to_leave(30, before_limit(0))
        many(1500, last_seen_at=before_limit(0), start=1000)
        assert look(before_limit(0)).done["disabled"] == 30

    def test_counts_only_accounts_that_are_in_use(self, terms, only_the_cap):
        ready_to_leave(30, before_limit(0))
        many(1470, last_seen_at=before_limit(0), start=1000)
        run = look(before_limit(0))
        assert (run.brake, run.allowed["leave"]) == (Brake.CAP, 29)

    def test_counts_what_the_same_day_did_already(self, terms, only_the_cap):
        PurgeRun.objects.create(
            began_at=before_limit(0) - timedelta(hours=1),
            looked_at=before_limit(0) - timedelta(hours=1),
            ended_at=before_limit(0) - timedelta(hours=1),
            brake=Brake.HALT,
            released_at=before_limit(0),
            released_by_id=1,
            released_why="It was nothing.",
            done={"erased": 15},
        )
        ready_to_leave(10, before_limit(0))
        assert look(before_limit(0)).brake == Brake.CAP

    def test_still_stops_the_next_day_and_remains_one_row(self, terms, only_the_cap):
        ready_to_leave(21, before_limit(0))
        for days in range(4):
            look(before_limit(-days))
        assert PurgeRun.objects.get().looked_at == before_limit(-3)
        assert Entry.objects.of("accounts.purge_stopped").count() == 1

    def test_yields_when_fewer_are_due_because_somebody_is_held(self, terms, mona, only_the_cap):
        people = ready_to_leave(21, before_limit(0))
        look(before_limit(0))
        verbs.hold(people[0].pk, why="A court asked.", until=None, by=mona, at=before_limit(0))
        assert look(before_limit(-1)).done == {"disabled": 20}
        assert not User.objects.get(pk=people[0].pk).disabled_at

    def test_is_released_by_a_volunteer_for_as_many_as_asked(self, terms, mona, only_the_cap):
        ready_to_leave(21, before_limit(0))
        run = look(before_limit(0))
        at = before_limit(0) + timedelta(hours=1)
        verbs.release(run.pk, why="The first run of an old host.", by=mona, at=at)
        assert look(at).done == {"disabled": 21}
        entry = Entry.objects.of("accounts.purge_released").get()
        assert (entry.actor_id, entry.role) == (mona.pk, Role.DESK)

    def test_released_once_does_not_let_more_through_another_day(self, terms, mona, only_the_cap):
        ready_to_leave(21, before_limit(0))
        run = look(before_limit(0))
        verbs.release(run.pk, why="The first run of an old host.", by=mona, at=before_limit(0))
        look(before_limit(0))
        Notice.objects.update(next_stage=0, next_at=before_limit(-1), unreachable_since=None)
        User.objects.update(disabled_at=None)
        assert look(before_limit(-1)).brake == Brake.CAP

    def test_released_twice_is_refused(self, terms, mona, only_the_cap):
        ready_to_leave(21, before_limit(0))
        run = look(before_limit(0))
        verbs.release(run.pk, why="The first run of an old host.", by=mona, at=before_limit(0))
        with pytest.raises(Refused, match="somebody was faster"):
            verbs.release(run.pk, why="Me too.", by=mona, at=before_limit(0))


class TestTheVolunteers:
    """A run that asks them does not wait until one of them happens to look."""

    def test_are_written_to_once_however_long_it_stands(self, terms, mona, only_the_cap):
        ready_to_leave(21, before_limit(0))
        for days in range(4):
            look(before_limit(-days))
        letter = asked().get()
        assert letter.key.endswith(f":{mona.pk}")

    def test_are_told_what_stopped_it_and_where_to_answer(self, terms, mona, only_the_cap):
        ready_to_leave(21, before_limit(0))
        purge(before_limit(0))
        letter = asked().get()
        assert letter.recipient == mona.email
        assert "21" in letter.body
        assert "20" in letter.body
        assert "/desk/accounts/purgerun/forecast/" in letter.body

    def test_are_told_again_of_another_stop(self, terms, mona, only_the_cap):
        ready_to_leave(21, before_limit(0))
        run = look(before_limit(0))
        verbs.release(run.pk, why="An old host.", by=mona, at=before_limit(0))
        look(before_limit(0))
        assert asked().count() == 1
        look(before_limit(-50))
        assert PurgeRun.objects.first().brake == Brake.CLOCK
        assert asked().count() == 2

    def test_are_told_when_a_run_stops_half_way(self, terms, mona, only_the_cap):
        at = before_limit(0)
        ready_to_leave(3, at)
        PurgeRun.objects.create(began_at=at, looked_at=at, allowed={"leave": 2, "unused": 1000})
        run = purge(at)
        assert (run.brake, run.done["disabled"]) == (Brake.CAP, 2)
        assert asked().count() == 1

    def test_are_told_of_a_halt_all_but_the_one_who_called_it(self, terms, mona):
        zoe = a_person("zoe@example.org", staff=True)
        verbs.halt(why="Something is odd.", by=mona, at=day(1))
        assert asked().get().recipient == zoe.email

    def test_who_may_not_release_it_are_spared_the_letter(self, terms, mona, only_the_cap):
        zoe = a_person("zoe@example.org", staff=True)
        User.objects.filter(pk=zoe.pk).update(is_superuser=False)
        ready_to_leave(21, before_limit(0))
        purge(before_limit(0))
        assert asked().get().recipient == mona.email

    def test_read_nothing_while_all_goes_well(self, terms, mona):
        unseen()
        every_day(before_limit(61), before_limit(50))
        assert not asked().exists()


class TestAnImplausibleShare:
    def test_stops_a_run_before_it_writes_to_anybody(self, terms):
        many(50)
        many(100, last_seen_at=before_limit(60), start=1000)
        run = look(before_limit(60))
        assert (run.brake, run.wanted["unused"]) == (Brake.SHARE, 50)
        assert not Notice.objects.exists()

    def test_is_none_of_a_handful(self, terms):
        many(5)
        assert look(before_limit(60)).brake == ""

    @pytest.mark.parametrize(("unused", "brake"), [(15, ""), (16, Brake.SHARE)])
    def test_is_one_at_a_small_host_too(self, terms, unused, brake):
        many(unused)
        many(50 - unused, last_seen_at=before_limit(60), start=1000)
        assert look(before_limit(60)).brake == brake

    def test_released_holds_while_their_notice_lasts(self, terms, mona, settings):
        settings.INACTIVITY_DAILY_CAP = 40
        many(50)
        many(20, last_seen_at=before_limit(-100), start=1000)
        run = look(before_limit(60))
        verbs.release(run.pk, why="We are an old host.", by=mona, at=before_limit(60))
        every_day(before_limit(60), before_limit(50))
        assert Notice.objects.count() == 50

    def test_released_stops_again_when_it_grows(self, terms, mona):
        many(50)
        many(150, last_seen_at=before_limit(50), start=1000)
        run = look(before_limit(60))
        assert run.brake == ""
        User.objects.filter(noticed_at=None, is_staff=False).update(last_seen_at=day(0))
        assert look(before_limit(59)).brake == Brake.SHARE


class TestAClockThatJumps:
    def test_stops_the_run(self, terms):
        unseen()
        look(day(10))
        run = look(day(2000))
        assert (run.brake, letters()) == (Brake.CLOCK, [])

    def test_goes_on_after_a_week_of_steady_ticking(self, terms):
        unseen()
        look(day(10))
        for days in range(7):
            assert look(day(2000 + days)).brake == Brake.CLOCK
        assert look(day(2007)).done == {"noticed": 1}
        assert PurgeRun.objects.filter(brake=Brake.CLOCK).count() == 1

    def test_that_jumps_again_begins_the_week_again(self, terms):
        look(day(10))
        look(day(2000))
        look(day(2020))
        for days in range(7):
            assert look(day(2020 + days)).brake == Brake.CLOCK
        assert look(day(2027)).brake == ""

    def test_back_stops_the_run_as_well(self, terms):
        look(day(2000))
        assert look(day(1000)).brake == Brake.CLOCK
        assert look(day(1006)).brake == Brake.CLOCK
        assert look(day(1007)).brake == ""

    def test_stops_a_run_that_was_left_open_as_well(self, terms):
        unseen()
        left = PurgeRun.objects.create(
            began_at=day(10), looked_at=day(10), allowed={"leave": 20, "unused": 20}
        )
        run = look(day(2000))
        assert (run.brake, letters()) == (Brake.CLOCK, [])
        left.refresh_from_db()
        assert left.ended_at == day(2000)

    def test_by_some_minutes_is_only_set_right(self, terms):
        look(day(10))
        look(day(11))
        assert purge(day(11) - timedelta(minutes=30)) is None
        assert look(day(12)).brake == ""

    def test_goes_on_at_once_when_a_volunteer_says_it_is_right(self, terms, mona):
        unseen()
        look(day(10))
        run = look(day(2000))
        verbs.release(run.pk, why="The machine slept.", by=mona, at=day(2000))
        assert look(day(2000)).done == {"noticed": 1}


class TestTheKillSwitch:
    def test_of_the_operator_stops_everything(self, terms, settings):
        unseen()
        settings.INACTIVITY_PURGE = False
        assert purge(before_limit(60)) is None
        assert not PurgeRun.objects.exists()
        assert letters() == []

    def test_of_a_volunteer_stops_everything_until_released(self, terms, mona):
        unseen()
        run = verbs.halt(why="Something is odd.", by=mona, at=before_limit(61))
        for days in (60, 59, 40, 10):
            assert look(before_limit(days)).brake == Brake.HALT
        assert letters() == []
        verbs.release(run.pk, why="It was nothing.", by=mona, at=before_limit(10))
        assert look(before_limit(10)).done == {"noticed": 1}

    def test_ends_a_run_that_is_under_way(self, terms, mona):
        unseen()
        left = PurgeRun.objects.create(
            began_at=before_limit(60), looked_at=before_limit(60), allowed={"leave": 20, "unused": 20}
        )
        verbs.halt(why="Something is odd.", by=mona, at=before_limit(60))
        left.refresh_from_db()
        assert (left.brake, left.ended_at) == (Brake.HALT, before_limit(60))


class TestTheFirstRun:
    def test_gives_everybody_already_overdue_the_full_notice(self, terms):
        people = [unseen(f"p{n}@example.org") for n in range(5)]
        at = day(3000)
        for days in range(61):
            look(at + timedelta(days=days))
            if days < 60:
                assert disabled() == 0
        assert disabled() == len(people)


class TestTheDatabase:
    def test_refuses_two_open_runs(self):
        row = {"began_at": day(1), "looked_at": day(1)}
        PurgeRun.objects.create(**row)
        with pytest.raises(DatabaseError, match="accounts_run_one_at_a_time"), transaction.atomic():
            PurgeRun.objects.create(**row)

    def test_refuses_a_release_by_nobody(self):
        with pytest.raises(DatabaseError, match="released_by_somebody"), transaction.atomic():
            PurgeRun.objects.create(
                began_at=day(1), looked_at=day(1), ended_at=day(1), brake=Brake.CAP, released_at=day(2)
            )


class TestAnImpossibleSchedule:
    @pytest.mark.parametrize(
        ("number", "values"),
        [
            ("E001", {"INACTIVITY_LIMIT_DAYS": 100}),
            ("E001", {"INACTIVITY_LIMIT_DAYS": 2000}),
            ("E002", {"INACTIVITY_WARNINGS_DAYS": []}),
            ("E002", {"INACTIVITY_WARNINGS_DAYS": [30, 0]}),
            ("E003", {"INACTIVITY_WARNINGS_DAYS": [7, 30]}),
            ("E003", {"INACTIVITY_WARNINGS_DAYS": [30, 30]}),
            ("E004", {"INACTIVITY_WARNINGS_DAYS": [365, 30]}),
            ("E005", {"INACTIVITY_WARNINGS_DAYS": [13, 1]}),
            ("E006", {"INACTIVITY_GRACE_DAYS": 6}),
            ("E007", {"INACTIVITY_DAILY_CAP": 0}),
            ("E008", {"INACTIVITY_IMPLAUSIBLE_PERCENT": 0}),
            ("W001", {"INACTIVITY_GRACE_DAYS": 20}),
            ("W001", {"INACTIVITY_WARNINGS_DAYS": [60, 7, 1]}),
        ],
    )
    def test_is_refused_at_start_up(self, settings, number, values):
        for name, value in values.items():
            setattr(settings, name, value)
        assert [found.id for found in run_checks() if found.id.startswith("accounts.")] == [
            f"accounts.{number}"
        ]

    def test_is_not_the_one_that_ships(self):
        assert not [found for found in run_checks() if found.id.startswith("accounts.")]


def test_everything_is_wound_up_by_the_clock(terms):
    from accounts.tasks import purge as task

    task()
    assert PurgeRun.objects.get().ended_at


def test_letters_of_a_stage_go_to_many_in_pages(terms, only_the_cap, monkeypatch):
    monkeypatch.setattr("accounts.verbs.noticing.PAGE", 2)
    for n in range(7):
        unseen(f"p{n}@example.org")
    assert look(before_limit(60)).done == {"noticed": 7}
    server_takes_all(before_limit(60))
    every_day(before_limit(59), before_limit(30))
    assert len(letters()) == 14
