"""What is due is looked at, written down, judged, and becomes interruptions."""

import datetime as dt
import time

import pytest
from django.utils import timezone

from services import judging, prober
from services.models import (
    DayFigure,
    Dependency,
    Finder,
    Gap,
    Judgement,
    Maintenance,
    Outage,
    Outcome,
    Probe,
    Reason,
    Sample,
    Service,
    State,
    Watch,
)
from services.probing.looks import Seen
from services.verbs import (
    claim_looks,
    close_outage,
    describe_probe,
    forget_samples,
    keep_looks,
    open_outage,
    roll_up,
    settle,
)
from tests.factories import NOON, a_service
from tests.services import loopback
from tests.services.loopback import OK, says, serving

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)
MINUTE = 60 * SECOND
PATIENT = {"timeout_seconds": 20}  # with real servers


@pytest.fixture(autouse=True)
def _inside(settings):
    settings.PROBE_INSIDE = ["*"]


def a_probe(service, target="https://cloud.example.org/", **fields):
    return Probe.objects.create(**{"service": service, "target": target, "timeout_seconds": 1} | fields)


def due_now():
    Watch.objects.update(due_at=timezone.now() - SECOND, claimed_until=None)


class Told:
    """A prober whose looks see what the test says, at the times it says."""

    def __init__(self, *probes, start=NOON):
        self.at = start
        self.probes = probes
        Watch.objects.update(due_at=start)

    def sees(self, outcome, *, reason=Reason.REFUSED, only=None):
        """One round at this time; then settle, as the prober does."""
        Watch.objects.update(due_at=self.at, claimed_until=None)
        looks = []
        for claim in claim_looks(self.at, limit=1000):
            if only and claim.known.probe_id != only.pk:
                continue
            seen = Seen(claim.look, outcome, "" if outcome == Outcome.UP else reason, latency_ms=20)
            seen.started_at, seen.seconds = self.at, 0.1
            looks.append((claim, seen))
        keep_looks(looks)
        settle(self.at + SECOND)

    def after(self, seconds):
        self.at += seconds * SECOND
        return self

    def goes_down(self, **more):
        for pause in (0, 8, 8):
            self.after(pause).sees(Outcome.DOWN, **more)

    def comes_back(self, **more):
        for pause in (0, 16, 16):
            self.after(pause).sees(Outcome.UP, **more)


@pytest.fixture
def files():
    return a_service("Nextcloud")


@pytest.fixture
def told(files):
    probe = a_probe(files)
    told = Told(probe)
    told.sees(Outcome.UP)
    return told.after(60)


class TestARoundOverRealServers:
    def test_looks_once_at_what_is_due_and_spreads(self, files):
        with serving(says(OK)) as good, serving(says(loopback.answer(b"", "500 Oh"))) as bad:
            for server in (good, bad, good):
                a_probe(files, server.url, **PATIENT)
            due_now()
            count = prober.look()
        assert count == {"up": 2, "down": 1}
        assert sorted(Sample.objects.values_list("outcome", "reason")) == [(1, ""), (1, ""), (2, "status")]
        assert not Watch.objects.exclude(claimed_until=None).exists()
        assert not Watch.objects.filter(due_at__lte=timezone.now()).exists()
        assert Watch.objects.values("due_at").distinct().count() == 3

    def test_a_service_that_dies_is_interrupted(self, files, monkeypatch):
        monkeypatch.setattr("services.judging.FAILS_FOR", 2 * SECOND)
        monkeypatch.setitem(judging.LOOKS_AGAIN_AFTER, Judgement.SUSPECT, SECOND)
        with serving(says(OK)) as server:
            a_probe(files, server.url, **PATIENT)
            due_now()
            prober.look()
        assert Service.objects.with_state(timezone.now()).get().state == State.UP
        died = timezone.now()
        until = time.monotonic() + 120
        while time.monotonic() < until and not Outage.objects.exists():
            if (watch := Watch.objects.get()).judgement == Judgement.UP:
                due_now()
            elif watch.due_at > timezone.now():
                time.sleep(0.2)
            prober.look()
        outage = Outage.objects.get()
        assert (outage.found_by, outage.reason) == (Finder.PROBE, Reason.REFUSED)
        assert died <= outage.started_at <= timezone.now() - 2 * SECOND

    def test_a_probe_out_of_use_is_not_looked_through(self, files):
        a_probe(files, enabled=False)
        due_now()
        assert prober.look() == {}

    def test_our_own_mistake_says_nothing_about_the_service(self, files):
        a_probe(files, "https://")
        due_now()
        assert prober.look() == {"unknown": 1}
        assert Sample.objects.get().reason == Reason.OURS
        assert Service.objects.with_state(timezone.now()).get().state == State.UNKNOWN


