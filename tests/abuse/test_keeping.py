"""What somebody wrote stays as it was written."""

import pytest
from django.db import IntegrityError, connection, transaction

from abuse.models import Message, Report, State
from tests.abuse.writing import a_clause, a_report, a_ticket

pytestmark = pytest.mark.django_db


def refused(statement, *values):
    with (
        pytest.raises(IntegrityError, match="stays as it is"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)


class TestAReport:
    def test_is_not_rewritten_nor_removed(self, terms):
        report = a_report().reports.get()
        refused("UPDATE abuse_report SET what = 'nothing' WHERE id = %s", report.pk)
        refused("DELETE FROM abuse_report WHERE id = %s", report.pk)
        report.refresh_from_db()
        assert report.what.startswith("A thousand")

    def test_without_good_faith_is_none(self, terms):
        with pytest.raises(IntegrityError, match="in_good_faith"), transaction.atomic():
            a_report(good_faith=False)

    def test_names_a_clause_of_a_version_or_neither(self, terms):
        ticket = a_report(clause=a_clause("u6"))
        report = ticket.reports.get()
        assert (report.terms, report.clause_ref) == (terms, "u6")
        report.pk, report.terms = None, None
        with pytest.raises(IntegrityError, match="clause_of_a_version"), transaction.atomic():
            report.save()


class TestAMessage:
    def test_is_not_rewritten_nor_removed(self, mona):
        message = a_ticket(State.WAITING, by=mona).messages.get()
        refused("UPDATE abuse_message SET body = 'nothing' WHERE id = %s", message.pk)
        refused("DELETE FROM abuse_message WHERE id = %s", message.pk)

    def test_says_something_and_has_one_side(self, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        for wrong, constraint in [
            ({"body": "", "side": "desk"}, "has_words"),
            ({"body": "x", "side": "nobody"}, "known_side"),
            ({"body": "x", "side": "reporter", "by": mona}, "reporter_is_unnamed"),
        ]:
            with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
                Message.objects.create(ticket=ticket, at=ticket.opened_at, **wrong)


class TestRights:
    def test_nobody_can_be_given_the_right_to_change_them(self):
        for model in (Report, Message):
            assert model._meta.default_permissions == ["view"]


class TestForgetting:
    def test_empties_words_and_changes_nothing_else(self, mona):
        ticket = a_ticket(State.WAITING, by=mona)
        refused("UPDATE abuse_report SET what = NULL, clause_ref = 'u9' WHERE ticket_id = %s", ticket.pk)
        refused(
            "UPDATE abuse_report SET what = NULL, \"where\" = 'elsewhere' WHERE ticket_id = %s", ticket.pk
        )
        refused("UPDATE abuse_message SET body = NULL, side = 'reporter' WHERE ticket_id = %s", ticket.pk)
        refused("UPDATE abuse_message SET body = '' WHERE ticket_id = %s", ticket.pk)

    def test_cannot_be_undone(self, mona):
        ticket = a_ticket(State.WAITING, by=mona)
        ticket.messages.update(body=None)
        refused("UPDATE abuse_message SET body = 'again' WHERE ticket_id = %s", ticket.pk)
