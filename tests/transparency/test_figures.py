"""What the rows prove of each promise: no more, and misses included."""

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from abuse.models import Outcome, SanctionKind, Topic
from abuse.verbs import Sender, ask, file_question, take, triage
from accounts.models import Reason
from accounts.verbs import erase, look_at, try_export
from accounts.verbs.erasing import Warned
from accounts.verbs.looking import Why
from journal.verbs import record
from legal.verbs import verify_daily
from services.verbs import close_outage, open_outage
from tests.abuse.sanctioning import a_decision, a_measure, another_volunteer
from tests.abuse.writing import a_question
from tests.factories import NOON, a_person, a_second_factor, a_service, published
from transparency.figures import FIGURES, figures_of
from transparency.interruptions import YEAR

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def figure_of(ref, at):
    return figures_of([ref], at).get(ref)


class TestWithNothingToCount:
    @pytest.mark.parametrize("ref", ["i0", "c4", "c5", "c6", "c7", "c8"])
    def test_no_figure_is_made_up(self, ref):
        assert figure_of(ref, NOON) is None

    @pytest.mark.parametrize("ref", ["c3", "u5", "no-such-clause"])
    def test_a_clause_without_a_figure_has_none(self, ref):
        assert figure_of(ref, NOON) is None


class TestFreeSoftware:
    def test_counts_the_listed_services_that_name_licence_and_source(self):
        a_service("Nextcloud", licence="AGPL-3.0", source_url="https://example.org/nextcloud")
        a_service("Forgejo", licence="GPL-3.0")
        a_service("Backups", licence="MIT", source_url="https://example.org/backups", listed=False)
        assert figure_of("c5", NOON) == "1 service of 2 names its licence and its source code."


class TestAnnouncedInterruptions:
    @pytest.fixture
    def files(self):
        return a_service("Nextcloud")

    def interrupt(self, service, began, *, told_after, lasted):
        outage = open_outage(service.pk, started_at=began, at=began + told_after)
        close_outage(outage.pk, ended_at=began + lasted, at=began + max(lasted, told_after))

    def test_none_is_said_explicitly(self, files):
        assert figure_of("c6", NOON) == (
            "There was no interruption longer than 10 minutes in the last 12 months."
        )

    def test_misses_count_like_the_others(self, files):
        self.interrupt(files, NOON - 9 * DAY, told_after=3 * MINUTE, lasted=HOUR)
        self.interrupt(files, NOON - 6 * DAY, told_after=10 * MINUTE, lasted=HOUR)
        self.interrupt(files, NOON - 3 * DAY, told_after=11 * MINUTE, lasted=HOUR)
        assert figure_of("c6", NOON) == (
            "3 interruptions longer than 10 minutes in the last 12 months; "
            "2 of them announced within 10 minutes. "
            "Half of the announcements came within 10 minutes, the slowest after 11 minutes."
        )

    def test_short_ones_old_ones_and_internal_ones_are_not_counted(self, files):
        self.interrupt(files, NOON - YEAR - DAY, told_after=MINUTE, lasted=HOUR)
        self.interrupt(files, NOON - DAY, told_after=MINUTE, lasted=10 * MINUTE)
        self.interrupt(a_service("Backups", listed=False), NOON - DAY, told_after=MINUTE, lasted=HOUR)
        assert figure_of("c6", NOON).startswith("There was no interruption")

    def test_one_still_going_on_counts_from_its_tenth_minute(self, files):
        open_outage(files.pk, started_at=NOON, at=NOON)
        assert figure_of("c6", NOON + 10 * MINUTE).startswith("There was no interruption")
        assert figure_of("c6", NOON + 11 * MINUTE).startswith("1 interruption longer")


