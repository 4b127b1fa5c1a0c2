"""What went wrong is said in the reader's language, on a page of ours, whatever else is broken."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.urls import path

from chatons_portal import urls


def breaks(request: HttpRequest):
    raise RuntimeError("a fault of ours")


def refuses(request: HttpRequest):
    raise PermissionDenied


# The real addresses, and two that fail.
breaks.login_required = refuses.login_required = False
urlpatterns = [path("breaks/", breaks), path("refuses/", refuses), *urls.urlpatterns]
handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
handler429, handler500 = urls.handler429, urls.handler500

LANGUAGES = ["fr", "en"]


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


def asks(visitor, address, language, **headers):
    return visitor.get(address, headers={"accept-language": language, **headers})


def is_ours(response, language):
    page = response.content.decode()
    return page.count("<h1>") == 1 and f'<html lang="{language}">' in page and "portal/portal" in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.urls(__name__)
class TestEveryPage:
    def test_of_an_unknown_address(self, db, visitor, language):
        response = asks(visitor, "/nowhere/", language)
        assert response.status_code == 404
        assert is_ours(response, language)

    def test_of_a_page_that_is_not_for_you(self, db, visitor, language):
        response = asks(visitor, "/refuses/", language)
        assert response.status_code == 403
        assert is_ours(response, language)

    def test_of_a_forged_host(self, visitor, language):
        response = asks(visitor, "/", language, host="evil.example.com")
        assert response.status_code == 400
        assert is_ours(response, language)
        assert "evil" not in response.content.decode()

    def test_of_a_fault_of_ours(self, visitor, language):
        response = asks(visitor, "/breaks/", language)
        assert response.status_code == 500
        assert is_ours(response, language)
        assert "fault of ours" not in response.content.decode()

    def test_of_a_form_we_cannot_trust(self, db, language):
        browser = Client(enforce_csrf_checks=True)
        response = browser.post(
            "/accounts/login/",
            headers={
                "accept-language": language,
                "referer": "http://testserver/accounts/login/?next=/account/",
            },
        )
        assert response.status_code == 403
        assert is_ours(response, language)
        assert 'href="http://testserver/accounts/login/?next=/account/"' in response.content.decode()

    def test_of_too_many_attempts(self, db, visitor, language, settings):
        settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip"}
        answers = [
            visitor.post(
                "/accounts/password/reset/",
                {"email": "zoe@example.org"},
                headers={"accept-language": language},
            )
            for _ in range(2)
        ]
        assert answers[-1].status_code == 429
        assert is_ours(answers[-1], language)


def test_the_way_back_never_leads_to_another_site(db):
    response = Client(enforce_csrf_checks=True).post(
        "/accounts/login/", headers={"referer": "https://evil.example.com/"}
    )
    assert response.status_code == 403
    assert "evil" not in response.content.decode()


@pytest.mark.urls(__name__)
def test_a_fault_is_said_without_any_database(db, visitor):
    with connection.execute_wrapper(lambda *_: pytest.fail("the page of a fault asked the database")):
        assert visitor.get("/breaks/").status_code == 500


@pytest.mark.urls(__name__)
def test_a_fault_is_said_without_the_list_of_static_files(visitor, tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    assert is_ours(visitor.get("/breaks/"), settings.LANGUAGE_CODE)
