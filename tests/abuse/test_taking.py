"""Taking a ticket: exactly one volunteer has it."""

import pytest

from abuse.models import IllegalMove, Overtaken, Refused, State, Ticket
from abuse.verbs import take
from journal.models import Entry
from tests.abuse.writing import a_report, a_ticket, everything, later, meanwhile
from tests.factories import a_person


@pytest.fixture
def nils(terms):
    return a_person("nils@example.org", staff=True)


@pytest.mark.django_db
class TestANewTicket:
    def test_becomes_theirs(self, mona):
        ticket = take(a_report().pk, by=mona, at=later(hours=1))
        ticket.refresh_from_db()
        assert (ticket.state, ticket.handler) == (State.OPEN, mona)
        assert ticket.first_look_at == later(hours=1)
        line = Entry.objects.about(ticket).of("abuse.taken").get()
        assert line.actor_id == mona.pk


@pytest.mark.django_db
class TestATicketSomebodyHas:
    def test_is_not_taken_unseen(self, mona, nils):
        ticket = a_ticket(State.OPEN, by=mona)
        before = everything()
        with pytest.raises(Overtaken, match="mona@example.org"):
            take(ticket.pk, by=nils, at=later(hours=2))
        assert everything() == before
        assert Ticket.objects.get().handler == mona

    def test_can_be_taken_over_on_sight(self, mona, nils):
        ticket = a_ticket(State.WAITING, by=mona)
        take(ticket.pk, by=nils, at=later(hours=3), seen=ticket.revision)
        ticket.refresh_from_db()
        assert (ticket.state, ticket.handler) == (State.OPEN, nils)

    def test_is_taken_back_from_whoever_was_asked(self, mona):
        ticket = a_ticket(State.WAITING, by=mona)
        ticket = take(ticket.pk, by=mona, at=later(hours=3))
        ticket.refresh_from_db()
        assert (ticket.state, ticket.due_at) == (State.OPEN, None)
        assert ticket.awaits_desk_since == later(hours=3)

    def test_is_not_taken_twice_by_the_same(self, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        before = everything()
        with pytest.raises(Refused, match=ticket.number):
            take(ticket.pk, by=mona, at=later(hours=2), seen=ticket.revision)
        assert everything() == before


@pytest.mark.django_db
class TestAClosedTicket:
    def test_is_not_taken(self, mona, nils):
        ticket = a_ticket(State.CLOSED, by=mona)
        before = everything()
        with pytest.raises(IllegalMove):
            take(ticket.pk, by=nils, at=later(hours=3), seen=ticket.revision)
        assert everything() == before


@pytest.mark.django_db(transaction=True)
class TestTwoVolunteersAtOnce:
    @pytest.mark.parametrize("seen", [0, None])
    def test_exactly_one_wins_and_the_other_is_told(self, mona, nils, seen):
        ticket = a_report()
        told = meanwhile(
            lambda: take(ticket.pk, by=mona, at=later(hours=1), seen=seen),
            lambda: take(ticket.pk, by=nils, at=later(hours=1), seen=seen),
        )
        assert isinstance(told, Overtaken)
        assert ticket.number in str(told)
        assert Ticket.objects.get().handler == mona
        assert Entry.objects.of("abuse.taken").count() == 1
