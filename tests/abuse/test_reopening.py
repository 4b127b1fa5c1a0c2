"""Taking up a closed ticket again."""

import pytest

from abuse.models import IllegalMove, Outcome, State
from abuse.verbs import reopen, settle
from journal.models import Entry
from outbox.models import Letter
from tests.abuse.writing import a_ticket, everything, later
from tests.factories import a_person

pytestmark = pytest.mark.django_db


class TestAClosedTicket:
    def test_is_open_again_and_the_person_is_told_why(self, mona):
        nils = a_person("nils@example.org", staff=True)
        ticket = a_ticket(State.CLOSED, by=mona)
        reopen(ticket.pk, text="We had missed a letter.", by=nils, at=later(hours=5))
        ticket.refresh_from_db()
        assert (ticket.state, ticket.outcome, ticket.closed_at) == (State.OPEN, "", None)
        assert (ticket.handler, ticket.awaits_desk_since) == (nils, later(hours=5))
        letter = Letter.objects.get(kind="abuse_reopened")
        assert "We had missed a letter." in letter.body
        line = Entry.objects.about(ticket).of("abuse.reopened").get()
        assert line.details == {"outcome_before": "referred"}

    def test_can_be_closed_again_and_writes_again(self, mona):
        ticket = a_ticket(State.CLOSED, by=mona)
        reopen(ticket.pk, text="We had missed a letter.", by=mona, at=later(hours=5))
        settle(ticket.pk, outcome=Outcome.REFERRED, by=mona, at=later(hours=6))
        assert Letter.objects.filter(kind="abuse_closed").count() == 2


class TestAnyOtherTicket:
    @pytest.mark.parametrize("state", [State.NEW, State.OPEN, State.WAITING])
    def test_is_not_reopened(self, mona, state):
        ticket = a_ticket(state, by=mona)
        before = everything()
        with pytest.raises(IllegalMove, match=ticket.number):
            reopen(ticket.pk, text="Why not?", by=mona, at=later(hours=5))
        assert everything() == before
