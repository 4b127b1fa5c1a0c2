"""Times are corrected and interruptions joined, with a reason, and so that everybody can see it."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from journal.models import Entry
from services.models import Announcement, Correction, DayFigure, Finder, Outage, Service
from services.verbs import close_outage, correct_outage, merge_outages, open_outage
from tests.factories import NOON, a_service
from tests.services.test_desk import at_the_desk, moment

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
LATER = NOON + 120 * MINUTE


@pytest.fixture
def files():
    return a_service("Nextcloud")


def an_outage(service, began, ended=None, **more):
    """Minutes after noon."""
    outage = open_outage(service.pk, started_at=NOON + began * MINUTE, at=LATER, tell=False, **more)
    if ended is not None:
        close_outage(outage.pk, ended_at=NOON + ended * MINUTE, at=LATER)
    return Outage.objects.get(pk=outage.pk)


class TestCorrecting:
    def correct(self, outage, began, ended, **more):
        times = [None if minutes is None else NOON + minutes * MINUTE for minutes in (began, ended)]
        return correct_outage(
            outage.pk,
            **{"started_at": times[0], "ended_at": times[1], "why": "The log says so.", "at": LATER} | more,
        )

    def test_says_what_was_there_before_and_why(self, files, mona):
        outage = an_outage(files, 10, 20)
        self.correct(outage, 5, 25, by=mona)
        outage.refresh_from_db()
        assert (outage.started_at, outage.ended_at) == (NOON + 5 * MINUTE, NOON + 25 * MINUTE)
        (correction,) = outage.corrections.all()
        assert (correction.was_started_at, correction.was_ended_at) == (
            NOON + 10 * MINUTE,
            NOON + 20 * MINUTE,
        )
        assert correction.why == "The log says so."
        assert Entry.objects.of("services.outage_corrected").get().actor_id == mona.pk

    def test_the_figures_of_its_days_follow(self, files):
        Service.objects.update(watched_since=NOON)
        outage = an_outage(files, 10, 20)
        self.correct(outage, 10, 30)
        assert DayFigure.objects.get().down_seconds == 20 * 60

    @pytest.mark.parametrize(
        ("began", "ended", "why"),
        [
            (20, 10, "x"),
            (10, 10, "x"),
            (10, 121, "x"),
            (121, 122, "x"),
            (10, None, "x"),
            (10, 20, "x"),
            (5, 25, ""),
            (5, 25, "   "),
            (5, 45, "x"),
        ],
    )
    def test_is_refused_and_leaves_no_trace(self, files, began, ended, why):
        outage = an_outage(files, 10, 20)
        an_outage(files, 40, 50)
        with pytest.raises(ValidationError):
            self.correct(outage, began, ended, why=why)
        outage.refresh_from_db()
        assert (outage.started_at, outage.ended_at) == (NOON + 10 * MINUTE, NOON + 20 * MINUTE)
        assert not Correction.objects.exists()
        assert not Entry.objects.of("services.outage_corrected").exists()

    def test_an_open_one_stays_open(self, files):
        outage = an_outage(files, 10)
        with pytest.raises(ValidationError):
            self.correct(outage, 5, 20)
        self.correct(outage, 5, None)
        assert Outage.objects.get().ended_at is None


class TestJoining:
    def test_those_of_a_service_become_one(self, files):
        first, second = an_outage(files, 10, 20), an_outage(files, 30, 40)
        kept = merge_outages(second.pk, [first.pk], why="One cut.", at=LATER)
        assert Outage.objects.get() == kept
        assert (kept.started_at, kept.ended_at) == (NOON + 10 * MINUTE, NOON + 40 * MINUTE)
        (correction,) = kept.corrections.all()
        assert (correction.former_number, correction.why) == (first.pk, "One cut.")

    def test_open_with_one_that_is_open(self, files):
        first, second = an_outage(files, 10, 20), an_outage(files, 30)
        assert merge_outages(first.pk, [second.pk], why="x", at=LATER).ended_at is None

    def test_what_was_said_and_what_followed_goes_along(self, files):
        first, second = an_outage(files, 10, 20), an_outage(files, 30, 40)
        said = Announcement.objects.create(title_fr="Oh", published_at=NOON, outage=first)
        part = an_outage(a_service("Mail"), 11, 19)
        Outage.objects.filter(pk=part.pk).update(cause=first)
        merge_outages(second.pk, [first.pk], why="x", at=LATER)
        said.refresh_from_db()
        part.refresh_from_db()
        assert said.outage_id == part.cause_id == second.pk

    def test_those_of_others_become_part_of_it(self, files):
        names = a_service("Names")
        kept, other = an_outage(names, 10, 20), an_outage(files, 12, 20, found_by=Finder.PROBE)
        merge_outages(kept.pk, [other.pk], why="Everything needs names.", at=LATER)
        other.refresh_from_db()
        assert other.cause == kept
        assert other.corrections.get().why == "Everything needs names."

    def test_over_a_third_one_is_refused_whole(self, files):
        first, _between, last = an_outage(files, 10, 20), an_outage(files, 30, 40), an_outage(files, 50, 60)
        with pytest.raises(ValidationError):
            merge_outages(first.pk, [last.pk], why="x", at=LATER)
        assert Outage.objects.count() == 3
        assert not Correction.objects.exists()

    def test_without_a_reason_is_refused(self, files):
        first, second = an_outage(files, 10, 20), an_outage(files, 30, 40)
        with pytest.raises(ValidationError):
            merge_outages(first.pk, [second.pk], why=" ", at=LATER)
        assert Outage.objects.count() == 2

    def test_alone_is_refused(self, files):
        outage = an_outage(files, 10, 20)
        with pytest.raises(ValidationError):
            merge_outages(outage.pk, [outage.pk], why="x", at=LATER)


class TestAtTheDesk:
    @pytest.fixture
    def outage(self, files):
        now = timezone.now()
        outage = open_outage(files.pk, started_at=now - 60 * MINUTE, at=now, tell=False)
        return close_outage(outage.pk, ended_at=now - 30 * MINUTE, at=now)

    def test_times_are_corrected(self, as_mona, outage):
        page = at_the_desk("outage_correct", outage.pk)
        assert as_mona.get(page).status_code == 200
        filled = moment("started_at", outage.started_at - MINUTE) | moment("ended_at", outage.ended_at)
        assert as_mona.post(page, filled).context["form"].errors.keys() == {"why"}
        answer = as_mona.post(page, filled | {"why": "The log says so."}, follow=True)
        assert "The log says so." in answer.content.decode()
        assert Correction.objects.count() == 1

    def test_impossible_times_are_refused_with_a_sentence(self, as_mona, outage):
        filled = moment("started_at", outage.ended_at) | moment("ended_at", outage.started_at) | {"why": "x"}
        answer = as_mona.post(at_the_desk("outage_correct", outage.pk), filled)
        assert answer.context["form"].non_field_errors()

    def test_interruptions_are_joined(self, as_mona, files, outage):
        now = timezone.now()
        second = open_outage(files.pk, started_at=now - 20 * MINUTE, at=now, tell=False)
        chosen = {"action": "merge", "_selected_action": [outage.pk, second.pk]}
        page = as_mona.post(at_the_desk("outage_changelist"), chosen)["Location"]
        assert as_mona.get(page).status_code == 200
        as_mona.post(page, {"kept": outage.pk, "why": "One cut."})
        assert Outage.objects.get().ended_at is None

    @pytest.mark.parametrize("chosen", ["", "1", "x,y", "99999,88888", "9" * 30])
    def test_nothing_to_join(self, as_mona, chosen):
        assert as_mona.get(at_the_desk("outage_merge") + f"?outages={chosen}").status_code == 302

    def test_needs_the_right(self, client, outage):
        assert client.get(at_the_desk("outage_correct", outage.pk)).status_code == 302
