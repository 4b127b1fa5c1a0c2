"""The road of a ticket, and what the database itself refuses."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from abuse.models import OUTCOMES, ROAD, TRIAGE, IllegalMove, Move, Outcome, State, Ticket, Topic, next_state
from tests.abuse.writing import a_report, a_ticket, later

LEADS = {
    ("take", "new"): "open",
    ("take", "open"): "open",
    ("take", "waiting"): "open",
    ("ask", "open"): "waiting",
    ("answer", "new"): "new",
    ("answer", "open"): "open",
    ("answer", "waiting"): "open",
    ("come_due", "waiting"): "open",
    ("decide", "open"): "closed",
    ("triage", "new"): "closed",
    ("refer", "new"): "closed",
    ("undo", "closed"): "new",
    ("reopen", "closed"): "open",
}


class TestTheRoad:
    @pytest.mark.parametrize("move", Move.values)
    @pytest.mark.parametrize("here", State.values)
    def test_every_move_from_every_state(self, move, here):
        ticket = Ticket(pk=42, state=here)
        there = LEADS.get((move, here))
        assert next_state(State(here), Move(move)) == there
        if there:
            ticket.move(Move(move))
            assert ticket.state == there
        else:
            with pytest.raises(IllegalMove, match="42-"):
                ticket.move(Move(move))
            assert ticket.state == here

    def test_every_state_has_a_way_in_and_a_way_out(self):
        assert set(ROAD) == set(Move)
        ways = [way for road in ROAD.values() for way in road.items() if way[0] != way[1]]
        assert {here for here, _ in ways} == {there for _, there in ways} == set(State)

    def test_a_refusal_says_what_to_do(self):
        with pytest.raises(IllegalMove) as refusal:
            Ticket(pk=42, state=State.CLOSED).move(Move.ASK)
        assert len(str(refusal.value).split(". ")) == 2

    def test_every_topic_can_be_put_aside(self):
        assert set(OUTCOMES) == set(Topic)
        assert all(outcomes > TRIAGE for outcomes in OUTCOMES.values())
        assert set().union(*OUTCOMES.values()) == set(Outcome) - {Outcome.MUTED}


@pytest.mark.django_db
class TestTheDatabase:
    @pytest.mark.parametrize(
        ("state", "wrong", "constraint"),
        [
            (State.NEW, {"topic": "gossip"}, "known_topic"),
            (State.NEW, {"state": "lost"}, "known_state"),
            (State.OPEN, {"outcome": "violation"}, "outcome_when_closed"),
            (State.OPEN, {"state": "closed", "awaits_desk_since": None}, "outcome_when_closed"),
            (State.CLOSED, {"outcome": ""}, "outcome_when_closed"),
            (State.CLOSED, {"closed_at": None}, "outcome_when_closed"),
            (State.CLOSED, {"outcome": "whatever"}, "known_outcome"),
            (State.CLOSED, {"outcome": "answered", "first_answer_at": None}, "answered_has_answer"),
            (State.CLOSED, {"closed_at": later(hours=-1)}, "closed_after_opened"),
            (State.OPEN, {"state": "new"}, "new_is_nobodys"),
            (State.OPEN, {"awaits_desk_since": None}, "turn_has_date"),
            (State.WAITING, {"awaits_desk_since": later()}, "turn_has_date"),
            (State.WAITING, {"due_at": None}, "waiting_has_end"),
            (State.OPEN, {"due_at": later()}, "waiting_has_end"),
            (State.CLOSED, {"duplicate_of": F("pk"), "outcome": "duplicate"}, "repeats_another"),
            (State.CLOSED, {"held_until": later()}, "hold_has_reason"),
            (State.NEW, {"held_because": "A trial."}, "hold_has_reason"),
        ],
    )
    def test_refuses_what_cannot_be_true(self, mona, state, wrong, constraint):
        ticket = a_ticket(state, by=mona)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Ticket.objects.filter(pk=ticket.pk).update(**wrong)

    def test_lets_a_volunteer_leave(self, mona):
        ticket = a_ticket(State.WAITING, by=mona)
        mona.delete()
        ticket.refresh_from_db()
        assert ticket.handler is None
        assert ticket.messages.get().by is None


@pytest.mark.django_db
class TestTimes:
    def test_a_ticket_is_overdue_once_the_desk_took_longer_than_it_gives_itself(self, terms, settings):
        settings.DESK_ANSWERS_WITHIN_DAYS = 3
        ticket = a_report()
        assert not Ticket.objects.overdue(later(days=2.9)).contains(ticket)
        assert Ticket.objects.overdue(later(days=3)).contains(ticket)

    def test_nothing_is_overdue_while_it_is_their_turn_or_over(self, mona):
        a_ticket(State.WAITING, by=mona)
        a_ticket(State.CLOSED, by=mona)
        assert not Ticket.objects.overdue(later(days=900)).exists()

    def test_a_list_says_the_same(self, mona):
        for state in State:
            a_ticket(state, by=mona)
        at = later(days=5.5)
        late = {ticket.pk for ticket in Ticket.objects.summarised(at) if ticket.late}
        assert late == set(Ticket.objects.overdue(at).values_list("pk", flat=True))
        assert late == set(Ticket.objects.at_the_desk().values_list("pk", flat=True))
