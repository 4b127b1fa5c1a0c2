"""How things stand: what was seen, when, and never more than that."""

import datetime as dt

import pytest

from services.models import Judgement, Maintenance, Service, Watch
from services.standing import shown, standing_of
from services.verbs import open_outage
from tests.factories import NOON, a_service
from tests.services.history import seen_up

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


def stand(at=NOON):
    services = [shown(service, at) for service in Service.objects.listed().with_state(at)]
    seen = Service.objects.listed().seen(at)
    assert [(one.pk, one.state, one.looked_at, one.interrupted_since) for one in seen] == [
        (one.pk, one.state, one.looked_at, one.interrupted_since) for one in services
    ]
    assert standing_of(seen, at) == standing_of(services, at)
    return standing_of(services, at), {service.name: service.mark for service in services}


@pytest.fixture
def files():
    return a_service("Nextcloud")


class TestWithoutProbes:
    def test_without_services_nothing_is_claimed(self):
        assert stand()[0].state == "unknown"

    def test_no_interruption_known_is_not_green(self, files):
        standing, marks = stand()
        assert standing.state == marks["Nextcloud"] == "unknown"
        assert standing.sentence == "No interruption is known, as declared by the volunteers."

    def test_it_names_what_is_interrupted_and_since_when(self, files, mona):
        a_service("Forgejo")
        open_outage(files.pk, started_at=NOON - MINUTE, at=NOON, by=mona)
        standing, marks = stand()
        assert (standing.state, standing.since) == ("down", NOON - MINUTE)
        assert standing.sentence == "Interrupted at the moment: Nextcloud."
        assert marks == {"Nextcloud": "down", "Forgejo": "unknown"}

    def test_an_interruption_of_an_unlisted_service_stays_inside(self, files, mona):
        open_outage(a_service("Backups", listed=False).pk, started_at=NOON, at=NOON, by=mona)
        assert stand()[0].state == "unknown"


class TestWatched:
    def test_all_up_says_when_the_last_look_was(self, files):
        seen_up(files, at=NOON - dt.timedelta(seconds=20))
        standing, _marks = stand()
        assert (standing.state, standing.sentence) == ("up", "All services are up.")
        assert standing.looked == "Looked 20 seconds ago."

    def test_the_page_is_as_old_as_its_oldest_look(self, files):
        seen_up(files, at=NOON)
        seen_up(a_service("Forgejo"), at=NOON - MINUTE)
        assert stand()[0].looked == "Looked 60 seconds ago."

    def test_those_nobody_looks_at_are_not_counted_as_up(self, files):
        seen_up(files, at=NOON)
        a_service("Forgejo")
        assert stand()[0].sentence == "1 service is up; of the others no interruption is known."

    def test_a_look_that_is_too_old_turns_everything_grey(self, files):
        seen_up(files, at=NOON - 12 * MINUTE)
        standing, marks = stand()
        assert standing.state == marks["Nextcloud"] == "unknown"
        assert standing.looked == "Last looked 12 minutes ago."

    def test_one_that_is_not_known_is_named(self, files):
        seen_up(files, at=NOON - 12 * MINUTE)
        seen_up(a_service("Forgejo"), at=NOON)
        assert stand()[0].sentence == "Not known at the moment: Nextcloud."
        assert stand()[1] == {"Nextcloud": "unknown", "Forgejo": "up"}

    def test_a_doubt_is_said_as_one(self, files):
        Watch.objects.filter(probe=seen_up(files, at=NOON)).update(
            judgement=Judgement.SUSPECT, contrary=1, contrary_since=NOON
        )
        standing, marks = stand()
        assert (standing.state, marks["Nextcloud"]) == ("degraded", "degraded")
        assert "Being checked" in standing.sentence

    def test_maintenance_is_said_as_such(self, files):
        seen_up(files, at=NOON)
        work = Maintenance.objects.create(
            title_en="Disks", starts_at=NOON, ends_at=NOON + MINUTE, published_at=NOON, changed_at=NOON
        )
        work.services.add(files)
        assert stand()[0].sentence == "Maintenance is going on: Nextcloud."
        assert stand()[1] == {"Nextcloud": "maintenance"}

    def test_the_worst_is_said(self, files, mona):
        seen_up(files, at=NOON - 12 * MINUTE)
        open_outage(a_service("Forgejo").pk, started_at=NOON, at=NOON, by=mona)
        assert stand()[0].sentence == "Interrupted at the moment: Forgejo."

    def test_of_a_crowd_some_are_named(self, mona):
        for number in range(8):
            open_outage(a_service(f"s{number}").pk, started_at=NOON, at=NOON, by=mona)
        assert stand()[0].sentence == "Interrupted at the moment: s0, s1, s2, s3, s4 and 3 others."
