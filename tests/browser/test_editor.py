"""Mona writes the next version of the Terms, in both languages, publishes it, and everybody can read it."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from legal.models import Clause, Version
from legal.starters import publish_starters
from legal.verbs import Manuscript, begin_draft, revise_draft
from tests.browser.test_pages import sign_in
from tests.factories import a_person

pytestmark = pytest.mark.django_db(transaction=True)

SAID = {
    "fr": {
        "changes": "Les journaux sont gardés moins longtemps.",
        "kind": "5. **Soyons prudents.** Entre voisins.",
    },
    "en": {"changes": "Logs are kept for less time.", "kind": "5. **Let us be careful.** Among neighbours."},
}


@pytest.fixture
def mona(transactional_db):
    publish_starters(at=timezone.now())
    return a_person("mona@example.org", staff=True, at=timezone.now())


def reword_u5(page, language):
    """The clause U5 in other words and without its id, so that nothing ties it to the one before."""
    source = page.locator("[name=source]").input_value()
    mine = re.sub(r"(?m)^5\. .*\{#u5\}$", SAID[language]["kind"], source)
    assert mine != source
    page.fill("[name=source]", mine)
    page.fill("[name=changes]", SAID[language]["changes"])


@pytest.mark.parametrize(("language", "javascript"), [("fr", True), ("en", False)])
def test_a_version_is_written_compared_corrected_and_published(mona, open_browser, language, javascript):
    page = open_browser(language, javascript=javascript)
    sign_in(page, "mona@example.org")
    page.goto("/desk/legal/document/")
    page.locator("#result_list tbody tr").filter(has_text="terms").locator("th a").click()
    page.click("form[action$='/next/'] button")

    expect(page).to_have_url(re.compile("/edit/fr/$"))
    expect(page.locator("#checklist li")).to_have_count(2)  # neither language says what changed
    reword_u5(page, "fr")
    if not javascript:
        page.click("button[name=preview]")
    expect(page.locator(".editor-page")).to_contain_text("Soyons prudents.")
    expect(page.locator("#difference ins").filter(has_text="Soyons prudents.")).to_be_visible()
    page.click(".editor-bar .button--main")
    assert not Clause.objects.filter(text__version__published_at=None, text__language="fr", ref="u5").exists()

    page.select_option("[name=name-soyons-prudents]", "u5")
    page.click("button[name=then][value=en]")
    reword_u5(page, "en")  # without an id of its own, the translation follows the text that counts
    page.click(".editor-bar .button--main")
    for text in Version.objects.drafts().get().texts.all():
        assert text.clauses.get(ref="u5").markdown == SAID[text.language]["kind"]
    expect(page.locator("#checklist li")).to_have_count(0)
    assert page.locator("#difference del").count()

    page.click("button[value=publish]")
    expect(page.locator(".editor-shown")).to_contain_text(SAID["fr"]["changes"])
    page.check("[name=significant][value=no]")
    page.fill("[name=effective_on]", "2020-01-01")
    page.click("form .button--main")
    expect(page.locator("[role=alert]")).to_be_visible()
    expect(page.locator("[name=significant][value=no]")).to_be_checked()
    page.fill("[name=effective_on]", "")
    page.click("form .button--main")
    expect(page).to_have_url(re.compile("/desk/legal/document/"))

    reader = open_browser(language)
    reader.goto("/legal/terms/versions/2/#u5")
    expect(reader.locator("#u5")).to_contain_text("prudents" if language == "fr" else "careful")
    reader.goto("/legal/terms/")
    expect(reader.locator("main")).to_contain_text("2")
    assert Version.objects.in_force(timezone.now()).get(document__slug="terms").number == 2


def test_what_is_typed_survives_a_colleague_and_a_lost_session(mona, open_browser):
    draft = begin_draft("terms", by=mona)
    page = open_browser("en")
    sign_in(page, "mona@example.org")
    page.goto(f"/desk/legal/version/{draft.pk}/edit/en/")
    text = draft.texts.get(language="en")
    revise_draft(draft.pk, "en", Manuscript(text.title, "Theirs.", text.source))
    page.locator("[name=changes]").press_sequentially("Mine.")
    expect(page.locator("[data-editor=problem]")).to_contain_text("Somebody else changed this draft")
    page.click(".editor-bar .button--main")
    expect(page.locator("#collision-title")).to_be_focused()
    expect(page.locator("[name=changes]")).to_have_value("Mine.")
    expect(page.locator(".editor-collision del")).to_have_text("Theirs")

    page.context.clear_cookies()
    page.locator("[name=changes]").press_sequentially(" More.")
    expect(page.locator("[data-editor=problem]")).to_contain_text("sign in again in another tab")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/legal/")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize(("width", "dark", "language"), [(1280, False, "fr"), (390, True, "en")])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    mona, open_browser, axe_finds_nothing, width, dark, language
):
    draft = begin_draft("terms", by=mona)
    text = draft.texts.get(language="en")
    source = (
        text.source.replace("{#u5}", "").replace("No illegal use", "No harm, no unlawful use")
        + "\n\n## More\n\nWords."
    )
    revise_draft(draft.pk, "en", Manuscript(text.title, "", source), by=mona)
    page = open_browser(language, width=width, dark=dark)
    sign_in(page, "mona@example.org")
    address = f"/desk/legal/version/{draft.pk}"
    for path in ("edit/en/", "edit/fr/", "publish/", "discard/"):
        page.goto(f"{address}/{path}")
        axe_finds_nothing(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(f"/desk/legal/document/{draft.document_id}/change/")
    axe_finds_nothing(page)

    page.goto(f"{address}/edit/en/")
    revise_draft(draft.pk, "en", Manuscript("Theirs", "Theirs.", "## Theirs\n\n{{ nothing }}"), by=mona)
    page.fill("[name=source]", "## Mine\n\nWords.")
    page.click(".editor-bar .button--main")
    expect(page.locator(".editor-collision")).to_be_visible()
    axe_finds_nothing(page)
    page.goto(f"{address}/edit/en/")
    expect(page.locator(".editor-page .notice")).to_be_visible()
    axe_finds_nothing(page)
    for language in ("fr", "en"):
        text = draft.texts.get(language=language)
        revise_draft(
            draft.pk,
            language,
            Manuscript(
                "Title", "Changed.", f"{text.source}\n\n## Personal data".replace("{{ nothing }}", "")
            ),
        )
    page.goto(f"{address}/publish/")
    expect(page.locator("[name=effective_on]")).to_be_visible()
    axe_finds_nothing(page)


def test_the_keyboard_alone_writes_looks_and_saves(mona, open_browser):
    draft = begin_draft("terms", by=mona)
    page = open_browser("en")
    sign_in(page, "mona@example.org")
    page.goto(f"/desk/legal/version/{draft.pk}/edit/en/")
    page.focus("[name=title]")
    page.keyboard.press("Tab")
    page.keyboard.type("Fewer words.")
    for place in ("[name=source]", ".editor-page"):
        page.keyboard.press("Tab")
        expect(page.locator(place)).to_be_focused()
    page.locator(".editor-bar .button--main").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("The draft is saved.")
    assert draft.texts.get(language="en").changes == "Fewer words."
