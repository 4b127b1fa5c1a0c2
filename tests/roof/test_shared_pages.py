"""Public pages are rendered once for all who read the same language, and hold nothing of any of them."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse, HttpResponseRedirect
from django.test import Client, RequestFactory
from django.urls import get_resolver, resolve, reverse
from django.utils import timezone

from chatons_portal.public import (
    SAME_FOR_EVERYBODY,
    SAME_IN_EVERY_LANGUAGE,
    SharedPagesMiddleware,
    request_of_nobody,
)
from services.verbs import announce, open_outage
from tests.factories import NOON, a_service, published
from tests.services.history import a_maintenance

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(terms):
    published("terms", at=NOON + timedelta(days=1))
    outage = open_outage(a_service("Nextcloud").pk, started_at=NOON, at=NOON)
    told = announce(title_en="The library moves", at=timezone.now())
    return {
        "home": [],
        "legal:index": [],
        "legal:document": ["terms"],
        "legal:versions": ["terms"],
        "legal:version": ["terms", 1],
        "legal:version-in": ["terms", 1, "fr"],
        "legal:difference": ["terms", 1, 2],
        "legal:difference-in": ["terms", 1, 2, "en"],
        "services:status": [],
        "services:month": [2026, 3],
        "services:outage": [outage.pk],
        "services:announcement": [told.pk],
        "services:maintenance": [a_maintenance(outage.service).pk],
        "services:service": ["nextcloud"],
        "transparency:interruptions": [],
    }


@pytest.fixture
def addresses(pages):
    return [reverse(name, args=args) for name, args in pages.items()]


class TestEveryOneOfThem:
    def test_is_on_the_list_of_this_test(self, pages):
        assert set(pages) == SAME_FOR_EVERYBODY

    def test_needs_neither_sign_in_nor_acceptance(self, addresses):
        assert all(getattr(resolve(address).func, "login_required", True) is False for address in addresses)

    def test_costs_no_query_the_second_time(self, addresses, as_sami, django_assert_num_queries):
        for address in addresses:
            for client in [Client(), as_sami]:
                assert client.get(address).status_code == 200
                with django_assert_num_queries(0):
                    assert client.get(address).status_code == 200

    def test_says_nothing_of_who_reads_it_first(self, addresses, as_sami, sami):
        for address in addresses:
            mine = as_sami.get(address, headers={"user-agent": "a-very-special-browser"}).content.decode()
            assert sami.email not in mine
            assert as_sami.cookies[settings.SESSION_COOKIE_NAME].value not in mine
            assert "csrfmiddlewaretoken" not in mine
            assert "a-very-special-browser" not in mine

    def test_is_rendered_from_a_request_that_knows_nobody(self, addresses, as_sami):
        for address in addresses:
            rendered_with = as_sami.get(address).context
            assert rendered_with["user"].is_anonymous
            assert rendered_with["request"].COOKIES == {settings.SESSION_COOKIE_NAME: ""}
            assert not hasattr(rendered_with["request"], "session")

    def test_offers_the_account_to_members_and_sign_in_to_strangers(self, addresses, as_sami):
        for address in addresses:
            for language in ["fr", "en"]:
                asked = {"accept-language": language}
                assert 'href="/account/"' in as_sami.get(address, headers=asked).content.decode()
                assert 'href="/account/"' not in Client().get(address, headers=asked).content.decode()

    def test_is_told_from_the_same_page_in_the_other_language(self, addresses):
        for address in addresses:
            for language in ["fr", "en"]:
                answer = Client().get(address, headers={"accept-language": language})
                assert f'<html lang="{language}"' in answer.content.decode()
                assert answer.headers["Content-Language"] == language

    def test_comes_back_to_itself_from_the_language_switch(self, addresses):
        for address in addresses:
            assert f'name="next" value="{address}"' in Client().get(address).content.decode()


class TestFiles:
    @pytest.fixture
    def files(self, terms):
        return [
            "/legal/terms/versions/1.fr.md",
            "/legal/terms/versions/1.json",
            "/legal/terms/feed.fr.atom",
            "/status/badge.fr.svg",
            "/api/v2/summary.json",
            "/figures/interruptions.json",
        ]

    def test_cost_no_query_the_second_time_whoever_asks(self, files, as_sami, django_assert_num_queries):
        for address in files:
            first = Client().get(address)
            assert first.status_code == 200
            with django_assert_num_queries(0):
                second = as_sami.get(address, headers={"accept-language": "en"})
            assert second.content == first.content
            for name in [
                "Content-Type",
                "Content-Language",
                "Cache-Control",
                "ETag",
                "Last-Modified",
                "Access-Control-Allow-Origin",
            ]:
                assert second.headers.get(name) == first.headers.get(name), name

    def test_are_stored_once_for_all(self, files, as_sami):
        for address in files:
            for client in [Client(), as_sami]:
                client.get(address)
        assert len(stored()) == len(files)


class TestWhatIsNotShared:
    def test_a_page_with_a_query(self, terms):
        french = Client(headers={"accept-language": "fr"})
        assert "terms (fr)</h1>" in french.get("/legal/terms/").content.decode()
        assert "terms (en)</h1>" in french.get("/legal/terms/?language=en").content.decode()
        before = stored()
        french.get("/legal/terms/?anything=else")
        assert stored() == before

    def test_a_page_that_is_not_there(self, terms):
        before = stored()
        for address in [
            "/legal/nothing/",
            "/legal/terms/versions/99/",
            "/status/2020/13/",
            "/status/2020/1/",
        ]:
            assert Client().get(address).status_code == 404
        assert stored() == before

    def test_a_page_of_somebody(self, as_sami, sami):
        assert sami.email in as_sami.get("/account/").content.decode()
        assert not [key for key in stored() if "account" in key]

    def test_an_answer_that_is_not_a_page(self):
        request = RequestFactory().get("/")
        request.resolver_match = resolve("/")
        shared = SharedPagesMiddleware(lambda request: HttpResponse())
        answer = shared.process_view(request, lambda request: HttpResponseRedirect("/legal/"), [], {})
        assert answer.headers["Location"] == "/legal/"
        assert not stored()

    def test_another_method(self):
        assert Client().post("/").status_code == 405


class TestTheRequestOfNobody:
    def test_has_the_hosts_own_address_whatever_the_visitor_called_it(self):
        request = RequestFactory().get(
            "/legal/", headers={"host": "127.0.0.1", "cookie": "portal_session=secret"}
        )
        request.resolver_match = resolve("/legal/")
        nobody = request_of_nobody(request, known=True)
        assert nobody.build_absolute_uri() == f"{settings.SITE_URL}/legal/"
        assert nobody.COOKIES == {settings.SESSION_COOKIE_NAME: ""}
        assert not hasattr(nobody, "session")
        assert not hasattr(nobody, "user")

    def test_keeps_an_address_with_accents_readable(self):
        request = RequestFactory().get("/légal/")
        request.resolver_match = None
        assert request_of_nobody(request, known=False).path == "/légal/"


class TestWhatChanges:
    def test_is_seen_once_the_time_is_over(self, terms):
        before = Client().get("/legal/terms/").headers["ETag"]
        published("terms", at=timezone.now())
        cache.clear()  # stands for the ten seconds
        assert Client().get("/legal/terms/", headers={"if-none-match": before}).status_code == 200


def stored():
    client = cache._cache.get_client()
    return sorted(key.decode() for key in client.keys("*page:*"))


def test_the_list_names_views_that_exist():
    names = {
        f"{space}:{name}"
        for space, (_prefix, urls) in get_resolver().namespace_dict.items()
        for name in urls.reverse_dict
        if isinstance(name, str)
    }
    assert (SAME_FOR_EVERYBODY | SAME_IN_EVERY_LANGUAGE) - {"home"} <= names
