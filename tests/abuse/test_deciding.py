"""Settling a report: the statement of reasons, what follows from it, who is told."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError, IntegrityError, connection, transaction

from abuse.models import (
    Decision,
    Ground,
    Hearing,
    IllegalMove,
    Outcome,
    Overtaken,
    Refused,
    Sanction,
    SanctionKind,
    Silence,
    State,
    Ticket,
    Topic,
)
from abuse.verbs import decide, triage
from accounts.models import User
from journal.models import Entry
from outbox.models import Letter
from tests.abuse.sanctioning import DECIDED, a_decision, a_finding, a_measure
from tests.abuse.writing import a_ticket, everything, later, meanwhile
from tests.factories import NOON, a_person, published
from tests.meanwhile import Meanwhile


@pytest.mark.django_db
class TestAViolation:
    def test_closes_the_ticket_and_keeps_what_was_found(self, mona, sami):
        decision = a_decision(mona, sami, a_measure())
        ticket = Ticket.objects.get()
        assert (ticket.state, ticket.outcome, ticket.closed_at) == (State.CLOSED, Outcome.VIOLATION, DECIDED)
        assert ticket.subject == sami
        assert decision.facts.startswith("A thousand")
        line = Entry.objects.of("abuse.decided").get()
        assert line.details == {"ticket": ticket.pk, "outcome": "violation", "clause": "u6", "kinds": [30]}
        assert line.actor_id == mona.pk

    def test_begins_what_was_chosen(self, mona, sami):
        a_decision(mona, sami, a_measure(SanctionKind.RESTRICTION), a_measure(days=None))
        restriction, suspension = Sanction.objects.all()
        assert (restriction.kind, restriction.services) == (SanctionKind.RESTRICTION, ["nextcloud"])
        assert restriction.ends_at == DECIDED + timedelta(days=30)
        assert (suspension.kind, suspension.ends_at) == (SanctionKind.SUSPENSION, None)
        assert {restriction.person, suspension.person} == {sami}

    def test_tells_the_person_concerned_why_and_whoever_reported_it_that(self, mona, sami):
        a_decision(mona, sami, a_measure(), text="Thank you.")
        statement = Letter.objects.get(kind="abuse_statement")
        assert statement.recipient == sami.email
        assert "A thousand letters" in statement.body
        assert Hearing.objects.get().private_path() in statement.body
        assert "Thank you." not in statement.body
        told = Letter.objects.get(kind="abuse_closed")
        assert told.recipient == "rita@example.org"
        assert "Thank you." in told.body
        assert "sami" not in told.body + told.subject

    def test_may_have_no_measure_when_that_is_said(self, mona, sami):
        decision = a_decision(mona, sami)
        assert decision.no_measure
        assert not Sanction.objects.exists()
        assert Letter.objects.filter(kind="abuse_statement").exists()

    @pytest.mark.parametrize("silence", Silence)
    def test_is_not_told_where_that_is_allowed(self, mona, sami, silence):
        decision = a_decision(mona, sami, a_measure(), silent_because=silence)
        assert decision.silent_because == silence
        assert not Letter.objects.filter(kind="abuse_statement").exists()

    def test_of_nobody_we_could_reach_needs_no_account(self, mona):
        decision = a_decision(mona, None, silent_because=Silence.NO_CONTACT)
        assert decision.subject is None
        assert decision.clause.ref == "u6"


@pytest.mark.django_db
class TestTheClause:
    def test_is_quoted_from_the_text_this_person_accepted(self, mona, sami):
        published("terms", source="6. **Nothing new.** Be good. {#u6}", at=later(hours=1))
        decision = a_decision(mona, sami, a_measure())
        assert (decision.clause.text.version.number, decision.clause.text.language) == (1, "fr")
        assert "No spam" in decision.clause.markdown
        assert decision.accepted_at == sami.acceptances.earliest("at").at
        assert "No spam" in Letter.objects.get(kind="abuse_statement").body

    def test_is_that_in_force_for_somebody_who_accepted_nothing(self, mona, zoe):
        decision = a_decision(mona, zoe, a_measure())
        assert decision.accepted_at is None
        assert decision.clause.text.language == "en"
        assert "in force on" in Letter.objects.get(kind="abuse_statement").body

    def test_that_is_in_no_text_is_refused(self, mona, sami):
        ticket = a_ticket(State.OPEN, by=mona)
        before = everything()
        with pytest.raises(Refused, match="clause"):
            a_decision(mona, sami, a_measure(), ticket=ticket, finding=a_finding(clause_ref="u99"))
        assert everything() == before

    def test_is_not_needed_where_the_law_is_named(self, mona, sami):
        law = "Code pénal, article 323-1"
        decision = a_decision(mona, sami, a_measure(), finding=a_finding(ground=Ground.LAW, legal_ground=law))
        assert decision.clause is None
        assert law in Letter.objects.get(kind="abuse_statement").body


@pytest.mark.django_db
class TestNoViolation:
    def test_tells_whoever_reported_it_and_nobody_else(self, mona, sami):
        decision = a_decision(mona, sami, outcome=Outcome.NO_VIOLATION)
        assert decision.ground == ""
        assert Ticket.objects.get().outcome == Outcome.NO_VIOLATION
        assert not Letter.objects.filter(recipient=sami.email).exists()
        assert Letter.objects.filter(kind="abuse_closed").count() == 1

    def test_has_no_measure(self, mona, sami):
        with pytest.raises(Refused, match="no measure"):
            a_decision(mona, sami, a_measure(), outcome=Outcome.NO_VIOLATION)


@pytest.mark.django_db
class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"finding": a_finding(facts=" ")}, "needs the facts"),
            ({"finding": a_finding(explanation="")}, "needs the facts"),
            ({"finding": a_finding(ground=Ground.LAW)}, "Name the law"),
            ({"measures": (a_measure(without_notice=""),)}, "needs a reason"),
            ({"measures": (a_measure(SanctionKind.RESTRICTION, services=()),)}, "Choose the services"),
            ({"measures": (a_measure(ends_at=DECIDED),)}, "end after it begins"),
            ({"measures": (a_measure(), a_measure())}, "One measure of each kind"),
            ({"subject": None}, "needs an account"),
            ({"subject": None, "measures": ()}, "Say which account"),
            ({"outcome": Outcome.REFERRED}, "no decision"),
        ],
    )
    def test_leave_no_trace_and_say_why(self, mona, sami, change, why):
        ticket = a_ticket(State.OPEN, by=mona)
        before = everything()
        words = {
            "outcome": Outcome.VIOLATION,
            "subject": sami,
            "finding": a_finding(),
            "measures": (a_measure(),),
        }
        with pytest.raises(Refused, match=why):
            decide(ticket.pk, **words | change, by=mona, at=DECIDED)
        assert everything() == before
        assert not Decision.objects.exists()

    @pytest.mark.parametrize("state", [State.NEW, State.CLOSED])
    def test_of_a_ticket_that_is_not_open(self, mona, sami, state):
        with pytest.raises(IllegalMove):
            a_decision(mona, sami, ticket=a_ticket(state, by=mona))
        assert not Decision.objects.exists()

    def test_of_a_question(self, mona, sami):
        with pytest.raises(Refused, match="topic"):
            a_decision(mona, sami, ticket=a_ticket(State.OPEN, topic=Topic.QUESTION, by=mona))

    def test_of_what_the_volunteer_reported_or_is_accused_of(self, mona, sami):
        with pytest.raises(Refused, match="concerns you"):
            a_decision(mona, mona, a_measure())
        with pytest.raises(Refused, match="concerns you"):
            a_decision(
                mona, sami, a_measure(), ticket=a_ticket(State.OPEN, by=mona, email="Mona@example.org")
            )

    def test_of_what_the_volunteer_reported_from_another_address_or_in_another_ticket(self, mona, sami):
        nils = a_person("nils@example.org", staff=True)
        EmailAddress.objects.create(user=nils, email="nils@home.example", verified=True)
        own = a_ticket(State.OPEN, by=mona, email="Nils@home.example")
        with pytest.raises(Refused, match="yourself"):
            a_decision(nils, sami, a_measure(), ticket=own)
        first = a_ticket(State.OPEN, by=mona)
        triage(a_ticket(email=nils.email).pk, outcome="duplicate", duplicate_of=first.pk, by=mona, at=NOON)
        with pytest.raises(Refused, match="yourself"):
            a_decision(nils, sami, a_measure(), ticket=first)

    def test_of_an_account_that_was_erased_meanwhile(self, mona, sami):
        ticket = a_ticket(State.OPEN, by=mona)
        User.objects.filter(pk=sami.pk).delete()
        with pytest.raises(Refused, match="gone"):
            a_decision(mona, sami, a_measure(), ticket=ticket)
        assert not Decision.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_of_an_account_that_is_being_erased_and_holds_up_no_ticket_meanwhile(self, mona, sami):
        ticket = a_ticket(State.OPEN, by=mona)

        with transaction.atomic():
            User.objects.filter(pk=sami.pk).delete()
            mona_decides = Meanwhile(lambda: a_decision(mona, sami, a_measure(), ticket=ticket))
            assert mona_decides.has_to_wait()
            assert Ticket.objects.select_for_update(nowait=True).get(pk=ticket.pk)
        with pytest.raises(Refused, match="gone"):
            mona_decides.result()

    def test_of_deleting_the_only_administrator(self, mona):
        nils = a_person("nils@example.org", staff=True)
        nils.is_superuser = False
        nils.save()
        with pytest.raises(Refused, match="only administrator"):
            a_decision(nils, mona, a_measure(SanctionKind.DELETION))


@pytest.mark.django_db(transaction=True)
class TestTwoVolunteersAtOnce:
    def test_one_decides_and_the_other_is_told(self, mona, sami):
        nils = a_person("nils@example.org", staff=True)
        ticket = a_ticket(State.OPEN, by=mona)
        told = meanwhile(
            lambda: a_decision(mona, sami, a_measure(), ticket=ticket, seen=ticket.revision),
            lambda: a_decision(nils, sami, outcome=Outcome.NO_VIOLATION, ticket=ticket, seen=ticket.revision),
        )
        assert isinstance(told, Overtaken)
        assert Decision.objects.get().by == mona


@pytest.mark.django_db
class TestTheDatabase:
    def test_lets_nobody_rewrite_a_decision(self, mona, sami):
        decision = a_decision(mona, sami, a_measure())
        for change in ({"facts": "Other."}, {"outcome": "no_violation", "ground": ""}, {"at": later(days=9)}):
            with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
                Decision.objects.filter(pk=decision.pk).update(**change)
        with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
            Decision.objects.filter(pk=decision.pk)._raw_delete("default")
        Decision.objects.filter(pk=decision.pk).update(facts=None, explanation=None)

    @pytest.mark.parametrize(
        ("words", "name"),
        [
            ({"facts": ""}, "has_words"),
            ({"ground": ""}, "violation_has_ground"),
            ({"ground": "law"}, "violation_has_ground"),
            ({"category": ""}, "violation_has_category"),
            ({"outcome": "spam"}, "known_outcome"),
            ({"unfounded": True}, "unfounded_is_no_violation"),
        ],
    )
    def test_refuses_a_statement_that_is_not_whole(self, mona, sami, words, name):
        decision = a_decision(mona, sami, a_measure())
        values = {f.attname: getattr(decision, f.attname) for f in Decision._meta.concrete_fields}
        values |= {"id": None, "uid": "0" * 32, **words}
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Decision.objects.create(**values)

    @pytest.mark.parametrize("no_measure", [True, False])
    def test_refuses_a_violation_whose_measures_are_not_what_it_says(self, mona, sami, no_measure):
        decision = a_decision(mona, sami, a_measure())
        values = {f.attname: getattr(decision, f.attname) for f in Decision._meta.concrete_fields}
        with pytest.raises(IntegrityError, match="measures"), transaction.atomic():  # noqa: PT012
            again = Decision.objects.create(
                **values | {"id": None, "uid": "0" * 32, "no_measure": no_measure}
            )
            if no_measure:
                Sanction.objects.update(decision=again)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS abuse_decision_is_whole IMMEDIATE")