class TestCanaries:
    @pytest.fixture
    def failing(self, files):
        with serving(says(OK)) as server:
            probe = a_probe(files, server.url, **PATIENT)
            due_now()
            prober.look()
        due_now()
        return probe

    def test_when_no_canary_answers_nobody_can_say(self, failing, settings):
        with serving(says(OK)) as gone:
            pass
        settings.PROBE_CANARIES = [gone.url, gone.where]
        assert prober.look() == {"unknown": 1}
        assert Sample.objects.earliest("-pk").reason == Reason.OFFLINE
        assert Watch.objects.get().judgement == Judgement.UP
        assert Service.objects.with_state(timezone.now()).get().state == State.UNKNOWN

    def test_when_one_answers_the_failure_counts(self, failing, settings):
        with serving(says(loopback.answer(b"", "503 Busy"))) as alive, serving(says(OK)) as gone:
            gone.stop()
            settings.PROBE_CANARIES = [gone.where, alive.url]
            assert prober.look() == {"down": 1}
        assert Watch.objects.get().judgement == Judgement.SUSPECT

    def test_nobody_asks_them_while_all_is_well(self, files, settings):
        with serving(says(OK)) as server, serving(says(OK)) as canary:
            settings.PROBE_CANARIES = [canary.url]
            a_probe(files, server.url, **PATIENT)
            due_now()
            prober.look()
            assert canary.connections == 0


class TestClaims:
    def test_a_look_is_claimed_once(self, files):
        a_probe(files)
        Watch.objects.update(due_at=NOON)
        assert len(claim_looks(NOON, limit=10)) == 1
        assert claim_looks(NOON, limit=10) == []

    def test_whoever_was_killed_is_replaced_within_a_minute(self, files):
        a_probe(files)
        Watch.objects.update(due_at=NOON)
        claim_looks(NOON, limit=10)
        assert len(claim_looks(NOON + MINUTE, limit=10)) == 1

    def test_whoever_comes_back_from_the_dead_has_nothing_to_say_any_more(self, files):
        a_probe(files)
        Watch.objects.update(due_at=NOON)
        (late,) = claim_looks(NOON, limit=10)
        (new,) = claim_looks(NOON + MINUTE, limit=10)
        keep_looks([(late, Seen(late.look, Outcome.UP, started_at=NOON))])
        assert not Sample.objects.exists()
        keep_looks([(new, Seen(new.look, Outcome.UP, started_at=NOON + MINUTE))])
        assert Sample.objects.count() == 1

    def test_the_most_overdue_come_first(self, files):
        probes = [a_probe(files) for _ in range(3)]
        for number, probe in enumerate(probes):
            Watch.objects.filter(probe=probe).update(due_at=NOON - number * MINUTE)
        assert [claim.known.probe_id for claim in claim_looks(NOON, limit=1)] == [probes[2].pk]


class TestAClockThatWasWrong:
    """A machine started a day ahead, looked, and was set right."""

    def test_what_is_due_tomorrow_is_due_now(self, files):
        a_probe(files)
        for wrong in (
            {"due_at": NOON + 1440 * MINUTE},
            {"due_at": NOON, "claimed_until": NOON + 1440 * MINUTE},
        ):
            Watch.objects.update(**{"claimed_until": None} | wrong)
            assert len(claim_looks(NOON, limit=10)) == 1

    def test_a_claim_that_can_be_is_left_alone(self, files):
        a_probe(files, interval_seconds=86_400, timeout_seconds=60)
        Watch.objects.update(due_at=NOON)
        assert len(claim_looks(NOON, limit=10)) == 1
        Watch.objects.update(claimed_until=None, due_at=NOON + 1440 * MINUTE)
        assert claim_looks(NOON, limit=10) == []

    def test_what_it_doubted_tomorrow_it_doubts_since_now(self, told):
        Watch.objects.update(judgement=Judgement.SUSPECT, contrary=1, contrary_since=told.at + 1440 * MINUTE)
        told.goes_down()
        assert Watch.objects.get().judgement == Judgement.DOWN


