"""Finding tickets by words, at the desk."""

import pytest
from django.db import connection

from abuse.models import State, Ticket
from abuse.searching import asked, found
from abuse.verbs import answer, forget
from tests.abuse.writing import a_question, a_report, a_ticket, later

pytestmark = pytest.mark.django_db

WHAT = "Élodie Dupont sells WATCHES since October."
WHERE = "https://files.example.org/s/watches-77?x=1\nmontres@example.org\n203.0.113.7 2026-03-01 12:00"


@pytest.fixture
def ticket(terms):
    a_question(message="How do I export my calendar?", email="nora@example.org")
    return a_report(what=WHAT, where=WHERE, email="rita.martin@example.org", name="Rita Martin")


def numbers(words):
    return set(found(Ticket.objects.all(), words).values_list("pk", flat=True))


class TestAWord:
    @pytest.mark.parametrize(
        "words",
        [
            "watches",
            "Watches",
            "watch",
            "élodie dupont",
            "dupont october",
            "watches-77",
            "files.example.org",
            "https://files.example.org/s/watches",
            "montres@example.org",
            "montres@exam",
            "203.0.113.7",
            "203.0.113",
            "rita.martin@example.org",
            "rita",
            "martin",
            "2026-03-01",
        ],
    )
    def test_finds_its_ticket(self, ticket, words):
        assert numbers(words) == {ticket.pk}

    @pytest.mark.parametrize(
        "words",
        ["clocks", "atches", "dupont clocks", "example.net", "!!!", "a" * 5000, "&", ":*", "\0"],
    )
    def test_that_is_not_there_finds_nothing(self, ticket, words):
        assert numbers(words) == set()

    def test_of_what_was_said_since_is_found_too(self, ticket):
        answer(ticket.pk, text="It was Tuesday.", submission="x" * 64, at=later(hours=1))
        assert numbers("tuesday") == {ticket.pk}

    def test_that_was_forgotten_is_found_no_more(self, mona):
        ticket = a_ticket(State.CLOSED, by=mona, what=WHAT, where=WHERE)
        assert numbers("dupont") == {ticket.pk}
        forget(later(days=400))
        for words in ("dupont", "montres@example.org", "rita@example.org"):
            assert numbers(words) == set()

    @pytest.mark.parametrize(
        "words", ["watches", "42-Z", "' OR 1=1 --", "\\", "a:*|b", "é" * 300, "%s %(x)s"]
    )
    def test_is_asked_for_at_the_desk(self, as_mona, ticket, words):
        page = as_mona.get("/desk/abuse/ticket/", {"q": words, "turn": "all"})
        assert page.status_code == 200
        assert (ticket.number in page.content.decode()) == (words == "watches")

    def test_is_looked_up_and_not_read_through(self, ticket):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            plan = found(Ticket.objects.all(), "watches").explain()
        assert "Seq Scan" not in plan
        for index in ("abuse_report_words", "abuse_message_words"):
            assert index in plan

    def test_a_text_of_any_length_can_be_kept(self, terms):
        a_report(what=" ".join(f"word{number}" for number in range(200_000)))
        assert len(numbers("word7")) == 1


def test_quotes_nothing_that_could_be_a_command():
    assert asked("a'b & c:* | !d <-> \\") == "'a' <-> 'b':* & 'c':* & 'd':*"
