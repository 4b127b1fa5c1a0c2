"""The public hears of an interruption before its tenth minute, once, and hears when it is over."""

import datetime as dt
import json
import threading

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from outbox.models import Letter, Stance
from services.models import Announcement, Dependency, Kind, Outage, Service
from services.verbs import (
    announce,
    close_outage,
    hand_over_announcements,
    open_outage,
    reword,
    tell_now,
    tell_outages,
)
from tests.factories import NOON, a_service
from tests.services.test_maintenance import HOUR, a_maintenance
from transparency.interruptions import evidence, one_by_one

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def files():
    return a_service("Nextcloud")


@pytest.fixture
def mail():
    return a_service("Mail")


@pytest.fixture(autouse=True)
def channels(settings):
    """All of them open; what they do with letters is told in the tests of the outbox."""
    settings.MASTODON_URL, settings.MASTODON_TOKEN = "https://fedi.example.org", "a-token"
    settings.MATRIX_URL, settings.MATRIX_TOKEN, settings.MATRIX_ROOM = "https://m.example.org", "t", "!r:m"
    settings.WEBHOOKS, settings.WEBHOOK_SECRET = ["https://hook.example.org/a"], "between us"
    settings.LANGUAGE_CODE = "en"
    settings.SITE_URL = "https://portal.example.org"


def down(service, since=0, until=None, **fields) -> Outage:
    """Found by a probe, `since` minutes after noon; nobody is told at once."""
    outage = open_outage(
        service.pk, started_at=NOON + since * MINUTE, at=NOON + (since + 1) * MINUTE, tell=False, **fields
    )
    if until is not None:
        up(outage, until)
    return outage


def up(outage, minute):
    close_outage(outage.pk, ended_at=NOON + minute * MINUTE, at=NOON + minute * MINUTE)


def clock(minute) -> int:
    return tell_outages(NOON + minute * MINUTE)


def said(**which) -> list[str]:
    found = Announcement.objects.filter(**which).order_by("published_at", "pk")
    return [announcement.title_en for announcement in found]


def letters(channel="mastodon") -> list[tuple[str, str]]:
    found = Letter.objects.filter(channel=channel).order_by("pk")
    return [(letter.stance, letter.body) for letter in found]


class TestTheClock:
    def test_tells_once_an_interruption_has_lasted_for_the_threshold(self, files):
        down(files)
        assert clock(4.9) == 0
        assert clock(5) == 1
        assert clock(6) == 0
        told = Announcement.objects.get()
        assert (told.kind, told.loud, told.published_at) == (Kind.BEGIN, True, NOON + 5 * MINUTE)
        assert told.title_en == "Nextcloud is interrupted"
        assert told.title_fr

    def test_obeys_the_setting(self, files, settings):
        settings.OUTAGE_TOLD_AFTER_MINUTES = 2
        down(files)
        assert clock(2) == 1

    def test_says_nothing_of_what_was_over_soon(self, files):
        down(files, until=4)
        assert clock(9) == 0
        assert not Announcement.objects.exists()

    def test_says_nothing_of_what_nobody_outside_uses(self):
        down(a_service("Backups", listed=False))
        assert clock(60) == 0

    def test_tells_late_rather_than_never_when_it_slept(self, files):
        down(files, until=30)
        assert clock(45) == 1
        assert clock(46) == 0
        told = Announcement.objects.get()
        assert told.kind == Kind.END
        assert "30 minutes" in told.text_en
        assert "did not" in told.text_en

    def test_leaves_history_alone(self, files):
        down(files, until=30)
        assert clock(3 * 1440) == 0

    def test_tells_when_it_is_over_and_how_long_it_lasted(self, files):
        outage = down(files)
        clock(5)
        up(outage, 42)
        assert said() == ["Nextcloud is interrupted", "Nextcloud works again"]
        end = Announcement.objects.get(kind=Kind.END)
        assert "42 minutes" in end.text_en
        assert end.thread.kind == Kind.BEGIN
        assert clock(43) == 0


