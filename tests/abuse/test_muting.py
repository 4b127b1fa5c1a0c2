"""Whoever often sends manifestly unfounded reports: warned first, muted for a time, and never lost."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from abuse import verbs
from abuse.models import (
    Appellant,
    Caution,
    Message,
    Mute,
    Outcome,
    Overtaken,
    Refused,
    Ruling,
    State,
    Ticket,
    Topic,
)
from accounts.holdings import holdings
from journal.models import Entry
from outbox.models import Letter
from tests.abuse.sanctioning import a_decision, an_appeal, another_volunteer
from tests.abuse.writing import (
    RITA,
    a_question,
    a_report,
    a_stamp,
    a_ticket,
    everything,
    later,
    send_report,
    solved,
)
from tests.factories import a_person

pytestmark = pytest.mark.django_db


def unfounded(mona, *, day=0, confirmed=True, **more):
    """A report of Rita's that was for nothing. She reads her mail, and said that she wrote it."""
    ticket = a_ticket(State.OPEN, by=mona, at=later(days=day), **more)
    if confirmed:
        verbs.confirm(ticket.pk, at=later(days=day, hours=2))
    a_decision(
        mona, None, outcome=Outcome.NO_VIOLATION, unfounded=True, ticket=ticket, at=later(hours=5, days=day)
    )
    ticket.refresh_from_db()
    return ticket


def cautioned(mona, *, day=0, hours=6, **more):
    ticket = unfounded(mona, day=day, **more)
    return verbs.caution(
        ticket.pk, text="There is no letter at all.", by=mona, at=later(hours=hours, days=day)
    )


def muted(mona, days=30, **more):
    """Warned on the first day, twice unfounded since, muted on the third."""
    cautioned(mona, **more)
    unfounded(mona, day=1, **more)
    ticket = unfounded(mona, day=2, **more)
    return verbs.mute(ticket.pk, text="Again nothing.", days=days, by=mona, at=later(hours=6, days=2))


def letters(kind):
    return Letter.objects.filter(kind=kind)


