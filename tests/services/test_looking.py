"""What is known of a service, and until when it counts."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from services.models import (
    DayFigure,
    Dependency,
    Gap,
    Judgement,
    Maintenance,
    Probe,
    Sample,
    Service,
    State,
    Watch,
)
from services.verbs import open_outage
from tests.factories import NOON, a_service

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def files():
    return a_service("Nextcloud")


@pytest.fixture
def probe(files):
    return a_probe(files)


def a_probe(service, target="https://cloud.example.org/", **fields):
    return Probe.objects.create(service=service, target=target, **fields)


def seen(probe, judgement=Judgement.UP, *, at=NOON, **fields):
    doubt = judgement in {Judgement.SUSPECT, Judgement.RECOVERING}
    fields = {"contrary": 1, "contrary_since": at} | fields if doubt else fields
    Watch.objects.filter(probe=probe).update(
        judgement=judgement, looked_at=at, known_until=at + 2 * MINUTE, **fields
    )


def state(service, at=NOON):
    return Service.objects.with_state(at).get(pk=service.pk).state


class TestWhatIsKnownOfAService:
    def test_without_a_probe_only_what_was_declared(self, files):
        assert state(files) == State.UNWATCHED

    def test_before_the_first_look_nothing(self, files, probe):
        assert state(files) == State.UNKNOWN

    def test_it_is_up_as_long_as_the_last_look_counts(self, files, probe):
        seen(probe)
        assert state(files, NOON + 2 * MINUTE) == State.UP
        assert state(files, NOON + 3 * MINUTE) == State.UNKNOWN

    def test_a_second_probe_that_has_not_looked_leaves_it_unknown(self, files, probe):
        seen(probe)
        a_probe(files, "https://cloud.example.org/caldav")
        known = Service.objects.with_state(NOON).get()
        assert (known.state, known.looked_at) == (State.UNKNOWN, None)

    def test_a_probe_out_of_use_says_nothing(self, files, probe):
        seen(probe)
        a_probe(files, enabled=False)
        assert state(files) == State.UP

    def test_looked_at_is_the_moment_all_probes_knew(self, files, probe):
        seen(probe)
        seen(a_probe(files), at=NOON - MINUTE)
        assert Service.objects.with_state(NOON).get().looked_at == NOON - MINUTE

    def test_one_failed_look_makes_it_suspect(self, files, probe):
        seen(probe, Judgement.SUSPECT)
        assert state(files) == State.SUSPECT

    def test_interrupted_it_is_down_whatever_probes_say(self, files, probe):
        seen(probe)
        open_outage(files.pk, started_at=NOON, at=NOON)
        assert state(files) == State.DOWN

    def test_answering_again_it_recovers(self, files, probe):
        open_outage(files.pk, started_at=NOON, at=NOON)
        seen(probe, Judgement.RECOVERING)
        assert state(files) == State.RECOVERING

    def test_in_maintenance_it_may_fail(self, files, probe):
        seen(probe, Judgement.DOWN)
        work = Maintenance.objects.create(
            title_fr="Disque",
            starts_at=NOON,
            ends_at=NOON + MINUTE,
            published_at=NOON,
            changed_at=NOON,
        )
        work.services.add(files)
        assert state(files) == State.MAINTENANCE
        assert state(files, NOON + MINUTE) == State.SUSPECT

    def test_a_volunteers_word_silences_the_probe(self, files, probe):
        seen(probe, Judgement.DOWN, overruled_at=NOON)
        assert state(files) == State.UP


class TestTheDatabaseRefuses:
    def refuses(self, name, change):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            change()

    def test_a_probe_that_waits_longer_than_its_interval(self, files):
        self.refuses("probe_waits_less", lambda: a_probe(files, interval_seconds=30, timeout_seconds=30))

    @pytest.mark.parametrize("seconds", [9, 86_401])
    def test_an_interval_out_of_bounds(self, files, seconds):
        self.refuses("between_ten_seconds_and_a_day", lambda: a_probe(files, interval_seconds=seconds))

    def test_a_probe_of_nothing(self, files):
        self.refuses("probe_has_a_target", lambda: a_probe(files, ""))

    def test_doubt_without_a_look_that_contradicts(self, probe):
        self.refuses(
            "watch_doubts", lambda: Watch.objects.filter(probe=probe).update(judgement=Judgement.SUSPECT)
        )

    def test_knowing_without_a_look(self, probe):
        self.refuses("knows_only_after", lambda: Watch.objects.filter(probe=probe).update(known_until=NOON))

    def test_a_failure_without_a_reason(self, probe):
        self.refuses("sample_says_why", lambda: Sample.objects.create(probe=probe, taken_at=NOON, outcome=2))

    def test_a_gap_that_ends_before_it_began(self, probe):
        self.refuses(
            "gap_ends_after", lambda: Gap.objects.create(probe=probe, started_at=NOON, ended_at=NOON)
        )

    def test_a_day_of_more_than_25_hours(self, files):
        self.refuses(
            "25_hours",
            lambda: DayFigure.objects.create(
                service=files, day=NOON.date(), up_seconds=80_000, down_seconds=10_001
            ),
        )

    def test_a_service_that_needs_itself(self, files):
        self.refuses("needs_itself", lambda: Dependency.objects.create(service=files, needs=files))


class TestAProbe:
    def test_gets_its_watch_from_the_database_and_is_due_at_once(self, probe):
        watch = Watch.objects.get(probe=probe)
        assert (watch.judgement, watch.looked_at, watch.claimed_until) == (Judgement.UP, None, None)
        assert watch.due_at <= dt.datetime.now(dt.UTC)

    def test_takes_its_watch_along(self, probe):
        probe.delete()
        assert not Watch.objects.exists()
