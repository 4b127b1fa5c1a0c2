"""A decision is contested, and settled by somebody who did not take it; every letter to everybody."""

from datetime import time, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone

from abuse.models import (
    APPEAL_WITHIN,
    Appeal,
    Appellant,
    IllegalMove,
    Outcome,
    Refused,
    Ruling,
    Sanction,
    SanctionKind,
    Side,
    State,
)
from abuse.models.messages import Message
from abuse.verbs import (
    NeedsSomebodyElse,
    answer_as_subject,
    appeal,
    ask,
    confirm_deletion,
    reopen,
    settle_appeal,
    take,
    triage,
    withdraw_appeal,
)
from journal.models import Entry
from outbox.models import Letter
from tests.abuse.sanctioning import CONTESTED, DECIDED, a_decision, a_measure, an_appeal, another_volunteer
from tests.abuse.writing import RITA, a_ticket, everything, later, meanwhile

SETTLED = later(days=3)
UPHELD = {"outcome": "upheld", "answer": "No."}
BOTH = list(Appellant)
KINDS = [None, *SanctionKind]


@pytest.fixture
def nils(terms):
    return another_volunteer()


def settle(filed, outcome=Ruling.UPHELD, *, by, at=SETTLED, text="So it is.", **more):
    return settle_appeal(filed.pk, outcome=outcome, text=text, by=by, at=at, **more)


@pytest.mark.django_db
class TestContesting:
    @pytest.mark.parametrize("side", BOTH)
    def test_gives_a_receipt_and_tells_the_others(self, mona, nils, sami, side):
        filed = an_appeal(a_decision(mona, sami, a_measure()), side)
        receipt = Letter.objects.get(kind="abuse_appeal_receipt")
        assert receipt.recipient == (sami.email if side == Appellant.SUBJECT else RITA)
        assert Letter.objects.get(kind="abuse_desk_appeal").recipient == nils.email
        assert (filed.decided_by, filed.decided_at, filed.outcome) == (mona, DECIDED, "")
        assert Entry.objects.of("abuse.appealed").get().details["side"] == side

    def test_is_possible_for_six_months_the_whole_last_day_and_not_a_moment_longer(self, mona, sami):
        decision = a_decision(mona, sami, a_measure())
        last = decision.appeal_until
        assert timezone.localdate(last) == timezone.localdate(DECIDED + APPEAL_WITHIN)
        assert timezone.localtime(last).time() == time.max
        with pytest.raises(Refused, match="six months"):
            an_appeal(decision, at=last + timedelta(microseconds=1))
        assert an_appeal(decision, at=last)

    def test_leads_the_others_to_the_page_on_which_they_settle_it(self, mona, nils, sami):
        filed = an_appeal(a_decision(mona, sami, a_measure()))
        assert f"/desk/abuse/appeal/{filed.pk}/" in Letter.objects.get(kind="abuse_desk_appeal").body

    def test_twice_with_the_same_words_is_once(self, mona, nils, sami):
        decision = a_decision(mona, sami, a_measure())
        first = an_appeal(decision)
        before = everything()
        assert an_appeal(decision, at=later(days=2)) == first
        with pytest.raises(Refused, match="already"):
            an_appeal(decision, text="Other words.")
        assert everything() == before

    def test_what_holds_nothing_against_somebody_is_refused(self, mona, sami):
        decision = a_decision(mona, sami, outcome=Outcome.NO_VIOLATION)
        with pytest.raises(Refused, match="nothing to contest"):
            an_appeal(decision)
        assert an_appeal(decision, Appellant.REPORTER)

    def test_is_each_reporters_own(self, mona, nils, sami):
        ticket, repeat = a_ticket(State.OPEN, by=mona), a_ticket(email="rob@example.org")
        triage(repeat.pk, outcome=Outcome.DUPLICATE, duplicate_of=ticket.pk, by=mona, at=later(hours=1))
        decision = a_decision(mona, sami, outcome=Outcome.NO_VIOLATION, ticket=ticket)
        an_appeal(decision, Appellant.REPORTER)
        appeal(decision.pk, side="reporter", text="I disagree too.", at=CONTESTED, ticket_id=repeat.pk)
        receipts = Letter.objects.filter(kind="abuse_appeal_receipt").values_list("recipient", flat=True)
        assert set(receipts) == {RITA, "rob@example.org"}


