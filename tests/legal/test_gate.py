import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from legal import gate
from legal.models import Acceptance, How
from tests.factories import PASSWORD, published

pytestmark = pytest.mark.django_db


class TestWhoHasNotAccepted:
    def test_is_led_to_the_page_that_asks_and_back(self, as_zoe, zoe):
        answer = as_zoe.get("/account/")
        assert answer.url == "/legal/accept/?next=%2Faccount%2F"
        page = as_zoe.get(answer.url)
        assert page.status_code == 200
        shown = page.context["form"].fields["shown"].initial
        done = as_zoe.post("/legal/accept/", {"shown": shown, "accept": "on", "next": "/account/"})
        assert done.url == "/account/"
        assert as_zoe.get("/account/").status_code == 200
        assert {a.how for a in Acceptance.objects.by(zoe)} == {How.SIGN_IN}

    def test_is_stopped_whatever_the_method(self, as_zoe):
        for method in ("get", "post", "put", "patch", "delete", "options"):
            answer = getattr(as_zoe, method)("/account/")
            assert (answer.status_code, answer.url.split("?")[0]) == (302, "/legal/accept/"), method

    def test_is_told_in_json_when_a_program(self, as_zoe):
        for headers in ({"accept": "application/json"}, {"content-type": "application/json"}):
            answer = as_zoe.post("/account/", "{}", content_type="application/json", headers=headers)
            assert answer.status_code == 403
            body = json.loads(answer.content)
            assert body["code"] == "terms_required"
            assert body["url"] == "http://testserver/legal/accept/"

    def test_reads_every_document_and_public_page_all_the_same(self, as_zoe):
        for path in (
            "/",
            "/legal/",
            "/legal/terms/",
            "/legal/terms/versions/",
            "/legal/terms/versions/1/",
            "/contact/",
        ):
            assert as_zoe.get(path).status_code == 200, path

    def test_may_sign_out(self, as_zoe):
        assert as_zoe.get("/accounts/logout/").status_code == 200
        assert as_zoe.post("/accounts/logout/").url == "/"

    def test_cannot_be_sent_elsewhere_afterwards(self, as_zoe):
        shown = as_zoe.get("/legal/accept/").context["form"].fields["shown"].initial
        answer = as_zoe.post(
            "/legal/accept/", {"shown": shown, "accept": "on", "next": "https://elsewhere.example/"}
        )
        assert answer.url == "/"

    def test_must_tick_the_box(self, as_zoe, zoe):
        shown = as_zoe.get("/legal/accept/").context["form"].fields["shown"].initial
        page = as_zoe.post("/legal/accept/", {"shown": shown})
        assert page.status_code == 200
        assert page.context["form"].errors["accept"]
        assert not Acceptance.objects.by(zoe).exists()

    @pytest.mark.parametrize("shown", ["", "made-up", "WzEsMl0:1abc:xyz"])
    def test_cannot_make_up_what_was_shown(self, as_zoe, zoe, shown):
        page = as_zoe.post("/legal/accept/", {"shown": shown, "accept": "on"})
        assert "look again" in str(page.context["form"].non_field_errors())
        assert not Acceptance.objects.by(zoe).exists()

    def test_sees_the_new_text_when_it_changed_meanwhile(self, as_zoe, zoe):
        shown = as_zoe.get("/legal/accept/").context["form"].fields["shown"].initial
        published("terms", at=timezone.now())
        page = as_zoe.post("/legal/accept/", {"shown": shown, "accept": "on"})
        form = page.context["form"]
        assert "changed while you were reading" in str(form.non_field_errors())
        assert form["shown"].value() != shown
        assert not form["accept"].value()
        done = as_zoe.post("/legal/accept/", {"shown": form["shown"].value(), "accept": "on"})
        assert done.status_code == 302
        assert Acceptance.objects.by(zoe).count() == 2


class TestWhoHasAccepted:
    def test_passes_without_a_query_more(self, as_sami, settings):
        as_sami.get("/account/")
        with CaptureQueriesContext(connection) as through_the_gate:
            assert as_sami.get("/account/").status_code == 200
        settings.MIDDLEWARE = [door for door in settings.MIDDLEWARE if "legal.gate" not in door]
        as_sami.handler.load_middleware()
        with CaptureQueriesContext(connection) as without_one:
            assert as_sami.get("/account/").status_code == 200
        assert len(through_the_gate) == len(without_one) > 0

    def test_is_asked_again_within_five_seconds_of_a_new_version(self, as_sami, monkeypatch):
        now = 1000.0
        monkeypatch.setattr(gate.time, "monotonic", lambda: now)
        assert as_sami.get("/account/").status_code == 200
        published("terms", at=timezone.now())
        now += gate.LOOK_AGAIN_SECONDS
        assert as_sami.get("/account/").status_code == 302

    def test_is_not_asked_again_by_an_editorial_version(self, as_sami):
        published("terms", at=timezone.now(), significant=False)
        assert as_sami.get("/account/").status_code == 200


class TestAStranger:
    def test_signs_in_first(self, terms):
        assert Client().get("/account/").url == "/accounts/login/?next=/account/"
        assert Client().get("/legal/accept/").url == "/accounts/login/?next=/legal/accept/"

    def test_reads_without_the_database_looking_for_a_person(self, terms, django_assert_num_queries):
        client = Client()
        client.cookies["portal_session"] = "whoever"
        with django_assert_num_queries(3):  # version, texts, clauses
            client.get("/legal/terms/")


def test_signing_in_leads_to_the_page_that_asks(zoe):
    client = Client()
    answer = client.post("/accounts/login/", {"login": zoe.email, "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/legal/accept/")
