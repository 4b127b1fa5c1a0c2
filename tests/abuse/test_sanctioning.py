"""What becomes of a sanction: it begins and ends by its dates, is confirmed, carried out, lifted."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from abuse.models import Lifted, Outcome, Refused, Sanction, SanctionKind, Standing
from abuse.own_sparing import with_an_appeal_pending
from abuse.verbs import (
    NeedsSomebodyElse,
    carry_out_deletions,
    confirm_deletion,
    forget,
    lift,
    refuse_deletion,
    remind_of_ends,
    reopen,
    settle,
    settle_appeal,
)
from accounts.models import Erasure, Reason, User
from journal.models import Entry
from outbox.models import Letter
from tests.abuse.sanctioning import DECIDED, a_decision, a_measure, an_appeal, another_volunteer
from tests.abuse.writing import everything, later, meanwhile

DAY = timedelta(days=1)
GRACE = 14 * DAY
DELETION = {"kind": 40, "ends_at": None}


@pytest.fixture
def nils(terms):
    return another_volunteer()


def a_sanction(by, subject, *measures, **more):
    return a_decision(by, subject, *(measures or [a_measure()]), **more).sanctions.get()


def a_deletion(by, subject, **more):
    words = {"starts_at": DECIDED + GRACE, "without_notice": ""} | more
    return a_sanction(by, subject, a_measure(SanctionKind.DELETION, **words))


def standing_of(sanction, at):
    return Sanction.objects.with_standing(at).get(pk=sanction.pk).standing


@pytest.mark.django_db
class TestItsDates:
    def test_say_where_it_stands(self, mona, sami):
        sanction = a_sanction(
            mona, sami, a_measure(starts_at=later(days=2), ends_at=later(days=9), without_notice="")
        )
        for at, standing in [
            (DECIDED, Standing.SCHEDULED),
            (later(days=2), Standing.ACTIVE),
            (later(days=8), Standing.ACTIVE),
            (later(days=9), Standing.EXPIRED),
        ]:
            assert standing_of(sanction, at) == standing, at
            assert Sanction.objects.in_force(at).exists() == (standing == Standing.ACTIVE)

    def test_of_a_lifted_one_no_longer_count(self, mona, sami):
        sanction = a_sanction(mona, sami)
        lift(sanction.pk, by=mona, at=later(days=1))
        assert standing_of(sanction, later(days=2)) == Standing.LIFTED
        assert not Sanction.objects.in_force(later(days=2)).exists()

    @pytest.mark.parametrize("kind", SanctionKind)
    def test_close_the_account_or_a_service_or_nothing(self, mona, nils, sami, kind):
        sanction = a_sanction(mona, sami, a_measure(kind))
        if kind == SanctionKind.DELETION:
            confirm_deletion(sanction.pk, by=nils, at=later(hours=6))
        shut_out = Sanction.objects.of(sami).shutting_out(later(days=1))
        assert shut_out.exists() == (kind >= SanctionKind.SUSPENSION)
        for service, closed in [("nextcloud", kind >= 20), ("forgejo", kind >= 30)]:
            assert Sanction.objects.of(sami).restricting(service, later(days=1)).exists() == closed


@pytest.mark.django_db
class TestADeletion:
    def test_waits_for_a_second_volunteer_who_is_told(self, mona, nils, sami):
        sanction = a_deletion(mona, sami)
        assert standing_of(sanction, later(days=99)) == Standing.PROPOSED
        assert Letter.objects.get(kind="abuse_desk_second").recipient == nils.email
        assert carry_out_deletions(later(days=99)) == 0
        assert User.objects.filter(pk=sami.pk).exists()

    def test_leaves_the_whole_grace_from_when_it_is_confirmed(self, mona, nils, sami):
        sanction = confirm_deletion(a_deletion(mona, sami).pk, by=nils, at=later(days=5))
        assert sanction.starts_at == later(days=5) + GRACE
        assert standing_of(sanction, later(days=6)) == Standing.SCHEDULED
        assert not Sanction.objects.shutting_out(later(days=6)).exists()
        assert "2026" in Letter.objects.get(kind="abuse_deletion_confirmed").body
        assert Entry.objects.of("abuse.deletion_confirmed").get().actor_id == nils.pk

    def test_that_cannot_wait_is_carried_out_once_confirmed(self, mona, nils, sami):
        sanction = a_deletion(mona, sami, starts_at=DECIDED, without_notice="harm")
        confirm_deletion(sanction.pk, by=nils, at=later(hours=6))
        assert carry_out_deletions(later(hours=6)) == 1

    def test_ends_in_the_erasure_of_the_account(self, mona, nils, sami):
        sanction = confirm_deletion(a_deletion(mona, sami).pk, by=nils, at=later(hours=6))
        assert carry_out_deletions(sanction.starts_at - timedelta(seconds=1)) == 0
        assert carry_out_deletions(sanction.starts_at) == 1
        assert not User.objects.filter(pk=sami.pk).exists()
        assert Erasure.objects.get().reason == Reason.SANCTION
        assert Erasure.objects.get().clause == "s1"
        sanction.refresh_from_db()
        assert (sanction.person, sanction.executed_at) == (None, sanction.starts_at)
        assert sanction.decision.subject is None
        assert carry_out_deletions(later(days=99)) == 0

    def test_that_is_contested_waits_for_the_answer(self, mona, nils, sami):
        sanction = confirm_deletion(a_deletion(mona, sami).pk, by=nils, at=later(hours=6))
        an_appeal(sanction.decision)
        assert carry_out_deletions(later(days=99)) == 0

    def test_that_is_not_confirmed_does_not_happen_and_that_is_said(self, mona, nils, sami):
        sanction = refuse_deletion(a_deletion(mona, sami).pk, by=nils, at=later(hours=6))
        assert sanction.lifted_because == Lifted.NOT_CONFIRMED
        assert "ne sera pas supprimé" in Letter.objects.get(kind="abuse_lifted").body
        assert carry_out_deletions(later(days=99)) == 0
        with pytest.raises(Refused):
            confirm_deletion(sanction.pk, by=nils, at=later(hours=7))

    @pytest.mark.parametrize("undo", [refuse_deletion, lift])
    def test_that_does_not_happen_ends_the_suspension_until_then_and_says_both(self, mona, nils, sami, undo):
        decision = a_decision(mona, sami, a_measure(days=None), a_measure(SanctionKind.DELETION))
        suspension, deletion = decision.sanctions.order_by("kind")
        undo(deletion.pk, by=nils, at=later(hours=6))
        assert not Sanction.objects.shutting_out(later(hours=6)).exists()
        told = " ".join(Letter.objects.filter(kind="abuse_lifted").values_list("body", flat=True))
        assert "ne sera pas supprimé" in told
        assert "La suspension de votre" in told

    def test_that_does_not_happen_leaves_a_suspension_with_an_end_of_its_own(self, mona, nils, sami):
        decision = a_decision(mona, sami, a_measure(days=30), a_measure(SanctionKind.DELETION))
        refuse_deletion(decision.sanctions.get(kind=SanctionKind.DELETION).pk, by=nils, at=later(hours=6))
        assert Sanction.objects.shutting_out(later(hours=6)).get().is_suspension

    def test_is_not_carried_out_on_the_only_administrator(self, mona, nils, sami):
        sami.is_superuser = sami.is_staff = True
        sami.save()
        sanction = confirm_deletion(a_deletion(mona, sami).pk, by=nils, at=later(hours=6))
        User.objects.exclude(pk=sami.pk).update(is_superuser=False)
        assert carry_out_deletions(later(days=99)) == 0
        sanction.refresh_from_db()
        assert sanction.executed_at is None


@pytest.mark.django_db
class TestTheSecondVolunteer:
    def test_is_not_the_first(self, mona, nils, sami):
        sanction = a_deletion(mona, sami)
        before = everything()
        with pytest.raises(NeedsSomebodyElse, match="another volunteer"):
            confirm_deletion(sanction.pk, by=mona, at=later(days=9))
        assert everything() == before

    def test_is_the_first_where_there_is_no_other_and_two_days_have_passed(self, mona, sami):
        sanction = a_deletion(mona, sami)
        with pytest.raises(NeedsSomebodyElse, match="48 hours"):
            confirm_deletion(sanction.pk, by=mona, at=DECIDED + timedelta(hours=47, minutes=59))
        sanction = confirm_deletion(sanction.pk, by=mona, at=DECIDED + timedelta(hours=48))
        assert sanction.approved_alone
        assert Entry.objects.of("abuse.deletion_confirmed_alone").get().actor_id == mona.pk

    def test_is_not_one_who_is_suspended(self, mona, nils, sami):
        sanction = a_deletion(mona, sami)
        a_decision(mona, nils, a_measure())
        with pytest.raises(NeedsSomebodyElse, match="48 hours"):
            confirm_deletion(sanction.pk, by=mona, at=later(hours=52))
        assert confirm_deletion(sanction.pk, by=mona, at=later(hours=53)).approved_alone

    def test_has_the_right_to_decide(self, mona, nils, sami):
        nils.is_superuser = False
        nils.save()
        sanction = a_deletion(mona, sami)
        assert confirm_deletion(sanction.pk, by=mona, at=later(days=9)).approved_alone

    def test_is_not_the_person_concerned(self, mona, nils):
        sanction = a_deletion(mona, nils)
        with pytest.raises(Refused, match="concerns you"):
            confirm_deletion(sanction.pk, by=nils, at=later(days=9))


@pytest.mark.django_db
class TestLifting:
    @pytest.mark.parametrize("kind", SanctionKind)
    def test_tells_the_person_concerned(self, mona, sami, kind):
        sanction = a_sanction(mona, sami, a_measure(kind))
        lift(sanction.pk, by=mona, at=later(days=1))
        assert Letter.objects.get(kind="abuse_lifted").recipient == sami.email

    def test_what_is_over_is_refused(self, mona, sami):
        sanction = a_sanction(mona, sami, a_measure(days=1))
        with pytest.raises(Refused, match="over"):
            lift(sanction.pk, by=mona, at=later(days=2))


@pytest.mark.django_db
class TestTheReminder:
    def test_comes_once_before_the_end(self, mona, sami):
        a_sanction(mona, sami, a_measure(days=30))
        assert remind_of_ends(later(days=20)) == 0
        assert remind_of_ends(later(days=28)) == 1
        assert remind_of_ends(later(days=28, hours=1)) == 0
        assert Letter.objects.get(kind="abuse_desk_ending").recipient == mona.email

    def test_goes_to_every_volunteer_when_whoever_handled_it_left(self, mona, sami, settings):
        settings.HOST = {**settings.HOST, "email": ""}
        nils = another_volunteer()
        a_sanction(mona, sami, a_measure(days=30))
        User.objects.filter(pk=mona.pk).update(is_staff=False)
        assert remind_of_ends(later(days=28)) == 1
        assert Letter.objects.get(kind="abuse_desk_ending").recipient == nils.email

    @pytest.mark.parametrize("days", [None, 30])
    def test_does_not_come_for_what_has_no_end_was_lifted_or_is_over(self, mona, sami, days):
        sanction = a_sanction(mona, sami, a_measure(days=days))
        if days:
            assert remind_of_ends(later(days=60)) == 0
            lift(sanction.pk, by=mona, at=later(days=1))
        assert remind_of_ends(later(days=29)) == 0


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_an_appeal_and_the_deletion_do_not_cross(self, mona, sami):
        nils = another_volunteer()
        sanction = confirm_deletion(a_deletion(mona, sami).pk, by=nils, at=later(hours=6))
        done = meanwhile(lambda: an_appeal(sanction.decision), lambda: carry_out_deletions(later(days=30)))
        assert done == 0
        assert User.objects.filter(pk=sami.pk).exists()

    def test_two_workers_delete_once(self, mona, sami):
        nils = another_volunteer()
        confirm_deletion(a_deletion(mona, sami).pk, by=nils, at=later(hours=6))
        done = meanwhile(
            lambda: carry_out_deletions(later(days=30)), lambda: carry_out_deletions(later(days=30))
        )
        assert done == 0
        assert Erasure.objects.count() == 1


@pytest.mark.django_db
class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ({"kind": 15, "ends_at": None}, "known_kind"),
            ({"services": ["nextcloud"]}, "restriction_names_services"),
            ({"kind": 20}, "restriction_names_services"),
            ({"ends_at": DECIDED}, "ends_after_it_begins"),
            ({"kind": 40}, "ends_after_it_begins"),
            ({"starts_at": DECIDED - DAY}, "not_before_decision"),
            ({"without_notice": ""}, "notice_or_reason"),
            ({"approved_at": later(days=1)}, "confirmed_after_decision"),
            (
                {"kind": 40, "ends_at": None, "approved_at": later(days=9), "approved_by": "mona"},
                "second_is_somebody_else",
            ),
            (
                {"kind": 40, "ends_at": None, "approved_at": later(days=1), "approved_alone": True},
                "alone_only_after_a_pause",
            ),
            ({"executed_at": later(days=9)}, "carried_out_once_confirmed"),
            ({"kind": 40, "ends_at": None, "executed_at": later(days=9)}, "carried_out_once_confirmed"),
            ({"lifted_at": later(days=9)}, "lifted_for_a_reason"),
            ({"lifted_because": "desk"}, "lifted_for_a_reason"),
            ({"approved_alone": True}, "confirmed_after_decision"),
            ({"approved_by": "mona"}, "confirmed_after_decision"),
        ],
    )
    def test_what_a_sanction_cannot_be(self, mona, sami, change, name):
        sanction = a_sanction(mona, sami)
        change = {key: mona if value == "mona" else value for key, value in change.items()}
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Sanction.objects.filter(pk=sanction.pk).update(**change)


@pytest.mark.django_db
class TestForgetting:
    def test_waits_while_it_may_be_contested_even_of_what_was_put_aside_since(self, mona, sami):
        decision = a_decision(mona, sami, outcome=Outcome.NO_VIOLATION)
        reopen(decision.ticket_id, text="Again.", by=mona, at=later(days=1))
        settle(decision.ticket_id, outcome=Outcome.SPAM, by=mona, at=later(days=1))
        assert forget(decision.appeal_until) == 0
        assert forget(decision.appeal_until + timedelta(days=2)) == 1

    def test_waits_while_a_measure_holds(self, mona, sami):
        sanction = a_sanction(mona, sami, a_measure(days=None))
        assert forget(later(days=800)) == 0
        lift(sanction.pk, by=mona, at=later(days=801))
        assert forget(later(days=802)) == 1

    def test_waits_while_an_appeal_does(self, mona, nils, sami):
        decision = a_decision(mona, sami)
        filed = an_appeal(decision)
        assert forget(later(days=800)) == 0
        settle_appeal(filed.pk, outcome="upheld", text="So it is.", by=nils, at=later(days=801))
        assert forget(later(days=802)) == 1
        filed.refresh_from_db()
        decision.refresh_from_db()
        assert (decision.facts, decision.explanation, filed.reasons, filed.answer) == (None, None, None, None)
        assert (decision.outcome, decision.clause.ref, filed.outcome) == ("violation", "u6", "upheld")


@pytest.mark.django_db
class TestTheInactivityPurge:
    def test_counts_an_appeal_as_a_sign_of_life(self, mona, nils, sami):
        an_appeal(a_decision(mona, sami, a_measure(SanctionKind.WARNING)))
        sami.refresh_from_db()
        assert sami.last_seen_at == later(days=1)

    def test_spares_who_waits_for_the_answer_to_an_appeal(self, mona, nils, sami):
        filed = an_appeal(a_decision(mona, sami))
        assert list(User.objects.filter(with_an_appeal_pending(later(days=9)))) == [sami]
        settle_appeal(filed.pk, outcome="upheld", text="So it is.", by=nils, at=later(days=3))
        assert not User.objects.filter(with_an_appeal_pending(later(days=9))).exists()
