"""Words, names and addresses go some time after a ticket is closed; what is counted stays."""

import pytest
from django.db import IntegrityError, transaction

from abuse.models import Outcome, Refused, State, Ticket, Topic
from abuse.tasks import forget as forget_task
from abuse.verbs import forget, reopen
from journal.models import Entry
from tests.abuse.writing import a_clause, a_ticket, everything, later

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept_for_a_month(settings):
    settings.DESK_FORGETS_AFTER_DAYS = 30


@pytest.fixture
def closed(mona):
    """Closed two hours after noon on 2 March."""
    return a_ticket(State.CLOSED, by=mona, name="Rita", clause=a_clause("u6"))


class TestWhenItIsDue:
    def test_nothing_personal_is_left(self, closed):
        assert forget(later(days=30, hours=2)) == 1
        closed.refresh_from_db()
        assert (closed.reporter_name, closed.reporter_email) == ("", "")
        report = closed.reports.get()
        assert (report.what, report.where) == (None, None)
        assert not [body for body in closed.messages.values_list("body", flat=True) if body]
        assert Entry.objects.about(closed).of("abuse.forgotten").count() == 1

    def test_what_is_counted_stays(self, closed):
        forget(later(days=31))
        closed.refresh_from_db()
        assert (closed.topic, closed.outcome, closed.closed_at) == (
            Topic.ABUSE,
            Outcome.REFERRED,
            later(hours=2),
        )
        assert closed.reports.get().clause_ref == "u6"

    def test_messages_go_too(self, mona):
        ticket = a_ticket(State.CLOSED, topic=Topic.QUESTION, by=mona)
        forget(later(days=31))
        assert ticket.messages.get().body is None

    def test_a_second_run_finds_nothing(self, closed):
        forget(later(days=31))
        before = everything()
        assert forget(later(days=31)) == 0
        assert everything() == before

    def test_a_run_that_was_missed_is_caught_up(self, closed):
        assert forget(later(days=900)) == 1

    def test_the_clock_does_it(self, closed):
        forget_task()
        closed.refresh_from_db()
        assert closed.forgotten_at is not None


class TestBeforeItIsDue:
    def test_nothing_happens(self, closed):
        before = everything()
        assert forget(later(days=30, hours=1)) == 0
        assert everything() == before

    @pytest.mark.parametrize("state", [State.NEW, State.OPEN, State.WAITING])
    def test_nor_while_a_ticket_is_not_closed(self, mona, state):
        a_ticket(state, by=mona)
        assert forget(later(days=900)) == 0


class TestAForgottenTicket:
    def test_is_not_taken_up_again(self, closed, mona):
        forget(later(days=31))
        before = everything()
        with pytest.raises(Refused, match=closed.number):
            reopen(closed.pk, text="Why not?", by=mona, at=later(days=32))
        assert everything() == before

    def test_opens_and_says_so(self, client, closed, as_mona):
        path = closed.private_path()
        forget(later(days=31))
        assert "Rita" not in client.get(path).content.decode()
        assert client.get(path).status_code == 200
        assert as_mona.get(f"/desk/abuse/ticket/{closed.pk}/change/").status_code == 200
        assert as_mona.get("/desk/abuse/ticket/?turn=all").status_code == 200

    def test_has_no_name_the_database_sees_to_it(self, closed):
        forget(later(days=31))
        with pytest.raises(IntegrityError, match="nameless"), transaction.atomic():
            Ticket.objects.filter(pk=closed.pk).update(reporter_email="rita@example.org")
