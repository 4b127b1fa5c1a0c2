"""What the rows prove of each promise: no more, and misses included."""

import datetime as dt

import pytest
from django.utils import timezone
from django.utils.translation import override

from abuse.models import Outcome
from abuse.verbs import ask, file_question, take, triage
from accounts.models import Reason
from accounts.verbs import erase, try_export
from accounts.verbs.erasing import Warned
from journal.verbs import record
from legal.verbs import verify_daily
from services.verbs import close_outage, open_outage
from tests.factories import NOON, a_person, a_service, published
from transparency.figures import (
    acceptance_of_terms,
    announced_interruptions,
    figure_of,
    first_answers,
    free_software,
)
from transparency.interruptions import YEAR

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


class TestWithNothingToCount:
    @pytest.mark.parametrize("ref", ["i0", "c5", "c6", "c7", "c8"])
    def test_no_figure_is_made_up(self, ref):
        assert figure_of(ref, NOON) is None

    def test_a_promise_without_a_figure_has_none(self):
        assert figure_of("c1", NOON) is None


class TestFreeSoftware:
    def test_counts_the_listed_services_that_name_licence_and_source(self):
        a_service("Nextcloud", licence="AGPL-3.0", source_url="https://example.org/nextcloud")
        a_service("Forgejo", licence="GPL-3.0")
        a_service("Backups", licence="MIT", source_url="https://example.org/backups", listed=False)
        assert free_software(NOON) == "1 service of 2 names its licence and its source code."


class TestAnnouncedInterruptions:
    @pytest.fixture
    def files(self):
        return a_service("Nextcloud")

    def interrupt(self, service, began, *, told_after, lasted):
        outage = open_outage(service.pk, started_at=began, at=began + told_after)
        close_outage(outage.pk, ended_at=began + lasted, at=began + max(lasted, told_after))

    def test_none_is_said_explicitly(self, files):
        assert announced_interruptions(NOON) == (
            "There was no interruption longer than 10 minutes in the last 12 months."
        )

    def test_misses_count_like_the_others(self, files):
        self.interrupt(files, NOON - 9 * DAY, told_after=3 * MINUTE, lasted=HOUR)
        self.interrupt(files, NOON - 6 * DAY, told_after=10 * MINUTE, lasted=HOUR)
        self.interrupt(files, NOON - 3 * DAY, told_after=11 * MINUTE, lasted=HOUR)
        assert announced_interruptions(NOON) == (
            "3 interruptions longer than 10 minutes in the last 12 months; "
            "2 of them announced within 10 minutes. "
            "Half of the announcements came within 10 minutes, the slowest after 11 minutes."
        )

    def test_short_ones_old_ones_and_internal_ones_are_not_counted(self, files):
        self.interrupt(files, NOON - YEAR - DAY, told_after=MINUTE, lasted=HOUR)
        self.interrupt(files, NOON - DAY, told_after=MINUTE, lasted=10 * MINUTE)
        self.interrupt(a_service("Backups", listed=False), NOON - DAY, told_after=MINUTE, lasted=HOUR)
        assert announced_interruptions(NOON).startswith("There was no interruption")

    def test_one_still_going_on_counts_from_its_tenth_minute(self, files):
        open_outage(files.pk, started_at=NOON, at=NOON)
        assert announced_interruptions(NOON + 10 * MINUTE).startswith("There was no interruption")
        assert announced_interruptions(NOON + 11 * MINUTE).startswith("1 interruption longer")


