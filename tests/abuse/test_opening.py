"""A volunteer opens a ticket: own initiative, or what was said by telephone or by post."""

import pytest
from django.test import Client

from abuse import verbs
from abuse.models import (
    Decision,
    LearnedFrom,
    Message,
    Outcome,
    Refused,
    Report,
    Source,
    State,
    Ticket,
    Topic,
)
from abuse.statement import statement_of
from journal.models import Entry
from outbox.models import Letter
from tests.abuse.sanctioning import a_decision, a_finding, a_measure
from tests.abuse.test_deciding_at_the_desk import decide
from tests.abuse.writing import a_clause, a_report, everything, later, taken_from

pytestmark = pytest.mark.django_db

WORDS = {"what": "A thousand letters left this mailbox.", "where": "watches@example.org", "language": "fr"}


def opened(by, *, source=Source.OWN, topic=Topic.ABUSE, submission="a" * 32, **more):
    words = {**WORDS, **more}
    notice, sender = (kind(**taken_from(words, kind)) for kind in (verbs.Notice, verbs.Sender))
    return verbs.open_ticket(
        notice, topic=topic, source=source, sender=sender, submission=submission, by=by, at=later(), **words
    )


class TestOpening:
    def test_gives_the_volunteer_a_ticket_that_can_be_decided(self, mona, sami):
        ticket = opened(mona, subject=sami, clause=a_clause())
        assert (ticket.state, ticket.handler, ticket.subject) == (State.OPEN, mona, sami)
        report = ticket.reports.get()
        assert (report.source, report.good_faith, report.clause_ref) == (Source.OWN, False, "u6")
        decision = a_decision(
            mona, sami, a_measure(), ticket=ticket, finding=a_finding(source=LearnedFrom.OWN)
        )
        assert statement_of(decision).in_dsa_words()["source_type"] == "SOURCE_VOLUNTARY"
        assert not Letter.objects.filter(kind__in=["abuse_receipt", "abuse_closed"]).exists()

    def test_is_journalled_with_who_did_it(self, mona):
        ticket = opened(mona)
        assert Entry.objects.get(verb="abuse.opened").actor_id == mona.pk
        assert ticket.first_look_at == later()

    def test_sends_a_receipt_to_whoever_gave_an_address(self, mona):
        ticket = opened(mona, source=Source.TELEPHONE, email="rita@example.org", name="Rita")
        letter = Letter.objects.get(kind="abuse_receipt")
        assert letter.recipient == "rita@example.org"
        assert "confirm" in letter.body
        assert ticket.confirmed_at is None

    def test_of_another_topic_is_a_message(self, mona):
        ticket = opened(mona, source=Source.POST, topic=Topic.QUESTION)
        assert Message.objects.get(ticket=ticket).body == WORDS["what"]
        assert not Report.objects.exists()

    def test_twice_is_once(self, mona):
        first = opened(mona)
        before = everything()
        assert opened(mona) == first
        assert everything() == before

    def test_asks_nobody_who_told_us_of_a_child(self, mona):
        ticket = opened(
            mona,
            source=Source.TELEPHONE,
            topic=Topic.ILLEGAL,
            law="child",
            email="rita@example.org",
            name="R",
        )
        assert (ticket.child_abuse, ticket.reporter_email, ticket.reporter_name) == (True, "", "")

    @pytest.mark.parametrize(
        "words", [{"topic": Topic.QUESTION}, {"email": "rita@example.org"}, {"name": "Rita"}]
    )
    def test_of_our_own_watch_has_no_reporter(self, mona, words):
        before = everything()
        with pytest.raises(Refused, match="found ourselves"):
            opened(mona, **words)
        assert everything() == before

    def test_of_our_own_watch_is_asked_about_of_the_person_concerned_alone(self, mona, sami, as_mona):
        ticket = opened(mona, subject=sami)
        page = as_mona.get(f"/desk/abuse/ticket/{ticket.pk}/change/").content.decode()
        assert '<input type="hidden" name="to" value="subject"' in page
        with pytest.raises(Refused, match="Nobody wrote"):
            verbs.ask(ticket.pk, text="Since when?", by=mona, at=later(hours=1))
        asked = {"seen": ticket.revision, "text": "Was it you?", "days": "7"}
        assert as_mona.post(f"/desk/abuse/ticket/{ticket.pk}/ask/", asked).status_code == 302
        assert Letter.objects.get(kind="abuse_asked_subject").recipient == sami.email

    def test_of_our_own_watch_about_nobody_asks_nobody(self, mona, as_mona):
        ticket = opened(mona)
        page = as_mona.get(f"/desk/abuse/ticket/{ticket.pk}/change/").content.decode()
        assert "/ask/" not in page
        assert "Decide this report" in page

    def test_about_oneself_is_for_somebody_else(self, mona):
        with pytest.raises(Refused, match="your own account"):
            opened(mona, subject=mona)