class TestWarning:
    def test_is_written_in_a_letter_and_on_the_private_page(self, mona):
        given = cautioned(mona)
        letter = letters("abuse_caution").get()
        assert letter.recipient == RITA
        assert "There is no letter at all." in letter.body
        page = Client(headers={"accept-language": "en"}).get(given.ticket.private_path()).content.decode()
        assert "There is no letter at all." in page
        assert "A warning about your reports." in page

    def test_keeps_no_address(self, mona):
        given = cautioned(mona)
        assert len(given.mark) == 64
        assert "rita" not in str(Caution.objects.values_list())

    def test_is_journalled(self, mona):
        cautioned(mona)
        assert Entry.objects.filter(verb="abuse.cautioned").count() == 1

    def test_is_given_once_a_year(self, mona):
        cautioned(mona)
        again = unfounded(mona, day=1)
        with pytest.raises(Refused, match="warned already"):
            verbs.caution(again.pk, text="Again.", by=mona, at=later(days=2))
        much_later = unfounded(mona, day=400)
        assert verbs.caution(much_later.pk, text="Again.", by=mona, at=later(days=401))

    def test_needs_a_report_that_was_found_unfounded(self, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        a_decision(mona, None, outcome=Outcome.NO_VIOLATION, ticket=ticket)
        before = everything()
        with pytest.raises(Refused, match="not found manifestly unfounded"):
            verbs.caution(ticket.pk, text="No.", by=mona, at=later(hours=6))
        assert everything() == before

    @pytest.mark.parametrize(
        "how", [{"email": ""}, {"confirmed": False}, {"confirmed": False, "with_proof": False}]
    )
    def test_needs_an_address_that_is_theirs(self, mona, how):
        ticket = unfounded(mona, **how)
        before = everything()
        with pytest.raises(Refused, match="Nobody can be warned"):
            verbs.caution(ticket.pk, text="No.", by=mona, at=later(hours=6))
        assert everything() == before

    def test_is_not_earned_by_what_somebody_else_sends_under_their_address(self, mona, as_mona):
        """A stranger's browser does every sum; Rita, whose address it is, never said that she wrote."""
        for day in range(3):
            ticket = unfounded(mona, day=day, confirmed=False)
            with pytest.raises(Refused, match="Nobody can be warned"):
                verbs.caution(ticket.pk, text="No.", by=mona, at=later(days=day, hours=6))
        cautioned(mona, day=3)
        for day in (4, 5):
            foreign = unfounded(mona, day=day, confirmed=False)
        own = unfounded(mona, day=6)
        for ticket in (foreign, own):
            with pytest.raises(Refused, match=r"Nobody can be warned|Since the warning"):
                verbs.mute(ticket.pk, text="No.", days=30, by=mona, at=later(days=7))
        assert Caution.objects.count() == 1
        assert (
            "Warn whoever reported it"
            not in as_mona.get(f"/desk/abuse/ticket/{foreign.pk}/change/").content.decode()
        )

    def test_is_refused_on_an_old_page(self, mona):
        ticket = unfounded(mona)
        with pytest.raises(Overtaken):
            verbs.caution(ticket.pk, text="No.", by=mona, at=later(hours=6), seen=ticket.revision - 1)


class TestMuting:
    def test_tells_why_and_until_when(self, mona):
        begun = muted(mona)
        letter = letters("abuse_muted").get()
        assert "Again nothing." in letter.body
        assert begun.ends_at == later(hours=6, days=32)
        page = Client(headers={"accept-language": "en"}).get(begun.ticket.private_path()).content.decode()
        assert "3 April 2026" in page
        assert "we do not examine what you report as abuse" in page

    def test_needs_a_warning(self, mona):
        for day in range(4):
            ticket = unfounded(mona, day=day)
        with pytest.raises(Refused, match="never warned"):
            verbs.mute(ticket.pk, text="No.", days=30, by=mona, at=later(days=5))
        assert not Mute.objects.exists()

    def test_needs_further_reports_after_it(self, mona):
        for day in range(3):
            unfounded(mona, day=day)
        given = cautioned(mona, day=4)
        with pytest.raises(Refused, match="Since the warning"):
            verbs.mute(given.ticket_id, text="No.", days=30, by=mona, at=later(days=5))
        further = unfounded(mona, day=6)
        with pytest.raises(Refused, match="Since the warning"):
            verbs.mute(further.pk, text="No.", days=30, by=mona, at=later(days=7))

    def test_of_somebody_else_changes_nothing(self, mona):
        muted(mona)
        assert a_report(email="ravi@example.org", at=later(days=3)).state == State.NEW

    def test_goes_by_the_address_however_it_is_written(self, mona):
        muted(mona)
        assert a_report(email="Rita@Example.ORG", at=later(days=3)).outcome == Outcome.MUTED

    @pytest.mark.parametrize("days", [0, 185])
    def test_is_for_a_time(self, mona, days):
        with pytest.raises(Refused, match="184 days"):
            muted(mona, days=days)

    def test_survives_a_change_of_the_key(self, mona, settings):
        muted(mona)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another-key"
        assert a_report(at=later(days=3)).outcome == Outcome.MUTED


class TestWhatAMutedAddressReports:
    def test_is_kept_and_put_aside_by_itself(self, mona):
        muted(mona)
        ticket = a_report(at=later(days=3), what="Something again.")
        assert (ticket.state, ticket.outcome, ticket.handler) == (State.CLOSED, Outcome.MUTED, None)
        assert ticket.reports.get().what == "Something again."
        page = Client(headers={"accept-language": "en"}).get(ticket.private_path()).content.decode()
        assert "Something again." in page
        assert "We have received and kept it." in page

    def test_is_answered_once_a_day(self, mona, settings):
        settings.HOST = {**settings.HOST, "email": "bureau@example.org"}
        muted(mona)
        told = letters("abuse_desk_new").count()
        for hour in range(3):
            a_report(at=later(days=3, hours=hour))
        a_report(at=later(days=4))
        assert letters("abuse_not_examined").count() == 2
        assert letters("abuse_desk_new").count() == told

    def test_can_be_taken_up_by_the_desk(self, mona):
        muted(mona)
        ticket = a_report(at=later(days=3))
        assert verbs.reopen(ticket.pk, text="After all.", by=mona, at=later(days=4)).state == State.OPEN

    def test_is_looked_at_when_it_is_illegal_or_about_something_else(self, mona):
        muted(mona)
        assert a_report(topic=Topic.ILLEGAL, at=later(days=3)).state == State.NEW
        assert a_report(topic=Topic.ILLEGAL, law="child", at=later(days=3)).state == State.NEW
        assert a_question(at=later(days=3)).state == State.NEW
        assert a_report(email="", at=later(days=3)).state == State.NEW

    def test_comes_to_the_desk_again_when_the_time_is_over(self, mona):
        muted(mona, days=30)
        assert a_report(at=later(days=32, hours=6)).state == State.NEW

    def test_through_the_contact_page_is_no_error(self, mona):
        now = timezone.now()
        muted(mona)
        Mute.objects.update(ends_at=now + timedelta(days=1), at=now - timedelta(days=1))
        client = Client(headers={"accept-language": "en"})
        stamp = a_stamp()
        answer = send_report(client, email=RITA, stamp=stamp, proof=solved(client, stamp))
        assert answer.status_code == 302
        assert "We have received and kept it." in client.get(answer.url).content.decode()

    def test_is_found_in_the_queue(self, mona, as_mona):
        muted(mona)
        ticket = a_report(at=later(days=3))
        assert ticket.number not in as_mona.get("/desk/abuse/ticket/").content.decode()
        found = as_mona.get("/desk/abuse/ticket/?turn=all&outcome__exact=muted").content.decode()
        assert ticket.number in found


class TestEnding:
    def test_by_the_desk_brings_back_what_was_put_aside(self, mona):
        begun = muted(mona)
        ticket = a_report(at=later(days=3))
        verbs.unmute(begun.ticket_id, by=mona, at=later(days=4))
        ticket.refresh_from_db()
        assert (ticket.state, ticket.outcome) == (State.NEW, "")
        assert letters("abuse_unmuted").count() == 1
        assert a_report(at=later(days=5)).state == State.NEW
        with pytest.raises(Refused, match="Nobody is muted"):
            verbs.unmute(begun.ticket_id, by=mona, at=later(days=6))

    @pytest.mark.parametrize("which", ["caution", "mute"])
    def test_by_an_appeal_withdraws_what_rests_on_the_decision(self, mona, which):
        begun = muted(mona)
        nils = another_volunteer()
        decision = begun.caution.decision if which == "caution" else begun.decision
        filed = an_appeal(decision, Appellant.REPORTER, at=later(days=3))
        verbs.settle_appeal(
            filed.pk, outcome=Ruling.OVERTURNED, text="You were right.", by=nils, at=later(days=4)
        )
        begun.refresh_from_db()
        assert begun.lifted_because == "appeal"
        assert letters("abuse_unmuted").count() == 1
        assert (Caution.objects.get().withdrawn_at is not None) == (which == "caution")
        assert a_report(at=later(days=5)).state == State.NEW

    def test_by_itself_forgets_whose_it_was(self, mona):
        muted(mona)
        assert verbs.forget_mutes(later(days=10)) == 0
        assert verbs.forget_mutes(later(days=40)) == 1
        assert verbs.forget_mutes(later(days=366)) == 1
        assert Mute.objects.get().mark is Caution.objects.get().mark is None


class TestTheDatabase:
    def values(self, begun):
        values = {f.attname: getattr(begun, f.attname) for f in Mute._meta.concrete_fields}
        message = Message.objects.create(ticket=begun.ticket, side="desk", body="So.", at=begun.at)
        return values | {"id": None, "message_id": message.pk}

    @pytest.mark.parametrize(
        "wrong", ["another address", "no mark", "an earlier decision", "a founded one", "withdrawn"]
    )
    def test_refuses_to_mute_without_a_warning_first(self, mona, wrong):
        begun = muted(mona)
        values = self.values(begun)
        if wrong == "another address":
            values["mark"] = "0" * 64
        elif wrong == "no mark":
            values["mark"] = None
        elif wrong == "an earlier decision":
            values |= {"decision_id": begun.caution.decision_id, "ticket_id": begun.caution.ticket_id}
        elif wrong == "a founded one":
            ticket = a_ticket(State.OPEN, by=mona)
            other = a_decision(mona, None, outcome=Outcome.NO_VIOLATION, ticket=ticket, at=later(days=1))
            values |= {"decision_id": other.pk, "ticket_id": ticket.pk}
        else:
            Caution.objects.update(withdrawn_at=later(days=1))
        with pytest.raises(IntegrityError, match="without a caution"), transaction.atomic():
            Mute.objects.create(**values)

    @pytest.mark.parametrize("confirmed_at", [None, later(days=9)])
    @pytest.mark.parametrize("what", ["caution", "mute"])
    def test_refuses_what_rests_on_an_address_nobody_confirmed(self, mona, what, confirmed_at):
        begun = muted(mona)
        row = {"caution": begun.caution, "mute": begun}[what]
        Ticket.objects.filter(pk=row.ticket_id).update(confirmed_at=confirmed_at)
        values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        message = Message.objects.create(ticket=row.ticket, side="desk", body="So.", at=row.at)
        with pytest.raises(IntegrityError, match="nobody confirmed by a letter"), transaction.atomic():
            type(row).objects.create(**values | {"id": None, "message_id": message.pk})
        with pytest.raises(IntegrityError, match="nobody confirmed by a letter"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(at=row.at)

    def test_refuses_a_warning_for_another_ticket_than_that_of_its_decision(self, mona):
        given = cautioned(mona)
        other = unfounded(mona, day=1)
        with pytest.raises(IntegrityError, match="nobody confirmed by a letter"), transaction.atomic():
            Caution.objects.filter(pk=given.pk).update(ticket=other)

    def test_refuses_to_give_a_mute_to_another_address(self, mona):
        begun = muted(mona)
        with pytest.raises(IntegrityError, match="without a caution"), transaction.atomic():
            Mute.objects.filter(pk=begun.pk).update(mark="0" * 64)

    @pytest.mark.parametrize(
        ("words", "name"),
        [
            ({"ends_at": later(hours=6, days=2)}, "abuse_mute_for_a_time"),
            ({"ends_at": later(days=200)}, "abuse_mute_for_a_time"),
            ({"lifted_at": later(days=3)}, "abuse_mute_lifted_for_a_reason"),
        ],
    )
    def test_refuses_a_mute_without_an_end(self, mona, words, name):
        begun = muted(mona)
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Mute.objects.filter(pk=begun.pk).update(**words)

    def test_refuses_to_withdraw_a_warning_before_it_was_given(self, mona):
        given = cautioned(mona)
        with pytest.raises(IntegrityError, match="withdrawn_after_given"), transaction.atomic():
            Caution.objects.filter(pk=given.pk).update(withdrawn_at=later(hours=1))

    def test_finds_a_mute_by_an_index(self, mona):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("EXPLAIN SELECT 1 FROM abuse_mute WHERE mark IN ('a', 'b') AND lifted_at IS NULL")
            assert "abuse_mute_mark" in str(cursor.fetchall())


class TestAtTheDesk:
    def act(self, client, ticket, verb, **words):
        ticket.refresh_from_db()
        return client.post(f"/desk/abuse/ticket/{ticket.pk}/{verb}/", {"seen": ticket.revision, **words})

    def page(self, client, ticket):
        return client.get(f"/desk/abuse/ticket/{ticket.pk}/change/").content.decode()

    @pytest.fixture
    def today(self, mona):
        """The verbs of the desk act now, so the tickets are of these days."""
        first = timezone.now() - timedelta(days=9) - (later() - later())

        def one(day):
            at = first + timedelta(days=day)
            ticket = a_ticket(State.OPEN, by=mona, at=at)
            verbs.confirm(ticket.pk, at=at)
            decided = at + timedelta(hours=5)
            a_decision(mona, None, outcome=Outcome.NO_VIOLATION, unfounded=True, ticket=ticket, at=decided)
            return ticket

        return one

    def test_one_step_is_offered_after_the_other(self, mona, as_mona, today):
        first = today(0)
        page = self.page(as_mona, first)
        assert "Warn whoever reported it" in page
        assert "Mute whoever reported it" not in page
        assert self.act(as_mona, first, "caution", text="Nothing there.").status_code == 302
        page = self.page(as_mona, first)
        assert "They were warned on" in page
        assert "Warn whoever reported it" not in page
        Caution.objects.update(at=timezone.now() - timedelta(days=8))
        assert "Mute whoever reported it" not in self.page(as_mona, today(2))
        further = today(3)
        assert "Mute whoever reported it" in self.page(as_mona, further)
        assert self.act(as_mona, further, "mute", text="Again.", days="30").status_code == 302
        page = self.page(as_mona, further)
        assert "Muted until" in page
        assert self.act(as_mona, further, "unmute").status_code == 302
        assert Mute.objects.get().lifted_because == "desk"

    def test_a_refusal_loses_nothing_typed(self, mona, as_mona, today):
        first = today(0)
        answer = as_mona.post(
            f"/desk/abuse/ticket/{first.pk}/mute/", {"seen": 99, "text": "Typed.", "days": 3}
        )
        assert answer.status_code == 409
        assert "Typed." in answer.content.decode()

    @pytest.mark.parametrize(
        "words",
        [
            {"text": "", "days": "3"},
            {"text": "x" * 100_000, "days": "3"},
            {"text": "So.", "days": "999999999999999999999"},
            {"text": "So.", "days": "-1"},
            {"text": "### name ###", "days": "3"},
        ],
    )
    def test_bad_input_is_a_sentence(self, mona, as_mona, today, words):
        first = today(0)
        assert self.act(as_mona, first, "mute", **words).status_code in (200, 409)
        assert not Mute.objects.exists()


class TestTheirData:
    def test_says_that_they_were_warned_and_muted(self, mona):
        rita = a_person(RITA)
        muted(mona)
        found = {holding.name: list(holding.rows(rita)) for holding in holdings()}
        assert len(found["abuse/cautions"]) == len(found["abuse/mutes"]) == 1
