"""An unused account is written to in good time, and a letter counts only once the mail server took it."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError, transaction
from django.db.models import Q

from abuse.models import Ticket
from accounts import sparing, verbs
from accounts.models import Erasure, Failure, Notice, Reason, Refused, Reminder, Source, User
from accounts.sparing import why_spared
from accounts.verbs import purge, touch
from accounts.verbs.arriving import settle_letters
from journal.models import Entry
from outbox.models import Letter
from outbox.verbs import put
from tests.abuse.writing import a_question
from tests.accounts.unseen import (
    before_limit,
    day,
    every_day,
    gone,
    letters,
    look,
    nothing_left,
    notice_of,
    server_refuses,
    server_takes_all,
    unseen,
)

pytestmark = pytest.mark.django_db


def stages(person):
    return list(Reminder.objects.filter(notice__person=person).values_list("stage", flat=True))


def told(person):
    notice = Notice.objects.get(person=person)
    return notice.disables_at, notice.erases_at


@pytest.fixture(autouse=True)
def brakes_are_tested_elsewhere(settings):
    settings.INACTIVITY_DAILY_CAP = 100


@pytest.fixture
def lou(terms):
    """Not seen since day 0."""
    return unseen()


class TestAYearOfSilence:
    def test_brings_four_letters_then_disabling_then_the_end(self, lou):
        every_day(before_limit(61), before_limit(60))
        assert stages(lou) == [60]
        every_day(before_limit(59), before_limit(1))
        assert stages(lou) == [60, 30, 7, 1]
        lou.refresh_from_db()
        assert lou.disabled_at is None
        every_day(before_limit(0), before_limit(0))
        lou.refresh_from_db()
        assert lou.disabled_at == day(365)
        every_day(day(366), day(394))
        assert not gone(lou)
        every_day(day(395), day(395))
        assert gone(lou)
        erasure = Erasure.objects.get()
        assert (erasure.reason, erasure.clause) == (Reason.INACTIVE, "s2")
        assert erasure.warned_at == before_limit(60)
        assert erasure.notice == timedelta(days=90)
        assert not erasure.unreached

    def test_says_when_in_each_letter_and_keeps_to_it(self, lou):
        purge(before_limit(60))
        assert told(lou) == (day(365), day(395))
        letter = letters()[0]
        assert "2 mars 2027" in letter.subject + letter.body
        assert "1 avril 2027" in letter.body

    def test_gives_a_link_that_keeps_and_a_link_to_a_copy(self, lou):
        purge(before_limit(60))
        body = letters()[0].body
        assert "/account/keep/" in body
        assert "/account/export/" in body

    def test_is_not_a_day_too_short(self, lou):
        purge(before_limit(60) - timedelta(seconds=1))
        assert letters() == []

    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_is_told_in_the_language_of_the_person(self, terms, language):
        unseen("max@example.org", language=language)
        every_day(before_limit(60), before_limit(0))
        purge(before_limit(0) + timedelta(days=30))
        assert {letter.language for letter in letters()} == {language}

    def test_follows_the_settings(self, lou, settings):
        settings.INACTIVITY_LIMIT_DAYS, settings.INACTIVITY_WARNINGS_DAYS = 200, [20, 5]
        settings.INACTIVITY_GRACE_DAYS = 10
        every_day(day(180), day(200))
        assert stages(lou) == [20, 5, 0]
        every_day(day(201), day(210))
        assert gone(lou)


class TestALetterThatTheServerHasNotTaken:
    def test_holds_everything_up(self, lou):
        purge(before_limit(60))
        for days in range(1, 100, 5):
            purge(before_limit(60) + timedelta(days=days))
        assert stages(lou) == [60]
        assert not gone(lou)

    def test_counts_from_when_it_was_taken(self, lou):
        for days in range(60, 40, -5):
            purge(before_limit(days))
        server_takes_all(before_limit(40))
        every_day(before_limit(40), before_limit(11))
        assert stages(lou) == [60]
        every_day(before_limit(10), before_limit(10))
        assert stages(lou) == [60, 30]
        assert told(lou)[0] == before_limit(10) + timedelta(days=30)

    def test_is_written_anew_and_stays_one_letter_when_it_never_left(self, lou):
        """It may have left after all, and its carrier been killed before saying so."""
        purge(before_limit(60))
        [before] = letters(lou)
        nothing_left(before_limit(56))
        purge(before_limit(55))
        [again] = letters(lou)
        assert (again.recipient, again.message_id) == (lou.email, before.message_id)
        assert again.body != before.body, "it tells the days as they are now"
        assert again.next_try_at == again.due_at == before_limit(55)
        assert again.given_up_at is None
        assert Reminder.objects.get(notice__person=lou).failed_at is None
        assert notice_of(lou).unreachable_since is None
        server_takes_all(before_limit(54))
        every_day(before_limit(53), before_limit(24))
        assert stages(lou) == [60, 30]

    def test_goes_to_the_address_of_today_when_it_never_left(self, lou):
        purge(before_limit(60))
        EmailAddress.objects.filter(user=lou).update(email="new@example.org")
        nothing_left(before_limit(56))
        purge(before_limit(55))
        again = Reminder.objects.get(notice__person=lou, failed_at=None)
        assert again.address == "new@example.org"
        assert Reminder.objects.get(failed_at__isnull=False).failure == Failure.NEVER_LEFT

    def test_is_written_anew_when_it_was_forgotten_before_anybody_looked(self, lou):
        purge(before_limit(60))
        Letter.objects.all().delete()
        purge(before_limit(59))
        assert len(letters()) == 1


class TestAClockThatSlept:
    def test_shortens_nobodys_notice(self, lou):
        """It wakes when everything is long overdue: the first letter, and then all the delays."""
        at = day(800)
        every_day(at, at + timedelta(days=59))
        assert not User.objects.get(pk=lou.pk).disabled_at
        every_day(at + timedelta(days=60), at + timedelta(days=89))
        assert not gone(lou)
        every_day(at + timedelta(days=90), at + timedelta(days=90))
        assert gone(lou)

    def test_in_the_middle_adds_what_it_slept(self, lou):
        every_day(before_limit(60), before_limit(59))
        late = before_limit(5)
        for _ in range(8):  # the brake asks for a week of steady ticking
            purge(late)
            server_takes_all(late)
            late += timedelta(days=1)
        assert stages(lou) == [60, 30]
        assert told(lou)[0] >= late - timedelta(days=1) + timedelta(days=30)


class TestALetterThatIsRefused:
    def test_leads_to_the_other_addresses(self, lou):
        other = EmailAddress.objects.create(user=lou, email="lou@other.example", verified=True)
        EmailAddress.objects.create(user=lou, email="not@hers.example", verified=False)
        purge(before_limit(60))
        server_refuses(before_limit(60))
        purge(before_limit(59))
        assert Letter.objects.unsettled().get().recipient == other.email
        assert told(lou)[0] == before_limit(59) + timedelta(days=60)

    def test_by_all_of_them_leads_to_a_volunteer_and_never_to_the_end(self, lou):
        purge(before_limit(60))
        server_refuses(before_limit(60))
        for days in range(59, -200, -5):
            purge(before_limit(days))
        assert not gone(lou)
        assert stages(lou) == [60]
        assert notice_of(lou).unreachable_since == before_limit(59)

    def test_without_any_confirmed_address_leads_there_at_once(self, lou):
        EmailAddress.objects.filter(user=lou).update(verified=False)
        purge(before_limit(60))
        assert letters() == []
        assert notice_of(lou).unreachable_since == before_limit(60)
        assert Reminder.objects.get().failure == Failure.NO_ADDRESS


class TestALetterThatComesBack:
    @pytest.fixture
    def written(self, lou):
        every_day(before_limit(60), before_limit(60))
        return letters()[0]

    def test_does_not_count_any_more(self, lou, written):
        EmailAddress.objects.create(user=lou, email="lou@other.example", verified=True)
        every_day(before_limit(59), before_limit(58))
        assert verbs.note_bounce(written.key, at=before_limit(58))
        assert Letter.objects.unsettled().get().recipient == "lou@other.example"
        every_day(before_limit(57), before_limit(29))
        assert stages(lou) == [60, 60]
        every_day(before_limit(28), before_limit(27))
        assert stages(lou) == [60, 60, 30]

    def test_twice_is_one(self, written):
        assert verbs.note_bounce(written.key, at=before_limit(58))
        assert not verbs.note_bounce(written.key, at=before_limit(58))
        assert not verbs.note_bounce("accounts_inactive:999:60:1", at=before_limit(58))

    def test_after_later_stages_still_delays_the_end(self, lou, written):
        """A server may take days to say so. The later letters arrived; the first one has to be given its time anew."""
        EmailAddress.objects.create(user=lou, email="lou@other.example", verified=True)
        every_day(before_limit(59), before_limit(20))
        verbs.note_bounce(written.key, at=before_limit(20))
        every_day(before_limit(19), before_limit(-39))
        assert not User.objects.get(pk=lou.pk).disabled_at
        every_day(before_limit(-40), before_limit(-42))
        assert User.objects.get(pk=lou.pk).disabled_at

    def test_once_disabled_delays_the_erasure(self, lou):
        every_day(before_limit(60), before_limit(0))
        last = letters()[-1]
        every_day(day(366), day(380))
        verbs.note_bounce(last.key, at=day(380))
        for days in range(381, 500, 5):
            purge(day(days))
        assert not gone(lou)
        assert notice_of(lou).unreachable_since == day(380)


class TestAVolunteerWhoLooksIntoIt:
    @pytest.fixture
    def stuck(self, lou, mona):
        purge(before_limit(60))
        server_refuses(before_limit(60))
        purge(before_limit(59))
        return notice_of(lou)

    def test_lets_it_go_on_with_all_its_delays_from_then_on(self, lou, mona, stuck):
        at = before_limit(50)
        verbs.let_go_on(stuck.pk, words="Her association knows of no other address.", by=mona, at=at)
        for days in range(150):
            purge(at + timedelta(days=days))
            server_refuses(at + timedelta(days=days))
            if days < 90:
                assert not gone(lou)
        assert gone(lou)
        erasure = Erasure.objects.get()
        assert erasure.unreached
        assert erasure.warned_at == at
        assert Entry.objects.of("accounts.let_go_on").get().details["words"].startswith("Her association")

    def test_writes_again_when_the_mailbox_may_work(self, lou, mona, stuck):
        verbs.try_letters_again(stuck.pk, words="The box was full, she says.", by=mona, at=before_limit(50))
        assert Letter.objects.unsettled().get().recipient == lou.email
        assert notice_of(lou).unreachable_since is None

    def test_says_that_the_person_was_met(self, lou, mona, stuck):
        verbs.met(lou.pk, words="Seen at the general meeting.", by=mona, at=before_limit(50))
        lou.refresh_from_db()
        assert (lou.last_seen_at, lou.last_seen_through) == (before_limit(50), Source.DESK)
        assert notice_of(lou) is None

    def test_comes_too_late_when_the_person_did(self, lou, mona, stuck):
        touch(lou, Source.SIGN_IN, before_limit(50))
        touch(User.objects.get(pk=lou.pk), Source.SIGN_IN, before_limit(50))
        for verb in (verbs.let_go_on, verbs.try_letters_again):
            with pytest.raises(Refused, match="waits for nobody"):
                verb(stuck.pk, words="Nobody knows.", by=mona, at=before_limit(49))


class TestBeingSeen:
    def test_before_the_end_undoes_everything(self, lou):
        every_day(before_limit(60), before_limit(-20))
        lou.refresh_from_db()
        assert lou.disabled_at
        touch(lou.pk, Source.SIGN_IN, before_limit(-20))
        lou.refresh_from_db()
        assert (lou.noticed_at, lou.disabled_at, notice_of(lou)) == (None, None, None)
        every_day(before_limit(-21), before_limit(-60))
        assert not gone(lou)
        assert Entry.objects.about(lou).of("accounts.seen_again").count() == 1

    def test_calls_back_the_letter_that_has_not_left(self, lou):
        purge(before_limit(60))
        touch(lou.pk, Source.SIGN_IN, before_limit(60) + timedelta(hours=1))
        letter = letters()[0]
        assert letter.given_up_at
        assert letter.body == ""

    def test_and_being_missed_again_gives_the_whole_notice_anew(self, lou):
        every_day(before_limit(60), before_limit(1))
        at = before_limit(1) + timedelta(hours=1)
        touch(lou.pk, Source.SIGN_IN, at)
        every_day(before_limit(0), before_limit(-300))
        assert notice_of(lou) is None
        every_day(before_limit(-301), before_limit(-305))
        assert stages(lou) == [60]
        assert len(letters()) == 5


class TestWhoIsSpared:
    @pytest.mark.parametrize(
        ("code", "fields"),
        [
            ("volunteer", {"is_staff": True}),
            ("volunteer", {"is_superuser": True}),
            ("shut", {"is_active": False}),
            ("closing", {"closes_at": day(9999)}),
        ],
    )
    def test_gets_no_letter(self, lou, code, fields):
        User.objects.filter(pk=lou.pk).update(**fields)
        every_day(before_limit(60), before_limit(50))
        assert letters() == []
        assert [reason.code for reason in why_spared(lou, before_limit(50))] == [code]

    def test_by_a_hold_as_long_as_it_lasts(self, lou, mona):
        verbs.hold(lou.pk, why="A court asked.", until=day(500), by=mona, at=day(100))
        every_day(before_limit(60), day(499))
        assert letters() == []
        every_day(day(500), day(500))
        assert stages(lou) == [60]

    def test_while_under_notice_gets_a_whole_one_afterwards(self, lou, mona):
        every_day(before_limit(60), before_limit(10))
        held = verbs.hold(lou.pk, why="A court asked.", until=None, by=mona, at=before_limit(10))
        every_day(before_limit(9), before_limit(-100))
        assert notice_of(lou) is None
        assert Entry.objects.about(lou).of("accounts.spared").exists()
        verbs.release_hold(held.pk, by=mona, at=before_limit(-100))
        every_day(before_limit(-101), before_limit(-190))
        assert not gone(lou)
        every_day(before_limit(-191), before_limit(-191))
        assert gone(lou)

    def test_while_a_ticket_of_theirs_is_open(self, lou):
        ticket = a_question(email="LOU@example.org")
        every_day(before_limit(60), before_limit(50))
        assert [reason.code for reason in why_spared(lou, before_limit(50))] == ["open_ticket"]
        assert letters() == []
        Ticket.objects.filter(pk=ticket.pk).update(reporter_email="")
        every_day(before_limit(49), before_limit(49))
        assert stages(lou) == [60]

    def test_by_another_apps_reason(self, lou, monkeypatch):
        monkeypatch.setattr(sparing, "_registered", dict(sparing._registered))
        sparing.register("named_lou", "Lou is dear to us.", lambda at: Q(email__startswith="lou"))
        every_day(before_limit(60), before_limit(50))
        assert letters() == []


class TestAHold:
    def test_is_one_at_a_time_and_for_a_time_to_come(self, lou, mona):
        verbs.hold(lou.pk, why="A court asked.", until=None, by=mona, at=day(1))
        with pytest.raises(Refused, match="held already"):
            verbs.hold(lou.pk, why="Once more.", until=None, by=mona, at=day(2))
        with pytest.raises(Refused, match="past"):
            verbs.hold(mona.pk, why="Once more.", until=day(1), by=mona, at=day(2))

    def test_that_is_over_makes_room_for_another(self, lou, mona):
        verbs.hold(lou.pk, why="A court asked.", until=day(2), by=mona, at=day(1))
        assert verbs.hold(lou.pk, why="It asked again.", until=None, by=mona, at=day(3))


class TestTheDatabase:
    def test_refuses_a_second_letter_for_one_stage(self, lou):
        purge(before_limit(60))
        notice = notice_of(lou)
        with pytest.raises(DatabaseError, match="accounts_reminder_once_a_stage"), transaction.atomic():
            Reminder.objects.create(notice=notice, stage=60, letter_key="x", written_at=day(1))

    @pytest.mark.parametrize(
        "row",
        [
            {},
            {"warned_at": before_limit(60)},
            {"warned_at": before_limit(60), "notice": timedelta(days=0)},
            {"warned_at": before_limit(60), "notice": timedelta(days=91)},
        ],
    )
    def test_refuses_an_erasure_for_want_of_use_without_the_notice_that_was_due(self, row):
        with pytest.raises(DatabaseError, match="accounts_erasure_after_full_notice"), transaction.atomic():
            Erasure.objects.create(at=before_limit(-30), reason=Reason.INACTIVE, rows={}, **row)

    def test_lets_a_backup_be_cleaned_without(self):
        assert Erasure.objects.create(at=day(1), reason=Reason.INACTIVE, rows={}, repeated=True)


def test_a_person_erased_while_their_letter_waits_leaves_nothing(lou):
    purge(before_limit(60))
    verbs.close_at_once(lou.pk, at=before_limit(60))
    assert purge(before_limit(59)) is not None
    assert [letter.body for letter in letters()] == [""]
    assert not Notice.objects.exists()


def test_names_of_four_bytes_and_others_letters_are_no_matter(terms):
    put("mail", to="x@example.org", key="k", language="fr", subject="🦊", body="🦊")
    assert look(before_limit(60))


def test_letters_that_wait_are_left_alone_until_something_became_of_them(terms, django_assert_num_queries):
    for n in range(3):
        unseen(f"p{n}@example.org")
    purge(before_limit(60))
    with django_assert_num_queries(1):
        settle_letters(before_limit(60))
    server_takes_all(before_limit(60))
    settle_letters(before_limit(60))
    assert not Reminder.objects.filter(given_at=None).exists()
