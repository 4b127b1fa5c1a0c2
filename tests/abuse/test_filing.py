"""Taking in what people send."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DataError, connection, transaction

from abuse.models import Message, Report, Side, State, Ticket, Topic
from journal.models import Entry, Role
from outbox.models import Letter
from tests.abuse.writing import RITA, a_clause, a_question, a_report, everything, later


@pytest.mark.django_db
class TestAReport:
    def test_is_kept_as_it_was_given(self, terms):
        ticket = a_report(clause=a_clause("u6"), name="Rita")
        ticket.refresh_from_db()
        assert (ticket.topic, ticket.state, ticket.language) == (Topic.ABUSE, State.NEW, "fr")
        assert (ticket.reporter_name, ticket.reporter_email) == ("Rita", RITA)
        assert ticket.awaits_desk_since == ticket.opened_at == later()
        report = ticket.reports.get()
        assert report.where == "watches@example.org\nhttps://example.org/watches"
        assert (report.terms, report.clause_ref, report.good_faith) == (terms, "u6", True)

    def test_writes_one_line_without_a_name(self, terms):
        ticket = a_report(name="Rita Mitsouko")
        line = Entry.objects.about(ticket).get()
        assert (line.verb, line.role, line.actor_id) == ("abuse.reported", Role.STRANGER, None)
        assert "rita" not in str(line.details).lower()

    def test_needs_no_name_and_no_address(self, terms):
        ticket = a_report(email="")
        assert not Letter.objects.filter(kind="abuse_receipt").exists()
        assert ticket.private_path()


@pytest.mark.django_db
class TestAQuestion:
    def test_opens_the_conversation(self, terms):
        ticket = a_question(message="Who are you?")
        message = ticket.messages.get()
        assert (message.side, message.body, message.by) == (Side.REPORTER, "Who are you?", None)
        assert ticket.topic == Topic.QUESTION
        assert Entry.objects.about(ticket).get().verb == "abuse.questioned"


@pytest.mark.django_db
class TestTheReceipt:
    def test_carries_the_link_and_not_the_text(self, terms):
        ticket = a_report(what="BUY CHEAP WATCHES", where="watches.example", name="Buy Now")
        letter = Letter.objects.get(kind="abuse_receipt")
        assert letter.recipient == RITA
        assert ticket.private_path() in letter.body
        for word in ("WATCHES", "watches.example", "Buy Now"):
            assert word not in letter.subject + letter.body

    def test_is_written_once_a_day_to_an_address(self, terms):
        for hour in range(5):
            a_report(at=later(hours=hour), email=RITA.upper() if hour % 2 else RITA)
        assert Letter.objects.filter(kind="abuse_receipt").count() == 1
        a_report(at=later(days=1))
        a_report(email="sami@example.org")
        assert Letter.objects.filter(kind="abuse_receipt").count() == 3

    def test_has_no_address_in_its_key(self, terms):
        a_report()
        assert "rita" not in Letter.objects.get(kind="abuse_receipt").key


@pytest.mark.django_db
class TestTheDesk:
    def test_is_told_without_the_text(self, terms, settings):
        settings.HOST = {**settings.HOST, "email": "bureau@example.org"}
        ticket = a_report(what="BUY CHEAP WATCHES", clause=a_clause("u6"))
        letter = Letter.objects.get(kind="abuse_desk_new")
        assert letter.recipient == "bureau@example.org"
        assert ticket.number in letter.subject
        assert f"/desk/abuse/ticket/{ticket.pk}/change/" in letter.body
        assert "U6" in letter.body
        assert "WATCHES" not in letter.subject + letter.body
        assert ticket.private_path() not in letter.body

    def test_without_an_address_gets_no_letter(self, terms, settings):
        settings.HOST = {**settings.HOST, "email": ""}
        a_report()
        assert not Letter.objects.filter(kind="abuse_desk_new").exists()


@pytest.mark.django_db
class TestSentTwice:
    def test_it_is_one_ticket(self, terms):
        first = a_report(submission="a" * 64)
        before = everything()
        again = a_report(submission="a" * 64, at=later(hours=1))
        assert again.private_path() == first.private_path()
        assert everything() == before


@pytest.mark.django_db(transaction=True)
class TestSentTwiceAtOnce:
    def test_it_is_one_ticket_with_one_report(self, terms):
        def send(_):
            try:
                return a_report(submission="b" * 64).pk
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as people:
            tickets = set(people.map(send, range(8)))
        assert len(tickets) == 1
        assert (Ticket.objects.count(), Report.objects.count(), Message.objects.count()) == (1, 1, 0)
        assert Letter.objects.filter(kind="abuse_receipt").count() == 1


@pytest.mark.django_db
class TestAVerbThatFails:
    def test_leaves_no_trace(self, terms, monkeypatch):
        before = everything()
        with pytest.raises(DataError), transaction.atomic():
            a_report(what="zero \0 byte", at=later() + timedelta(days=1))
        assert everything() == before
