"""What the desk and the operator see of accounts nobody uses, before anything happens to them."""

import re
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import verbs
from accounts.forecast import chart, forecast
from accounts.models import Brake, Hold, Notice, PurgeRun, User
from accounts.standing import standing_of
from accounts.verbs import purge
from outbox.models import Letter
from tests.accounts.test_brakes import ready_to_leave
from tests.accounts.test_looking import say_why
from tests.accounts.unseen import before_limit, every_day, notice_of, server_refuses, server_takes_all, unseen

pytestmark = pytest.mark.django_db

WHY = "It is the first run of an old host."


def months(at):
    return {
        (month.begins.year, month.begins.month): (month.warned, month.disabled, month.erased)
        for month in forecast(at)
        if month.warned or month.disabled or month.erased
    }


def years_ago(person, days=1000):
    User.objects.filter(pk=person.pk).update(last_seen_at=timezone.now() - timedelta(days=days))
    return person


class TestTheForecast:
    def test_says_when_if_nobody_comes_back(self, terms):
        unseen()  # since 2 March 2026: the limit is 2 March 2027
        assert months(before_limit(200)) == {(2027, 1): (1, 0, 0), (2027, 3): (0, 1, 0), (2027, 4): (0, 0, 1)}

    def test_counts_what_is_overdue_from_today(self, terms):
        unseen()
        at = before_limit(-500)
        assert list(months(at).values()) == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
        assert forecast(at)[0].begins == date(at.year, at.month, 1)

    def test_goes_by_the_notice_of_those_who_have_one(self, terms):
        unseen()
        purge(before_limit(60))
        server_takes_all(before_limit(60))
        assert months(before_limit(59)) == {(2027, 3): (0, 1, 0), (2027, 4): (0, 0, 1)}

    def test_leaves_out_whoever_is_spared(self, terms, mona):
        lou = unseen()
        verbs.hold(lou.pk, why="A court asked.", until=None, by=mona, at=before_limit(300))
        assert months(before_limit(200)) == {}

    def test_has_twelve_months_and_a_drawing_that_fits(self, terms):
        for n in range(3):
            unseen(f"p{n}@example.org")
        found = forecast(before_limit(200))
        assert len(found) == 12
        drawn = chart(found)
        assert drawn.highest == 3
        assert len(drawn.bars) == 3
        for bar in drawn.bars:
            assert 0 <= bar.x <= drawn.width - bar.width
            assert 0 <= bar.y == drawn.foot - bar.height

    def test_of_nobody_is_an_empty_drawing(self, db):
        assert chart(forecast(before_limit(200))).bars == []


class TestThePageOfTheForecast:
    PAGE = "/desk/accounts/purgerun/forecast/"

    def test_says_what_a_run_would_do_now(self, as_mona, terms):
        years_ago(unseen())
        page = as_mona.get(self.PAGE).content.decode()
        assert "write the first letter to 1 person" in page
        assert 'class="bar-warned"' in page
        assert "style=" not in page[page.index("forecast-chart") : page.index("</svg>")]

    def test_shows_a_stopped_run_and_releases_it(self, as_mona, terms, settings):
        settings.INACTIVITY_IMPLAUSIBLE_PERCENT = 100
        people = ready_to_leave(21, timezone.now())
        run = purge(timezone.now())
        assert run.brake == Brake.CAP
        assert "21 accounts would be disabled or erased today" in as_mona.get(self.PAGE).content.decode()
        assert "asks" in as_mona.get("/desk/").content.decode()
        answer = as_mona.post(f"/desk/accounts/purgerun/{run.pk}/release/", {"why": WHY}, follow=True)
        assert "It goes on" in answer.content.decode()
        purge(timezone.now())
        assert User.objects.filter(disabled_at__isnull=False).count() == len(people)
        again = as_mona.post(f"/desk/accounts/purgerun/{run.pk}/release/", {"why": WHY}, follow=True)
        assert "somebody was faster" in again.content.decode()

    def test_stops_everything(self, as_mona, terms):
        years_ago(unseen())
        answer = as_mona.post("/desk/accounts/purgerun/halt/", {"why": WHY}, follow=True)
        assert "stands still" in answer.content.decode()
        assert purge(timezone.now()).brake == Brake.HALT
        assert not Notice.objects.exists()

    @pytest.mark.parametrize("why", ["", "so", "🦊" * 10_000])
    def test_takes_no_poor_reason(self, as_mona, why):
        assert as_mona.post("/desk/accounts/purgerun/halt/", {"why": why}).status_code == 200
        assert not PurgeRun.objects.exists()

    def test_is_for_the_desk_alone(self, as_sami):
        for path in (self.PAGE, "/desk/accounts/purgerun/halt/", "/desk/accounts/hold/add/"):
            assert as_sami.post(path, {"why": WHY}).status_code in (302, 403)
        assert not PurgeRun.objects.exists()

    def test_says_when_it_is_switched_off(self, as_mona, settings):
        settings.INACTIVITY_PURGE = False
        assert "switched off" in as_mona.get(self.PAGE).content.decode()


