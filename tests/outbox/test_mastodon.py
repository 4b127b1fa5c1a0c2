"""Posts on the host's account: once each, in their thread, in time, and never cut in a word or an address."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from outbox.channels.mastodon import shortened, weight
from outbox.channels.web import ask_again_after
from outbox.delivery import deliver
from outbox.models import Counterpart, Letter, Stance, Trouble
from tests.outbox.conftest import a_letter
from tests.outbox.fediverse import TOKEN, Fediverse

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "https://portal.example.org/status/announcements/7/"


@pytest.fixture
def fediverse(settings):
    server = Fediverse()
    settings.MASTODON_URL, settings.MASTODON_TOKEN = server.url, TOKEN
    yield server
    server.close()


def a_post(text="Nextcloud is interrupted", *, page=PAGE, **facts) -> Letter:
    facts = {"thread": "announcement.7", "language": "en", **facts}
    return a_letter(channel="mastodon", to="mastodon", subject=text, body=f"{text}\n\n{page}", **facts)


def let_time_pass(letter):
    Letter.objects.filter(pk=letter.pk).update(next_try_at=timezone.now())
    Trouble.objects.all().delete()


def is_post(method, path):
    return (method, path) == ("POST", "/api/v1/statuses")


class TestAPost:
    def test_leaves_in_public_and_in_its_language(self, fediverse):
        letter = a_post()
        assert deliver() == {"sent": 1}
        (post,) = fediverse.posts.values()
        assert post["text"] == f"Nextcloud is interrupted\n\n{PAGE}"
        assert (post["visibility"], post["language"], post["answers"]) == ("public", "en", None)
        letter.refresh_from_db()
        assert letter.sent_at
        assert letter.body == ""

    def test_is_remembered_under_its_number_there(self, fediverse):
        a_post()
        deliver()
        found = Counterpart.objects.get()
        assert (found.channel, found.thread, found.remote_id) == ("mastodon", "announcement.7", "110")
        assert found.address == f"{fediverse.url}/@host/110"

    def test_is_answered_in_its_thread(self, fediverse):
        a_post()
        a_post("Nextcloud works again", page=f"{PAGE}2/", stance=Stance.ANSWER)
        assert deliver() == {"sent": 2}
        first, second = fediverse.posts.values()
        assert second["answers"] == "110"
        assert first["answers"] is None

    def test_can_be_said_anew(self, fediverse):
        a_post()
        a_post("Over: Nextcloud was interrupted", stance=Stance.EDIT)
        deliver()
        assert fediverse.texts == [f"Over: Nextcloud was interrupted\n\n{PAGE}"]
        assert fediverse.posts["110"]["edits"] == 1

    @pytest.mark.parametrize("newer_first", [True, False])
    def test_keeps_the_newest_of_its_words(self, fediverse, newer_first):
        """An edit that had to wait does not put old news over new."""
        a_post()
        deliver()
        old = a_post("Nextcloud is unstable", stance=Stance.EDIT)
        if newer_first:
            Letter.objects.filter(pk=old.pk).update(next_try_at=timezone.now() + timedelta(minutes=3))
        a_post("Nextcloud works again", stance=Stance.EDIT)
        deliver()
        let_time_pass(old)
        deliver()
        assert fediverse.texts == [f"Nextcloud works again\n\n{PAGE}"]
        old.refresh_from_db()
        assert old.last_error == "A later letter of its thread says it anew."

    def test_is_never_overtaken_by_what_follows_it(self, fediverse):
        first = a_post()
        Letter.objects.filter(pk=first.pk).update(next_try_at=timezone.now() + timedelta(minutes=3))
        after = a_post("Nextcloud works again", page=f"{PAGE}2/", stance=Stance.ANSWER)
        assert deliver() == {}
        after.refresh_from_db()
        assert after.attempts == 0
        assert timedelta(0) < after.next_try_at - timezone.now() < timedelta(seconds=30)
        assert not fediverse.posts

    def test_stands_on_its_own_when_the_one_it_answers_is_gone(self, fediverse):
        a_post()
        deliver()
        fediverse.remove("110")
        a_post("Nextcloud works again", page=f"{PAGE}2/", stance=Stance.ANSWER)
        assert deliver() == {"sent": 1}
        (post,) = fediverse.posts.values()
        assert post["answers"] is None

    def test_that_somebody_removed_is_not_posted_again(self, fediverse):
        a_post()
        deliver()
        fediverse.remove("110")
        edit = a_post("Over", stance=Stance.EDIT)
        assert deliver() == {"given up": 1}
        edit.refresh_from_db()
        assert "somebody removed the post" in edit.last_error
        assert not fediverse.posts

    def test_without_an_account_is_given_up_and_says_so(self, settings):
        settings.MASTODON_URL = settings.MASTODON_TOKEN = ""
        letter = a_post()
        assert deliver() == {"given up": 1}
        letter.refresh_from_db()
        assert "MASTODON_TOKEN" in letter.last_error


class TestAnAnswerThatIsLost:
    """The server has the post; its answer, or our note of it, does not arrive."""

    def lose_answers(self, fediverse):
        fediverse.fault = lambda method, path: (0, {}, True) if is_post(method, path) else None

    @pytest.mark.parametrize("forgets_keys", [False, True], ids=["same key", "key forgotten"])
    def test_makes_no_second_post(self, settings, forgets_keys):
        server = Fediverse(forgets_keys=forgets_keys)
        settings.MASTODON_URL, settings.MASTODON_TOKEN = server.url, TOKEN
        self.lose_answers(server)
        letter = a_post()
        deliver()
        assert len(server.posts) == 1
        assert Letter.objects.unsettled().count() == 1
        server.fault = lambda method, path: None
        let_time_pass(letter)
        assert deliver() == {"sent": 1}
        assert len(server.posts) == 1
        assert Counterpart.objects.get().remote_id == "110"
        server.close()

    def test_is_not_mistaken_for_another_announcement(self, fediverse):
        a_post(page=f"{PAGE}1/", thread="announcement.71")
        a_post()
        deliver()
        assert len(fediverse.posts) == 2


class TestAServerThatRefuses:
    def test_is_asked_again_when_it_said_and_not_before(self, fediverse):
        fediverse.fault = lambda method, path: (
            (429, {"Retry-After": "1800"}, False) if is_post(method, path) else None
        )
        letter = a_post()
        deliver()
        letter.refresh_from_db()
        assert letter.attempts == 0  # too many requests: no fault of this one
        trouble = Trouble.objects.get()
        assert timedelta(minutes=29) < trouble.rests_until - timezone.now() <= timedelta(minutes=30)
        asked = len(fediverse.asked)
        assert deliver() == {}
        assert len(fediverse.asked) == asked

    def test_for_its_own_reasons_lets_the_letter_wait(self, fediverse):
        fediverse.fault = lambda method, path: (
            (503, {"Retry-After": "600"}, False) if is_post(method, path) else None
        )
        letter = a_post()
        assert deliver() == {"postponed": 1}
        letter.refresh_from_db()
        assert letter.last_error.startswith("503")
        assert timedelta(minutes=9) < letter.next_try_at - timezone.now() <= timedelta(minutes=10)

    def test_our_token_is_shown_to_volunteers_and_no_letter_is_charged(self, fediverse, settings):
        settings.MASTODON_TOKEN = "revoked"
        letter = a_post()
        deliver()
        letter.refresh_from_db()
        assert (letter.attempts, letter.given_up_at) == (0, None)
        assert "access token is invalid" in Trouble.objects.get().words

    def test_that_is_gone_makes_the_channel_rest_and_no_other(self, fediverse, sink):
        fediverse.close()
        a_post()
        a_letter()
        assert deliver() == {"sent": 1}
        assert Trouble.objects.get().channel == "mastodon"
        assert Letter.objects.unsettled().get().channel == "mastodon"

    def test_these_very_words_gives_them_up(self, fediverse):
        fediverse.fault = lambda method, path: (422, {}, False) if is_post(method, path) else None
        letter = a_post()
        assert deliver() == {"given up": 1}
        letter.refresh_from_db()
        assert letter.last_error.startswith("422")


class TestATextThatIsTooLong:
    def test_is_fitted_to_what_the_server_takes(self, settings):
        server = Fediverse(max_characters=120)
        settings.MASTODON_URL, settings.MASTODON_TOKEN = server.url, TOKEN
        a_post("Interrupted " + "because of the disks " * 20)
        assert deliver() == {"sent": 1}, Letter.objects.get().last_error
        (text,) = server.texts
        assert text.endswith(f"the […]\n\n{PAGE}") or "[…]" in text
        assert weight(text) <= 120
        server.close()

    def test_fits_although_the_server_takes_no_address_for_one(self, settings):
        """A name without a dot, an ending it does not know: such a server counts every letter of them."""
        server = Fediverse(max_characters=150, knows_addresses=False)
        settings.MASTODON_URL, settings.MASTODON_TOKEN = server.url, TOKEN
        a_post("See https://example.org/a/page/with/a/very/long/name/that/goes/on/and/on " * 3)
        assert deliver() == {"sent": 1}, Letter.objects.get().last_error
        (text,) = server.texts
        assert text.endswith(PAGE)
        assert len(text) <= 150
        server.close()

    @pytest.mark.parametrize(
        ("text", "weighs"),
        [
            ("https://example.org/a/very/very/very/long/page", 23),
            ("https://a.eu", 23),
            ("(https://example.org/page).", 26),
            ("https://localhost:8000/a/page", 29),
            ("https://10.0.0.1/a/page", 23),
            ("https://élan.example/œuvre", 23),
            ("🏳️‍🌈", 4),  # more than it counts, never less
        ],
    )
    def test_weighs_as_the_server_counts(self, text, weighs):
        assert weight(text) == weighs

    words = st.lists(
        st.sampled_from(
            [
                "a",
                "disques",
                "anticonstitutionnellement",
                "https://example.org/a/very/long/page",
                "(https://example.org/a/very/long/page).",
                "http://localhost/a/very/long/page",
                "«\xa0très\xa0»",
                "fini\u202f!",
                "🏳️‍🌈",
                "é",
            ]
        ),
        max_size=60,
    )

    @given(words=words, longest=st.integers(60, 200), last=st.booleans())
    def test_keeps_whole_words_and_whole_addresses(self, words, longest, last):
        text = " ".join(words) + (f"\n\n{PAGE}" if last else "")
        short = shortened(text, longest)
        assert weight(short) <= longest
        whole = re.compile(r"[^ \n]+")  # a no-break space breaks no line, and no word
        assert set(whole.findall(short)) <= {*whole.findall(text), "[…]"}
        if last:
            assert short.endswith(PAGE)
        if weight(text.strip()) <= longest:
            assert short == text.strip()
        else:
            assert "[…]" in short


class TestHowLongToWait:
    NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"Retry-After": "90"}, 90),
            ({"Retry-After": "Mon, 02 Mar 2026 12:02:00 GMT"}, 120),
            ({"Retry-After": "Mon, 02 Mar 2026 11:00:00 GMT"}, 0),
            ({"X-RateLimit-Reset": "2026-03-02T12:05:00.000Z"}, 300),
        ],
    )
    def test_is_what_the_server_says(self, headers, seconds):
        assert ask_again_after(headers, self.NOW) == timedelta(seconds=seconds)

    @pytest.mark.parametrize("said", ["", "soon", "-5", "9" * 40, "1e9", "٣"])
    def test_is_our_own_affair_when_it_makes_no_sense(self, said):
        found = ask_again_after({"Retry-After": said}, self.NOW)
        assert found is None or found <= timedelta(seconds=3)
