"""A person signs up and reads the Terms; somebody reports abuse; Mona finds it at the desk and answers."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from legal.models import Acceptance
from legal.starters import publish_starters
from tests.browser.signing_in import sign_in
from tests.factories import PASSWORD, a_person

pytestmark = pytest.mark.django_db(transaction=True)

SAID = {
    "fr": {"up": "Ouvrir un compte", "terms": "Conditions d’utilisation", "thanks": "Merci"},
    "en": {"up": "Open an account", "terms": "Terms of Service", "thanks": "Thank you"},
}
STORY = "Depuis lundi, ce compte envoie des courriels à des milliers de gens. 🐈 <b>stop</b>"
ANSWER = "Nous avons fermé le compte.\n\nMerci de l'avoir signalé."


@pytest.fixture
def starters(transactional_db):
    publish_starters(at=timezone.now())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_person_signs_up_accepting_the_terms_and_reads_them(starters, open_browser, mailbox, language):
    page = open_browser(language)
    page.goto("/")
    page.get_by_role("link", name="Documents").click()
    page.locator("main").get_by_role("link", name=SAID[language]["terms"], exact=False).first.click()
    expect(page.locator("#c6")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == language

    page.goto("/accounts/signup/")
    expect(page.locator("main h1")).to_have_text(SAID[language]["up"])
    assert not page.locator("[name=accept]").is_checked()
    page.fill("[name=email]", "noe@example.org")
    page.fill("[name=password1]", PASSWORD)
    page.click("main form button")
    expect(page.locator("[name=accept]")).to_be_focused()  # the browser itself asks for the box
    page.check("[name=accept]")
    page.click("main form button")

    letter = mailbox.last_to("noe@example.org")
    assert ("pour" in letter["Subject"]) == (language == "fr")
    page.fill("[name=code]", mailbox.code_to("noe@example.org"))
    page.click("main form:has([name=code]) button[type=submit] >> nth=0")
    page.goto("/account/")
    rows = Acceptance.objects.by(User.objects.get(email="noe@example.org"))
    assert {row.text.language for row in rows} == {language}
    for row in rows:
        expect(page.locator("main")).to_contain_text(row.sha256[:12])


@pytest.mark.parametrize(("language", "javascript"), [("fr", False), ("en", True)])
def test_abuse_is_reported_found_answered_and_closed(starters, open_browser, mailbox, language, javascript):
    a_person("mona@example.org", staff=True, language=language, at=timezone.now())
    rita = open_browser(language, javascript=javascript)
    rita.goto("/contact/")
    rita.click("main a[href='/contact/abuse/']")
    rita.fill("[name=what]", STORY)
    rita.fill("[name=where]", "https://cloud.example.org/u/spam\nspam@example.org")
    rita.select_option("[name=clause]", "u6")
    rita.fill("[name=email]", "rita@example.org")
    rita.check("[name=good_faith]")
    rita.wait_for_timeout(2_100)  # forms sent faster are a program's
    rita.click("main form button")
    expect(rita.locator("main")).to_contain_text("<b>stop</b>")
    private = rita.url
    expect(rita.locator("header .notice--info")).to_have_count(
        0 if javascript else 1
    )  # her browser did a sum
    rita.goto(mailbox.link_to("rita@example.org"))
    rita.click("main form button")
    expect(rita).to_have_url(private)

    mona = open_browser(language)
    sign_in(mona, "mona@example.org", at="/desk/", to="/desk/$")
    expect(mona).to_have_url(re.compile("/desk/$"))
    mona.goto("/desk/abuse/ticket/")
    mona.click("#result_list tbody th a")
    expect(mona.locator("#content")).to_contain_text("<b>stop</b>")
    mona.click("form[action$='/take/'] button")
    mona.fill("form[action$='/ask/'] textarea", ANSWER)
    mona.click("form[action$='/ask/'] button")
    expect(mona.locator("#content")).to_contain_text("Merci de l'avoir signalé.")
    assert "fermé le compte" in mailbox.text_to("rita@example.org")

    rita.goto(private)
    expect(rita.locator(".conversation")).to_contain_text("Nous avons fermé le compte.")

    mona.click("form[action$='/take/'] button")
    mona.check("form[action$='/settle/'] [value=referred]")
    mona.click("form[action$='/settle/'] button[type=submit]")
    rita.reload()
    expect(rita.locator("main textarea")).to_have_count(0)
    assert private in mailbox.text_to("rita@example.org")


def test_the_language_chosen_stays(starters, open_browser):
    page = open_browser("fr")
    page.goto("/")
    page.click("header button[value=en]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/legal/terms/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("article.document")).to_contain_text("Your data is not for sale.")
