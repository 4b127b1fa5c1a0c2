"""The portal looks at its own settings every day, and says beside clause C4 what came of it."""

from datetime import timedelta

import pytest
from django.core import checks
from django.utils import timezone

from chatons_portal.checking import check_daily
from journal.models import Entry

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def findings():
    return [entry.details["findings"] for entry in Entry.objects.of("portal.checked")]


@pytest.fixture
def without_remarks(settings):
    settings.SILENCED_SYSTEM_CHECKS = [
        message.id for message in checks.run_checks(include_deployment_checks=True)
    ]
    return settings


def test_once_a_day(without_remarks):
    now = timezone.now()
    assert [check_daily(now), check_daily(now + DAY / 2), check_daily(now + DAY + timedelta(minutes=1))] == [
        True,
        False,
        True,
    ]
    assert findings() == [0, 0]


def test_what_would_be_wrong_in_production_counts(without_remarks):
    without_remarks.SECRET_KEY = "short"
    check_daily(timezone.now())
    assert findings() == [1]
