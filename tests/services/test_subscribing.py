"""Somebody subscribes, confirms, is written to about what they chose, and leaves by one click."""

import datetime as dt
import re

import pytest
from django.core import signing
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.holdings import holdings
from outbox.models import Letter
from services.models import Announcement, Subscriber, Telling
from services.verbs import (
    announce,
    ask_to_subscribe,
    choose,
    leave,
    open_outage,
    subscribe,
    tell_subscribers,
)
from services.verbs import spreading as spreading_module
from tests.factories import NOON, a_person, a_service

pytestmark = pytest.mark.django_db

PAGE = "/status/subscribe/"
RITA = "rita@example.org"


@pytest.fixture
def files():
    return a_service("Nextcloud")


@pytest.fixture
def mail():
    return a_service("Mail")


@pytest.fixture
def anybody():
    return Client(headers={"accept-language": "en"})


def a_subscriber(email=RITA, *services, language="en") -> Subscriber:
    found = Subscriber.objects.create(
        email=email, language=language, everything=not services, subscribed_at=NOON
    )
    found.services.set(services)
    return found


def asked(client, **fields):
    return client.post(PAGE, {"email": RITA, "about": "all", **fields})


def link_in(letter) -> str:
    return re.search(r"https?://[^/]+(/status/subscribe/\S+)", letter.body)[1]


def written_to() -> list[str]:
    tell_subscribers(at=timezone.now())
    return sorted(Letter.objects.filter(kind="services_told").values_list("recipient", flat=True))


class TestWhoeverAsks:
    def test_is_written_to_and_nothing_is_kept(self, anybody):
        page = asked(anybody)
        assert page.status_code == 200
        assert "Look into your mailbox" in page.text
        letter = Letter.objects.get()
        assert (letter.kind, letter.recipient, letter.language) == ("services_confirm", RITA, "en")
        assert RITA not in letter.key
        assert not Subscriber.objects.exists()

    def test_confirms_by_a_button_that_looking_does_not_press(self, anybody, files):
        asked(anybody, about="some", services=["nextcloud"])
        link = link_in(Letter.objects.get())
        page = anybody.get(link)
        assert RITA in page.text
        assert "Nextcloud" in page.text
        assert not Subscriber.objects.exists()
        assert anybody.post(link).status_code == 302
        found = Subscriber.objects.get()
        assert (found.email, found.everything, list(found.services.all())) == (RITA, False, [files])

    def test_twice_is_one_subscriber_with_the_last_choice(self, anybody, files):
        asked(anybody, about="some", services=["nextcloud"])
        first = link_in(Letter.objects.get())
        anybody.post(first)
        anybody.post(first)
        token = signing.dumps(
            {"email": RITA.upper(), "language": "fr", "services": []}, salt="services.subscription"
        )
        subscribe(token, at=NOON)
        found = Subscriber.objects.get()
        assert (found.everything, found.language) == (True, "fr")
        assert found.services.count() == 0

    def test_too_late_is_told_so(self, anybody, monkeypatch):
        asked(anybody)
        link = link_in(Letter.objects.get())
        monkeypatch.setattr("services.verbs.subscribing.CONFIRM_WITHIN", dt.timedelta(seconds=-1))
        page = anybody.get(link)
        assert page.status_code == 410
        assert "too old" in page.text
        assert anybody.post(link).status_code == 410
        assert not Subscriber.objects.exists()

    def test_with_a_link_of_their_own_making_gets_nowhere(self, anybody):
        assert anybody.post(f"{PAGE}made-up/").status_code == 410
        elsewhere = signing.dumps({"email": RITA, "language": "fr", "services": []}, salt="other")
        assert anybody.post(f"{PAGE}{elsewhere}/").status_code == 410
        assert not Subscriber.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"email": ""}, "required"),
            ({"email": "not an address"}, "valid email"),
            ({"email": '"ab"@example.org'}, "kind of address"),
            ({"email": "a@example.org\r\nBcc: all@example.org"}, "valid email"),
            ({"about": "some"}, "at least one service"),
            ({"about": "some", "services": ["made-up"]}, "Select a valid choice"),
            ({"website": "https://spam.example"}, "do not see"),
            ({"email": "x" * 300 + "@example.org"}, "at most 254"),
        ],
    )
    def test_is_told_what_is_wrong(self, anybody, files, fields, words):
        page = asked(anybody, **fields)
        assert page.status_code == 422
        assert words in page.text
        assert not Letter.objects.exists()

    def test_cannot_choose_what_is_hidden(self, anybody):
        a_service("Backups", listed=False)
        assert asked(anybody, about="some", services=["backups"]).status_code == 422

    def test_who_ticks_services_means_them(self, anybody, files, mail):
        asked(anybody, services=["mail"])
        anybody.post(link_in(Letter.objects.get()))
        found = Subscriber.objects.get()
        assert list(found.services.all()) == [mail]
        page = {"about": "all", "services": ["mail"], "language": "en"}
        anybody.post(found.get_absolute_url(), page)
        found.refresh_from_db()
        assert found.everything


