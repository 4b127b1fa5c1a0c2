"""Whoever opens somebody's record at the desk says why, and the person reads it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import verbs
from accounts.verbs import Why
from journal.models import Entry
from tests.factories import a_person

pytestmark = pytest.mark.django_db

WORDS = "They cannot sign in and asked us why."


def page_of(person):
    return f"/desk/accounts/user/{person.pk}/change/"


def say_why(client, person, *, reason=Why.HELP, words=WORDS):
    return client.post(f"/desk/accounts/user/{person.pk}/look/", {"reason": reason, "words": words})


class TestARecord:
    def test_stays_shut_until_a_reason_is_given(self, as_mona, sami):
        answer = as_mona.get(page_of(sami))
        assert answer.url == f"/desk/accounts/user/{sami.pk}/look/"
        assert sami.email not in as_mona.get(answer.url).content.decode()
        assert say_why(as_mona, sami).url == page_of(sami)
        assert sami.email in as_mona.get(page_of(sami)).content.decode()

    def test_has_a_history_that_stays_shut_as_well(self, as_mona, sami):
        history = page_of(sami).replace("change", "history")
        assert as_mona.get(history).url == f"/desk/accounts/user/{sami.pk}/look/"
        say_why(as_mona, sami)
        assert as_mona.get(history).status_code == 200

    def test_takes_no_change_without_one_either(self, as_mona, sami):
        answer = as_mona.post(page_of(sami), {"language": "en", "is_active": "on"})
        assert answer.url.endswith("/look/")
        sami.refresh_from_db()
        assert sami.language == "fr"

    def test_asks_again_after_an_hour(self, sami, mona):
        verbs.look_at(sami.pk, reason=Why.HELP, words=WORDS, by=mona)
        now = timezone.now()
        assert verbs.has_reason(sami, by=mona, at=now)
        assert not verbs.has_reason(sami, by=mona, at=now + timedelta(hours=1, seconds=1))

    def test_asks_for_each_person_and_each_volunteer(self, as_mona, sami, zoe, mona):
        say_why(as_mona, sami)
        assert as_mona.get(page_of(zoe)).status_code == 302
        other = a_person("malik@example.org", staff=True)
        assert not verbs.has_reason(sami, by=other, at=timezone.now())

    def test_of_oneself_takes_none(self, as_mona, mona):
        assert as_mona.get(page_of(mona)).status_code == 200

    @pytest.mark.parametrize(("reason", "words"), [("", WORDS), ("curiosity", WORDS), (Why.HELP, "why not")])
    def test_opens_for_no_poor_reason(self, as_mona, sami, reason, words):
        assert say_why(as_mona, sami, reason=reason, words=words).status_code == 200
        assert not Entry.objects.of("accounts.looked_at").exists()

    def test_is_shut_to_those_without_the_right(self, as_sami, zoe):
        assert say_why(as_sami, zoe).status_code in (302, 403)
        assert not Entry.objects.of("accounts.looked_at").exists()


class TestThePerson:
    def test_reads_when_who_and_why(self, as_mona, as_sami, sami, mona):
        say_why(as_mona, sami)
        page = as_sami.get("/account/").content.decode()
        assert "you asked for help" in page
        assert WORDS in page
        assert mona.email not in page
        entry = Entry.objects.about(sami).of("accounts.looked_at").get()
        assert (entry.actor_id, entry.role) == (mona.pk, "desk")

    def test_is_told_that_nobody_did(self, as_sami):
        assert "Nobody did" in as_sami.get("/account/").content.decode()

    def test_reads_nothing_of_others(self, as_mona, as_sami, zoe):
        say_why(as_mona, zoe)
        assert "Nobody did" in as_sami.get("/account/").content.decode()

    def test_reads_words_as_words(self, as_mona, as_sami, sami):
        say_why(as_mona, sami, words="<script>alert(1)</script> 🐈")
        page = as_sami.get("/account/").content.decode()
        assert "<script>alert" not in page
        assert Client().get("/account/").status_code == 302
