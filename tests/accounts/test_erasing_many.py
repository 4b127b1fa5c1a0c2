"""Many accounts that go at once go as each would alone."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import Erasure, Reason, SealedRecord, User
from accounts.verbs import erase
from accounts.verbs.erasing import Warned, erase_locked
from journal.models import Entry
from outbox.models import Letter
from tests.accounts.leaving import SECOND_ADDRESS, a_life_here, later
from tests.factories import NOON, a_person

pytestmark = pytest.mark.django_db

WARNED = Warned(at=NOON - timedelta(days=90), notice=timedelta(days=90))


@pytest.fixture
def people(mona):
    found = [a_person(f"p{n}@example.org") for n in range(5)]
    a_life_here(found[2], desk=mona)
    return found


def go(people, **how):
    with transaction.atomic():
        return erase_locked(
            people, reason=Reason.INACTIVE, at=later(days=1), warned={p.pk: WARNED for p in people}, **how
        )


class TestMany:
    def test_are_gone_together_with_a_line_and_a_letter_for_each(self, people):
        go(people)
        assert not User.objects.filter(email__startswith="p").exists()
        assert Erasure.objects.filter(reason=Reason.INACTIVE, warned_at=WARNED.at).count() == 5
        assert Entry.objects.of("accounts.erased").count() == 5
        assert Letter.objects.filter(kind="accounts_erased").exclude(recipient="").count() == 5

    def test_leave_as_many_rows_to_account_for_as_one_alone(self, people, mona):
        together = {erasure.mark: erasure.rows for erasure in go(people)}
        alone = erase(a_person("alone@example.org").pk, reason=Reason.CLOSED, at=later(days=1))
        assert alone.rows == min(together.values(), key=len)
        richest = max(together.values(), key=len)
        assert richest["account.EmailAddress"] == 2
        assert richest["abuse.Ticket"] == 3
        assert richest["accounts.Session"] == 1
        assert richest["accounts.Export"] == 1

    def test_seal_what_each_of_them_had_and_nothing_of_the_others(self, people):
        go(people)
        assert SealedRecord.objects.of_address(SECOND_ADDRESS).count() == 1
        assert SealedRecord.objects.of_address("p0@example.org").count() == 1
        assert SealedRecord.objects.count() == 5

    def test_take_as_many_questions_to_the_database_however_many_they_are(
        self, mona, django_assert_max_num_queries
    ):
        for number in (5, 40):
            some = [a_person(f"n{number}.{n}@example.org") for n in range(number)]
            with django_assert_max_num_queries(75):
                go(some)
