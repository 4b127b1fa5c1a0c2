"""The static copy of the status pages, opened from the disk: no portal, no server."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chatons_portal.static_copy import export
from services.verbs import open_outage
from tests.factories import a_service
from tests.services.history import a_past, seen_up

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def opened(transactional_db, browser, tmp_path):
    """The front of a copy of some minutes ago, and whatever its pages complain of."""
    context, wrong = browser.new_context(locale="en-GB"), []
    page = context.new_page()
    page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
    page.on("requestfailed", lambda request: wrong.append(request.url))

    def _open(minutes_ago):
        now = timezone.now() - dt.timedelta(minutes=minutes_ago)
        export(tmp_path / "copy", at=now)
        page.goto((tmp_path / "copy/en/index.html").as_uri())
        return page

    files = a_service("Nextcloud")
    a_past(files, "uudu", until=timezone.now())
    seen_up(files, at=timezone.now())
    open_outage(a_service("Forgejo").pk, started_at=timezone.now(), at=timezone.now())
    yield _open
    context.close()
    assert wrong == []


def test_leads_from_page_to_page_and_language_to_language(opened):
    page = opened(1)
    page.locator("main").get_by_role("link", name="Nextcloud", exact=True).first.click()
    expect(page.locator("h1")).to_have_text("Nextcloud")
    page.get_by_role("link", name="français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert page.url.startswith("file://")


def test_stops_claiming_to_know_when_it_was_not_renewed(opened):
    expect(opened(1).locator("#copy .stale")).to_be_hidden()
    page = opened(16)
    expect(page.locator("#copy .stale")).to_be_visible()
    expect(page.locator("body")).to_have_class("is-stale")
