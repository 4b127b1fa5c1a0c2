"""A year with its failures: what lasts is told before its tenth minute, what is short is not, nothing twice."""

import datetime as dt
import random

import pytest

from services.models import Announcement, Kind, Outage, Outcome, Probe, Reason
from services.verbs import roll_up, tell_outages
from tests.factories import NOON, a_service
from tests.services.test_prober import SECOND, Told

pytestmark = pytest.mark.django_db

MINUTE = 60 * SECOND
FAILURES = 20


def test_is_told_as_promised():
    chance = random.Random(20261122)  # noqa: S311
    files = a_service("Nextcloud")
    told = Told(Probe.objects.create(service=files, target="https://cloud.example.org/"))
    told.sees(Outcome.UP)
    moments = sorted(chance.sample(range(1, 364), FAILURES))
    lengths = [chance.choice([0.2, 1, 3, 4, 6, 9, 12, 30, 200]) for _ in moments]
    for day, minutes in zip(moments, lengths, strict=True):
        told.at = NOON + dt.timedelta(days=day, seconds=chance.randrange(86_000))
        told.sees(Outcome.UP)  # after a night in which nobody looked, sometimes
        told.after(60)
        if chance.random() < 0.3:
            told.sees(Outcome.UNKNOWN, reason=Reason.OFFLINE)
        began = told.at
        while told.at - began < minutes * MINUTE:
            told.sees(Outcome.DOWN)
            tell_outages(told.at + SECOND)
            passed = told.at - began
            told.after(6 if passed < 20 * SECOND else 40 if passed < 11 * MINUTE else 1800)
        for pause in (0, 16, 16):
            told.after(pause).sees(Outcome.UP)
        tell_outages(told.at + SECOND)
    roll_up(NOON + dt.timedelta(days=366))

    lasting = [minutes for minutes in lengths if minutes * MINUTE >= 15 * SECOND]
    assert Outage.objects.count() == len(lasting)
    assert not Outage.objects.filter(ended_at=None).exists()
    at = NOON + dt.timedelta(days=366)
    for outage in Outage.objects.with_first_announcement(at):
        begins = Announcement.objects.filter(outage=outage, kind=Kind.BEGIN).count()
        if outage.lasted(at) > 10 * MINUTE:
            assert begins == 1
            assert outage.first_announced_at - outage.started_at < 10 * MINUTE
        assert begins <= 1
        assert (outage.first_announced_at is None) == (outage.lasted(at) < 5 * MINUTE)
