"""Volunteers declare that a service is interrupted, and that it works again."""

import datetime as dt
from contextlib import contextmanager

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import override

from journal.models import Entry
from services.models import Announcement, Outage, Service
from services.verbs import announce, close_outage, open_outage, reword
from tests.factories import NOON, a_service

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def files():
    return a_service("Nextcloud")


class TestAVolunteerDeclaresAnInterruption:
    def test_the_service_is_interrupted_from_its_start(self, files, mona):
        open_outage(files.pk, started_at=NOON - 5 * MINUTE, at=NOON, by=mona)
        assert Outage.objects.open(NOON).get().service == files
        assert not Outage.objects.open(NOON - 6 * MINUTE).exists()

    def test_everybody_is_told_in_both_languages(self, files, mona):
        open_outage(
            files.pk, started_at=NOON, at=NOON, summary_fr="Disque plein.", summary_en="Disk full.", by=mona
        )
        told = Announcement.objects.published(NOON).get()
        assert "Nextcloud" in told.title_fr
        assert "Nextcloud" in told.title_en
        assert told.text_en.startswith("Disk full.")
        assert told.text_fr.startswith("Disque plein.")

    def test_an_internal_service_is_not_talked_about(self, mona):
        backups = a_service("Backups", listed=False)
        open_outage(backups.pk, started_at=NOON, at=NOON, by=mona)
        assert not Announcement.objects.exists()

    def test_the_journal_says_who_did_it(self, files, mona):
        outage = open_outage(files.pk, started_at=NOON, at=NOON, by=mona)
        line = Entry.objects.about(outage).get()
        assert (line.verb, line.actor_id) == ("services.outage_opened", mona.pk)

    @pytest.mark.parametrize("started_at", [NOON + MINUTE, NOON + 400 * 1440 * MINUTE])
    def test_it_cannot_begin_in_the_future(self, files, mona, started_at):
        with pytest.raises(ValidationError) as refusal:
            open_outage(files.pk, started_at=started_at, at=NOON, by=mona)
        assert "started_at" in refusal.value.message_dict
        assert nothing_happened()

    def test_a_second_one_at_once_is_refused(self, files, mona):
        open_outage(files.pk, started_at=NOON, at=NOON, by=mona)
        with pytest.raises(ValidationError):
            open_outage(files.pk, started_at=NOON, at=NOON + MINUTE, by=mona)
        assert Outage.objects.count() == Announcement.objects.count() == ours().count() == 1

    def test_it_cannot_begin_before_the_last_one_ended(self, files, mona):
        outage = open_outage(files.pk, started_at=NOON, at=NOON, by=mona)
        close_outage(outage.pk, ended_at=NOON + 9 * MINUTE, at=NOON + 9 * MINUTE, by=mona)
        with pytest.raises(ValidationError):
            open_outage(files.pk, started_at=NOON + 8 * MINUTE, at=NOON + 20 * MINUTE, by=mona)
        assert Outage.objects.count() == 1


class TestAVolunteerClosesAnInterruption:
    @pytest.fixture
    def outage(self, files, mona):
        return open_outage(files.pk, started_at=NOON, at=NOON + MINUTE, by=mona)

    def test_it_is_over_from_its_end(self, outage, mona):
        close_outage(outage.pk, ended_at=NOON + 42 * MINUTE, at=NOON + 50 * MINUTE, by=mona)
        assert Outage.objects.open(NOON + 41 * MINUTE).contains(outage)
        assert not Outage.objects.open(NOON + 42 * MINUTE).exists()

    def test_everybody_is_told_how_long_it_lasted(self, outage, mona):
        close_outage(outage.pk, ended_at=NOON + 62 * MINUTE, at=NOON + 70 * MINUTE, by=mona)
        end = Announcement.objects.published(NOON + 70 * MINUTE).first()
        assert end.published_at == NOON + 70 * MINUTE
        assert "1 hour and 2 minutes" in end.text_en

    @pytest.mark.parametrize("ended_at", [NOON, NOON - MINUTE, NOON + 51 * MINUTE])
    def test_an_end_before_its_start_or_in_the_future_is_refused(self, outage, mona, ended_at):
        with pytest.raises(ValidationError) as refusal:
            close_outage(outage.pk, ended_at=ended_at, at=NOON + 50 * MINUTE, by=mona)
        assert "ended_at" in refusal.value.message_dict
        outage.refresh_from_db()
        assert outage.ended_at is None
        assert Announcement.objects.count() == 1

    def test_it_is_closed_once(self, outage, mona):
        close_outage(outage.pk, ended_at=NOON + 2 * MINUTE, at=NOON + 3 * MINUTE, by=mona)
        with pytest.raises(ValidationError):
            close_outage(outage.pk, ended_at=NOON + 4 * MINUTE, at=NOON + 5 * MINUTE, by=mona)
        outage.refresh_from_db()
        assert outage.ended_at == NOON + 2 * MINUTE


