"""Nobody looks after a ticket about themselves; nor after a report of their own, where there is somebody else."""

import pytest

from abuse.models import Refused, State, Ticket, Topic
from abuse.verbs import take, triage
from tests.abuse.writing import a_question, a_report, a_ticket, everything, later
from tests.factories import a_person

pytestmark = pytest.mark.django_db


def about(person, state=State.NEW, by=None):
    ticket = a_ticket(state, by=by)
    Ticket.objects.filter(pk=ticket.pk).update(subject=person)
    return ticket


def test_a_ticket_about_oneself_is_not_taken_nor_put_aside(mona):
    ticket = about(mona)
    before = everything()
    for verb, more in [(take, {}), (triage, {"outcome": "spam"})]:
        with pytest.raises(Refused, match=ticket.number):
            verb(ticket.pk, by=mona, at=later(hours=1), **more)
    assert everything() == before


def test_a_report_of_ones_own_is_left_to_the_others(mona):
    a_person("nils@example.org", staff=True)
    ticket = a_report(email=mona.email.upper())
    with pytest.raises(Refused, match=ticket.number):
        take(ticket.pk, by=mona, at=later(hours=1))


def test_who_is_alone_looks_after_what_they_reported(mona):
    assert take(a_report(email=mona.email).pk, by=mona, at=later(hours=1)).handler == mona


def test_a_question_of_ones_own_judges_nobody(mona):
    a_person("nils@example.org", staff=True)
    ticket = a_question(email=mona.email, topic=Topic.QUESTION)
    assert take(ticket.pk, by=mona, at=later(hours=1)).handler == mona