class TestAcceptanceOfTheTerms:
    def test_counts_the_accounts_that_accepted_what_is_in_force(self, terms, sami, zoe):
        assert acceptance_of_terms(NOON) == "1 account of 2 has accepted the documents in force."

    def test_a_new_version_leaves_them_all_behind(self, terms, sami, mona):
        published("terms", at=NOON + DAY)
        assert acceptance_of_terms(NOON + DAY) == "0 accounts of 2 have accepted the documents in force."

    def test_closed_doors_are_not_accounts(self, terms, sami):
        a_person("rex@example.org", is_active=False)
        assert acceptance_of_terms(NOON) == "1 account of 1 has accepted the documents in force."

    def test_says_when_the_texts_were_last_compared_with_what_was_published(self, terms, sami):
        verify_daily(timezone.now())
        assert figure_of("i0", timezone.now()).endswith(
            "they were compared with what was published: nothing has changed."
        )

    def test_hides_no_difference(self, terms, sami):
        record("legal.verified", texts=4, findings=3)
        assert figure_of("i0", timezone.now()).endswith("and 3 differences were found.")


class TestFirstAnswers:
    def ask(self, number, at):
        return file_question(message="Bonjour ?", language="fr", submission=f"question {number}", at=at)

    def test_half_were_answered_within_the_median(self, mona):
        for number, delay in enumerate([HOUR, 3 * HOUR, 50 * HOUR]):
            ticket = self.ask(number, NOON)
            take(ticket.pk, by=mona, at=NOON)
            ask(ticket.pk, text="Voilà.", by=mona, at=NOON + delay)
        assert first_answers(NOON + 4 * DAY) == (
            "Of 3 messages of the last 12 months that were answered, half were within 3 hours; "
            "still waiting for a first answer: 0."
        )

    def test_those_who_wait_are_told_and_unwanted_messages_are_not(self, mona):
        answered, _waiting, unwanted = (self.ask(number, NOON) for number in range(3))
        take(answered.pk, by=mona, at=NOON)
        ask(answered.pk, text="Voilà.", by=mona, at=NOON + 2 * HOUR)
        triage(unwanted.pk, outcome=Outcome.SPAM, by=mona, at=NOON)
        assert first_answers(NOON + DAY) == (
            "1 message of the last 12 months was answered, after 2 hours; still waiting for a first answer: 1."
        )


class TestCopiesOfData:
    def test_says_when_it_last_worked(self):
        now = timezone.now()
        try_export(now)
        assert figure_of("c7", now - DAY) is None
        sentence = figure_of("c7", now + MINUTE)
        assert sentence.startswith("Last tried on")
        assert str(timezone.localdate(now).year) in sentence


class TestUnusedAccounts:
    def said(self):
        return figure_of("s2", timezone.now() + MINUTE)

    def test_says_that_there_are_none(self):
        assert self.said() == (
            "Accounts warned in the last 12 months: 0; kept: 0; deleted: 0; deleted without warning: 0."
        )

    def test_counts_the_warned_the_kept_and_the_deleted(self):
        people = [a_person(f"p{n}@example.org") for n in range(3)]
        for person in people:
            record("accounts.noticed", person)
        record("accounts.seen_again", people[0])
        warned = Warned(at=timezone.now() - 90 * DAY, notice=90 * DAY)
        erase(people[1].pk, reason=Reason.INACTIVE, at=timezone.now(), warned=warned)
        assert (
            "warned in the last 12 months: 3; kept: 1; deleted: 1; deleted without warning: 0" in self.said()
        )

    def test_hides_nobody_whom_no_letter_reached(self):
        warned = Warned(at=timezone.now() - 90 * DAY, notice=90 * DAY, unreached=True)
        erase(a_person().pk, reason=Reason.INACTIVE, at=timezone.now(), warned=warned)
        assert "deleted: 1; deleted without warning: 1" in self.said()

    def test_leaves_out_whoever_left_and_what_a_backup_brought_back(self):
        erase(a_person().pk, reason=Reason.CLOSED, at=timezone.now())
        erase(a_person("lou@example.org").pk, reason=Reason.INACTIVE, at=timezone.now(), repeated=True)
        assert "deleted: 0; deleted without warning: 0" in self.said()

    def test_promises_nothing_when_switched_off(self, settings):
        settings.INACTIVITY_PURGE = False
        assert self.said() is None
