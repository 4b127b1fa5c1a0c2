"""Two things happen to an account at once: the second waits for the first, and then sees what is left of it."""

import pytest
from django.db import transaction

from accounts import verbs
from accounts.models import Failure, Reason, Reminder, User
from accounts.verbs import purge
from accounts.verbs.noticing import keep_token
from tests.accounts.unseen import before_limit, notice_of, server_takes_all, unseen
from tests.factories import published
from tests.meanwhile import Meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lou(settings):
    """Under notice since the run of that day; the mail server took the letter."""
    published("terms")
    person = unseen()
    purge(before_limit(60))
    server_takes_all(before_limit(60))
    return person


def test_a_report_that_comes_while_a_run_holds_the_account_counts(lou):
    key = Reminder.objects.get().letter_key
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=lou.pk)
        other = Meanwhile(lambda: verbs.note_bounce(key, at=before_limit(58)))
        assert other.has_to_wait()
    assert other.result() is True
    assert Reminder.objects.get(letter_key=key).failure == Failure.BOUNCED


def test_a_click_while_the_account_is_being_erased_is_not_thanked_for(lou):
    token = keep_token(notice_of(lou))
    with transaction.atomic():
        verbs.erase(lou.pk, reason=Reason.CLOSED, at=before_limit(58))
        other = Meanwhile(lambda: verbs.keep_by_letter(token, at=before_limit(58)))
        assert other.has_to_wait()
    assert other.result().person is None
