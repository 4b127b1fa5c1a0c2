from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from outbox.delivery import deliver
from outbox.models import Letter, Trouble
from outbox.verbs import CannotTryAgain, try_again
from tests.outbox.conftest import a_letter

GIVEN_UP = {"given_up_at": timezone.now(), "last_error": "550 no such person", "attempts": 3}


@pytest.mark.django_db
class TestALetterThatWasGivenUp:
    def test_waits_again_as_if_new(self, mona):
        letter = a_letter(age=timedelta(days=9), **GIVEN_UP)
        try_again(letter.pk, by=mona)
        letter.refresh_from_db()
        assert (letter.given_up_at, letter.last_error, letter.attempts) == (None, "", 0)
        assert list(Letter.objects.due(timezone.now())) == [letter]

    def test_remembers_who_asked(self, mona):
        letter = a_letter(**GIVEN_UP)
        try_again(letter.pk, by=mona)
        entry = LogEntry.objects.get()
        assert (entry.user, entry.get_edited_object()) == (mona, letter)

    @pytest.mark.parametrize(
        ("columns", "words"),
        [
            ({}, "was not given up"),
            (GIVEN_UP | {"recipient": "", "subject": "", "body": "", "last_error": ""}, "was emptied"),
            (GIVEN_UP | {"expires_at": timezone.now() - timedelta(minutes=1)}, "out of date"),
        ],
    )
    def test_stays_so_when_there_is_nothing_to_say_any_more(self, mona, columns, words):
        letter = a_letter(**columns)
        with pytest.raises(CannotTryAgain, match=words):
            try_again(letter.pk, by=mona)
        assert not LogEntry.objects.exists()
        assert Letter.objects.get().given_up_at == columns.get("given_up_at")


@pytest.mark.django_db(transaction=True)
def test_it_leaves_then(mona, sink):
    letter = a_letter(age=timedelta(days=9), **GIVEN_UP)
    try_again(letter.pk, by=mona)
    assert deliver() == {"sent": 1}


@pytest.mark.django_db
class TestTheDesk:
    page = property(lambda self: reverse("admin:outbox_letter_changelist"))

    def test_shows_what_waits_and_what_was_given_up_and_why(self, as_mona):
        a_letter()
        a_letter(to="zoe@example.org", **GIVEN_UP)
        shown = as_mona.get(self.page).content.decode()
        assert "rita@example.org" in shown
        assert "550 no such person" in shown

    @pytest.mark.parametrize(("state", "number"), [("waiting", 1), ("given_up", 2), ("sent", 0), ("", 3)])
    def test_filters_by_state(self, as_mona, state, number):
        a_letter()
        a_letter(**GIVEN_UP)
        a_letter(**GIVEN_UP)
        response = as_mona.get(self.page, {"state": state} if state else {})
        assert response.context["cl"].result_count == number

    def test_says_that_the_mail_server_is_away(self, as_mona):
        assert "Connection refused" not in as_mona.get(self.page).content.decode()
        at = timezone.now()
        Trouble.objects.create(channel="email", began_at=at, seen_at=at, words="<Connection refused>")
        assert "&lt;Connection refused&gt;" in as_mona.get(self.page).content.decode()

    def test_tries_again_and_warns_of_what_cannot(self, as_mona):
        lost, waiting = a_letter(**GIVEN_UP), a_letter()
        response = as_mona.post(
            self.page, {"action": "try_again", "_selected_action": [lost.pk, waiting.pk]}, follow=True
        )
        assert [message.level_tag for message in response.context["messages"]] == ["warning", "success"]
        assert Letter.objects.given_up().count() == 0

    def test_never_shows_the_words_which_may_open_an_account(self, as_mona):
        letter = a_letter(subject="Subject-4711", body="Code-4711")
        for page in (self.page, reverse("admin:outbox_letter_change", args=[letter.pk])):
            assert "4711" not in as_mona.get(page).content.decode()

    def test_offers_no_other_change(self, as_mona):
        letter = a_letter()
        for name, arguments in (("add", []), ("delete", [letter.pk])):
            assert as_mona.get(reverse(f"admin:outbox_letter_{name}", args=arguments)).status_code == 403
        assert (
            as_mona.post(reverse("admin:outbox_letter_change", args=[letter.pk]), {"kind": "x"}).status_code
            == 403
        )
