"""A hold keeps what was said from being forgotten, for a reason and until a date."""

import datetime as dt

import pytest

from abuse.models import Refused, State
from abuse.verbs import forget, forget_reporter, hold, release
from journal.models import Entry
from tests.abuse.writing import RITA, a_question, a_ticket, everything, later, triaged

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(mona, settings):
    settings.DESK_FORGETS_AFTER_DAYS = 30
    return a_ticket(State.CLOSED, by=mona)


def kept(ticket, mona, days=100, **more):
    until = (later(days=days)).date()
    return hold(ticket.pk, because="A trial goes on.", until=until, by=mona, at=later(hours=5), **more)


class TestAHold:
    def test_stops_forgetting_until_its_end(self, closed, mona):
        kept(closed, mona)
        assert forget(later(days=99)) == 0
        assert forget(later(days=101)) == 1
        closed.refresh_from_db()
        assert (closed.held_until, closed.held_because) == (None, "")

    def test_stops_the_words_of_whoever_leaves_too(self, mona):
        ticket = triaged(a_question(), by=mona)
        kept(ticket, mona)
        forget_reporter([RITA], at=later(days=1))
        assert ticket.messages.get().body is not None

    def test_ends_when_a_volunteer_says_so(self, closed, mona):
        kept(closed, mona)
        release(closed.pk, by=mona, at=later(hours=6))
        assert forget(later(days=31)) == 1

    def test_is_journalled_without_its_reason(self, closed, mona):
        kept(closed, mona)
        line = Entry.objects.about(closed).of("abuse.held").get()
        assert line.details == {"until": later(days=100).date().isoformat()}

    @pytest.mark.parametrize("until", [dt.date(2001, 1, 1), dt.date(9999, 12, 31)])
    def test_has_an_end_that_is_neither_past_nor_out_of_sight(self, closed, mona, until):
        before = everything()
        with pytest.raises(Refused):
            hold(closed.pk, because="A trial.", until=until, by=mona, at=later(hours=5))
        assert everything() == before

    def test_is_not_ended_twice_nor_put_on_what_is_gone(self, closed, mona):
        with pytest.raises(Refused, match=closed.number):
            release(closed.pk, by=mona, at=later(hours=6))
        forget(later(days=31))
        with pytest.raises(Refused, match=closed.number):
            kept(closed, mona)


class TestUnwantedMessages:
    def test_are_forgotten_sooner(self, mona, settings):
        settings.DESK_FORGETS_SPAM_AFTER_DAYS = 30
        triaged(a_question(), by=mona)
        a_ticket(State.CLOSED, by=mona)
        assert forget(later(days=29)) == 0
        assert forget(later(days=31)) == 1