@pytest.mark.django_db
class TestWithdrawing:
    @pytest.mark.parametrize("side", BOTH)
    def test_ends_the_appeal_and_changes_nothing_else(self, mona, sami, side):
        filed = an_appeal(a_decision(mona, sami, a_measure()), side)
        assert withdraw_appeal(filed.pk, at=later(days=2)).outcome == Ruling.WITHDRAWN
        assert withdraw_appeal(filed.pk, at=later(days=2)).outcome == Ruling.WITHDRAWN
        assert Sanction.objects.in_force(later(days=3)).exists()
        assert Letter.objects.filter(kind="abuse_appeal_settled").count() == 1

    def test_comes_too_late_once_it_is_settled(self, mona, nils, sami):
        filed = an_appeal(a_decision(mona, sami, a_measure()))
        settle(filed, by=nils)
        with pytest.raises(IllegalMove):
            withdraw_appeal(filed.pk, at=later(days=4))


@pytest.mark.django_db
class TestWhoSettles:
    def test_is_not_who_decided(self, mona, nils, sami):
        filed = an_appeal(a_decision(mona, sami, a_measure()))
        before = everything()
        with pytest.raises(NeedsSomebodyElse, match="another volunteer"):
            settle(filed, by=mona, at=later(days=30))
        assert everything() == before
        assert settle(filed, by=nils).settled_by == nils

    def test_is_who_decided_where_there_is_no_other_and_two_days_have_passed(self, mona, sami):
        filed = an_appeal(a_decision(mona, sami, a_measure()))
        with pytest.raises(NeedsSomebodyElse, match="48 hours"):
            settle(filed, by=mona, at=later(hours=52))
        assert settle(filed, by=mona, at=later(hours=53)).settled_alone
        assert Entry.objects.of("abuse.appeal_settled_alone").get().actor_id == mona.pk

    def test_is_not_the_person_concerned(self, mona, nils):
        filed = an_appeal(a_decision(mona, nils, a_measure()))
        with pytest.raises(Refused, match="concerns you"):
            settle(filed, by=nils)

    def test_is_not_who_reported_it_from_another_address_or_in_another_ticket(self, mona, nils, sami):
        EmailAddress.objects.create(user=nils, email="nils@home.example", verified=True)
        filed = an_appeal(a_decision(mona, sami, a_measure()))
        other = a_ticket(email="nils@home.example")
        triage(other.pk, outcome=Outcome.DUPLICATE, duplicate_of=filed.ticket_id, by=mona, at=CONTESTED)
        with pytest.raises(Refused, match="concerns you"):
            settle(filed, by=nils)

    def test_says_why(self, mona, nils, sami):
        filed = an_appeal(a_decision(mona, sami, a_measure()))
        with pytest.raises(Refused, match="say why"):
            settle(filed, by=nils, text=" ")

    def test_does_it_once(self, mona, nils, sami):
        filed = an_appeal(a_decision(mona, sami, a_measure()))
        settle(filed, by=nils)
        with pytest.raises(IllegalMove):
            settle(filed, Ruling.OVERTURNED, by=nils)