class TestAcceptanceOfTheTerms:
    def test_counts_the_accounts_that_accepted_what_is_in_force(self, terms, sami, zoe):
        assert figure_of("i0", NOON) == "1 account of 2 has accepted the documents in force."

    def test_a_new_version_leaves_them_all_behind(self, terms, sami, mona):
        published("terms", at=NOON + DAY)
        assert figure_of("i0", NOON + DAY) == "0 accounts of 2 have accepted the documents in force."

    def test_closed_doors_are_not_accounts(self, terms, sami):
        a_person("rex@example.org", is_active=False)
        assert figure_of("i0", NOON) == "1 account of 1 has accepted the documents in force."

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
        return file_question(
            "Bonjour ?", sender=Sender(language="fr"), submission=f"question {number}", at=at
        )

    def test_half_were_answered_within_the_median(self, mona):
        for number, delay in enumerate([HOUR, 2 * HOUR, 3 * HOUR, 50 * HOUR, 51 * HOUR]):
            ticket = self.ask(number, NOON)
            take(ticket.pk, by=mona, at=NOON)
            ask(ticket.pk, text="Voilà.", by=mona, at=NOON + delay)
        assert figure_of("c8", NOON + 4 * DAY) == (
            "Of 5 messages of the last 12 months that were answered, half were within 3 hours; "
            "still waiting for a first answer: 0."
        )

    def test_those_who_wait_are_told_and_unwanted_messages_are_not(self, mona):
        answered, _waiting, unwanted = (self.ask(number, NOON) for number in range(3))
        take(answered.pk, by=mona, at=NOON)
        ask(answered.pk, text="Voilà.", by=mona, at=NOON + 2 * HOUR)
        triage(unwanted.pk, outcome=Outcome.SPAM, by=mona, at=NOON)
        assert figure_of("c8", NOON + DAY) == (
            "Fewer than five messages of the last 12 months were answered: too few to say how soon. "
            "Still waiting for a first answer: fewer than five."
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


class TestRequestsByAuthorities:
    def asked(self, number):
        return [a_question(topic=Topic.AUTHORITY, at=NOON + n * MINUTE) for n in range(number)]

    def said(self):
        return figure_of("c1", NOON + DAY)

    def test_none_is_said_explicitly(self):
        a_question()
        assert self.said() == "Requests by authorities in the last 12 months: none."

    def test_a_number_under_five_points_at_nobody(self):
        self.asked(4)
        assert self.said() == "Requests by authorities in the last 12 months: fewer than five."

    def test_says_how_many_and_how_many_wait(self, mona):
        for ticket in self.asked(6)[:1]:
            take(ticket.pk, by=mona, at=NOON + HOUR)
            ask(ticket.pk, text="De quel droit ?", by=mona, at=NOON + HOUR)
        assert self.said() == "Requests by authorities in the last 12 months: 6; still waiting: 5."

    def test_those_of_before_do_not_count(self):
        self.asked(6)
        assert figure_of("c1", NOON + YEAR + DAY).endswith("none.")


class TestRecordsOpened:
    def test_none_is_said_explicitly(self):
        assert figure_of("c2", NOON) == "No volunteer opened anybody's record in the last 12 months."

    def test_every_look_with_a_reason_counts(self, sami, mona):
        for _ in range(2):
            look_at(sami.pk, reason=Why.HELP, words="sa lettre du 3", by=mona)
        assert figure_of("c2", timezone.now()).endswith("can read; this month: 2.")
        assert "opened somebody's record 2 times" in figure_of("c2", timezone.now() + 40 * DAY)
        assert figure_of("c2", timezone.now() + 40 * DAY).endswith("this month: 0.")


class TestSafety:
    def test_counts_the_volunteers_who_have_a_second_factor(self, mona, sami):
        Authenticator.objects.filter(user=another_volunteer()).delete()
        a_second_factor(sami)
        assert figure_of("c4", timezone.now()) == (
            "The desk opens with a second factor only: 1 volunteer of 2 has one."
        )

    def test_recovery_codes_alone_are_no_second_factor(self, mona):
        Authenticator.objects.filter(user=mona).delete()
        Authenticator.objects.create(user=mona, type=Authenticator.Type.RECOVERY_CODES, data={})
        assert "0 volunteers of 1 have one." in figure_of("c4", timezone.now())

    @pytest.mark.parametrize(
        ("findings", "said"), [(0, "nothing to mend."), (1, "1 thing to mend."), (4, "4 things to mend.")]
    )
    def test_says_what_the_last_check_of_the_settings_found(self, findings, said):
        record("portal.checked", findings=findings)
        assert figure_of("c4", timezone.now()).endswith(said)


class TestMeasures:
    def test_none_is_said_explicitly(self):
        assert figure_of("s1", NOON) == "Measures against accounts in the last 12 months: none."

    def test_are_counted(self, sami, mona):
        for number in range(5):
            a_decision(
                mona, sami, a_measure(SanctionKind.WARNING, at=NOON + number * DAY), at=NOON + number * DAY
            )
        assert figure_of("s1", NOON + 3 * DAY).endswith("fewer than five.")
        assert figure_of("s1", NOON + 9 * DAY).endswith(": 5.")
        assert figure_of("s1", NOON + YEAR + 9 * DAY).endswith("none.")


class TestTogether:
    def test_rows_that_several_figures_need_are_asked_for_once(self):
        alone = 0
        for ref in FIGURES:
            with CaptureQueriesContext(connection) as asked:
                figures_of([ref], NOON)
            alone += len(asked)
        with CaptureQueriesContext(connection) as asked:
            figures_of(FIGURES, NOON)
        assert len(asked) < alone
