"""The person who wrote adds something."""

import pytest

from abuse.models import IllegalMove, Side, State
from abuse.verbs import answer
from journal.models import Entry, Role
from outbox.models import Letter
from tests.abuse.writing import a_ticket, everything, later

pytestmark = pytest.mark.django_db


class TestAReply:
    def test_gives_the_turn_back_to_the_desk(self, mona):
        ticket = a_ticket(State.WAITING, by=mona)
        answer(ticket.pk, text="From this one.", submission="c" * 64, at=later(hours=4))
        ticket.refresh_from_db()
        assert (ticket.state, ticket.awaits_desk_since) == (State.OPEN, later(hours=4))
        assert ticket.messages.last().side == Side.REPORTER
        assert Entry.objects.about(ticket).of("abuse.answered").get().role == Role.STRANGER

    def test_tells_the_volunteer_once_a_turn_and_without_the_words(self, mona):
        ticket = a_ticket(State.WAITING, by=mona)
        for number in range(3):
            answer(ticket.pk, text="BUY WATCHES", submission=f"{number:064d}", at=later(hours=4))
        letter = Letter.objects.get(kind="abuse_desk_reply")
        assert letter.recipient == mona.email
        assert "WATCHES" not in letter.subject + letter.body

    @pytest.mark.parametrize("state", [State.NEW, State.OPEN])
    def test_before_an_answer_does_not_put_the_promise_off(self, mona, state):
        ticket = a_ticket(state, by=mona)
        answer(ticket.pk, text="And this.", submission="c" * 64, at=later(hours=4))
        ticket.refresh_from_db()
        assert (ticket.state, ticket.awaits_desk_since) == (state, later())

    def test_sent_twice_is_said_once(self, mona):
        ticket = a_ticket(State.WAITING, by=mona)
        answer(ticket.pk, text="From this one.", submission="c" * 64, at=later(hours=4))
        before = everything()
        answer(ticket.pk, text="From this one.", submission="c" * 64, at=later(hours=4))
        assert everything() == before

    def test_to_a_closed_ticket_is_refused(self, mona):
        ticket = a_ticket(State.CLOSED, by=mona)
        before = everything()
        with pytest.raises(IllegalMove):
            answer(ticket.pk, text="But!", submission="c" * 64, at=later(hours=4))
        assert everything() == before