class TestTheFormIsNoMailCannon:
    def test_one_address_gets_three_letters_a_day(self):
        for hour in range(10):
            at = NOON + dt.timedelta(hours=hour)
            Letter.objects.filter(kind="services_confirm").exclude(created_at__lt=at).update(created_at=at)
            ask_to_subscribe(email=RITA.title() if hour % 2 else RITA, services=[], language="fr", at=at)
            Letter.objects.filter(created_at__gt=at).update(created_at=at)
        assert Letter.objects.count() == 3

    def test_the_page_says_the_same_all_the_same(self, anybody, monkeypatch):
        first = asked(anybody).text
        monkeypatch.setattr("services.verbs.subscribing.LETTERS_A_DAY", 0)
        assert asked(anybody).text == first
        assert Letter.objects.count() == 1

    def test_twice_in_a_minute_is_one_letter(self, files):
        letters = {ask_to_subscribe(email=RITA, services=[], language="fr", at=NOON).pk for _ in range(2)}
        assert len(letters) == 1

    def test_one_network_has_its_limit(self, anybody):
        answers = [asked(anybody, email=f"a{number}@example.org").status_code for number in range(21)]
        assert answers == [200] * 20 + [429]

    def test_a_subscriber_looks_like_a_stranger(self, anybody):
        a_subscriber("sami@example.org")
        known, unknown = asked(anybody, email="sami@example.org"), asked(anybody, email=RITA)
        assert known.text.replace("sami@example.org", RITA) == unknown.text


