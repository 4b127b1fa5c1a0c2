"""The desk writes to the person who wrote."""

import pytest

from abuse.models import IllegalMove, Overtaken, Side, State, Ticket
from abuse.verbs import answer, ask, take
from journal.models import Entry
from outbox.models import Letter
from tests.abuse.writing import RITA, a_question, a_ticket, everything, later
from tests.factories import a_person

pytestmark = pytest.mark.django_db


class TestAQuestion:
    def test_reaches_the_page_and_the_letter_box(self, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        ticket = ask(ticket.pk, text="From which <address> & when?", by=mona, at=later(hours=2))
        ticket.refresh_from_db()
        assert (ticket.state, ticket.awaits_desk_since) == (State.WAITING, None)
        assert ticket.due_at == later(hours=2, days=14)
        assert ticket.first_answer_at == later(hours=2)
        message = ticket.messages.get()
        assert (message.side, message.by) == (Side.DESK, mona)
        letter = Letter.objects.get(kind="abuse_asked")
        assert letter.recipient == RITA
        assert "From which <address> & when?" in letter.body
        assert ticket.private_path() in letter.body
        assert "mona" not in letter.subject + letter.body

    def test_is_journalled_without_its_words(self, mona):
        ticket = a_ticket(State.WAITING, by=mona)
        line = Entry.objects.about(ticket).of("abuse.asked").get()
        assert (line.actor_id, line.details) == (mona.pk, {"to": "reporter"})

    def test_may_be_followed_by_another_once_taken_back(self, mona):
        ticket = a_ticket(State.WAITING, by=mona)
        take(ticket.pk, by=mona, at=later(hours=2.5))
        ask(ticket.pk, text="And one more thing.", by=mona, at=later(hours=3))
        ticket.refresh_from_db()
        assert ticket.first_answer_at == later(hours=2)
        assert Letter.objects.filter(kind="abuse_asked").count() == 2

    def test_of_another_volunteer_leaves_the_handler(self, mona):
        nils = a_person("nils@example.org", staff=True)
        ticket = a_ticket(State.OPEN, by=mona)
        ask(ticket.pk, text="Mona is on holiday.", by=nils, at=later(hours=2))
        assert Ticket.objects.get().handler == mona

    def test_of_somebody_becomes_theirs_when_nobody_has_it(self, mona):
        nils = a_person("nils@example.org", staff=True)
        ticket = a_ticket(State.OPEN, by=nils)
        nils.delete()
        ask(ticket.pk, text="Hello.", by=mona, at=later(hours=2))
        assert Ticket.objects.get().handler == mona

    def test_to_somebody_without_address_is_on_the_page_only(self, mona):
        ticket = a_ticket(State.OPEN, by=mona, email="")
        ask(ticket.pk, text="Thank you.", by=mona, at=later(hours=2))
        assert ticket.messages.count() == 1
        assert not Letter.objects.filter(kind="abuse_asked").exists()


class TestNoQuestion:
    @pytest.mark.parametrize("state", [State.NEW, State.WAITING, State.CLOSED])
    def test_in_any_other_state(self, mona, state):
        ticket = a_ticket(state, by=mona)
        before = everything()
        with pytest.raises(IllegalMove):
            ask(ticket.pk, text="Hello.", by=mona, at=later(hours=5))
        assert everything() == before

    def test_to_what_is_no_longer_so(self, mona):
        ticket = take(a_question().pk, by=mona, at=later(hours=1))
        answer(ticket.pk, text="Never mind, I found it.", submission="c" * 64, at=later(hours=2))
        before = everything()
        with pytest.raises(Overtaken, match=ticket.number):
            ask(ticket.pk, text="You do it so:", by=mona, at=later(hours=3), seen=ticket.revision)
        assert everything() == before
