"""Durations, said to people."""

import datetime as dt

import pytest
from django.utils.translation import override

from services.templatetags.durations import in_words, machine_readable


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        (0, "less than a minute"),
        (59, "less than a minute"),
        (60, "1 minute"),
        (42 * 60 + 59, "42 minutes"),
        (3600, "1 hour"),
        (3 * 3600 + 5 * 60, "3 hours and 5 minutes"),
        (2 * 86400 + 4 * 3600 + 59 * 60, "2 days and 4 hours"),
        (86400 + 5 * 60, "1 day and 5 minutes"),
    ],
)
def test_the_two_largest_parts_are_said(seconds, sentence):
    with override("en"):
        assert in_words(dt.timedelta(seconds=seconds)) == sentence


def test_machines_read_iso_8601():
    assert machine_readable(dt.timedelta(minutes=42)) == "PT2520S"
