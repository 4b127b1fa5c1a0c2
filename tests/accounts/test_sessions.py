"""Where somebody is signed in, and how they end it elsewhere."""

import re

import pytest
from django.test import Client

from accounts.models import Session
from accounts.sessions import browser_of, end_other_sessions, mark_of
from journal.models import Entry
from tests.factories import PASSWORD, a_person

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
TELEPHONE = (
    "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Mobile Safari/537.36"
)


def signed_in(person, browser):
    client = Client(headers={"accept-language": "en", "user-agent": browser}, REMOTE_ADDR="203.0.113.7")
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert client.get("/account/").status_code == 200
    return client


@pytest.fixture
def here(sami):
    return signed_in(sami, FIREFOX)


@pytest.fixture
def telephone(sami):
    return signed_in(sami, TELEPHONE)


class TestTheList:
    def test_tells_them_apart_and_which_is_this_one(self, here, telephone):
        page = here.get("/account/sessions/").content.decode()
        assert "Firefox, Linux – this one" in page
        assert "Chrome, Android" in page
        assert page.count("End this one") == 1

    def test_shows_nothing_that_opens_a_session_and_no_address(self, here, telephone):
        page = here.get("/account/sessions/").content.decode()
        for row in Session.objects.all():
            assert row.session_key not in page
            assert "203.0.113" not in str(row.get_decoded())
        assert "203.0.113" not in page

    def test_is_of_oneself_alone(self, here, terms):
        signed_in(a_person("rita@example.org"), TELEPHONE)
        assert "Android" not in here.get("/account/sessions/").content.decode()


class TestEnding:
    @pytest.fixture(autouse=True)
    def at_once(self, monkeypatch):
        """The cache forgets on commit, and a test commits nothing."""
        monkeypatch.setattr("accounts.sessions.transaction.on_commit", lambda forget: forget())

    def test_one_leaves_the_others(self, here, telephone, sami):
        third = signed_in(sami, FIREFOX)
        page = here.get("/account/sessions/").content.decode()
        mark = re.search(r"Chrome, Android.*?name=\"session\" value=\"(\w+)\"", page, re.S)[1]
        here.post("/account/sessions/end/", {"session": mark})
        assert "/login/" in telephone.get("/account/").url
        assert here.get("/account/").status_code == third.get("/account/").status_code == 200
        assert Entry.objects.about(sami).of("accounts.sessions_ended").get().details == {"count": 1}

    def test_all_the_others_leaves_this_one(self, here, telephone, sami):
        signed_in(sami, TELEPHONE)
        answer = here.post("/account/sessions/end/", follow=True)
        assert "2 sessions ended" in answer.content.decode()
        assert "/login/" in telephone.get("/account/").url
        assert here.get("/account/").status_code == 200

    def test_with_a_made_up_mark_ends_nothing(self, here, telephone):
        here.post("/account/sessions/end/", {"session": "0" * 64})
        assert telephone.get("/account/").status_code == 200

    def test_reaches_nobody_elses(self, here, sami):
        rita = a_person("rita@example.org")
        hers = signed_in(rita, TELEPHONE)
        mark = mark_of(hers.session.session_key)
        assert end_other_sessions(sami.pk, this_one=here.session.session_key, mark=mark) == 0
        here.post("/account/sessions/end/")
        assert hers.get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (FIREFOX, "Firefox, Linux"),
        (TELEPHONE, "Chrome, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari, macOS"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_of_a_browser_only_its_name_is_kept(said, known):
    assert browser_of(said) == known