@pytest.mark.django_db
class TestOverturning:
    @pytest.mark.parametrize("kind", KINDS)
    def test_reverses_every_effect(self, mona, nils, sami, kind):
        decision = a_decision(mona, sami, *([a_measure(kind)] if kind else []))
        settle(an_appeal(decision), Ruling.OVERTURNED, by=nils)
        assert not Sanction.objects.filter(lifted_at=None).exists()
        assert not Sanction.objects.in_force(SETTLED).exists()
        decision.ticket.refresh_from_db()
        assert decision.ticket.outcome == Outcome.NO_VIOLATION
        assert not sami.decisions.violations().exists()

    def test_for_who_reported_it_opens_the_ticket_again(self, mona, nils, sami):
        decision = a_decision(mona, sami, outcome=Outcome.NO_VIOLATION)
        settle(an_appeal(decision, Appellant.REPORTER), Ruling.OVERTURNED, by=nils)
        decision.ticket.refresh_from_db()
        assert (decision.ticket.state, decision.ticket.handler) == (State.OPEN, nils)
        again = a_decision(nils, sami, a_measure(at=later(days=4)), ticket=decision.ticket, at=later(days=4))
        assert again.sanctions.in_force(later(days=5)).exists()

    def test_leaves_the_outcome_where_another_decision_stands(self, mona, nils, sami):
        first = a_decision(mona, sami, a_measure())
        reopen(first.ticket_id, text="More came.", by=mona, at=later(hours=6))
        second = a_decision(mona, sami, a_measure(), ticket=first.ticket, at=later(hours=7))
        for decision, outcome in [(first, "violation"), (second, "no_violation")]:
            settle(an_appeal(decision), Ruling.OVERTURNED, by=nils)
            first.ticket.refresh_from_db()
            assert first.ticket.outcome == outcome

    def test_leaves_nothing_to_contest(self, mona, nils, sami):
        decision = a_decision(mona, sami, a_measure())
        settle(an_appeal(decision), Ruling.OVERTURNED, by=nils)
        with pytest.raises(Refused, match="overturned"):
            an_appeal(decision, Appellant.REPORTER, at=later(days=4))


@pytest.mark.django_db
class TestSoftening:
    def test_ends_a_measure_earlier(self, mona, nils, sami):
        decision = a_decision(mona, sami, a_measure(days=30))
        settle(an_appeal(decision), Ruling.AMENDED, by=nils, ends_at=later(days=5))
        assert decision.sanctions.get().ends_at == later(days=5)

    def test_lifts_a_deletion_and_leaves_the_rest(self, mona, nils, sami):
        decision = a_decision(mona, sami, a_measure(days=None), a_measure(SanctionKind.DELETION))
        settle(an_appeal(decision), Ruling.AMENDED, by=nils, ends_at=later(days=9))
        suspension, deletion = decision.sanctions.all()
        assert suspension.ends_at == later(days=9)
        assert deletion.lifted_at == SETTLED

    def test_of_a_deletion_ends_the_suspension_that_was_to_last_until_then(self, mona, nils, sami):
        decision = a_decision(mona, sami, a_measure(days=None), a_measure(SanctionKind.DELETION))
        settle(an_appeal(decision), Ruling.AMENDED, by=nils)
        assert {one.lifted_because for one in decision.sanctions.all()} == {"appeal"}
        assert not Sanction.objects.shutting_out(SETTLED).exists()

    @pytest.mark.parametrize("ends_at", [None, later(days=2), later(days=99)])
    def test_that_changes_nothing_or_makes_it_worse_is_refused(self, mona, nils, sami, ends_at):
        filed = an_appeal(a_decision(mona, sami, a_measure(days=30)))
        before = everything()
        with pytest.raises(Refused):
            settle(filed, Ruling.AMENDED, by=nils, ends_at=ends_at)
        assert everything() == before
        assert Appeal.objects.get().is_pending


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_two_settle_and_one_wins(self, mona, sami):
        nils, nora = another_volunteer(), another_volunteer("nora@example.org")
        filed = an_appeal(a_decision(mona, sami, a_measure()))
        told = meanwhile(lambda: settle(filed, by=nils), lambda: settle(filed, Ruling.OVERTURNED, by=nora))
        assert isinstance(told, IllegalMove)
        assert Appeal.objects.get().outcome == Ruling.UPHELD