class TestTheDatabaseItselfRefuses:
    def test_an_end_that_is_not_after_the_start(self, files):
        with refused("outage_ends_after_it_began"):
            Outage.objects.create(service=files, started_at=NOON, ended_at=NOON)

    def test_two_open_outages_of_one_service(self, files):
        Outage.objects.create(service=files, started_at=NOON)
        with refused("outages_of_a_service_never_overlap"):
            Outage.objects.create(service=files, started_at=NOON + MINUTE)

    def test_two_past_outages_of_one_service_that_overlap(self, files):
        Outage.objects.create(service=files, started_at=NOON, ended_at=NOON + 9 * MINUTE)
        with refused("outages_of_a_service_never_overlap"):
            Outage.objects.create(service=files, started_at=NOON + 8 * MINUTE, ended_at=NOON + 10 * MINUTE)

    def test_but_not_one_that_begins_when_another_ends(self, files):
        Outage.objects.create(service=files, started_at=NOON, ended_at=NOON + 9 * MINUTE)
        Outage.objects.create(service=files, started_at=NOON + 9 * MINUTE)
        Outage.objects.create(service=a_service("Forgejo"), started_at=NOON)
        assert Outage.objects.count() == 3

    def test_a_service_that_does_not_say_what_it_is_for(self):
        with refused("service_says_what_it_is_for"):
            Service.objects.create(slug="x", name="X")

    def test_an_announcement_without_a_title(self):
        with refused("announcement_has_a_title"):
            Announcement.objects.create(text_en="Something", published_at=NOON)


class TestAnAnnouncement:
    def test_is_published_from_its_date_and_not_before(self):
        announce(title_fr="Bonjour", at=NOON)
        assert not Announcement.objects.published(NOON - MINUTE).exists()
        assert Announcement.objects.published(NOON).exists()

    def test_is_said_in_the_other_language_rather_than_not_at_all(self):
        told = announce(title_fr="Bonjour", at=NOON)
        with override("en"):
            assert told.title == "Bonjour"

    def test_without_a_title_is_refused_and_leaves_no_trace(self):
        with pytest.raises(ValidationError):
            announce(text_fr="Du texte", at=NOON)
        assert nothing_happened()

    def test_can_be_reworded_but_not_redated(self, mona):
        told = announce(title_fr="Bonjuor", at=NOON)
        reword(told.pk, title_fr="Bonjour", title_en="", text_fr="", text_en="", at=NOON + MINUTE, by=mona)
        told.refresh_from_db()
        assert (told.title_fr, told.published_at, told.reworded_at) == ("Bonjour", NOON, NOON + MINUTE)

    def test_is_not_reworded_by_saving_the_same_words(self, mona):
        told = announce(title_fr="Bonjour", at=NOON)
        before = ours().count()
        reword(told.pk, title_fr="Bonjour", title_en="", text_fr="", text_en="", at=NOON + MINUTE, by=mona)
        told.refresh_from_db()
        assert told.reworded_at is None
        assert ours().count() == before


def ours():
    return Entry.objects.filter(verb__startswith="services.")


def nothing_happened():
    return not (Outage.objects.exists() or Announcement.objects.exists() or ours().exists())


@contextmanager
def refused(constraint):
    """The block must be refused by the constraint of that name."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        yield
