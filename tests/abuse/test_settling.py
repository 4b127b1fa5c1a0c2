"""Settling a ticket."""

import pytest

from abuse.models import (
    JUDGED,
    OUTCOMES,
    TRIAGE,
    IllegalMove,
    Outcome,
    Overtaken,
    Refused,
    State,
    Ticket,
    Topic,
)
from abuse.verbs import settle, triage
from journal.models import Entry
from outbox.models import Letter
from tests.abuse.writing import a_question, a_ticket, everything, later, meanwhile
from tests.factories import a_person


@pytest.mark.django_db
class TestClosing:
    def test_keeps_the_outcome_and_tells_the_person(self, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        settle(ticket.pk, outcome=Outcome.REFERRED, text="Their host knows.", by=mona, at=later(hours=5))
        ticket.refresh_from_db()
        assert (ticket.state, ticket.outcome, ticket.closed_at) == (
            State.CLOSED,
            Outcome.REFERRED,
            later(hours=5),
        )
        assert ticket.awaits_desk_since is None
        letter = Letter.objects.get(kind="abuse_closed")
        assert "Their host knows." in letter.body
        assert ticket.private_path() in letter.body
        line = Entry.objects.about(ticket).of("abuse.settled").get()
        assert line.details == {"outcome": "referred"}

    def test_may_say_nothing_more(self, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        settle(ticket.pk, outcome=Outcome.REFERRED, by=mona, at=later(hours=5))
        assert not ticket.messages.exists()
        assert Letter.objects.filter(kind="abuse_closed").count() == 1

    def test_as_spam_writes_no_letter(self, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        settle(ticket.pk, outcome=Outcome.SPAM, text="Shoo.", by=mona, at=later(hours=5))
        assert Ticket.objects.get().handler == mona
        assert not Letter.objects.filter(kind="abuse_closed").exists()


@pytest.mark.django_db
class TestOutcomes:
    @pytest.mark.parametrize("topic", Topic)
    @pytest.mark.parametrize("state", [State.NEW, State.OPEN])
    @pytest.mark.parametrize("outcome", Outcome)
    def test_every_one_against_every_topic_and_state(self, mona, topic, state, outcome):
        other = a_question() if outcome == Outcome.DUPLICATE else None
        ticket = a_ticket(state, topic=topic, by=mona)
        before = everything()
        how = {"outcome": outcome, "duplicate_of": other and other.pk, "by": mona, "at": later(hours=5)}
        if state == State.NEW and outcome in TRIAGE:
            triage(ticket.pk, **how)
            assert Ticket.objects.get(pk=ticket.pk).outcome == outcome
        elif state == State.OPEN and outcome in OUTCOMES[topic] - JUDGED:
            settle(ticket.pk, text="So it is.", **how)
            assert Ticket.objects.get(pk=ticket.pk).outcome == outcome
        else:
            for verb in (settle, triage):
                with pytest.raises(Refused):
                    verb(ticket.pk, **how)
            assert everything() == before

    def test_answered_needs_an_answer(self, mona):
        ticket = a_ticket(State.OPEN, topic=Topic.QUESTION, by=mona)
        before = everything()
        with pytest.raises(Refused, match=ticket.number):
            settle(ticket.pk, outcome=Outcome.ANSWERED, by=mona, at=later(hours=5))
        assert everything() == before

    def test_a_word_nobody_knows_is_refused(self, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        with pytest.raises(ValueError, match="resolved"):
            settle(ticket.pk, outcome="resolved", by=mona, at=later(hours=5))

    def test_closing_twice_is_refused(self, mona):
        ticket = a_ticket(State.CLOSED, by=mona)
        before = everything()
        with pytest.raises(IllegalMove):
            settle(ticket.pk, outcome=Outcome.SPAM, by=mona, at=later(hours=5))
        assert everything() == before


@pytest.mark.django_db(transaction=True)
class TestTwoVolunteersAtOnce:
    @pytest.mark.parametrize("on_sight", [True, False])
    def test_one_decides_and_the_other_is_told(self, mona, on_sight):
        nils = a_person("nils@example.org", staff=True)
        ticket = a_ticket(State.OPEN, by=mona)
        seen = ticket.revision if on_sight else None
        told = meanwhile(
            lambda: settle(ticket.pk, outcome=Outcome.REFERRED, by=mona, at=later(hours=5), seen=seen),
            lambda: settle(ticket.pk, outcome=Outcome.SPAM, by=nils, at=later(hours=5), seen=seen),
        )
        assert isinstance(told, Overtaken if on_sight else IllegalMove)
        assert ticket.number in str(told)
        assert Ticket.objects.get().outcome == Outcome.REFERRED
        assert Letter.objects.filter(kind="abuse_closed").count() == 1
        assert Entry.objects.of("abuse.settled").count() == 1
