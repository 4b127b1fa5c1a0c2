"""A report is decided at the desk, contested by the person concerned, and overturned by somebody else."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import expect

from abuse.models import Appeal, Caution, Outcome, Sanction, SanctionKind
from abuse.verbs import confirm
from accounts.models import User
from legal.starters import publish_starters
from tests.abuse.sanctioning import a_decision, a_measure
from tests.abuse.writing import a_ticket
from tests.browser.signing_in import sign_in
from tests.factories import a_person

pytestmark = pytest.mark.django_db(transaction=True)

QUICKEST = 2_100  # milliseconds that somebody takes at least to fill in a form


@pytest.fixture
def ticket(transactional_db):
    now = timezone.now()
    publish_starters(at=now)
    a_person("sami@example.org", at=now)
    a_person("nils@example.org", staff=True, at=now)
    mona = a_person("mona@example.org", staff=True, at=now)
    return a_ticket("open", by=mona, at=now)


@pytest.mark.parametrize(("width", "dark", "language"), [(1280, False, "fr"), (390, True, "en")])
def test_from_the_report_to_the_appeal(
    ticket, open_browser, axe_finds_nothing, mailbox, width, dark, language
):
    desk = open_browser(language, width=width, dark=dark)
    sign_in(desk, "mona@example.org")
    desk.goto(f"/desk/abuse/ticket/{ticket.pk}/decide/")
    axe_finds_nothing(desk)
    desk.check("[name=outcome][value=violation]")
    desk.fill("[name=subject]", "sami@example.org")
    desk.fill("[name=facts]", "A thousand letters left.")
    desk.fill("[name=explanation]", "Nobody asked for them.")
    desk.select_option("[name=clause]", "u6")
    expect(desk.locator("[name=days]")).to_be_hidden()
    desk.check("[name=kind][value='30']")
    desk.fill("[name=notice_days]", "0")
    desk.select_option("[name=without_notice]", "harm")
    desk.fill("[name=days]", "30")
    desk.click("[name=preview]")
    expect(desk.locator("#preview-title")).to_be_visible()
    axe_finds_nothing(desk)
    desk.click("[name=send]")
    desk.wait_for_url("**/change/")
    axe_finds_nothing(desk)

    concerned = open_browser(language, width=width, dark=dark, javascript=False)
    concerned.goto(mailbox.link_to("sami@example.org"))
    assert concerned.locator("h1").count() == 1
    concerned.locator("details.appeal summary").click()
    concerned.fill("details.appeal textarea", "It was not me.")
    concerned.wait_for_timeout(QUICKEST)
    concerned.click("details.appeal button")
    concerned.wait_for_load_state()
    assert Appeal.objects.get().is_pending

    shut_out = open_browser(language, width=width, dark=dark)
    sign_in(shut_out, "sami@example.org")
    shut_out.goto("/account/")
    shut_out.wait_for_url(f"**/account/decisions/{ticket.pk}/")
    axe_finds_nothing(shut_out)
    assert shut_out.evaluate("document.documentElement.scrollWidth") <= width

    second = open_browser(language, width=width, dark=dark)
    sign_in(second, "nils@example.org")
    second.goto(f"/desk/abuse/appeal/{Appeal.objects.get().pk}/change/")
    axe_finds_nothing(second)
    second.check("[name=outcome][value=overturned]")
    second.fill("[name=text]", "The password had leaked.")
    second.click("form[action$='/settle/'] button")
    second.wait_for_load_state()
    axe_finds_nothing(second)
    second.goto(f"/desk/abuse/sanction/{Sanction.objects.get().pk}/change/")
    axe_finds_nothing(second)

    assert "The password had leaked." in mailbox.text_to("sami@example.org")
    shut_out.goto("/account/")
    assert shut_out.url.endswith("/account/")
    shut_out.goto(f"/account/decisions/{ticket.pk}/")
    expect(shut_out.locator("main")).to_contain_text("The password had leaked.")
    axe_finds_nothing(shut_out)


@pytest.fixture
def waiting(ticket):
    """A deletion that waits for its second look, a report to warn about, and one whose sender may be muted."""
    mona, sami = (User.objects.get(email=f"{name}@example.org") for name in ("mona", "sami"))
    now = timezone.now()
    deletion = a_decision(mona, sami, a_measure(SanctionKind.DELETION, at=now), ticket=ticket, at=now)
    unfounded = []
    for hours in (9, 6, 3):
        at = now - timedelta(hours=hours)
        report = a_ticket("open", by=mona, at=at, email="ravi@example.org")
        confirm(report.pk, at=at)
        decided = at + timedelta(hours=2)
        a_decision(mona, None, outcome=Outcome.NO_VIOLATION, unfounded=True, ticket=report, at=decided)
        unfounded.append(report)
    return deletion.sanctions.get(), unfounded[0], unfounded[-1]


@pytest.mark.parametrize(("width", "dark", "language"), [(1280, True, "en"), (390, False, "fr")])
def test_the_second_look_and_the_way_to_a_mute_can_be_read_by_everybody(
    waiting, open_browser, axe_finds_nothing, width, dark, language
):
    deletion, first, last = waiting
    desk = open_browser(language, width=width, dark=dark)
    sign_in(desk, "nils@example.org")

    def look(path):
        desk.goto(path)
        axe_finds_nothing(desk)
        assert desk.evaluate("document.documentElement.scrollWidth") <= width, path

    look(f"/desk/abuse/sanction/{deletion.pk}/change/")
    expect(desk.locator("form[action$='/confirm/'] button")).to_be_visible()
    look("/desk/abuse/ticket/?turn=all")
    look(f"/desk/abuse/ticket/{first.pk}/change/")
    desk.fill("#id_caution_text", "Nothing was there.")
    desk.click("form[action$='/caution/'] button")
    expect(desk.locator(".conversation")).to_contain_text("Nothing was there.")
    Caution.objects.update(at=F("at") - timedelta(hours=6))
    look(f"/desk/abuse/ticket/{last.pk}/change/")
    desk.fill("#id_mute_text", "Nothing again.")
    desk.click("form[action$='/mute/'] button")
    expect(desk.locator("form[action$='/unmute/'] button")).to_be_visible()
    axe_finds_nothing(desk)