@pytest.mark.django_db
class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        ("change", "name"),
        [
            (
                {"outcome": "upheld", "answer": "No.", "settled_at": SETTLED, "settled_by": "mona"},
                "settled_by_somebody_else",
            ),
            (
                {"outcome": "upheld", "answer": "No.", "settled_at": later(days=1), "settled_alone": True},
                "alone_only_after_a_pause",
            ),
            ({"outcome": "upheld"}, "settled_has_date"),
            ({"settled_at": SETTLED}, "settled_has_date"),
            ({"outcome": "perhaps", "settled_at": SETTLED}, "known_outcome"),
            ({"side": "desk"}, "known_side"),
            ({"reasons": ""}, "has_words"),
            ({"filed_at": DECIDED + APPEAL_WITHIN + timedelta(hours=25, seconds=1)}, "within_six_months"),
            ({"filed_at": DECIDED - timedelta(seconds=1)}, "within_six_months"),
        ],
    )
    def test_what_an_appeal_cannot_be(self, mona, sami, change, name):
        filed = an_appeal(a_decision(mona, sami, a_measure()))
        change = {key: mona if value == "mona" else value for key, value in change.items()}
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Appeal.objects.filter(pk=filed.pk).update(**change)

    def test_a_second_one_by_the_same(self, mona, sami):
        filed = an_appeal(a_decision(mona, sami, a_measure()))
        values = {f.attname: getattr(filed, f.attname) for f in Appeal._meta.concrete_fields} | {"id": None}
        with pytest.raises(IntegrityError, match="once_each"), transaction.atomic():
            Appeal.objects.create(**values)


# ── Every letter ──────────────────────────────────────────────────────────────────────────────────

# Who is written to when an appeal ends, by what was decided, whose appeal it is and how it ends. "other" is the side
# that did not appeal: it hears of what it had been told before and is no longer so, and of nothing else.
CASES = [
    (kind, side, outcome)
    for kind in ["no violation", *KINDS]
    for side in BOTH
    for outcome in Ruling
    if not (kind == "no violation" and side == Appellant.SUBJECT)  # nothing is held against them
    and not (outcome == Ruling.AMENDED and side == Appellant.REPORTER)  # nothing of theirs can be softened
    and not (outcome == Ruling.AMENDED and kind in (None, SanctionKind.WARNING))
]
ENGLISH = {
    Ruling.UPHELD: "it was right: it stands",
    Ruling.OVERTURNED: "it was wrong",
    Ruling.AMENDED: "too harsh: it is softened",
    Ruling.WITHDRAWN: "You withdrew",
}


def decided(kind, mona, sami, *, language):
    """A decision about Sami, who was asked before."""
    ticket = a_ticket(State.OPEN, by=mona, language=language)
    ticket.subject = sami
    ticket.save()
    ask(ticket.pk, to="subject", text="Was it you?", by=mona, at=later(hours=2))
    take(ticket.pk, by=mona, at=later(hours=3))
    if kind == "no violation":
        return a_decision(mona, sami, outcome=Outcome.NO_VIOLATION, ticket=ticket)
    return a_decision(mona, sami, *([a_measure(kind)] if kind else []), ticket=ticket)


