"""Putting aside what needs no reading by somebody in charge, one by one or together, and undoing it."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime

from abuse.models import Outcome, Refused, State, Sweep, Ticket
from abuse.verbs import ask, forget_sweeps, reopen, settle, sweep_aside, take, triage, undo_sweep
from journal.models import Entry
from outbox.models import Letter
from tests.abuse.sanctioning import a_decision, a_measure
from tests.abuse.writing import a_question, a_report, a_ticket, everything, later, triaged

pytestmark = pytest.mark.django_db


class TestADuplicate:
    def test_names_the_ticket_that_goes_on_and_its_writer_is_told(self, mona):
        first, again = a_report(), a_report(email="nora@example.org")
        triage(again.pk, outcome="duplicate", duplicate_of=first.pk, by=mona, at=later(hours=1))
        again.refresh_from_db()
        assert (again.state, again.outcome, again.duplicate_of) == (State.CLOSED, "duplicate", first)
        assert Letter.objects.get(kind="abuse_closed").recipient == "nora@example.org"

    def test_hears_the_outcome_of_the_ticket_it_repeats(self, mona):
        first, again = a_report(), a_report(email="nora@example.org", language="en")
        triage(again.pk, outcome="duplicate", duplicate_of=first.pk, by=mona, at=later(hours=1))
        take(first.pk, by=mona, at=later(hours=2))
        settle(first.pk, outcome="referred", text="See there.", by=mona, at=later(hours=3))
        letter = Letter.objects.filter(recipient="nora@example.org", kind="abuse_closed").latest("pk")
        assert again.number in letter.subject
        assert first.number not in letter.subject + letter.body
        assert "See there." not in letter.body
        assert again.private_path() in letter.body
        assert "passed it on" in letter.body

    def test_of_a_duplicate_names_the_one_that_goes_on(self, mona):
        first, second, third = a_report(), a_report(), a_report()
        triage(second.pk, outcome="duplicate", duplicate_of=first.pk, by=mona, at=later(hours=1))
        triage(third.pk, outcome="duplicate", duplicate_of=second.pk, by=mona, at=later(hours=1))
        assert set(first.duplicates.all()) == {second, third}

    def test_of_what_was_decided_tells_the_outcome_and_how_to_contest_it(self, mona, sami):
        decision = a_decision(mona, sami, a_measure())
        again = a_ticket(email="ralf@example.net")
        triage(again.pk, outcome="duplicate", duplicate_of=decision.ticket_id, by=mona, at=later(days=2))
        letter = Letter.objects.get(kind="abuse_closed", recipient="ralf@example.net")
        with translation.override("fr"):
            assert date_format(localtime(decision.appeal_until), "DATE_FORMAT") in letter.body

    def test_takes_its_own_duplicates_along(self, mona):
        first, second, third = a_report(), a_report(), a_report()
        triage(third.pk, outcome="duplicate", duplicate_of=second.pk, by=mona, at=later(hours=1))
        triage(second.pk, outcome="duplicate", duplicate_of=first.pk, by=mona, at=later(hours=1))
        assert set(first.duplicates.all()) == {second, third}

    def test_of_nothing_itself_or_what_repeats_it_is_refused(self, mona):
        first, again = a_report(), a_report()
        triage(again.pk, outcome="duplicate", duplicate_of=first.pk, by=mona, at=later(hours=1))
        before = everything()
        for other in (None, 999_999, first.pk, again.pk):
            with pytest.raises(Refused):
                triage(first.pk, outcome="duplicate", duplicate_of=other, by=mona, at=later(hours=1))
        assert everything() == before

    def test_taken_up_again_repeats_nothing(self, mona):
        first, again = a_report(), a_report()
        triage(again.pk, outcome="duplicate", duplicate_of=first.pk, by=mona, at=later(hours=1))
        reopen(again.pk, text="It is another matter.", by=mona, at=later(hours=2))
        again.refresh_from_db()
        assert again.duplicate_of is None


class TestASweep:
    def test_puts_each_aside_and_says_which_it_could_not(self, mona):
        first, second, taken = a_report(), a_question(), a_ticket(State.OPEN, by=mona)
        sweep, refusals = sweep_aside(
            [first.pk, second.pk, taken.pk], outcome="spam", by=mona, at=later(hours=1)
        )
        assert set(sweep.tickets.all()) == {first, second}
        assert [taken.number in str(refusal) for refusal in refusals] == [True]
        assert not Letter.objects.filter(kind="abuse_closed").exists()

    def test_undone_makes_them_new_as_if_nothing_had_been(self, mona):
        first, second = a_report(), a_question()
        sweep, _ = sweep_aside([first.pk, second.pk], outcome="spam", by=mona, at=later(hours=1))
        assert undo_sweep(sweep.pk, by=mona, at=later(hours=2)) == 2
        for ticket in Ticket.objects.all():
            assert (ticket.state, ticket.outcome, ticket.handler) == (State.NEW, "", None)
            assert (ticket.closed_at, ticket.awaits_desk_since) == (None, later())
        assert not Letter.objects.filter(kind__in=["abuse_closed", "abuse_taken_up"]).exists()
        assert Entry.objects.of("abuse.triage_undone").count() == 2

    def test_undone_tells_those_who_were_told_otherwise(self, mona):
        first, again = a_report(), a_report(email="nora@example.org")
        sweep, _ = sweep_aside(
            [again.pk], outcome="duplicate", duplicate_of=first.pk, by=mona, at=later(hours=1)
        )
        undo_sweep(sweep.pk, by=mona, at=later(hours=2))
        assert Letter.objects.get(kind="abuse_taken_up").recipient == "nora@example.org"
        assert not first.duplicates.exists()

    def test_undone_leaves_alone_what_was_taken_up_since(self, mona):
        first, second = a_report(), a_report()
        sweep, _ = sweep_aside([first.pk, second.pk], outcome="spam", by=mona, at=later(hours=1))
        reopen(first.pk, text="It is real.", by=mona, at=later(hours=2))
        ask(first.pk, text="Since when?", by=mona, at=later(hours=2))
        assert undo_sweep(sweep.pk, by=mona, at=later(hours=3)) == 1
        first.refresh_from_db()
        assert first.state == State.WAITING

    def test_can_be_undone_as_long_as_it_is_safe(self, mona):
        sweep, _ = sweep_aside([a_report().pk], outcome="spam", by=mona, at=later(hours=1))
        [offered] = Sweep.objects.undoable(later(days=29))
        assert (offered, offered.left, offered.undoable_until) == (sweep, 1, later(hours=1, days=30))
        assert not Sweep.objects.undoable(later(hours=1, days=30)).exists()
        with pytest.raises(Refused, match="too late"):
            undo_sweep(sweep.pk, by=mona, at=later(hours=1, days=30))
        assert undo_sweep(sweep.pk, by=mona, at=later(days=29)) == 1

    def test_that_repeats_what_was_closed_since_stays(self, mona):
        first, known, second = a_ticket(State.OPEN, by=mona), a_report(), a_report()
        sweep, _ = sweep_aside(
            [known.pk, second.pk], outcome="duplicate", duplicate_of=first.pk, by=mona, at=later(hours=2)
        )
        other = a_ticket(State.OPEN, by=mona)
        Ticket.objects.filter(pk=second.pk).update(duplicate_of=other)
        assert Sweep.objects.undoable(later(hours=3)).get().left == 2
        settle(first.pk, outcome="referred", by=mona, at=later(hours=4))
        assert Sweep.objects.undoable(later(hours=5)).get().left == 1
        assert undo_sweep(sweep.pk, by=mona, at=later(hours=5)) == 1
        known.refresh_from_db()
        assert known.outcome == Outcome.DUPLICATE

    def test_that_repeats_what_was_closed_before_can_be_undone(self, mona):
        first, again = a_ticket(State.CLOSED, by=mona), a_report()
        sweep, _ = sweep_aside(
            [again.pk], outcome="duplicate", duplicate_of=first.pk, by=mona, at=later(hours=3)
        )
        assert undo_sweep(sweep.pk, by=mona, at=later(hours=4)) == 1

    def test_is_undone_once(self, mona):
        sweep, _ = sweep_aside([a_report().pk], outcome="spam", by=mona, at=later(hours=1))
        undo_sweep(sweep.pk, by=mona, at=later(hours=2))
        before = everything()
        with pytest.raises(Refused):
            undo_sweep(sweep.pk, by=mona, at=later(hours=3))
        assert everything() == before

    def test_is_forgotten_and_its_tickets_stay(self, mona):
        ticket = a_report()
        sweep_aside([ticket.pk], outcome="spam", by=mona, at=later(hours=1))
        assert forget_sweeps(later(days=29)) == 0
        forget_sweeps(later(days=31))
        ticket.refresh_from_db()
        assert (ticket.outcome, ticket.sweep) == (Outcome.SPAM, None)
        assert not Sweep.objects.exists()

    def test_the_database_lets_no_other_outcome_be_undone(self, mona):
        ticket = a_ticket(State.CLOSED, by=mona)
        sweep = Sweep.objects.create(by=mona, at=later(), outcome="spam")
        with pytest.raises(IntegrityError, match="swept_is_triaged"), transaction.atomic():
            Ticket.objects.filter(pk=ticket.pk).update(sweep=sweep)
        with pytest.raises(IntegrityError, match="sweep_is_triage"), transaction.atomic():
            Sweep.objects.create(by=mona, at=later(), outcome="violation")


class TestWhoeverRepeatedWhatWeKnew:
    """Their page and their letters say what became of the matter, as those of whoever came first do."""

    @pytest.fixture
    def first(self, mona, terms):
        return a_ticket(State.OPEN, by=mona, email="first@example.org")

    def joins(self, first, mona, **more):
        ticket = a_report(email="second@example.org", **more)
        return triaged(ticket, by=mona, outcome=Outcome.DUPLICATE, duplicate_of=first.pk)

    def page(self, ticket):
        return Client(headers={"accept-language": "en"}).get(ticket.private_path()).content.decode()

    def letters(self):
        return list(Letter.objects.filter(recipient="second@example.org", kind="abuse_closed").order_by("pk"))

    def test_read_that_it_is_not_settled_yet(self, first, mona):
        page = self.page(self.joins(first, mona))
        assert "not settled yet" in page
        assert "in a letter to the address you gave" in page

    def test_without_an_address_are_asked_to_come_back(self, first, mona):
        ticket = a_report(email="")
        assert "please come back" in self.page(
            triaged(ticket, by=mona, outcome=Outcome.DUPLICATE, duplicate_of=first.pk)
        )

    def test_learn_the_outcome_on_their_page(self, first, mona):
        ticket = self.joins(first, mona)
        settle(first.pk, outcome=Outcome.REFERRED, by=mona, at=later(hours=5))
        page = self.page(ticket)
        assert "we passed it on to those it concerns" in page
        assert "not settled yet" not in page
        assert len(self.letters()) == 2

    def test_of_what_is_settled_already_are_told_so_at_once(self, first, mona):
        settle(first.pk, outcome=Outcome.REFERRED, by=mona, at=later(hours=1))
        self.joins(first, mona, language="en")
        (letter,) = self.letters()
        assert "passed it on" in letter.body
        assert "when it is decided" not in letter.body

    def test_that_is_taken_up_again_is_not_settled_any_more(self, first, mona):
        ticket = self.joins(first, mona)
        settle(first.pk, outcome=Outcome.REFERRED, by=mona, at=later(hours=5))
        reopen(first.pk, text="Again.", by=mona, at=later(hours=6))
        assert "not settled yet" in self.page(ticket)