class TestByHand:
    def test_a_volunteer_tells_at_once_and_the_clock_not_again(self, files, mona):
        outage = open_outage(files.pk, started_at=NOON, at=NOON, by=mona)
        assert said() == ["Nextcloud is interrupted"]
        assert clock(6) == 0
        assert outage.announcements.get().published_at == NOON

    def test_own_words_about_an_untold_interruption_are_its_begin(self, files, mona):
        outage = down(files)
        told = announce(title_en="The disks are full", outage=outage, at=NOON + 2 * MINUTE, by=mona)
        assert told.kind == Kind.BEGIN
        assert clock(6) == 0

    def test_updates_and_looking_back_follow_in_the_thread(self, files, mona):
        outage = down(files)
        clock(5)
        update = announce(title_en="An hour more", outage=outage, at=NOON + 9 * MINUTE, by=mona)
        up(outage, 60)
        back = announce(
            title_en="What happened", kind=Kind.POST_MORTEM, outage=outage, at=NOON + 300 * MINUTE, by=mona
        )
        first = Announcement.objects.get(kind=Kind.BEGIN)
        assert update.kind == Kind.UPDATE
        assert update.thread == back.thread == first

    def test_a_word_of_the_host_stands_alone(self, mona):
        told = announce(title_en="The library moves", at=NOON, by=mona)
        assert (told.kind, told.thread) == (Kind.WORD, None)

    def test_own_words_can_stay_on_the_pages(self, mona):
        announce(title_en="A detail", loud=False, at=NOON, by=mona)
        assert not Letter.objects.exists()

    def test_rewording_rewrites_the_post(self, files, mona):
        told = announce(title_en="Nextclod is down", at=NOON, by=mona)
        said = {"title_fr": "", "text_fr": "", "text_en": "", "title_en": "Nextcloud is down"}
        reword(told.pk, **said, at=NOON + MINUTE, by=mona)
        assert [stance for stance, _ in letters()] == [Stance.FIRST, Stance.EDIT]
        assert letters()[1][1].startswith("Nextcloud is down")


class TestADependency:
    def test_what_fell_with_it_is_told_as_part_of_it(self, files, mail):
        cause = down(mail)
        part = down(files)
        Outage.objects.filter(pk=part.pk).update(cause=cause)
        assert tell_now(part.pk, at=NOON + MINUTE) is None
        assert clock(6) == 1
        told = Announcement.objects.get()
        assert told.title_en == "Mail is interrupted"
        assert "What needs it does not work either: Nextcloud." in told.text_en
        up(cause, 9)
        end = Announcement.objects.get(kind=Kind.END)
        assert end.title_en == "Mail works again"
        assert "What needs it works again too, or will within minutes: Nextcloud." in end.text_en

    def test_a_hidden_cause_is_told_by_what_people_know(self, files, mail):
        cause = down(a_service("DNS", listed=False))
        for service in (files, mail):
            Outage.objects.filter(pk=down(service).pk).update(cause=cause)
        assert clock(6) == 1
        told = Announcement.objects.get()
        assert told.title_en == "Mail and Nextcloud are interrupted"
        assert "DNS" not in told.title_en + told.text_en
        assert list(Announcement.objects.told(NOON + HOUR)) == [told]


class TestWhatJoinsAnInterruptionAlreadyTold:
    """Mail needs the names, pads need the names: they fall after everybody heard that the names are down."""

    @pytest.fixture
    def names(self, mail):
        names = a_service("Names")
        for service in (mail, a_service("Pads"), a_service("Hidden", listed=False)):
            Dependency.objects.create(service=service, needs=names)
        return names

    @pytest.fixture
    def told(self, names):
        down(names)
        assert clock(5) == 1
        return Announcement.objects.get()

    def falls(self, name, since, **fields):
        return down(Service.objects.get(name=name), since, **fields)

    def test_is_told_in_one_update_once_it_lasts(self, told):
        self.falls("Mail", 7)
        self.falls("Pads", 9)
        assert clock(11) == 0
        assert clock(12) == 1
        assert clock(13) == clock(20) == 0
        update = Announcement.objects.latest("pk")
        assert (update.kind, update.thread) == (Kind.UPDATE, told)
        assert update.title_en == "Mail and Pads are interrupted too"
        assert "does not work: Names, interrupted since" in update.text_en
        assert {service.name for service in update.about()} >= {"Names", "Mail", "Pads"}

    def test_again_when_more_joins(self, told):
        self.falls("Mail", 7)
        clock(12)
        self.falls("Pads", 15)
        assert clock(20) == 1
        assert Announcement.objects.latest("pk").title_en == "Pads is interrupted too"

    def test_not_if_it_comes_back_soon_or_nobody_knows_it(self, told):
        self.falls("Mail", 7, until=10)
        self.falls("Hidden", 7)
        assert clock(15) == 0

    def test_not_what_the_first_announcement_named(self, names):
        down(names)
        self.falls("Mail", 2)
        clock(6)
        assert clock(12) == 0
        assert "Mail" in Announcement.objects.get().text_en

    def test_counts_as_told_when_it_was_and_not_before(self, told):
        mail = self.falls("Mail", 7)

        def first_announced_at(minutes):
            known = Outage.objects.with_first_announcement(NOON + minutes * MINUTE)
            return known.get(pk=mail.pk).first_announced_at

        assert first_announced_at(11) is None
        clock(12)
        assert first_announced_at(20) == NOON + 12 * MINUTE
        shown = evidence(NOON + 20 * MINUTE)
        assert (shown.total, shown.told, shown.worst) == (2, 2, 5 * MINUTE)
        assert [one.delay for one in one_by_one(NOON + 20 * MINUTE)] == [5 * MINUTE, 5 * MINUTE]

    def test_an_end_does_not_tell_that_it_was_interrupted(self, told):
        mail = self.falls("Mail", 7)
        Outage.objects.filter(pk=mail.pk).update(ended_at=NOON + 19 * MINUTE)
        up(told.outage, 11)
        shown = evidence(NOON + 20 * MINUTE)
        assert (shown.total, shown.told) == (2, 1)
        assert [one.delay for one in one_by_one(NOON + 20 * MINUTE)] == [None, 5 * MINUTE]


