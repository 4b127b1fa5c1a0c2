"""Every page as people meet it: nothing for axe to find, light to load, whole with the keyboard alone."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from legal.starters import publish_starters
from outbox.models import Priority
from outbox.verbs import post
from services.models import Outage
from services.verbs import announce, open_outage
from tests.abuse.writing import a_question, a_report
from tests.browser.signing_in import sign_in
from tests.factories import PASSWORD, a_person, a_service, published

pytestmark = pytest.mark.django_db(transaction=True)

ANYBODYS = [
    "/",
    "/legal/",
    "/legal/terms/",
    "/legal/technical-report/",
    "/legal/terms/versions/",
    "/legal/terms/versions/1/",
    "/legal/terms/versions/1/fr/",
    "/legal/terms/changes/",
    "/legal/terms/changes/1-2/fr/",
    "/legal/legal-notice/changes/",
    "/status/",
    "/status/services/nextcloud/",
    "/status/subscribe/",
    "/status/subscribe/made-up/",
    "/status/subscriptions/made-up/",
    "/status/subscriptions/made-up/leave/",
    "/figures/",
    "/figures/interruptions/",
    "/contact/",
    "/contact/question/",
    "/contact/abuse/",
    "/contact/bug/",
    "/contact/illegal/",
    "/contact/child-abuse/",
    "/contact/security/",
    "/contact/personal-data/",
    "/contact/authority/",
    "/contact/other/",
    "/accounts/signup/",
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/logout/",
    "/accounts/inactive/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-x/",
    "/accounts/password/reset/key/done/",
    "/accounts/first-administrator/made-up/",
    "/account/closed/",
    "/account/keep/made-up/",
    "/nowhere/",
    "/language/",
]
MEMBERS = [
    "/account/",
    "/account/export/",
    "/account/close/",
    "/account/decisions/",
    "/account/name/",
    "/account/sessions/",
    "/account/desk-needs-two-factor/",
    "/legal/accept/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/logout/",
]
DESKS = [
    "/desk/",
    "/desk/abuse/ticket/",
    "/desk/abuse/ticket/open/",
    "/desk/abuse/sanction/",
    "/desk/abuse/sanction/in-force/",
    "/desk/abuse/appeal/",
    "/desk/abuse/preset/",
    "/desk/abuse/preset/add/",
    "/desk/accounts/user/",
    "/desk/accounts/erasure/",
    "/desk/accounts/sealedrecord/",
    "/desk/accounts/sealedrecord/open/",
    "/desk/accounts/notice/",
    "/desk/accounts/hold/",
    "/desk/accounts/hold/add/",
    "/desk/accounts/purgerun/",
    "/desk/accounts/purgerun/forecast/",
    "/desk/accounts/purgerun/halt/",
    "/desk/auth/group/",
    "/desk/auth/group/add/",
    "/desk/legal/document/",
    "/desk/legal/version/",
    "/desk/legal/acceptance/",
    "/desk/legal/document/add/",
    "/desk/journal/entry/",
    "/desk/outbox/letter/",
    "/desk/services/service/",
    "/desk/services/service/add/",
    "/desk/services/probe/",
    "/desk/services/probe/add/",
    "/desk/services/outage/",
    "/desk/services/outage/add/",
    "/desk/services/announcement/",
    "/desk/services/announcement/add/",
    "/desk/services/maintenance/",
    "/desk/services/maintenance/add/",
    "/desk/services/routine/",
    "/desk/services/routine/add/",
]


UNFOLD = "for (const each of document.querySelectorAll('details')) each.open = true"
"""What is folded is read too, once somebody opens it."""


@pytest.fixture
def house(transactional_db):
    """A host with one of everything."""
    now = timezone.now()
    publish_starters(at=now)
    a_person("sami@example.org", at=now)
    mona = a_person("mona@example.org", staff=True, at=now)
    service = a_service()
    open_outage(service.pk, started_at=now, at=now, by=mona)
    announce(title_fr="Bonjour", title_en="Hello", text_fr="Un mot.", text_en="A word.", at=now, by=mona)
    published("terms", at=timezone.now(), source="## Shorter\n\nLess.", significant=False)
    post(
        "account_password_changed",
        to="sami@example.org",
        key="page-test",
        language="fr",
        context={"timestamp": now},
        priority=Priority.BULK,
    )


@pytest.mark.parametrize(("width", "dark", "language"), [(1280, False, "fr"), (390, True, "en")])
class TestAxeFindsNothing:
    def test_on_pages_for_anybody(self, house, open_browser, axe_finds_nothing, width, dark, language):
        page = open_browser(language, width=width, dark=dark)
        for path in ANYBODYS:
            page.goto(path)
            page.evaluate(UNFOLD)
            axe_finds_nothing(page)
            assert page.locator("h1").count() == 1, path
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} is {wide} px wide"

    def test_on_pages_of_a_member(self, house, open_browser, axe_finds_nothing, width, dark, language):
        page = open_browser(language, width=width, dark=dark)
        sign_in(page, "sami@example.org")
        for path in MEMBERS:
            page.goto(path)
            page.evaluate(UNFOLD)
            axe_finds_nothing(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path

    def test_on_private_pages(self, house, open_browser, axe_finds_nothing, width, dark, language):
        """Addresses are what reports are about, and words without an end."""
        long = f"https://cloud.example.org/s/{'AbCd' * 60}"
        asked = a_report(where=f"{long}\n203.0.113.7 2026-03-01T10:00:00+01:00", what=f"See {long}")
        bug = a_question(topic="bug", particulars={"page": long})
        page = open_browser(language, width=width, dark=dark)
        for path in (
            asked.private_path(),
            asked.confirmation_path(),
            bug.private_path(),
            "/contact/made-up/",
        ):
            page.goto(path)
            axe_finds_nothing(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            expect(page.locator("h1")).to_have_count(1)

    def test_on_forms_that_came_back_with_errors(
        self, house, open_browser, axe_finds_nothing, width, dark, language
    ):
        page = open_browser(language, width=width, dark=dark)
        for path in ("/accounts/signup/", "/accounts/login/", "/contact/abuse/", "/contact/question/"):
            page.goto(path)
            page.locator("main form").first.evaluate("form => { form.noValidate = true; form.submit() }")
            page.wait_for_load_state()
            expect(page.get_by_role("alert").first).to_be_visible()
            axe_finds_nothing(page)

    def test_at_the_desk(self, house, open_browser, axe_finds_nothing, width, dark, language):
        page = open_browser(language, width=width, dark=dark)
        sign_in(page, "mona@example.org")
        look = f"/desk/accounts/user/{User.objects.get(email='sami@example.org').pk}/look/"
        entry = f"/desk/services/outage/{Outage.objects.get().pk}/change/"
        for path in (*DESKS, look, entry):
            page.goto(path)
            axe_finds_nothing(page)


class TestTheFrontPage:
    def test_weighs_at_most_60_kb_in_at_most_5_requests(self, house, open_browser):
        page = open_browser("fr")
        sizes = {}
        page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
        page.goto("/", wait_until="networkidle")
        assert len(sizes) <= 5, sizes
        assert sum(sizes.values()) <= 60 * 1024, sizes

    def test_is_whole_without_javascript(self, house, open_browser):
        page = open_browser("en", javascript=False)
        page.goto("/")
        expect(page.locator("main")).to_contain_text("Hello")


class TestTheKeyboardAlone:
    def test_skips_to_the_content(self, house, open_browser):
        page = open_browser("en")
        page.goto("/legal/terms/versions/1/")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")

    def test_signs_in(self, house, open_browser):
        page = open_browser("en")
        page.goto("/accounts/login/")
        page.locator("[name=login]").focus()
        page.keyboard.type("sami@example.org")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/account/")

    def test_sees_where_it_is(self, house, open_browser):
        page = open_browser("en")
        page.goto("/contact/abuse/")
        for _stop in range(12):
            page.keyboard.press("Tab")
            style = page.evaluate(
                "(() => { const s = getComputedStyle(document.activeElement);"
                " return [s.outlineStyle, parseFloat(s.outlineWidth), document.activeElement.outerHTML] })()"
            )
            assert style[0] != "none", style[2]
            assert style[1] >= 2, style[2]