@pytest.mark.django_db
class TestEveryLetter:
    @pytest.mark.parametrize("language", ["fr", "en"])
    @pytest.mark.parametrize(("kind", "side", "outcome"), CASES)
    def test_goes_to_who_was_told_before_and_says_what_is_so_now(
        self, mona, nils, sami, kind, side, outcome, language
    ):
        sami.language = language
        sami.save()
        decision = decided(kind, mona, sami, language=language)
        filed = an_appeal(decision, side)
        if kind == SanctionKind.DELETION:
            confirm_deletion(decision.sanctions.get().pk, by=nils, at=later(days=2))
        Letter.objects.all().delete()
        if outcome == Ruling.WITHDRAWN:
            withdraw_appeal(filed.pk, at=SETTLED)
        else:
            ends_at = later(days=5) if outcome == Ruling.AMENDED else None
            settle(filed, outcome, by=nils, ends_at=ends_at, text="Because of the dates.")
        letters = {letter.recipient: letter for letter in Letter.objects.all()}
        mine, other = (sami.email, RITA) if side == Appellant.SUBJECT else (RITA, sami.email)
        expected = {mine: "abuse_appeal_settled"}
        if outcome == Ruling.OVERTURNED:
            expected[other] = "abuse_changed"
        assert {to: letter.kind for to, letter in letters.items()} == expected
        for letter in letters.values():
            assert letter.language == language
            assert letter.subject.strip()
            for leftover in ("{{", "{%", "None", "%("):
                assert leftover not in letter.subject + letter.body
            assert "\n\n\n" not in letter.body
            assert letter.body.count("http") == 1
            assert "mona" not in letter.body + letter.subject
            assert "nils" not in letter.body + letter.subject
        if outcome != Ruling.WITHDRAWN:
            assert "Because of the dates." in letters[mine].body
        if language == "en":
            assert ENGLISH[outcome] in letters[mine].body
        if outcome == Ruling.OVERTURNED:
            assert "Because of the dates." not in letters[other].body
            assert "sami" not in letters.get(RITA, letters[mine]).body
            assert "rita" not in letters[sami.email].body

    @pytest.mark.parametrize("language", ["fr", "en"])
    @pytest.mark.parametrize("kind", ["no violation", *KINDS])
    @pytest.mark.parametrize("asked", [True, False])
    def test_of_the_decision_itself(self, mona, nils, sami, kind, language, asked):
        sami.language = language
        sami.save()
        if asked:
            decision = decided(kind, mona, sami, language=language)
        else:
            measures = [a_measure(kind)] if kind in SanctionKind else []
            outcome = Outcome.NO_VIOLATION if kind == "no violation" else Outcome.VIOLATION
            ticket = a_ticket(State.OPEN, by=mona, language=language)
            decision = a_decision(mona, sami, *measures, outcome=outcome, ticket=ticket)
        told = set(Letter.objects.filter(key__endswith=f":{decision.pk}").values_list("kind", flat=True))
        if kind == "no violation":
            assert told == ({"abuse_cleared"} if asked else set())
        else:
            statement = Letter.objects.get(kind="abuse_statement")
            assert statement.recipient == sami.email
            for part in (decision.facts, decision.explanation, "No spam", decision.number):
                assert part in statement.body + statement.subject
            assert "rita" not in statement.body
        assert Letter.objects.filter(kind="abuse_closed", recipient=RITA).count() == 1
        assert bool(Letter.objects.filter(kind="abuse_desk_second")) == (kind == SanctionKind.DELETION)
        for letter in Letter.objects.all():
            for leftover in ("{{", "{%", "None", "%(", "\n\n\n"):
                assert leftover not in letter.subject + letter.body, letter.kind


@pytest.mark.django_db
class TestThePersonConcernedSpeaks:
    def test_is_kept_from_whoever_reported(self, mona, sami, client):
        decision = decided(SanctionKind.SUSPENSION, mona, sami, language="en")
        answer_as_subject(
            decision.ticket.pk, text="It was my brother.", submission="a" * 64, at=later(days=1)
        )
        answer_as_subject(
            decision.ticket.pk, text="It was my brother.", submission="a" * 64, at=later(days=1)
        )
        assert Message.objects.get(side=Side.SUBJECT).body == "It was my brother."
        assert Letter.objects.get(kind="abuse_desk_subject_reply").recipient == mona.email
        page = client.get(decision.ticket.private_path()).content.decode()
        assert "brother" not in page
        assert "Was it you?" not in page
        assert "sami" not in page