class TestHoldingSomebody:
    def test_by_address_name_or_number(self, as_mona, sami, mona):
        for who in (sami.email.upper(), str(sami.pk)):
            as_mona.post("/desk/accounts/hold/add/", {"person_id": who, "why": "A court asked."})
            held = Hold.objects.get(released_at=None)
            assert (held.person, held.by_id, held.until) == (sami, mona.pk, None)
            verbs.release_hold(held.pk, by=mona, at=timezone.now())

    @pytest.mark.parametrize("who", ["nobody@example.org", "0", "9" * 400, "🦊" * 200, ""])
    def test_that_is_nobody_is_said(self, as_mona, who):
        answer = as_mona.post("/desk/accounts/hold/add/", {"person_id": who, "why": "A court asked."})
        assert answer.status_code == 200
        assert not Hold.objects.exists()

    def test_until_a_day_that_is_past_is_said(self, as_mona, sami):
        form = {"person_id": sami.email, "why": "A court asked.", "until": "2020-01-01"}
        assert "past" in as_mona.post("/desk/accounts/hold/add/", form).content.decode()

    def test_ends_when_released_at_the_desk(self, as_mona, sami, mona):
        held = verbs.hold(sami.pk, why="A court asked.", until=None, by=mona, at=timezone.now())
        as_mona.post("/desk/accounts/hold/", {"action": "release", "_selected_action": held.pk})
        held.refresh_from_db()
        assert held.released_at
        assert as_mona.get("/desk/accounts/hold/").status_code == 200


class TestSomebodyWhoCannotBeReached:
    @pytest.fixture
    def stuck(self, terms):
        lou = years_ago(unseen())
        now = timezone.now()
        purge(now - timedelta(days=2))
        server_refuses(now - timedelta(days=2))
        purge(now - timedelta(days=1))
        return notice_of(lou)

    def test_is_the_first_thing_on_the_desk(self, as_mona, stuck):
        assert "1 person under notice cannot be reached" in as_mona.get("/desk/").content.decode()
        page = as_mona.get("/desk/accounts/notice/?unreachable=yes").content.decode()
        assert f"/desk/accounts/notice/{stuck.pk}/change/" in page
        page = as_mona.get(f"/desk/accounts/notice/{stuck.pk}/change/").content.decode()
        assert "Look into it" in page
        assert "lou@example.org" not in page

    @pytest.mark.parametrize("what", ["met", "again", "go_on"])
    def test_is_decided_about(self, as_mona, stuck, what):
        path = f"/desk/accounts/notice/{stuck.pk}/look-into/"
        assert as_mona.get(path).status_code == 200
        form = {"what": what, "words": "The association knows them."}
        assert "Done" in as_mona.post(path, form, follow=True).content.decode()
        assert not Notice.objects.unreachable().exists()
        assert as_mona.post(path, form, follow=True).status_code == (404 if what == "met" else 200)


class TestTheListOfAccounts:
    def test_names_nobody_before_a_reason_is_given(self, as_mona, sami):
        assert "sami@" not in as_mona.get("/desk/accounts/user/").content.decode()

    def test_finds_an_account_by_its_whole_address_and_by_no_part_of_it(self, as_mona, sami):
        path = f"/desk/accounts/user/{sami.pk}/change/"
        assert path in as_mona.get("/desk/accounts/user/?q=SAMI@example.org").content.decode()
        assert path not in as_mona.get("/desk/accounts/user/?q=sami@exam").content.decode()