class TestAServiceThatComesAndGoes:
    def flaps(self, files, times, length=6, pause=4):
        for number in range(times):
            start = number * (length + pause)
            outage = down(files, since=start)
            clock(start + 5)
            up(outage, start + length)
        return start + length

    def test_rings_three_times_however_often_it_falls(self, files):
        last = self.flaps(files, 20)
        assert said(loud=True) == [
            "Nextcloud is interrupted",
            "Nextcloud works again",
            "Nextcloud is unstable: interrupted again",
        ]
        assert clock(last + 29) == 0
        assert clock(last + 30) == 1
        assert clock(last + 31) == 0
        assert said(loud=True)[3:] == ["Nextcloud works again, and keeps working"]
        assert "20 times" in Announcement.objects.get(mark="calm").text_en

    def test_is_one_thread_and_one_post_that_is_kept_true(self, files):
        self.flaps(files, 5)
        roots = Announcement.objects.filter(thread=None)
        assert roots.count() == 1
        stances = [stance for stance, _ in letters()]
        assert stances.count(Stance.FIRST) == 1
        assert stances.count(Stance.ANSWER) == 2
        edits = [body for stance, body in letters() if stance == Stance.EDIT]
        assert "works again" in edits[-1]

    def test_has_each_of_its_interruptions_announced_in_time(self, files):
        self.flaps(files, 8)
        for outage in Outage.objects.with_first_announcement(NOON + HOUR * 9):
            assert outage.first_announced_at - outage.started_at <= 5 * MINUTE

    def test_is_told_although_each_time_is_short(self, files):
        for number in range(2):
            down(files, since=4 * number, until=4 * number + 2)
            clock(4 * number + 2)
        down(files, since=8)
        assert clock(9) == 1
        assert said() == ["Nextcloud is unstable: interrupted again"]

    def test_is_news_again_after_a_calm_hour(self, files):
        self.flaps(files, 3)
        clock(90)
        down(files, since=100)
        clock(105)
        last = Announcement.objects.order_by("-published_at").first()
        assert (last.title_en, last.thread) == ("Nextcloud is interrupted", None)


class TestAMaintenanceThatDoesNotEnd:
    def test_is_told_at_once_in_its_own_thread(self, files):
        maintenance = a_maintenance(files)
        first = announce(title_en="Planned", maintenance=maintenance, at=NOON - 24 * HOUR)
        down(files, since=60)
        assert tell_outages(NOON + HOUR + MINUTE) == 1
        told = Announcement.objects.get(kind=Kind.BEGIN)
        assert told.title_en == "Bigger disks: it takes longer than planned"
        assert told.thread == first

    def test_is_not_blamed_for_what_comes_later(self, files):
        a_maintenance(files)
        down(files, since=70)
        assert tell_outages(NOON + 71 * MINUTE) == 0