class TestInterruptions:
    def test_one_failure_is_none(self, told):
        told.sees(Outcome.DOWN)
        told.after(5).sees(Outcome.UP)
        assert not Outage.objects.exists()

    def test_it_began_with_the_first_failure_and_ended_with_the_first_answer(self, told):
        began = told.at
        told.goes_down()
        outage = Outage.objects.get()
        assert (outage.started_at, outage.ended_at, outage.found_by) == (began, None, Finder.PROBE)
        assert outage.reason == Reason.REFUSED
        ended = told.after(60).at
        told.comes_back()
        outage.refresh_from_db()
        assert outage.ended_at == ended

    def test_nobody_can_say_makes_none_and_ends_none(self, told):
        for _ in range(9):
            told.after(20).sees(Outcome.UNKNOWN, reason=Reason.OFFLINE)
        assert not Outage.objects.exists()
        told.after(20).goes_down()
        for _ in range(9):
            told.after(20).sees(Outcome.UNKNOWN, reason=Reason.OFFLINE)
        assert Outage.objects.get().ended_at is None

    def test_one_probe_of_two_is_enough_and_both_must_come_back(self, files, told):
        second = a_probe(files)
        told.sees(Outcome.UP)
        told.after(60).goes_down(only=second)
        assert Outage.objects.count() == 1
        told.after(60).goes_down()
        told.after(60).comes_back(only=second)
        assert Outage.objects.get().ended_at is None
        told.after(60).comes_back()
        assert Outage.objects.get().ended_at is not None

    def test_what_was_killed_before_it_opened_the_interruption_is_set_right(self, told):
        Watch.objects.update(judgement=Judgement.DOWN, judged_since=NOON)
        settle(NOON + MINUTE)
        settle(NOON + MINUTE)
        assert Outage.objects.get().started_at == NOON

    def test_what_a_volunteer_declared_only_a_volunteer_ends(self, files, told, mona):
        open_outage(files.pk, started_at=NOON, at=told.at, by=mona)
        told.goes_down()
        told.after(60).comes_back()
        assert Outage.objects.get().ended_at is None

    def test_a_volunteers_end_silences_the_probe_until_it_has_seen_it_work(self, told, mona):
        told.goes_down()
        told.after(60)
        close_outage(Outage.objects.get().pk, ended_at=told.at, at=told.at, by=mona)
        told.after(60).sees(Outcome.DOWN)
        assert Outage.objects.count() == 1
        told.after(60).comes_back()
        told.after(60).goes_down()
        assert Outage.objects.count() == 2

    def test_a_changed_probe_that_has_not_seen_it_work_ends_nothing(self, told):
        told.goes_down()
        Watch.objects.update(judgement=Judgement.UP, judged_since=None, known_until=None)
        settle(told.at + MINUTE)
        assert Outage.objects.get().ended_at is None


class TestMaintenance:
    @pytest.fixture
    def work(self, files, told):
        work = Maintenance.objects.create(
            title_fr="Disque",
            starts_at=told.at,
            ends_at=told.at + 10 * MINUTE,
            published_at=NOON,
            changed_at=NOON,
        )
        work.services.add(files)
        return work

    def test_what_fails_in_it_was_announced(self, told, work):
        told.goes_down()
        told.after(60).comes_back()
        assert not Outage.objects.exists()

    def test_what_still_fails_after_it_is_interrupted_from_its_end(self, told, work):
        told.goes_down()
        settle(work.ends_at - SECOND)
        assert not Outage.objects.exists()
        settle(work.ends_at + SECOND)
        assert not Outage.objects.exists()  # nobody has looked since
        told.at = work.ends_at + 2 * SECOND
        told.sees(Outcome.DOWN)
        assert Outage.objects.get().started_at == work.ends_at

    def test_finished_early_is_over_early(self, told, work):
        told.goes_down()
        work.finished_at = told.at
        work.save()
        told.after(2).sees(Outcome.DOWN)
        assert Outage.objects.get().started_at == work.finished_at


