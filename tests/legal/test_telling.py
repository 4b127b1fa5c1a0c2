"""A change is told to everybody, each once, whatever happens to those who tell."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from journal.models import Entry
from legal.models import How, Telling, Text
from legal.verbs import accept, people_to_tell, tell
from legal.verbs import telling as telling_module
from outbox.models import Letter, Priority
from tests.factories import NOON, a_person, published
from tests.outbox.processes import ROOT, environment

DAY = timedelta(days=1)
LATER = NOON + 30 * DAY
SOON = NOON + timedelta(minutes=5)

pytestmark = pytest.mark.django_db


def told():
    return Counter(Letter.objects.filter(kind="legal_change").values_list("recipient", flat=True))


def many_people(number):
    return User.objects.bulk_create(
        User(
            email=f"p{n}@example.org",
            language=("fr", "en")[n % 2],
            joined_at=NOON - DAY,
            accepted_through=NOON,
        )
        for n in range(number)
    )


class TestPublishing:
    def test_a_significant_version_tells_everybody_in_their_language(self, sami, mona):
        a_person("ann@example.org", language="en")
        version = published("terms", at=NOON, effective_at=LATER, title="Conditions")
        assert tell(at=SOON) == 3
        assert told() == {"sami@example.org": 1, "mona@example.org": 1, "ann@example.org": 1}
        letters = {letter.recipient: letter for letter in Letter.objects.filter(kind="legal_change")}
        assert letters["ann@example.org"].language == "en"
        assert "Conditions (en)" in letters["ann@example.org"].subject
        assert "Conditions (fr)" in letters["sami@example.org"].subject
        assert "/legal/terms/changes/" in letters["sami@example.org"].body
        assert {letter.priority for letter in letters.values()} == {Priority.BULK}
        assert Telling.objects.get(version=version).letters == 3

    @pytest.mark.parametrize(
        "change",
        [
            {"significant": False},
            {"slug": "technical-report", "in_acceptance_set": False},
            {"tell": False},
        ],
        ids=["editorial", "a document nobody has to accept", "told not to"],
    )
    def test_anything_else_tells_nobody(self, sami, change):
        published("technical-report", in_acceptance_set=False, at=NOON)
        published(**({"slug": "terms", "at": NOON} | change))
        assert not Telling.objects.exists()
        assert tell(at=SOON) == 0

    def test_a_first_version_tells_nobody(self, sami):
        published("moderation", source="We moderate. {#m1}", at=NOON)
        assert not Telling.objects.exists()

    def test_that_is_rolled_back_tells_nobody(self, sami):
        with transaction.atomic():
            published("terms", at=NOON, effective_at=LATER)
            transaction.set_rollback(True)
        assert not Telling.objects.exists()

    def test_wakes_a_worker_once_committed(self, sami, monkeypatch, django_capture_on_commit_callbacks):
        woken = []
        monkeypatch.setattr(telling_module, "wake", woken.append)
        with django_capture_on_commit_callbacks(execute=True):
            published("terms", at=NOON, effective_at=LATER)
            assert woken == []
        assert woken == ["legal.tasks.tell"]

    def test_is_told_once_only_per_version(self, sami):
        version = published("terms", at=NOON, effective_at=LATER)
        with pytest.raises(IntegrityError), transaction.atomic():
            Telling.objects.create(version=version)


class TestWhoIsTold:
    @pytest.fixture
    def upcoming(self, terms):
        return published("terms", at=NOON, effective_at=LATER)

    def test_nobody_twice_however_often_the_clock_comes_round(self, sami, upcoming):
        for hours in range(1, 5):
            tell(at=NOON + timedelta(hours=hours))
        assert told() == {"sami@example.org": 1}

    def test_not_whose_account_is_off(self, sami, upcoming):
        User.objects.filter(pk=sami.pk).update(is_active=False)
        assert not people_to_tell().exists()
        assert tell(at=SOON) == 0

    def test_not_who_accepted_it_already(self, sami, upcoming):
        accept(sami, Text.objects.to_accept(LATER, "fr"), how=How.INTERSTITIAL, at=SOON, through=LATER)
        assert tell(at=SOON) == 0

    def test_who_joins_before_it_takes_effect_and_accepted_the_version_before(self, sami, upcoming):
        tell(at=SOON)
        a_person("new@example.org", at=NOON + DAY)
        tell(at=NOON + DAY + timedelta(minutes=5))
        assert told() == {"sami@example.org": 1, "new@example.org": 1}

    def test_not_who_joins_afterwards_and_accepted_it(self, sami, upcoming):
        tell(at=SOON)
        a_person("new@example.org", at=LATER)
        tell(at=LATER + timedelta(minutes=5))
        assert told() == {"sami@example.org": 1}

    def test_somebody_whose_sign_up_ended_after_that_of_a_later_number(self, sami, upcoming):
        """Numbers are given out before rows become visible: nothing is told past an account this young."""
        slow = a_person("slow@example.org", at=SOON)
        quick = a_person("quick@example.org", at=SOON)
        slow_row = User.objects.filter(pk=slow.pk)
        slow_row.update(is_active=False)  # stands for: not yet visible
        tell(at=SOON + timedelta(seconds=20))
        assert Telling.objects.get().told_through_id < slow.pk < quick.pk
        slow_row.update(is_active=True)
        tell(at=SOON + timedelta(minutes=2))
        assert told()["slow@example.org"] == told()["quick@example.org"] == 1

    def test_not_an_address_that_is_none_and_the_others_all_the_same(self, sami, upcoming):
        User.objects.filter(pk=sami.pk).update(email="not an address")
        a_person("ann@example.org")
        assert tell(at=SOON) == 1

    def test_it_ends_when_it_is_in_force_and_everybody_knows(self, sami, upcoming):
        tell(at=SOON)
        assert Telling.objects.under_way().exists()
        tell(at=LATER + timedelta(minutes=5))
        telling = Telling.objects.get()
        assert telling.done_at == LATER + timedelta(minutes=5)
        assert Entry.objects.about(upcoming).of("legal.told").get().details == {"letters": 1}

    def test_one_that_waits_for_its_date_keeps_no_other_back(self, sami, upcoming):
        tell(at=SOON)
        published("legal-notice", source="Another.", at=NOON, effective_at=LATER)
        assert tell(at=SOON) == 1
        assert told() == {"sami@example.org": 2}


class TestBatches:
    def test_stop_when_time_is_over_and_go_on_from_there(self, terms, monkeypatch):
        monkeypatch.setattr(telling_module, "BATCH", 10)
        many_people(35)
        published("terms", at=NOON, effective_at=LATER)
        moments = iter([0, 1, 2, 99])
        with monkeypatch.context() as clock:
            clock.setattr(telling_module, "monotonic", lambda: next(moments))
            assert tell(at=SOON) == 20
        assert tell(at=SOON) == 15
        assert set(told().values()) == {1}

    def test_ask_as_many_questions_for_ten_as_for_a_thousand(self, terms, django_assert_max_num_queries):
        many_people(10)
        published("terms", at=NOON, effective_at=LATER)
        with django_assert_max_num_queries(26) as few:
            tell(at=SOON)
        Letter.objects.all().delete()
        Telling.objects.update(told_through_id=0)
        User.objects.bulk_create(User(email=f"q{n}@example.org", joined_at=NOON - DAY) for n in range(900))
        with django_assert_max_num_queries(len(few)):
            tell(at=SOON)
        assert len(told()) == 910


TELL = """
import django; django.setup()
from datetime import datetime
from legal.verbs import tell, telling
telling.BATCH = 25
tell(at=datetime.fromisoformat("{at}"))
"""


def a_teller() -> subprocess.Popen:
    code = TELL.format(at=SOON.isoformat())
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment())


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("tellers")
class TestRealProcesses:
    NUMBER = 3000

    @pytest.fixture
    def everybody(self, terms, monkeypatch):
        many_people(self.NUMBER)
        monkeypatch.setattr(telling_module, "wake", lambda task: None)
        published("terms", at=NOON, effective_at=LATER)

    def test_killed_again_and_again_leave_each_person_one_letter(self, everybody):
        stops = sorted(random.sample(range(100, self.NUMBER - 500), 4))
        kills = 0
        for stop in stops:
            teller = a_teller()
            ends = time.monotonic() + 60
            while sum(told().values()) < stop and teller.poll() is None:
                assert time.monotonic() < ends
                time.sleep(0.005)
            if teller.poll() is None:
                teller.send_signal(signal.SIGKILL)
                kills += 1
            teller.wait()
            assert sum(told().values()) == Telling.objects.get().letters, (
                "letters without their mark, or a mark without"
            )
        assert kills >= 3
        assert a_teller().wait() == 0
        assert told() == {f"p{n}@example.org": 1 for n in range(self.NUMBER)}
        assert Telling.objects.get().letters == self.NUMBER

    def test_side_by_side_share_nothing_twice(self, everybody):
        tellers = [a_teller() for _ in range(3)]
        assert [teller.wait() for teller in tellers] == [0, 0, 0]
        tell(at=SOON)
        assert told() == {f"p{n}@example.org": 1 for n in range(self.NUMBER)}


@pytest.mark.django_db(transaction=True)
def test_nobody_accepts_an_old_set_while_a_new_one_is_being_published(sami, monkeypatch):
    """Whoever decides waits for the publication that is under way, and is then told that the documents changed."""
    from legal.verbs import DocumentsChanged

    shown, outcome = Text.objects.to_accept(NOON, "fr"), []

    def decide():
        try:
            accept(sami, shown, how=How.INTERSTITIAL, at=LATER, receipt=False)
            outcome.append("accepted")
        except DocumentsChanged:
            outcome.append("changed")
        finally:
            connection.close()

    with transaction.atomic():
        published("terms", at=LATER, tell=False)
        thread = threading.Thread(target=decide)
        thread.start()
        thread.join(0.5)
        assert outcome == []
    thread.join(10)
    assert outcome == ["changed"]
