"""A year of random failures, the clock ticking and at times asleep: what was promised, counted."""

import datetime as dt
from random import Random

import pytest

from services.models import Kind, Outage
from services.verbs import close_outage, open_outage, tell_outages
from tests.factories import NOON, a_service
from transparency.interruptions import evidence

pytestmark = pytest.mark.django_db

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
TICK = dt.timedelta(seconds=30)
FOUND_AFTER = dt.timedelta(seconds=75)  # from the failure to the confirmed interruption


def a_year(chance: Random, slugs: range):
    """When which service fails, and for how long: mostly short, now and then in a burst."""
    for service in slugs:
        at = NOON + chance.random() * 20 * DAY
        while at < NOON + 365 * DAY:
            for _ in range(chance.choice([1, 1, 1, 1, 5])):
                lasts = chance.choice([2, 4, 7, 12, 40, 200]) * MINUTE * chance.uniform(0.8, 1.3)
                yield service, at, at + max(lasts, FOUND_AFTER + MINUTE)
                at += max(lasts, FOUND_AFTER + MINUTE) + chance.choice([3, 12, 25]) * MINUTE
            at += chance.uniform(10, 50) * DAY


def live(failures, services, asleep):
    """Every failure is found, told and ended, in the order of time; the clock ticks but for when it is asleep."""
    events = []
    for service, since, until in failures:
        found = since + FOUND_AFTER
        events += [(found, "opens", service, since), (until, "closes", service, since)]
        ticks = [since + 4.5 * MINUTE + number * TICK for number in range(5)]
        ticks += [until, *(until + number * 20 * MINUTE for number in range(3))]
        events += [(tick, "ticks", 0, since) for tick in ticks]
    opened = {}
    for at, what, service, since in sorted(events):
        if what == "opens":
            opened[service] = open_outage(services[service].pk, started_at=since, at=at, tell=False)
        elif what == "closes":
            close_outage(opened[service].pk, ended_at=at, at=at)
        elif not asleep(at):
            tell_outages(at)


def test_every_long_interruption_is_told_before_its_tenth_minute():
    chance = Random(2)
    services = [a_service(f"s{number}") for number in range(3)]
    live(list(a_year(chance, range(3))), services, asleep=lambda at: False)
    at = NOON + 366 * DAY
    long = Outage.objects.longer_than(10 * MINUTE, at).with_first_announcement(at)
    assert long.count() > 20
    for outage in long:
        assert outage.first_announced_at, outage
        assert outage.first_announced_at - outage.started_at < 10 * MINUTE
    for outage in Outage.objects.all():
        kinds = list(outage.announcements.values_list("kind", flat=True))
        assert kinds.count(Kind.BEGIN) <= 1
        assert kinds.count(Kind.END) == kinds.count(Kind.BEGIN)
    shown = evidence(at)
    assert shown.share_in_time == 1


def test_what_the_clock_slept_through_is_told_late_and_the_figure_says_so():
    chance = Random(3)
    services = [a_service(f"s{number}") for number in range(2)]

    def asleep(at):
        return (at - NOON).days % 10 < 3

    live(list(a_year(chance, range(2))), services, asleep)
    at = NOON + 366 * DAY
    counted = Outage.objects.begun_between(at - 365 * DAY, at)
    long = list(counted.longer_than(10 * MINUTE, at).with_first_announcement(at))
    told_in_time = [
        outage
        for outage in long
        if outage.first_announced_at and outage.first_announced_at - outage.started_at < 10 * MINUTE
    ]
    assert 0 < len(told_in_time) < len(long)
    late = [outage for outage in long if outage not in told_in_time and outage.first_announced_at]
    assert late
    shown = evidence(at)
    assert shown.share_in_time == pytest.approx(len(told_in_time) / len(long))