class TestACrowdWithOneCause:
    @pytest.fixture
    def names(self, told):
        return a_service("Names", purpose_en="Names of machines.")

    @pytest.fixture
    def both(self, files, names, told):
        Dependency.objects.create(service=files, needs=names)
        a_probe(names, "names.example")
        told.sees(Outcome.UP)
        return told.after(60)

    def of(self, service):
        return Outage.objects.get(service=service)

    def test_all_at_once_are_one(self, files, names, both):
        both.goes_down()
        assert self.of(files).cause == self.of(names)
        assert list(Outage.objects.roots()) == [self.of(names)]

    @pytest.mark.parametrize("first", ["Nextcloud", "Names"])
    def test_whichever_is_seen_first(self, files, names, both, first):
        both.goes_down(only=Probe.objects.get(service__name=first))
        both.after(30).goes_down()
        assert self.of(files).cause == self.of(names)

    def test_what_failed_long_before_is_another_matter(self, files, names, both):
        both.goes_down(only=Probe.objects.get(service=files))
        both.after(600).goes_down()
        assert self.of(files).cause is None

    def test_in_a_circle_there_is_still_one_root(self, files, names, both):
        Dependency.objects.create(service=names, needs=files)
        both.goes_down()
        assert Outage.objects.roots().count() == 1

    def test_what_outlasts_its_cause_is_told_of_by_itself(self, files, names, both):
        both.goes_down()
        ended = both.after(60).at
        both.comes_back(only=Probe.objects.get(service=names))
        assert Outage.objects.filter(ended_at=None).count() == 1
        settle(ended + 4 * MINUTE)
        alone = Outage.objects.get(ended_at=None)
        assert (alone.service, alone.cause, alone.started_at) == (files, None, ended)


