"""The door of a suspended account: closed by its dates, and open where the Terms leave it open."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from abuse.models import Sanction, SanctionKind
from abuse.verbs import lift
from tests.abuse.sanctioning import a_decision, a_measure
from tests.abuse.writing import a_stamp, a_ticket
from tests.factories import a_person

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def suspended(by, subject, *, since=DAY, kind=SanctionKind.SUSPENSION, **more):
    """A decision taken some time ago, so that its dates lie around now."""
    now = timezone.now()
    measure = a_measure(kind, at=now - since, **more)
    ticket = a_ticket("open", by=by, at=now - since - DAY)
    return a_decision(by, subject, measure, ticket=ticket, at=now - since)


def page_of(decision):
    return f"/account/decisions/{decision.ticket_id}/"


class TestTheDoor:
    def test_leads_to_the_reasons(self, mona, sami, as_sami):
        decision = suspended(mona, sami)
        answer = as_sami.get("/account/")
        assert answer.status_code == 302
        assert answer.url == page_of(decision)
        page = as_sami.get(answer.url).content.decode()
        assert "Your account is suspended" in page
        assert "No spam" in page

    @pytest.mark.parametrize(
        "path",
        [
            "/account/decisions/",
            "/account/export/",
            "/account/close/",
            "/legal/accept/",
            "/",
            "/legal/terms/",
        ],
    )
    def test_is_open_where_the_terms_leave_it_open(self, mona, sami, as_sami, path):
        suspended(mona, sami)
        answer = as_sami.get(path)
        assert "/account/decisions/" not in answer.get("Location", "")

    @pytest.mark.parametrize(
        "path", ["/account/", "/account/name/", "/accounts/email/", "/account/sessions/"]
    )
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_is_closed_elsewhere(self, mona, sami, as_sami, path, method):
        decision = suspended(mona, sami)
        assert getattr(as_sami, method)(path).url == page_of(decision)

    def test_of_the_desk_too(self, mona, terms):
        nils = a_person("nils@example.org", staff=True)
        decision = suspended(mona, nils)
        client = Client()
        client.force_login(nils)
        assert client.get("/desk/abuse/ticket/").url == page_of(decision)

    def test_tells_programs_instead_of_leading_them(self, mona, sami, as_sami):
        decision = suspended(mona, sami)
        answer = as_sami.get("/account/", headers={"accept": "application/json"})
        assert answer.status_code == 403
        assert answer.json()["code"] == "account_suspended"
        assert answer.json()["url"].endswith(page_of(decision))

    def test_says_what_it_may_where_an_authority_imposes_silence(self, mona, sami, as_sami):
        now = timezone.now()
        ticket = a_ticket("open", by=mona, at=now - 2 * DAY)
        decision = a_decision(
            mona, sami, a_measure(at=now - DAY), ticket=ticket, at=now - DAY, silent_because="authority"
        )
        page = as_sami.get(page_of(decision)).content.decode()
        assert "An authority forbids us" in page
        assert "A thousand letters" not in page
        assert as_sami.get(f"{page_of(decision)}{decision.pk}/statement.json").status_code == 404


class TestTheDates:
    def test_open_it_although_nothing_runs(self, mona, sami, as_sami):
        suspended(mona, sami, since=2 * DAY, days=1)
        assert as_sami.get("/account/").status_code == 200

    def test_close_it_only_when_they_come(self, mona, sami, as_sami):
        now = timezone.now()
        suspended(mona, sami, starts_at=now + DAY, ends_at=now + 2 * DAY, without_notice="")
        assert as_sami.get("/account/").status_code == 200

    def test_are_over_once_it_is_lifted(self, mona, sami, as_sami):
        decision = suspended(mona, sami)
        lift(decision.sanctions.get().pk, by=mona, at=timezone.now())
        assert as_sami.get("/account/").status_code == 200

    @pytest.mark.parametrize("kind", [SanctionKind.WARNING, SanctionKind.RESTRICTION, SanctionKind.DELETION])
    def test_of_other_kinds_leave_it_open(self, mona, sami, as_sami, kind):
        suspended(mona, sami, kind=kind)
        assert as_sami.get("/account/").status_code == 200

    def test_of_others_do_not_count(self, mona, sami, zoe, as_sami):
        suspended(mona, zoe)
        assert as_sami.get("/account/").status_code == 200


class TestWhatItCosts:
    def test_is_one_look_for_somebody_signed_in_and_none_for_others(
        self, mona, sami, as_sami, django_assert_max_num_queries
    ):
        suspended(mona, a_person("zoe@example.org"))
        with django_assert_max_num_queries(30) as met:
            as_sami.get("/account/")
        assert sum("abuse_sanction" in query["sql"] for query in met.captured_queries) == 1
        with django_assert_max_num_queries(30) as met:
            Client().get("/legal/terms/")
            as_sami.get("/account/export/")
        assert not any("abuse_sanction" in query["sql"] for query in met.captured_queries)

    def test_is_found_by_an_index_that_holds_only_who_is_shut_out(self, sami):
        plan = Sanction.objects.of(sami).shutting_out(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            assert "abuse_sanction_shutting_out" in plan.explain()


class TestOnTheWayOut:
    def test_a_suspended_person_answers_and_appeals(self, mona, sami, as_sami):
        decision = suspended(mona, sami)
        data = {"text": "It was my brother.", "stamp": a_stamp(), "website": ""}
        assert as_sami.post(f"{page_of(decision)}reply/", data).status_code == 302
        data = {"text": "I was away.", "stamp": a_stamp(), "website": ""}
        assert as_sami.post(f"{page_of(decision)}{decision.pk}/appeal/", data).status_code == 302
        page = as_sami.get(page_of(decision)).content.decode()
        assert "It was my brother." in page
        assert "I was away." in page
        assert "waits for its answer" in page

    def test_a_suspended_person_takes_a_copy_of_their_data(self, mona, sami, as_sami):
        suspended(mona, sami)
        assert as_sami.get("/account/export/").status_code in (200, 302)
