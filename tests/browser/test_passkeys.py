"""A person adds a passkey and signs in with it; another one sets up an app. Chromium brings the authenticator."""

import re

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from tests.browser.signing_in import sign_in, type_the_code
from tests.factories import PASSWORD, a_person, published

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sami(transactional_db):
    published("terms")
    return a_person("sami@example.org", language="en")


def with_an_authenticator(page):
    """What a telephone or a laptop has built in; it finds its owner present whenever it is asked."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, made["authenticatorId"]


def say_it_is_me(page):
    page.wait_for_url("**/reauthenticate/**")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button >> nth=0")


def add_a_key(page, *, passkey):
    page.goto("/accounts/2fa/webauthn/add/")
    say_it_is_me(page)
    page.fill("[name=name]", "My telephone")
    if passkey:
        page.check("[name=passwordless]")
    page.click("#add-key")
    page.wait_for_url("**/recovery-codes/")


def sign_out(page):
    page.goto("/accounts/logout/")
    page.click("main form button >> nth=0")
    page.wait_for_url("**/")


class TestAPasskey:
    def test_opens_the_account_by_itself(self, sami, open_browser, mailbox, axe_finds_nothing):
        page = open_browser("en")
        with_an_authenticator(page)
        sign_in(page, sami.email)
        add_a_key(page, passkey=True)
        for path in ("/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/"):
            page.goto(path)
            axe_finds_nothing(page)
        assert "key was added" in mailbox.last_to(sami.email)["Subject"]
        page.goto("/accounts/2fa/webauthn/")
        expect(page.locator("main")).to_contain_text("My telephone")
        expect(page.locator("main")).to_contain_text("opens your account by itself")

        sign_out(page)
        page.goto("/accounts/login/?next=/legal/terms/")
        page.click("#use-passkey")
        page.wait_for_url(re.compile(r"\d/legal/terms/$"))
        page.goto("/account/")
        expect(page.locator("main")).to_contain_text(sami.email)

    def test_that_is_not_there_is_said_kindly(self, sami, open_browser):
        page = open_browser("en")
        with_an_authenticator(page)
        page.goto("/accounts/login/")
        expect(page.locator("[data-passkey-trouble]")).to_be_hidden()
        page.click("#use-passkey")
        expect(page.locator("[data-passkey-trouble]")).to_be_visible()
        expect(page.locator("[data-passkey-trouble]")).to_be_focused()

    def test_is_not_offered_where_it_cannot_work(self, sami, open_browser):
        page = open_browser("en", javascript=False)
        page.goto("/accounts/login/")
        expect(page.locator("#use-passkey")).to_be_hidden()
        expect(page.locator("[data-passkey-trouble]")).to_be_hidden()

    def test_is_removed_by_its_owner(self, sami, open_browser):
        page = open_browser("en")
        with_an_authenticator(page)
        sign_in(page, sami.email)
        add_a_key(page, passkey=True)
        page.goto("/accounts/2fa/webauthn/")
        page.get_by_role("link", name="Remove it").click()
        page.click("main form button >> nth=0")
        expect(page.locator("main")).to_contain_text("There is none yet")
        assert not Authenticator.objects.exists(), "the recovery codes go with the last key"


def test_a_security_key_is_asked_for_after_the_password(sami, open_browser):
    page = open_browser("en")
    with_an_authenticator(page)
    sign_in(page, sami.email)
    add_a_key(page, passkey=False)
    sign_out(page)
    page.goto("/accounts/login/")
    page.fill("[name=login]", sami.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button >> nth=0")
    page.wait_for_url("**/2fa/authenticate/")
    page.click("#use-key")
    page.wait_for_url("**/account/")


@pytest.mark.parametrize("javascript", [True, False])
def test_an_app_is_set_up_and_asked_for(sami, open_browser, axe_finds_nothing, javascript):
    page = open_browser("en", javascript=javascript)
    sign_in(page, sami.email)
    page.get_by_role("link", name="The second factor").click()
    page.get_by_role("link", name="Set up an app").click()
    say_it_is_me(page)
    key = page.input_value("#key")
    if javascript:
        axe_finds_nothing(page)
    type_the_code(page, key)
    page.wait_for_url("**/recovery-codes/")
    code = page.locator(".codes code").first.inner_text()
    if javascript:
        axe_finds_nothing(page)
    sign_out(page)
    page.goto("/accounts/login/")
    page.fill("[name=login]", sami.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button >> nth=0")
    page.wait_for_url("**/2fa/authenticate/")
    if javascript:
        axe_finds_nothing(page)
    page.fill("[name=code]", code)
    page.click("main form button >> nth=0")
    page.wait_for_url("**/account/")