class TestWhereSomebodyStands:
    def said(self, person, at):
        return " ".join(standing_of(User.objects.get(pk=person.pk), at).sentences())

    def test_is_said_at_every_step(self, terms):
        lou = unseen()
        assert "Not due: 100 days without a sign of life." in self.said(lou, before_limit(265))
        assert "Due: the next run" in self.said(lou, before_limit(60))
        purge(before_limit(60))
        assert "not taken yet" in self.said(lou, before_limit(60))
        server_takes_all(before_limit(60))
        every_day(before_limit(59), before_limit(-1))
        assert "Disabled on 2 March 2027" in self.said(lou, before_limit(-1))

    def test_says_why_somebody_is_spared(self, terms, mona, settings):
        lou = unseen()
        verbs.hold(lou.pk, why="A court asked.", until=None, by=mona, at=before_limit(300))
        assert "Not due: A volunteer holds it" in self.said(lou, before_limit(10))
        assert "works the desk" in self.said(mona, before_limit(10))
        settings.INACTIVITY_PURGE = False
        assert "switched off" in self.said(lou, before_limit(10))

    def test_is_on_the_page_of_the_desk(self, as_mona, sami):
        say_why(as_mona, sami)
        assert "Last seen on" in as_mona.get(f"/desk/accounts/user/{sami.pk}/change/").content.decode()

    def test_is_on_the_page_of_the_person(self, as_sami, sami):
        page = as_sami.get("/account/").content.decode()
        assert "You were last seen on" in page
        assert "we write to you on" in page

    def test_by_a_service_is_said_by_its_name(self, as_sami, sami):
        now = timezone.now()
        User.objects.filter(pk=sami.pk).update(last_seen_at=now, last_seen_through="Nextcloud")
        assert "Nextcloud" in as_sami.get("/account/").content.decode()


class TestTheCommand:
    def run(self, *options):
        out = StringIO()
        call_command("purge_inactive", *options, stdout=out, no_color=True)
        return out.getvalue()

    def test_dry_says_who_is_due_by_number_and_changes_nothing(self, terms):
        lou = years_ago(unseen())
        table = self.run("--dry-run")
        assert re.search(rf"^ *{lou.pk}  \d{{4}}-\d\d-\d\d  first letter, 60 days before$", table, re.M)
        assert "lou@" not in table
        assert not Notice.objects.exists()
        assert not PurgeRun.objects.exists()
        assert not Letter.objects.exists()

    def test_dry_says_what_would_stop_it(self, terms):
        for n in range(6):
            years_ago(unseen(f"p{n}@example.org"))
        assert "would be stopped" in self.run("--dry-run")

    def test_does_what_is_due_once_a_day(self, terms):
        years_ago(unseen())
        assert "1 noticed" in self.run()
        assert "done already" in self.run()

    def test_fails_when_stopped_or_switched_off(self, terms, mona, settings):
        verbs.halt(why=WHY, by=mona, at=timezone.now())
        with pytest.raises(CommandError, match="Stopped"):
            self.run()
        settings.INACTIVITY_PURGE = False
        with pytest.raises(CommandError, match="switched off"):
            self.run()


class TestTheLink:
    @pytest.fixture
    def path(self, terms):
        lou = years_ago(unseen(language="en"))
        purge(timezone.now())
        letter = Letter.objects.get(kind="accounts_inactive_warning")
        assert letter.recipient == lou.email
        return re.search(r"http\S+(/account/keep/\S+/)", letter.body)[1]

    def test_only_opened_changes_nothing(self, path):
        answer = Client(headers={"accept-language": "en"}).get(path)
        assert answer.status_code == 200
        assert "Do you want to keep" in answer.content.decode()
        assert Notice.objects.exists()

    def test_and_its_button_keep_the_account_without_signing_in(self, path):
        answer = Client(headers={"accept-language": "en"}).post(path)
        assert "Your account stays" in answer.content.decode()
        lou = User.objects.get(email="lou@example.org")
        assert (lou.noticed_at, lou.last_seen_through) == (None, "letter")

    def test_pressed_twice_says_that_all_is_well(self, path):
        client = Client(headers={"accept-language": "en"})
        client.post(path)
        for answer in (client.post(path), client.get(path)):
            assert answer.status_code == 200
            assert "safe already" in answer.content.decode()

    def test_of_an_account_that_is_gone_says_so(self, path):
        User.objects.get(email="lou@example.org").delete()
        for answer in (Client().get(path), Client().post(path)):
            assert answer.status_code == 410

    @pytest.mark.parametrize(
        "spoil", [lambda p: p[:-5] + "/", lambda p: p[:20] + "x" + p[21:], lambda p: "/account/keep/🦊/"]
    )
    def test_spoilt_opens_nothing_and_says_what_to_do(self, path, spoil):
        for method in ("get", "post"):
            answer = getattr(Client(headers={"accept-language": "en"}), method)(spoil(path))
            assert answer.status_code == 404
            assert "This link is not whole" in answer.content.decode()
        assert Notice.objects.exists()

    def test_of_an_earlier_notice_does_nothing_to_a_later_one(self, path):
        Client().post(path)
        years_ago(User.objects.get(email="lou@example.org"))
        purge(timezone.now() + timedelta(days=1))
        assert Notice.objects.exists()
        Client().post(path)
        assert Notice.objects.exists()

    def test_gives_no_session_to_whoever_presses(self, path):
        client = Client()
        client.post(path)
        assert "/login/" in client.get("/account/").url
