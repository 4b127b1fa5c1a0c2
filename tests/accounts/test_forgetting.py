from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Session, User
from accounts.verbs import forget_sessions, forget_unconfirmed, hold, release_hold
from journal.models import Entry
from legal.models import Acceptance
from tests.factories import NOON, PASSWORD, a_person

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=7, minutes=1)


class TestAnAccountNeverConfirmed:
    def test_disappears_after_seven_days(self, terms):
        person = a_person("gone@example.org", confirmed=False)
        assert forget_unconfirmed(NOON + timedelta(days=6)) == 0
        assert forget_unconfirmed(LATER) == 1
        assert not User.objects.filter(pk=person.pk).exists()
        assert Entry.objects.of("accounts.unconfirmed_forgotten").get().details == {"count": 1}

    def test_takes_the_session_of_its_sign_up_with_it(self, terms):
        a_person("gone@example.org", confirmed=False)
        Client().post("/accounts/login/", {"login": "gone@example.org", "password": PASSWORD})
        assert Session.objects.exists()
        forget_unconfirmed(LATER)
        assert not Session.objects.exists()

    def test_leaves_its_acceptance_as_evidence_of_nobody(self, terms):
        person = a_person("gone@example.org", confirmed=False)
        rows = Acceptance.objects.by(person).count()
        forget_unconfirmed(LATER)
        assert Acceptance.objects.filter(person=None).count() == rows == 2

    def test_is_forgotten_once_however_late_the_clock(self, terms):
        a_person("gone@example.org", confirmed=False)
        assert forget_unconfirmed(NOON + timedelta(days=400)) == 1
        assert forget_unconfirmed(NOON + timedelta(days=401)) == 0


class TestKept:
    def test_whoever_confirmed(self, sami):
        assert forget_unconfirmed(LATER) == 0

    def test_whoever_works_the_desk(self, terms):
        a_person("mona@example.org", staff=True, confirmed=False)
        assert forget_unconfirmed(LATER) == 0

    def test_whoever_is_on_hold_for_as_long_as_that(self, mona):
        person = a_person("kept@example.org", confirmed=False)
        held = hold(person.pk, why="A court asked for it.", until=None, by=mona, at=NOON)
        assert forget_unconfirmed(LATER) == 0
        release_hold(held.pk, by=mona, at=LATER)
        assert forget_unconfirmed(LATER) == 1


def test_sessions_that_ended_are_removed_and_others_kept(as_sami, db):
    now = timezone.now()
    assert forget_sessions(now) == 0
    assert forget_sessions(now + timedelta(days=15)) == 1
    assert not Session.objects.exists()
