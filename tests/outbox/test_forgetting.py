from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.models import Letter
from outbox.verbs import forget
from tests.outbox.conftest import a_letter

pytestmark = pytest.mark.django_db
NOW = timezone.now()
EMPTY = {"recipient": "", "reply_to": "", "subject": "", "body": "", "leave_url": "", "last_error": ""}


def days_ago(days):
    return NOW - timedelta(days=days)


def test_what_left_is_remembered_for_ninety_days_then_its_row_goes(settings):
    settings.OUTBOX_KEEP_SENT_DAYS = 90
    kept = a_letter(sent_at=days_ago(89), **EMPTY)
    a_letter(sent_at=days_ago(91), **EMPTY)
    assert forget(NOW) == (1, 0)
    assert Letter.objects.get() == kept
    assert forget(NOW) == (0, 0)


def test_what_was_given_up_is_emptied_after_a_month_and_goes_after_ninety_days():
    fresh = a_letter(given_up_at=days_ago(29), last_error="550 rita@example.org: no")
    month_old = a_letter(given_up_at=days_ago(31), last_error="550 rita@example.org: no")
    a_letter(given_up_at=days_ago(91), last_error="550 rita@example.org: no")
    assert forget(NOW) == (1, 1)
    fresh.refresh_from_db()
    month_old.refresh_from_db()
    assert fresh.recipient
    assert (month_old.recipient, month_old.subject, month_old.body, month_old.last_error) == ("",) * 4
    assert month_old.given_up_at
    assert forget(NOW) == (0, 0)


def test_what_waits_is_never_forgotten():
    a_letter(age=timedelta(days=400))
    assert forget(NOW) == (0, 0)