class TestGapsAndFigures:
    def test_a_silence_of_the_prober_is_a_gap(self, told):
        told.after(3600).sees(Outcome.UP)
        gap = Gap.objects.get()
        assert (gap.started_at, gap.ended_at) == (NOON + 121 * SECOND, told.at)

    def test_a_day_is_made_of_what_is_known(self, told):
        told.after(540).goes_down()  # ten minutes after NOON; nobody had looked for eight of them
        told.after(104).comes_back()  # two minutes later
        at = NOON + 15 * MINUTE
        Watch.objects.update(known_until=at)
        roll_up(at)
        day = DayFigure.objects.get()
        assert (day.down_seconds, day.unknown_seconds, day.maintenance_seconds) == (120, 479, 0)
        assert day.up_seconds == 15 * 60 - 120 - 479
        assert (day.looks, day.latency_median_ms, day.latency_max_ms) == (7, 20, 20)

    def test_maintenance_is_neither_up_nor_down(self, files, told):
        work = Maintenance.objects.create(
            title_fr="Disque", starts_at=NOON, ends_at=NOON + 5 * MINUTE, published_at=NOON, changed_at=NOON
        )
        work.services.add(files)
        Watch.objects.update(known_until=NOON + 10 * MINUTE)
        roll_up(NOON + 10 * MINUTE)
        day = DayFigure.objects.get()
        assert (day.up_seconds, day.maintenance_seconds) == (300, 300)

    def test_stale_now_is_unknown_now(self, told):
        roll_up(NOON + 60 * MINUTE)
        day = DayFigure.objects.get()
        assert (day.up_seconds, day.unknown_seconds) == (121, 3600 - 121)

    def test_a_service_nobody_looks_at_has_no_figures(self, told):
        a_service("Forgejo")
        roll_up(NOON + 10 * MINUTE)
        assert set(DayFigure.objects.values_list("service__name", flat=True)) == {"Nextcloud"}

    def seconds(self, at):
        """Of a day that nobody interrupted."""
        roll_up(at)
        day = DayFigure.objects.latest("day")
        assert day.down_seconds == 0
        return day.up_seconds, day.unknown_seconds

    def puts(self, probe, at, **fields):
        for name, value in fields.items():
            setattr(probe, name, value)
        return describe_probe(probe, at=at)

    def test_once_its_last_probe_is_out_of_use_nobody_knows(self, files, told):
        self.puts(told.probes[0], NOON + MINUTE, enabled=False)
        assert self.seconds(NOON + 10 * MINUTE) == (60, 9 * 60)
        assert self.seconds(NOON + dt.timedelta(days=1)) == (0, 13 * 3600)

    def test_what_was_not_looked_at_stays_unknown_when_it_is_again(self, files, told):
        self.puts(told.probes[0], NOON + MINUTE, enabled=False)
        self.puts(told.probes[0], NOON + 5 * MINUTE, enabled=True)
        told.after(270).sees(Outcome.UP)
        assert self.seconds(NOON + 6 * MINUTE) == (60 + 30, 4 * 60 + 30)
        assert Service.objects.get().unwatched_since is None

    def test_as_long_as_another_probe_looks_it_is_known(self, files, told):
        other = describe_probe(Probe(service=files, target="https://x.example/", timeout_seconds=1), at=NOON)
        told.sees(Outcome.UP)
        self.puts(told.probes[0], NOON + MINUTE, enabled=False)
        assert self.seconds(NOON + 2 * MINUTE) == (60, 60)  # the other one had not looked before
        self.puts(other, NOON + 2 * MINUTE, enabled=False)
        assert self.seconds(NOON + 3 * MINUTE) == (60, 120)

    def test_put_out_of_use_long_after_it_knew_it_is_unknown_in_between_too(self, files, told):
        describe_probe(Probe(service=files, target="https://x.example/", timeout_seconds=1), at=NOON)
        told.sees(Outcome.UP)
        Watch.objects.exclude(probe=told.probes[0]).update(known_until=NOON + 60 * MINUTE)
        self.puts(told.probes[0], NOON + 10 * MINUTE, enabled=False)
        assert self.seconds(NOON + 20 * MINUTE) == (20 * 60 - 479, 479)

    def test_a_probe_that_never_saw_it_work_knows_nothing(self, files):
        probe = describe_probe(Probe(service=files, target="https://x.example/", timeout_seconds=1), at=NOON)
        Told(probe).sees(Outcome.DOWN)
        assert self.seconds(NOON + 10 * MINUTE) == (0, 600)

    def test_told_to_look_elsewhere_it_knows_nothing_until_it_sees_it_work(self, told):
        self.puts(told.probes[0], NOON + MINUTE, target="https://wrong.example/")
        told.after(90).sees(Outcome.DOWN)
        assert self.seconds(NOON + 3 * MINUTE) == (60, 120)
        told.after(90).sees(Outcome.UP)
        assert self.seconds(NOON + 5 * MINUTE) == (120, 180)

    def test_what_was_closed_by_hand_meanwhile_is_not_opened_again(self, files, told):
        told.goes_down()
        outage = Outage.objects.get()
        self.puts(told.probes[0], told.at + MINUTE, enabled=False)
        close_outage(outage.pk, ended_at=told.at + 2 * MINUTE, at=told.at + 2 * MINUTE)
        self.puts(told.probes[0], told.at + 60 * MINUTE, enabled=True)
        settle(told.at + 61 * MINUTE)
        assert not Outage.objects.filter(ended_at=None).exists()

    def test_an_interruption_of_days_gone_by_counts_in_their_figures(self, files, told):
        end = NOON + dt.timedelta(days=3)
        Watch.objects.update(known_until=end)
        for days in range(4):
            roll_up(NOON + dt.timedelta(days=days))
        began = NOON + dt.timedelta(days=1)
        outage = open_outage(files.pk, started_at=began, at=end)
        down = DayFigure.objects.order_by("day").values_list("down_seconds", flat=True)
        assert list(down) == [0, 11 * 3600, 86_400, 13 * 3600]
        close_outage(outage.pk, ended_at=began + 60 * MINUTE, at=end)
        assert list(down.all()) == [0, 3600, 0, 0]

    def test_days_that_were_slept_through_are_computed_each_once(self, told):
        roll_up(NOON)
        roll_up(NOON + dt.timedelta(days=9))
        assert DayFigure.objects.count() == 10
        assert set(
            DayFigure.objects.filter(day__gt=NOON, day__lt=NOON + dt.timedelta(days=8)).values_list(
                "unknown_seconds", flat=True
            )
        ) == {86_400}

    def test_the_day_the_clocks_go_forward_has_23_hours(self, told):
        spring = dt.datetime(2026, 3, 30, 12, tzinfo=dt.UTC)
        Watch.objects.update(known_until=spring)
        roll_up(NOON)
        roll_up(spring)
        assert DayFigure.objects.get(day="2026-03-29").up_seconds == 23 * 3600

    def test_samples_go_after_a_week_and_their_figures_stay(self, told):
        roll_up(NOON + MINUTE)
        assert forget_samples(NOON + dt.timedelta(days=7)) == 0
        assert forget_samples(NOON + dt.timedelta(days=7, minutes=1)) == 1
        roll_up(NOON + dt.timedelta(days=8))
        assert DayFigure.objects.order_by("day").first().latency_median_ms == 20


def test_more_than_there_is_room_for_is_looked_at_in_one_round(files):
    with serving(says(OK)) as server:
        for _ in range(250):
            a_probe(files, server.url, **PATIENT)
        due_now()
        prober.look()
    assert Sample.objects.values("probe").distinct().count() == 250


def test_a_round_takes_few_statements(files, django_assert_max_num_queries):
    with serving(says(OK)) as server:
        for _ in range(50):
            a_probe(files, server.url, **PATIENT)
        due_now()
        with django_assert_max_num_queries(30):
            assert prober.look() == {"up": 50}