class TestEveryChannel:
    def test_gets_each_announcement_once(self, files):
        outage = down(files)
        clock(5)
        clock(5)
        up(outage, 9)
        page = "https://portal.example.org/status/announcements/"
        first, answer, edit = letters()
        begin, end = Announcement.objects.order_by("pk")
        assert first == (
            Stance.FIRST,
            f"Nextcloud is interrupted\n\n{begin.text_en}\n\n{page}{begin.pk}/",
        )
        assert answer[0] == Stance.ANSWER
        assert answer[1].endswith(f"{page}{end.pk}/")
        assert edit[0] == Stance.EDIT
        assert edit[1].startswith("Nextcloud works again")
        assert edit[1].endswith(f"{page}{begin.pk}/")
        assert [stance for stance, _ in letters("matrix")] == [Stance.FIRST, Stance.ANSWER, Stance.EDIT]
        threads = Letter.objects.values_list("thread", flat=True).distinct()
        assert list(threads) == [f"announcement.{begin.pk}"]

    def test_a_program_gets_it_in_both_languages(self, files):
        down(files)
        clock(5)
        ((_, body),) = letters("webhook")
        heard = json.loads(body)
        assert heard["kind"] == "begin"
        assert heard["title"]["en"] == "Nextcloud is interrupted"
        assert set(heard["title"]) == {"fr", "en"}
        assert heard["services"] == [{"slug": "nextcloud", "name": "Nextcloud"}]
        assert heard["outage"]["started_at"] == NOON.isoformat()

    def test_hears_nothing_while_it_is_closed(self, files, settings):
        settings.MASTODON_TOKEN = settings.MATRIX_ROOM = settings.WEBHOOK_SECRET = ""
        down(files)
        clock(5)
        assert not Letter.objects.exists()

    def test_is_not_bothered_with_yesterday(self, files):
        down(files)
        clock(5)
        assert set(Letter.objects.values_list("expires_at", flat=True)) == {NOON + 5 * MINUTE + 24 * HOUR}


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize("kind", [Kind.BEGIN, Kind.END])
    def test_that_one_interruption_begins_or_ends_twice(self, files, kind):
        outage = down(files)
        Announcement.objects.create(outage=outage, kind=kind, title_en="A", published_at=NOON)
        with pytest.raises(IntegrityError, match="announced_once_of_an_outage"), transaction.atomic():
            Announcement.objects.create(outage=outage, kind=kind, title_en="B", published_at=NOON)

    def test_an_announcement_about_two_things(self, files):
        with pytest.raises(IntegrityError, match="announcement_about_one_thing"), transaction.atomic():
            Announcement.objects.create(
                outage=down(files), maintenance=a_maintenance(files), title_en="A", published_at=NOON
            )

    def test_a_thread_that_is_itself(self):
        told = Announcement.objects.create(title_en="A", published_at=NOON)
        with pytest.raises(IntegrityError, match="announcement_follows_another"), transaction.atomic():
            Announcement.objects.filter(pk=told.pk).update(thread=told.pk)


class TestTwoInterruptionsThatWereOne:
    def test_keep_all_that_was_said(self, files, mail):
        one, other = down(files), down(mail)
        clock(5)
        assert hand_over_announcements(other.pk, one.pk) == 1
        assert sorted(one.announcements.values_list("kind", flat=True)) == [Kind.BEGIN, Kind.UPDATE]


class TestTheSetting:
    @pytest.mark.parametrize(
        ("minutes", "errors"), [(5, []), (0, []), (9, []), (10, ["services.E001"]), (-1, ["services.E001"])]
    )
    def test_cannot_break_the_promise(self, settings, minutes, errors):
        settings.OUTAGE_TOLD_AFTER_MINUTES = minutes
        assert [error.id for error in run_checks() if error.id == "services.E001"] == errors

    def test_a_channel_half_set_up_is_said(self, settings):
        settings.MASTODON_TOKEN = ""
        (warning,) = [found for found in run_checks() if found.id == "services.W001"]
        assert "MASTODON_TOKEN" in warning.msg


def test_it_is_said_in_the_language_of_the_reader(files):
    down(files, summary_fr="Disque plein.", summary_en="Disk full.")
    clock(5)
    told = Announcement.objects.get()
    with override("fr"):
        assert told.text.startswith("Disque plein.")
    assert told.text.startswith("Disk full.")


def test_a_title_that_names_too_many_services_is_cut_at_a_word(mail):
    cause = down(a_service("DNS", listed=False))
    for number in range(30):
        part = down(a_service(f"Service{number}"))
        Outage.objects.filter(pk=part.pk).update(cause=cause)
    assert clock(5) == 1
    title = Announcement.objects.get().title_en
    assert len(title) <= 160
    assert title.endswith("…")


def test_a_second_begin_by_hand_is_refused_with_words(files, mona):
    outage = down(files)
    clock(5)
    with pytest.raises(ValidationError):
        Announcement(outage=outage, kind=Kind.BEGIN, title_en="Again", published_at=NOON).full_clean()


@pytest.mark.django_db(transaction=True)
def test_several_clocks_tell_once(files):
    down(files)

    def tick():
        try:
            clock(6)
        finally:
            connection.close()

    workers = [threading.Thread(target=tick) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert said() == ["Nextcloud is interrupted"]
    assert Letter.objects.filter(channel="mastodon").count() == 1
