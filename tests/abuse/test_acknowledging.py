"""What follows once a message was taken in: by a worker, whole, and once."""

import pytest
from django.db import transaction

from abuse.models import Outcome, State, Ticket
from abuse.tasks import acknowledge
from abuse.verbs import Sender, acknowledge_waiting, acknowledging, file_question, take, triage
from journal.models import Entry
from outbox.models import Letter
from tests.abuse.test_muting import muted
from tests.abuse.writing import RITA, filed_report, later
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def desk(terms, settings):
    settings.HOST = {**settings.HOST, "email": "bureau@example.org"}
    settings.LANGUAGE_CODE = "en"


def a_new(number=1, **more):
    words = {"what": "Watches.", "where": "sami@example.org", "submission": f"new {number}"}
    return filed_report(**words | more)


def kinds():
    return sorted(Letter.objects.values_list("kind", flat=True))


class TestTakingIn:
    def test_is_one_statement(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            ticket = a_new()
        with django_assert_num_queries(1):
            file_question("How?", sender=Sender(language="fr"), submission="q", at=NOON)
        assert ticket.reports.get().what == "Watches."
        assert Entry.objects.about(ticket).get().details == {"clause": ""}

    def test_leaves_all_that_follows_to_a_worker(self, sami):
        ticket = a_new()
        assert ticket.acknowledged_at is None
        assert ticket.subject is None
        assert kinds() == []


class TestAWorker:
    def test_writes_the_receipt_tells_the_desk_and_sees_whom_it_names(self, sami):
        ticket = a_new()
        assert acknowledge_waiting(later(hours=1)) == 1
        ticket.refresh_from_db()
        assert (ticket.subject, ticket.acknowledged_at) == (sami, later(hours=1))
        assert kinds() == ["abuse_desk_new", "abuse_receipt"]

    def test_that_comes_twice_does_it_once(self):
        a_new()
        acknowledge_waiting(later(hours=1))
        acknowledge()
        assert kinds() == ["abuse_desk_new", "abuse_receipt"]

    def test_that_dies_on_its_way_leaves_it_all_to_the_next(self):
        ticket = a_new()
        with transaction.atomic():
            acknowledge_waiting(later(hours=1))
            transaction.set_rollback(True)
        ticket.refresh_from_db()
        assert (ticket.acknowledged_at, kinds()) == (None, [])
        assert acknowledge_waiting(later(hours=2)) == 1
        assert kinds() == ["abuse_desk_new", "abuse_receipt"]

    @pytest.fixture
    def stumbling(self, monkeypatch):
        """A place that makes a worker fail, by a fault of ours."""
        see = acknowledging.whom_and_what

        def stumble(where):
            if where == "the stumbling block":
                raise ZeroDivisionError
            return see(where)

        monkeypatch.setattr(acknowledging, "whom_and_what", stumble)
        return monkeypatch

    def test_one_message_that_makes_it_fail_holds_up_no_other(self, stumbling, caplog):
        places = ["sami@example.org", "the stumbling block", "zoe@example.org"]
        tickets = [a_new(n, email=f"r{n}@example.org", where=where) for n, where in enumerate(places)]
        assert acknowledge_waiting(later(hours=1)) == 2
        left = Ticket.objects.unacknowledged()
        assert [ticket.pk for ticket in left] == [tickets[1].pk]
        assert f"Ticket {tickets[1].pk} could not be acknowledged" in caplog.text
        assert "now each by itself" in caplog.text
        assert kinds() == ["abuse_desk_several", "abuse_receipt", "abuse_receipt"]
        stumbling.undo()
        assert acknowledge_waiting(later(hours=2)) == 1

    def test_what_went_before_a_failure_is_done_whole(self, mona, stumbling):
        """Rita is muted: her report is put aside once, although the batch it came in had to be begun again."""
        muted(mona)
        hers = a_new(1, at=later(days=3))
        a_new(2, email="zoe@example.org", where="the stumbling block", at=later(days=3))
        assert acknowledge_waiting(later(days=3, hours=1)) == 1
        hers.refresh_from_db()
        assert (hers.state, hers.outcome, hers.revision) == (State.CLOSED, Outcome.MUTED, 1)

    def test_that_fails_at_every_message_ends(self, stumbling):
        for number in range(60):
            a_new(number, email="", where="the stumbling block")
        assert acknowledge_waiting(later(hours=1)) == 0
        assert Ticket.objects.unacknowledged().count() == 60

    def test_writes_one_letter_to_the_desk_for_all_that_came_at_once(self):
        tickets = [a_new(number, email=f"r{number}@example.org") for number in range(60)]
        assert acknowledge_waiting(later(hours=1)) == 60
        letters = Letter.objects.filter(recipient="bureau@example.org").order_by("pk")
        assert [letter.subject for letter in letters] == ["50 new messages", "10 new messages"]
        assert all(ticket.number in letters[0].body + letters[1].body for ticket in tickets)
        assert "Watches" not in letters[0].body
        assert Letter.objects.filter(kind="abuse_receipt").count() == 60

    def test_writes_nothing_about_what_was_put_aside_as_unwanted_meanwhile(self, mona):
        triage(a_new().pk, outcome=Outcome.SPAM, by=mona, at=later(hours=1))
        acknowledge_waiting(later(hours=2))
        assert kinds() == []

    def test_does_not_tell_the_desk_of_what_it_looks_at_already(self, mona):
        ticket = a_new()
        take(ticket.pk, by=mona, at=later(hours=1))
        acknowledge_waiting(later(hours=2))
        assert kinds() == ["abuse_receipt"]
        assert "None" not in Letter.objects.get().body

    def test_loses_no_other_receipt_for_an_address_nobody_can_write_to(self):
        Ticket.objects.filter(pk=a_new(1).pk).update(reporter_email="not an address")
        a_new(2)
        assert acknowledge_waiting(later(hours=1)) == 2
        assert Letter.objects.get(kind="abuse_receipt").recipient == RITA
