"""What nobody sees is never told as news: neither that a service is interrupted, nor that it works again."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override

from services.models import (
    Announcement,
    Gap,
    Judgement,
    Kind,
    Outage,
    Outcome,
    Probe,
    Reason,
    Service,
    State,
    Watch,
)
from services.verbs import correct_outage, describe_probe, merge_outages, open_outage, settle, tell_outages
from tests.factories import NOON, a_service
from tests.services.test_prober import MINUTE, SECOND, Told, a_probe
from tests.services.test_telling import clock, down, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def files():
    return a_service("Nextcloud")


@pytest.fixture
def told(files):
    """Seen to work, then to fail."""
    told = Told(a_probe(files))
    told.sees(Outcome.UP)
    told.after(60).goes_down()
    return told


def put(probe, at, **fields):
    for name, value in fields.items():
        setattr(probe, name, value)
    return describe_probe(probe, at=at)


class TestAnInterruptionWhoseLastProbeIsPutOutOfUse:
    @pytest.fixture
    def lost(self, told):
        """Told of, then nobody looks any more, for some minutes."""
        for _ in range(5):
            told.after(60).sees(Outcome.DOWN)
        tell_outages(told.at)
        put(told.probes[0], told.at, enabled=False)
        settle(told.at + 4 * MINUTE)
        return Outage.objects.get()

    def test_ends_when_it_was_last_watched(self, lost, told):
        assert (lost.ended_at, lost.unseen_end) == (told.at, True)

    def test_nobody_is_told_that_it_works(self, lost, told):
        assert said(kind=Kind.END) == ["Nextcloud: whether it works again is not known"]
        end = Announcement.objects.get(kind=Kind.END)
        assert "nobody has looked" in end.text_en
        assert end.thread.kind == Kind.BEGIN

    def test_no_page_says_that_it_works(self, lost, client):
        with override("en"):
            pages = [
                lost.get_absolute_url(),
                "/",
                reverse("services:status"),
                lost.service.get_absolute_url(),
            ]
            shown = {
                page: client.get(page, headers={"accept-language": "en"}).content.decode() for page in pages
            }
        assert "Lasted at least" in shown[pages[0]]
        assert "no longer watched" in shown[pages[2]]
        assert not [
            page for page, text in shown.items() if "works again." in text or "All services are up" in text
        ]

    def test_how_the_service_is_is_not_known(self, lost, told):
        assert Service.objects.with_state(told.at + 5 * MINUTE).get().state == State.UNKNOWN

    def test_a_volunteer_who_knows_better_corrects_it(self, lost, mona, told):
        correct_outage(
            lost.pk,
            started_at=lost.started_at,
            ended_at=lost.ended_at + MINUTE,
            why="Seen by hand.",
            at=told.at + 9 * MINUTE,
            by=mona,
        )
        lost.refresh_from_db()
        assert lost.unseen_end is False

    def test_joined_to_a_later_one_it_has_the_end_of_that(self, lost, mona, files):
        ended = lost.ended_at
        later = Outage.objects.create(
            service=files, started_at=ended + 5 * MINUTE, ended_at=ended + 6 * MINUTE
        )
        merge_outages(lost.pk, [later.pk], why="The same.", at=ended + 9 * MINUTE, by=mona)
        lost.refresh_from_db()
        assert (lost.ended_at, lost.unseen_end) == (ended + 6 * MINUTE, False)

    def test_never_told_in_time_it_is_told_late_in_the_same_words(self, told):
        for _ in range(11):
            told.after(60).sees(Outcome.DOWN)
        put(told.probes[0], told.at, enabled=False)
        settle(told.at + 4 * MINUTE)
        tell_outages(told.at + 5 * MINUTE)
        late = Announcement.objects.get()
        assert late.title_en == "Nextcloud: whether it works again is not known"
        assert "We should have told" in late.text_en


class TestAnInterruptionWhoseProbeIsOnlyChanged:
    def test_stays_open_while_it_is_out_of_use_for_a_moment(self, told):
        put(told.probes[0], told.at, enabled=False)
        settle(told.at + MINUTE)
        put(told.probes[0], told.at + MINUTE, enabled=True)
        settle(told.at + 9 * MINUTE)
        assert Outage.objects.get().ended_at is None

    def test_stays_open_while_another_one_looks(self, files, told):
        other = a_probe(files)
        Watch.objects.filter(probe=other).update(judgement=Judgement.DOWN, judged_since=told.at)
        put(told.probes[0], told.at, enabled=False)
        settle(told.at + 9 * MINUTE)
        assert Outage.objects.get().ended_at is None

    def test_what_a_volunteer_declared_a_volunteer_ends(self, mona):
        service = a_service("Forgejo")
        probe = a_probe(service)
        open_outage(service.pk, started_at=NOON, at=NOON, by=mona)
        put(probe, NOON, enabled=False)
        settle(NOON + 9 * MINUTE)
        assert Outage.objects.get().ended_at is None

    def test_the_database_knows_no_unseen_end_without_an_end(self, files):
        with pytest.raises(IntegrityError, match="outage_has_an_end"), transaction.atomic():
            Outage.objects.create(service=files, started_at=NOON, unseen_end=True)


class TestWhatAProbeFoundAndNobodySeesNow:
    def test_is_not_told_until_somebody_looks_again(self, told):
        """The host was off for three hours: what it knew before says nothing of now."""
        told.after(3 * 3600)
        settle(told.at)
        assert tell_outages(told.at) == 0
        told.sees(Outcome.DOWN)
        assert tell_outages(told.at + SECOND) == 1

    def test_is_not_told_when_our_own_connection_is_gone(self, told):
        for _ in range(12):
            told.after(30).sees(Outcome.UNKNOWN, reason=Reason.OFFLINE)
        assert tell_outages(told.at) == 0

    def test_is_told_by_a_volunteer_who_knows(self, mona):
        service = a_service("Forgejo")
        a_probe(service)
        open_outage(service.pk, started_at=NOON, at=NOON, tell=False, by=mona)
        assert tell_outages(NOON + 9 * MINUTE) == 1


class TestAServiceThatCameAndWent:
    @pytest.fixture
    def unstable(self, files):
        for start in (0, 10, 20):
            down(files, start, start + 6) if start == 20 else down(files, start, start + 1)
            clock(start + 7)
        for start in (30, 33, 36):
            down(files, start)
            clock(start + 1)
            Outage.objects.filter(ended_at=None).update(ended_at=NOON + (start + 2) * MINUTE)
        assert "unstable" in Announcement.objects.values_list("mark", flat=True)
        return files

    def calm(self, minute):
        clock(minute)
        return Announcement.objects.filter(mark="calm").exists()

    def test_is_calm_once_it_was_seen_to_work(self, unstable):
        Watch.objects.filter(probe=a_probe(unstable)).update(
            judged_since=NOON, looked_at=NOON, known_until=NOON + 99 * MINUTE
        )
        assert self.calm(70)

    def test_not_while_nobody_looks(self, unstable):
        a_probe(unstable)
        assert not self.calm(70)

    def test_not_if_nobody_looked_meanwhile(self, unstable):
        probe = a_probe(unstable)
        Watch.objects.update(judged_since=NOON, looked_at=NOON, known_until=NOON + 99 * MINUTE)
        Gap.objects.create(probe=probe, started_at=NOON + 40 * MINUTE, ended_at=NOON + 50 * MINUTE)
        assert not self.calm(79)
        assert self.calm(81)

    def test_not_once_its_last_probe_is_out_of_use(self, unstable):
        probe = describe_probe(
            Probe(service=unstable, target="https://cloud.example.org/", timeout_seconds=1), at=NOON
        )
        put(probe, NOON + 40 * MINUTE, enabled=False)
        assert not self.calm(80)


def test_what_failed_in_a_maintenance_is_looked_at_when_that_is_over(files, told):
    from services.models import Maintenance

    Outage.objects.all().delete()
    work = Maintenance.objects.create(
        title_fr="Disque",
        starts_at=NOON,
        ends_at=told.at + 60 * MINUTE,
        published_at=NOON,
        changed_at=NOON,
    )
    work.services.add(files)
    Watch.objects.update(due_at=work.ends_at + 60 * MINUTE)
    settle(work.ends_at + SECOND)
    assert not Outage.objects.exists()
    assert Watch.objects.get().due_at == work.ends_at + SECOND
    told.at = work.ends_at + 2 * SECOND
    told.sees(Outcome.UP)
    assert not Outage.objects.exists()