class TestTheSource:
    @pytest.mark.parametrize(
        ("source", "learned", "coded"),
        [
            ("own", "own", "SOURCE_VOLUNTARY"),
            ("telephone", "other", "SOURCE_TYPE_OTHER_NOTIFICATION"),
            ("post", "other", "SOURCE_TYPE_OTHER_NOTIFICATION"),
            ("else", "other", "SOURCE_TYPE_OTHER_NOTIFICATION"),
            ("form", "notice", "SOURCE_ARTICLE_16"),
        ],
    )
    def test_is_put_into_the_decision_in_the_words_of_the_law(
        self, mona, sami, as_mona, source, learned, coded
    ):
        ticket = opened(mona, source=Source(source) if source != "form" else Source.OWN, subject=sami)
        if source == "form":
            ticket = verbs.take(a_report().pk, by=mona, at=later())
        page = as_mona.get(f"/desk/abuse/ticket/{ticket.pk}/decide/").content.decode()
        assert f'<option value="{learned}" selected>' in page
        decide(as_mona, ticket, source=learned)
        assert statement_of(Decision.objects.get()).in_dsa_words()["source_type"] == coded


class TestAtTheDesk:
    URL = "/desk/abuse/ticket/open/"
    FORM = {**WORDS, "source": "own", "topic": "abuse", "submission": "b" * 32}

    def test_leads_to_the_ticket(self, as_mona, mona, sami):
        answer = as_mona.post(self.URL, {**self.FORM, "subject": "sami@example.org", "clause": "u6"})
        ticket = Ticket.objects.get()
        assert answer.url == f"/desk/abuse/ticket/{ticket.pk}/change/"
        page = as_mona.get(answer.url).content.decode()
        assert "Our own watch" in page or "our own watch" in page
        assert "Decide this report" in page

    def test_is_reached_from_the_queue(self, as_mona):
        assert self.URL in as_mona.get("/desk/abuse/ticket/").content.decode()

    def test_sent_twice_is_one_ticket(self, as_mona):
        as_mona.post(self.URL, self.FORM)
        as_mona.post(self.URL, self.FORM)
        assert Ticket.objects.count() == 1

    def test_ends_like_any_other(self, as_mona, mona):
        as_mona.post(self.URL, self.FORM)
        ticket = Ticket.objects.get()
        nothing = dict.fromkeys(["facts", "explanation", "clause", "kind", "subject"], "")
        decide(as_mona, ticket, outcome="no_violation", **nothing)
        assert Ticket.objects.get().outcome == Outcome.NO_VIOLATION

    @pytest.mark.parametrize(
        "changed",
        [
            {"source": "form"},
            {"source": ""},
            {"topic": "nothing"},
            {"what": ""},
            {"what": "x" * 100_000},
            {"what": "\0\0"},
            {"subject": "nobody@example.org"},
            {"service": "999999999999999999999"},
            {"clause": "zz"},
            {"topic": "illegal"},
            {"email": "rita@example.org"},
            {"email": "no address", "source": "post"},
            {"language": "xx"},
            {"submission": "../../etc"},
        ],
    )
    def test_bad_input_is_a_sentence_and_keeps_what_was_typed(self, as_mona, changed):
        answer = as_mona.post(self.URL, {**self.FORM, **changed})
        assert answer.status_code in (200, 409)
        assert "watches@example.org" in answer.content.decode()
        assert not Ticket.objects.exists()

    def test_is_for_volunteers(self, as_sami):
        assert as_sami.get(self.URL).status_code in (302, 403)
        assert Client().get(self.URL).status_code == 302