class TestAnAnnouncement:
    def test_is_written_to_those_who_chose_its_service(self, files, mail):
        a_subscriber("all@example.org")
        a_subscriber("files@example.org", files)
        a_subscriber("mail@example.org", mail)
        a_subscriber("both@example.org", files, mail)
        open_outage(files.pk, started_at=NOON, at=NOON)
        assert written_to() == ["all@example.org", "both@example.org", "files@example.org"]

    def test_about_the_host_is_written_to_all(self, files):
        a_subscriber("all@example.org")
        a_subscriber("files@example.org", files)
        announce(title_en="We move", at=NOON)
        assert written_to() == ["all@example.org", "files@example.org"]

    def test_is_a_letter_in_their_language_with_a_way_out(self, files):
        rita = a_subscriber(language="fr")
        open_outage(files.pk, started_at=NOON, at=NOON, summary_fr="Disque plein.", summary_en="Disk full.")
        written_to()
        letter = Letter.objects.get()
        told = Announcement.objects.get()
        assert letter.subject.split() == told.title_fr.split()
        assert "Disque plein." in letter.body
        assert told.get_absolute_url() in letter.body
        assert letter.leave_url.endswith(f"/status/subscriptions/{rita.token}/leave/")
        assert letter.thread == f"announcement.{told.pk}"

    def test_is_written_once_whatever_is_killed(self, files, monkeypatch):
        for number in range(7):
            a_subscriber(f"a{number}@example.org")
        monkeypatch.setattr(spreading_module, "BATCH", 3)
        announce(title_en="We move", at=NOON)
        put_many = spreading_module.put_many
        calls = []

        def dies_at_the_second(*args, **kwargs):
            calls.append(put_many(*args, **kwargs))
            if len(calls) == 2:
                raise KeyboardInterrupt
            return calls[-1]

        monkeypatch.setattr(spreading_module, "put_many", dies_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            tell_subscribers(at=NOON)
        assert Letter.objects.count() == 3
        assert len(written_to()) == 7
        assert len(written_to()) == 7
        telling = Telling.objects.get()
        assert (telling.letters, telling.done_at is not None) == (7, True)

    def test_that_is_quiet_reaches_no_mailbox(self):
        a_subscriber()
        announce(title_en="A detail", loud=False, at=NOON)
        assert written_to() == []


class TestASubscriber:
    def test_chooses_other_services(self, anybody, files, mail):
        rita = a_subscriber()
        page = anybody.get(rita.get_absolute_url())
        assert page.status_code == 200
        assert page["Referrer-Policy"] == "no-referrer"
        anybody.post(rita.get_absolute_url(), {"about": "some", "services": ["mail"], "language": "fr"})
        rita.refresh_from_db()
        assert (rita.everything, rita.language, list(rita.services.all())) == (False, "fr", [mail])

    def test_is_told_what_is_wrong_with_a_choice(self, anybody, files):
        rita = a_subscriber()
        page = anybody.post(rita.get_absolute_url(), {"about": "some", "language": "xx"})
        assert page.status_code == 422
        rita.refresh_from_db()
        assert rita.everything

    def test_leaves_by_one_click_of_the_mail_program(self, files):
        rita = a_subscriber()
        mail_program = Client(enforce_csrf_checks=True)
        answer = mail_program.post(rita.leave_url, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert not Subscriber.objects.exists()
        again = mail_program.post(rita.leave_url, {"List-Unsubscribe": "One-Click"})
        assert again.status_code == 200

    def test_does_not_leave_by_a_scanner_that_looks_at_links(self, anybody):
        rita = a_subscriber()
        for path in (rita.leave_url, rita.get_absolute_url()):
            assert anybody.get(path).status_code == 200
            assert anybody.head(path).status_code == 200
        assert Subscriber.objects.exists()

    def test_gets_nothing_more_not_even_what_was_on_its_way(self, files):
        rita, sami = a_subscriber(), a_subscriber("sami@example.org")
        announce(title_en="We move", at=NOON)
        written_to()
        assert leave(rita.token, at=NOON)
        assert not leave(rita.token, at=NOON)
        (letter,) = Letter.objects.unsettled()
        assert letter.recipient == sami.email
        assert not Letter.objects.filter(recipient=RITA).exists()

    def test_page_of_somebody_who_left_says_so(self, anybody):
        page = anybody.get("/status/subscriptions/made-up/")
        assert page.status_code == 410
        assert "No more letters" in page.text

    def test_who_closes_their_account_leaves_too(self, files, terms):
        sami = a_person("sami@example.org")
        a_subscriber("Sami@example.org")
        a_subscriber(RITA)
        (holding,) = [found for found in holdings() if found.name == "services/subscriptions"]
        assert holding.rows(sami).count() == 1
        assert holding.erase(sami, NOON) == 1
        assert Subscriber.objects.get().email == RITA

    def test_choosing_nothing_is_everything(self, files):
        rita = a_subscriber(RITA, files)
        assert choose(rita.token, services=[], language="fr").everything


class TestTheDatabaseRefuses:
    def test_one_address_twice(self):
        a_subscriber()
        with pytest.raises(IntegrityError, match="subscriber_once_an_address"), transaction.atomic():
            a_subscriber(RITA.upper())
