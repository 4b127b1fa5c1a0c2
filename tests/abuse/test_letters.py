"""Every letter of this app, in both languages: a subject, who writes, one link."""

import pytest
from django.utils import translation

from abuse.models import JUDGED, OUTCOMES, REPORTED, Outcome, State, Topic
from abuse.verbs import answer, ask, come_due, receive, reopen, settle, sweep_aside, undo_sweep
from outbox.models import Letter
from tests.abuse.mail.samples import FIELDS, feedback
from tests.abuse.sanctioning import a_decision
from tests.abuse.writing import a_clause, a_question, a_ticket, later
from tests.factories import a_person

pytestmark = pytest.mark.django_db

TO_THEM = {"abuse_receipt", "abuse_asked", "abuse_closed", "abuse_reopened", "abuse_taken_up"}
TO_US = {"abuse_desk_new", "abuse_desk_reply", "abuse_desk_due", "abuse_desk_again"}


@pytest.fixture
def letters(mona, settings):
    """One of each kind and topic, written in the language that is asked for."""

    def write(language):
        settings.LANGUAGE_CODE = language
        settings.HOST = {**settings.HOST, "email": "bureau@example.org"}
        mona.language = language
        mona.save()
        with translation.override("en" if language == "fr" else "fr"):  # the writer's own does not matter
            for topic in Topic:
                clause = {"clause": a_clause("u6", language)} if topic in REPORTED else {}
                ticket = a_ticket(
                    State.WAITING, topic=topic, by=mona, language=language, email=f"{topic}@x.org", **clause
                )
                answer(
                    ticket.pk,
                    text="From this one.",
                    submission=f"{language}{topic}".ljust(64),
                    at=later(hours=3),
                )
                settle(ticket.pk, outcome="referred", text="See there.", by=mona, at=later(hours=4))
                reopen(ticket.pk, text="One more thing.", by=mona, at=later(hours=5))
                ask(ticket.pk, text="Are you there?", by=mona, at=later(hours=6))
                come_due(later(days=30))
                repeat = a_ticket(topic=topic, language=language, email=f"again-{topic}@x.org", **clause)
                sweep, _ = sweep_aside(
                    [repeat.pk], outcome="duplicate", duplicate_of=ticket.pk, by=mona, at=later(hours=4)
                )
                undo_sweep(sweep.pk, by=mona, at=later(hours=5))
            reported_again(mona, language)
        return list(Letter.objects.all())

    return write


def reported_again(mona, language):
    """A machine reports twice what was found not to break the Terms."""
    first, _ = receive(feedback(FIELDS).replace("77", language).encode(), at=later(hours=6))
    reopen(first.pk, text="Ours.", by=mona, at=later(hours=6))
    person = a_person(f"{language}@host.example")
    a_decision(mona, person, ticket=first, outcome=Outcome.NO_VIOLATION, at=later(hours=7))
    receive(
        feedback(FIELDS).replace("77", language).replace("report.1", "report.2").encode(), at=later(hours=8)
    )


class TestEveryLetter:
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_is_whole(self, letters, language):
        written = letters(language)
        assert {letter.kind for letter in written} == TO_THEM | TO_US
        for letter in written:
            assert letter.language == language
            assert letter.subject.strip(), letter.kind
            assert "\n\n\n" not in letter.body, letter.kind
            assert letter.body.count("http") == 1, letter.kind
            for leftover in ("{{", "{%", "None", "%("):
                assert leftover not in letter.subject + letter.body, letter.kind

    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_the_link_leads_where_its_reader_may_go(self, letters, language):
        for letter in letters(language):
            assert ("/desk/" in letter.body) == (letter.kind in TO_US)
            assert ("/contact/" in letter.body) == (letter.kind in TO_THEM)


class TestTheLinkWhenItsKeyIsGone:
    @pytest.mark.parametrize("kind", sorted(TO_THEM))
    def test_is_left_out_rather_than_wrong(self, letters, settings, kind, monkeypatch):
        monkeypatch.setattr("abuse.models.tickets.token_of", lambda seed, token_hash: None)
        for letter in letters("en"):
            if letter.kind == kind:
                assert "http" not in letter.body
                assert "None" not in letter.body


class TestEveryOutcome:
    @pytest.mark.parametrize("topic", Topic)
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_says_what_was_found(self, mona, topic, language):
        said = set()
        outcomes = OUTCOMES[topic] - {Outcome.SPAM} - JUDGED
        for outcome in outcomes:
            other = a_question().pk if outcome == Outcome.DUPLICATE else None
            ticket = a_ticket(State.OPEN, topic=topic, by=mona, language=language)
            text = "So." if outcome == Outcome.ANSWERED else ""
            settle(ticket.pk, outcome=outcome, text=text, duplicate_of=other, by=mona, at=later(hours=4))
            letter = Letter.objects.get(key__startswith=f"abuse_closed:{ticket.pk}:")
            first = letter.body.split("\n\n")[0]
            assert ticket.number not in first
            said.add(first)
        assert len(said) == len(outcomes)
