"""Deciding, confirming, lifting and settling from the desk, and the refusals there."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from abuse.models import Appeal, Decision, Lifted, Outcome, Sanction, SanctionKind, State
from accounts.models import User
from tests.abuse.sanctioning import a_decision, a_measure, an_appeal, another_volunteer
from tests.abuse.writing import a_ticket, everything, later
from tests.factories import a_person, a_service

pytestmark = pytest.mark.django_db

DECIDE = {
    "outcome": "violation",
    "subject": "sami@example.org",
    "facts": "A thousand letters left.",
    "explanation": "Nobody asked for them.",
    "source": "notice",
    "ground": "terms",
    "clause": "u6",
    "category": "OTHER_VIOLATION_TC",
    "kind": "30",
    "notice_days": "0",
    "without_notice": "harm",
    "days": "30",
}


@pytest.fixture
def nils(terms):
    return another_volunteer()


@pytest.fixture
def as_nils(nils):
    client = Client(headers={"accept-language": "en"})
    client.force_login(nils)
    return client


@pytest.fixture
def ticket(mona):
    return a_ticket(State.OPEN, by=mona)


def decide(client, ticket, button="send", **changed):
    ticket.refresh_from_db()
    data = {"seen": ticket.revision, button: "1", **DECIDE, **changed}
    data = {name: value for name, value in data.items() if value is not None}
    return client.post(f"/desk/abuse/ticket/{ticket.pk}/decide/", data)


class TestDeciding:
    def test_takes_the_decision(self, as_mona, sami, ticket):
        assert decide(as_mona, ticket).status_code == 302
        decision = Decision.objects.get()
        assert (decision.subject, decision.clause.ref) == (sami, "u6")
        sanction = decision.sanctions.get()
        assert (sanction.kind, round((sanction.ends_at - sanction.starts_at) / timedelta(days=1))) == (30, 30)

    def test_shows_first_what_the_person_will_read_and_leaves_no_trace(self, as_mona, sami, ticket):
        before = everything()
        page = decide(as_mona, ticket, "preview").content.decode()
        assert 'id="preview-title"' in page
        assert "A thousand letters left." in page
        assert everything() == before
        assert not Decision.objects.exists()

    def test_finds_the_account_by_its_name_too(self, as_mona, sami, ticket):
        User.objects.filter(pk=sami.pk).update(username="sami")
        assert decide(as_mona, ticket, subject="Sami").status_code == 302
        assert Decision.objects.get().subject == sami

    @pytest.mark.parametrize(
        "changed",
        [
            {"facts": ""},
            {"explanation": " "},
            {"clause": ""},
            {"clause": "u99"},
            {"ground": "law"},
            {"subject": ""},
            {"subject": "nobody@example.org"},
            {"subject": "\0"},
            {"subject": "x" * 5000},
            {"without_notice": ""},
            {"kind": "15"},
            {"kind": "20"},
            {"kind": "20", "services": ["nowhere"]},
            {"days": "0"},
            {"days": "9" * 30},
            {"notice_days": "-1"},
            {"outcome": "spam"},
            {"outcome": None},
            {"facts": "x" * 5001},
            {"seen": "x"},
            {"category": "NONSENSE"},
            {"silent_because": "shame"},
        ],
    )
    def test_refuses_what_is_not_whole(self, as_mona, sami, ticket, changed):
        before = everything()
        page = decide(as_mona, ticket, **changed)
        assert page.status_code in (200, 409)
        assert 'role="alert"' in page.content.decode()
        assert everything() == before
        assert not Decision.objects.exists()

    def test_restricts_services(self, as_mona, sami, ticket):
        a_service()
        assert decide(as_mona, ticket, kind="20", services=["nextcloud"]).status_code == 302
        assert Sanction.objects.get().services == ["nextcloud"]

    def test_with_notice_begins_later(self, as_mona, sami, ticket):
        assert decide(as_mona, ticket, notice_days="7", without_notice="").status_code == 302
        sanction = Sanction.objects.get()
        assert round((sanction.starts_at - sanction.decided_at) / timedelta(days=1)) == 7
        assert sanction.without_notice == ""

    def test_deletes_with_grace_and_suspends_meanwhile(self, as_mona, sami, ticket, nils):
        assert decide(as_mona, ticket, kind="40", suspend_meanwhile="on").status_code == 302
        suspension, deletion = Sanction.objects.all()
        assert (suspension.kind, suspension.ends_at) == (SanctionKind.SUSPENSION, None)
        assert round((deletion.starts_at - deletion.decided_at) / timedelta(days=1)) == 14

    def test_deletes_at_once_only_when_a_reason_is_given(self, as_mona, sami, ticket):
        assert decide(as_mona, ticket, kind="40", without_notice="").status_code == 302
        assert Sanction.objects.get().has_notice

    def test_of_no_violation_asks_for_nothing_more(self, as_mona, sami, ticket):
        nothing = dict.fromkeys(["facts", "explanation", "clause", "kind", "subject"], "")
        assert decide(as_mona, ticket, outcome="no_violation", unfounded="on", **nothing).status_code == 302
        decision = Decision.objects.get()
        assert (decision.outcome, decision.unfounded) == (Outcome.NO_VIOLATION, True)

    def test_twice_is_once(self, as_mona, sami, ticket):
        decide(as_mona, ticket)
        assert decide(as_mona, ticket).status_code == 302
        assert Decision.objects.count() == 1

    def test_whoever_is_second_is_told_and_loses_nothing_typed(self, as_mona, as_nils, mona, sami, ticket):
        seen = ticket.revision
        assert decide(as_mona, ticket, seen=seen).status_code == 302
        for button in ("send", "preview"):
            page = decide(as_nils, ticket, button, seen=seen, facts="What Nils typed.", text="A word of his.")
            assert page.status_code == 409
            assert "has changed since you opened it" in page.content.decode()
            assert "What Nils typed." in page.content.decode()
            assert "A word of his." in page.content.decode()
            assert Decision.objects.get().number in page.content.decode()
        again = decide(as_nils, ticket, facts="What Nils typed.")
        assert again.status_code == 409
        assert "it cannot be decided" in again.content.decode()
        assert "What Nils typed." in again.content.decode()
        assert Decision.objects.get().by == mona

    def test_what_changed_meanwhile_is_told(self, as_mona, sami, ticket):
        page = decide(as_mona, ticket, seen="0")
        assert page.status_code == 409
        assert "A thousand letters left." in page.content.decode()
        assert not Decision.objects.exists()

    def test_needs_the_right(self, sami, ticket):
        watcher = a_person("watcher@example.org", staff=True)
        watcher.is_superuser = False
        watcher.save()
        client = Client()
        client.force_login(watcher)
        assert decide(client, ticket).status_code == 403
        assert client.get(f"/desk/abuse/ticket/{ticket.pk}/decide/").status_code == 403

    @pytest.mark.parametrize("state", [State.NEW, State.CLOSED])
    def test_leads_back_where_nothing_is_to_be_decided(self, as_mona, mona, state):
        ticket = a_ticket(state, by=mona)
        answer = as_mona.get(f"/desk/abuse/ticket/{ticket.pk}/decide/")
        assert answer.url == f"/desk/abuse/ticket/{ticket.pk}/change/"


class TestTheTicketPage:
    def test_leads_to_the_decision_and_shows_what_was_decided(self, as_mona, mona, sami, ticket):
        page = as_mona.get(f"/desk/abuse/ticket/{ticket.pk}/change/").content.decode()
        assert f"/desk/abuse/ticket/{ticket.pk}/decide/" in page
        decision = a_decision(mona, sami, a_measure(), ticket=ticket)
        page = as_mona.get(f"/desk/abuse/ticket/{ticket.pk}/change/").content.decode()
        assert decision.number in page
        assert "1 decision stands against this account." in page

    def test_counts_repeat_offenders_and_reports_for_nothing(self, as_mona, mona, sami):
        now = timezone.now()
        for _time in range(3):
            before = a_ticket(State.OPEN, by=mona, at=now - (later(days=9) - later()))
            a_decision(mona, sami, ticket=before, at=now)
        idle = a_ticket(State.OPEN, by=mona, at=now - (later(days=9) - later()))
        a_decision(mona, sami, outcome=Outcome.NO_VIOLATION, unfounded=True, ticket=idle, at=now)
        page = as_mona.get(f"/desk/abuse/ticket/{idle.pk}/change/").content.decode()
        assert "repeat offender: 3 within a year" in page
        assert "sent 1 manifestly unfounded report" in page


class TestTheSecondLook:
    def test_confirms_or_not(self, as_mona, as_nils, mona, sami):
        for verb in ("confirm", "refuse"):
            sanction = a_decision(mona, sami, a_measure(SanctionKind.DELETION)).sanctions.get()
            page = f"/desk/abuse/sanction/{sanction.pk}/"
            assert "Confirm the deletion" in as_nils.get(f"{page}change/").content.decode()
            as_mona.post(f"{page}{verb}/")
            sanction.refresh_from_db()
            assert sanction.approved_at is None or verb == "refuse"
            as_nils.post(f"{page}{verb}/")
            sanction.refresh_from_db()
            assert bool(sanction.approved_at) == (verb == "confirm")
            assert bool(sanction.lifted_at) == (verb == "refuse")

    def test_changes_nothing_by_get(self, as_nils, mona, sami):
        sanction = a_decision(mona, sami, a_measure(SanctionKind.DELETION)).sanctions.get()
        before = everything()
        for verb in ("confirm", "refuse", "lift"):
            assert as_nils.get(f"/desk/abuse/sanction/{sanction.pk}/{verb}/").status_code == 302
        assert everything() == before

    def test_lifts(self, as_mona, mona, sami):
        sanction = a_decision(mona, sami, a_measure(days=None)).sanctions.get()
        as_mona.post(f"/desk/abuse/sanction/{sanction.pk}/lift/")
        sanction.refresh_from_db()
        assert sanction.lifted_because == Lifted.DESK

    @pytest.mark.parametrize("standing", ["", "?standing=second", "?standing=in_force", "?q=sami"])
    def test_is_found_in_the_list(self, as_nils, mona, sami, standing):
        decision = a_decision(mona, sami, a_measure(SanctionKind.DELETION))
        page = as_nils.get(f"/desk/abuse/sanction/{standing}").content.decode()
        assert (decision.number in page) == (standing != "?standing=in_force")

    def test_is_on_the_first_page_of_the_desk(self, as_nils, mona, sami):
        decision = a_decision(mona, sami, a_measure(SanctionKind.DELETION))
        an_appeal(decision)
        page = as_nils.get("/desk/").content.decode()
        assert "1 deletion waits for a second volunteer." in page
        assert "1 appeal waits for its answer." in page


class TestSettling:
    def test_answers(self, as_nils, nils, mona, sami):
        filed = an_appeal(a_decision(mona, sami, a_measure()))
        page = f"/desk/abuse/appeal/{filed.pk}/"
        assert "It was not me." in as_nils.get(f"{page}change/").content.decode()
        assert as_nils.post(f"{page}settle/", {"outcome": "overturned", "text": "Right."}).status_code == 302
        filed.refresh_from_db()
        assert (filed.outcome, filed.settled_by) == ("overturned", nils)

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"outcome": "upheld", "text": " "},
            {"outcome": "withdrawn", "text": "No."},
            {"outcome": "amended", "text": "No.", "ends_on": "2026-02-31"},
            {"outcome": "amended", "text": "No."},
            {"outcome": "amended", "text": "No.", "ends_on": "9999-12-31"},
        ],
    )
    def test_refuses_what_is_not_whole(self, as_nils, mona, sami, data):
        filed = an_appeal(a_decision(mona, sami, a_measure()))
        page = as_nils.post(f"/desk/abuse/appeal/{filed.pk}/settle/", data)
        assert page.status_code in (200, 409)
        assert 'role="alert"' in page.content.decode()
        assert Appeal.objects.get().is_pending

    def test_is_refused_to_who_decided(self, as_mona, nils, mona, sami):
        filed = an_appeal(a_decision(mona, sami, a_measure()))
        page = as_mona.post(
            f"/desk/abuse/appeal/{filed.pk}/settle/", {"outcome": "upheld", "text": "I stay."}
        )
        assert page.status_code == 409
        assert "another volunteer" in page.content.decode()
        assert "I stay." in page.content.decode()

    def test_nobody_adds_changes_or_removes_by_hand(self, as_mona, mona, sami):
        filed = an_appeal(a_decision(mona, sami, a_measure()))
        for kind, pk in (("appeal", filed.pk), ("sanction", Sanction.objects.get().pk)):
            assert as_mona.get(f"/desk/abuse/{kind}/add/").status_code == 403
            assert as_mona.post(f"/desk/abuse/{kind}/{pk}/delete/", {"post": "yes"}).status_code == 403
