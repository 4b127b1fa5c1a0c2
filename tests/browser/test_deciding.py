"""Asked at sign-in, refusing, changing one's mind; and accepting before it has to be."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from legal.starters import manuscripts, publish_starters
from legal.verbs import publish
from tests.browser.test_pages import sign_in
from tests.factories import a_person

pytestmark = pytest.mark.django_db(transaction=True)


def change_the_terms(**dates):
    texts, authoritative = manuscripts("terms")
    publish("terms", texts, authoritative=authoritative, **dates)


@pytest.fixture
def house(transactional_db):
    at = timezone.now() - timedelta(days=40)
    publish_starters(at=at)
    a_person("sami@example.org", at=at)


@pytest.mark.parametrize(
    ("width", "dark", "language"),
    [(1280, False, "fr"), (390, True, "en"), (390, False, "fr"), (1280, True, "en")],
)
class TestDeciding:
    @pytest.fixture
    def look(self, axe_finds_nothing, width):
        def _look(page, name):
            axe_finds_nothing(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            assert page.locator("h1").count() == 1, name

        return _look

    def test_is_asked_refuses_and_comes_back(self, house, open_browser, look, width, dark, language):
        change_the_terms(at=timezone.now() - timedelta(days=1))
        page = open_browser(language, width=width, dark=dark)
        sign_in(page, "sami@example.org")
        page.wait_for_url(re.compile("/legal/accept/"))
        look(page, "asked")
        page.locator("form[action='/legal/refuse/'] button").click()
        page.wait_for_url(re.compile("/legal/refused/$"))
        look(page, "refused")
        page.goto("/account/")
        look(page, "account after refusing")
        page.goto("/legal/refused/")
        page.locator("main a[href='/legal/accept/']").first.click()
        page.check("[name=accept]")
        page.locator("form[action='/legal/accept/'] .button--main").click()
        page.wait_for_load_state()
        page.goto("/account/")
        expect(page.locator("aside.notice")).to_have_count(0)
        look(page, "account after accepting")

    def test_accepts_ahead(self, house, open_browser, look, width, dark, language):
        change_the_terms(at=timezone.now(), effective_at=timezone.now() + timedelta(days=20))
        page = open_browser(language, width=width, dark=dark)
        sign_in(page, "sami@example.org")
        expect(page.locator("aside.notice")).to_have_count(1)
        look(page, "banner")
        page.locator("aside.notice a").last.click()
        look(page, "ahead")
        page.check("[name=accept]")
        page.locator("form[action='/legal/accept/'] .button--main").click()
        page.wait_for_url(re.compile("/account/"))
        expect(page.locator("aside.notice")).to_have_count(0)
