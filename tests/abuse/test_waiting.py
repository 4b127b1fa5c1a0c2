"""An answer that does not come: the clock gives the ticket back to the desk."""

import pytest

from abuse.models import State, Ticket
from abuse.tasks import come_due as come_due_task
from abuse.verbs import answer, ask, come_due
from journal.models import Entry
from outbox.models import Letter
from tests.abuse.writing import a_ticket, everything, later

pytestmark = pytest.mark.django_db


class TestWhenTheTimeIsOver:
    def test_the_ticket_is_the_desks_again_and_its_handler_is_told(self, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        ask(ticket.pk, text="Since when?", days=3, by=mona, at=later())
        assert come_due(later(days=3)) == 1
        ticket.refresh_from_db()
        assert (ticket.state, ticket.due_at) == (State.OPEN, None)
        assert ticket.awaits_desk_since == later(days=3)
        assert Letter.objects.get(kind="abuse_desk_due").recipient == mona.email
        assert Entry.objects.about(ticket).of("abuse.came_due").exists()

    def test_a_second_run_finds_nothing_and_a_missed_one_is_caught_up(self, mona):
        a_ticket(State.WAITING, by=mona)
        assert come_due(later(days=900)) == 1
        before = everything()
        assert come_due(later(days=900)) == 0
        assert everything() == before

    def test_the_clock_does_it(self, mona):
        ticket = a_ticket(State.WAITING, by=mona)
        come_due_task()
        ticket.refresh_from_db()
        assert ticket.state == State.OPEN


class TestBefore:
    def test_nothing_happens(self, mona):
        a_ticket(State.WAITING, by=mona)
        assert come_due(later(days=13)) == 0
        assert Ticket.objects.get().state == State.WAITING

    def test_an_answer_ends_the_wait(self, mona):
        ticket = a_ticket(State.WAITING, by=mona)
        answer(ticket.pk, text="Since May.", submission="c" * 64, at=later(days=1))
        assert come_due(later(days=900)) == 0
        assert not Letter.objects.filter(kind="abuse_desk_due").exists()
