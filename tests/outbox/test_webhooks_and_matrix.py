"""Two more ways out: signed JSON to any address, and a Matrix room."""

import hmac
import json
import re
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError
from django.utils import timezone

from outbox.delivery import deliver
from outbox.models import Letter, Stance, Trouble
from outbox.verbs import forget
from services.checks import secret_readable
from tests.outbox.conftest import a_letter
from tests.outbox.fediverse import TOKEN, Homeserver, Listener

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listener(settings):
    settings.WEBHOOK_SECRET = "between us"
    server = Listener()
    yield server
    server.close()


def a_call(listener, **facts) -> Letter:
    body = json.dumps({"title": {"fr": "Nextcloud est interrompu"}})
    return a_letter(channel="webhook", to=f"{listener.url}/told", body=body, **facts)


class TestAWebhook:
    def test_hears_what_was_announced(self, listener):
        a_call(listener)
        assert deliver() == {"sent": 1}
        ((headers, body),) = listener.heard
        assert json.loads(body)["title"]["fr"] == "Nextcloud est interrompu"
        assert headers["Content-Type"] == "application/json"

    def test_can_check_who_says_it(self, listener):
        a_call(listener)
        deliver()
        ((headers, body),) = listener.heard
        words = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = b64encode(hmac.digest(b"between us", words, "sha256")).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60

    @pytest.mark.parametrize("secret", ["between us", "whsec_YmV0d2VlbiB1cyBhbG9uZQ=="])
    def test_can_check_it_as_the_documentation_says(self, listener, settings, secret):
        settings.WEBHOOK_SECRET = secret
        a_call(listener)
        deliver()
        ((headers, body),) = listener.heard
        headers = {name.lower(): value for name, value in headers.items()}
        page = (Path(__file__).resolve().parents[2] / "docs" / "announcing.md").read_text()
        example: dict = {}
        exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], example)  # noqa: S102, our own page
        check = example["comes_from_the_portal"]
        assert check(secret, headers, body)
        assert not check("guessed", headers, body)
        assert not check(secret, headers, body + b" ")
        assert not check(secret, headers | {"webhook-id": "another"}, body)
        old = str(int(headers["webhook-timestamp"]) - 600)
        assert not check(secret, headers | {"webhook-timestamp": old}, body)

    def test_a_secret_that_cannot_be_read_is_refused_at_the_start(self, settings):
        settings.WEBHOOK_SECRET = "whsec_not Base64"
        assert [found.id for found in secret_readable()] == ["services.E002"]
        settings.WEBHOOK_SECRET = "whsec_YmV0d2VlbiB1cw=="
        assert secret_readable() == []

    def test_that_hears_it_twice_can_tell(self, listener):
        letter = a_call(listener)
        listener.fault = lambda method, path: (0, {}, True)
        deliver()
        listener.fault = lambda method, path: None
        Letter.objects.filter(pk=letter.pk).update(next_try_at=timezone.now())
        deliver()
        first, second = (headers["webhook-id"] for headers, _ in listener.heard)
        assert first == second

    def test_that_is_away_stops_no_other(self, listener, settings):
        gone = Listener()
        gone.close()
        letter = a_call(gone)
        a_call(listener)
        assert deliver() == {"postponed": 1, "sent": 1}
        letter.refresh_from_db()
        assert letter.attempts == 1
        assert Trouble.objects.get().address  # its own, not that of the channel

    def test_is_not_followed_elsewhere(self, listener):
        listener.fault = lambda method, path: (302, {"Location": f"{listener.url}/elsewhere"}, False)
        a_call(listener)
        assert deliver() == {"postponed": 1}
        assert [path for _, path in listener.asked] == ["/told"]

    def test_is_asked_again_when_it_said(self, listener):
        listener.fault = lambda method, path: (429, {"Retry-After": "900"}, False)
        letter = a_call(listener)
        deliver()
        letter.refresh_from_db()
        assert timedelta(minutes=14) < letter.next_try_at - timezone.now() <= timedelta(minutes=15)

    def test_that_says_never_again_is_given_up(self, listener):
        listener.fault = lambda method, path: (410, {}, False)
        a_call(listener)
        assert deliver() == {"given up": 1}


class TestSeveralWebhooks:
    """One that stays broken is seen, by its address; the others are told."""

    @pytest.fixture
    def broken(self):
        server = Listener()
        server.fault = lambda method, path: (500, {}, False)
        yield server
        server.close()

    @pytest.mark.parametrize("answer", [(500, {}, False), (404, {}, False), (403, {}, False), (0, {}, False)])
    def test_the_broken_one_is_noted_until_it_takes_a_letter(self, listener, broken, answer):
        broken.fault = lambda method, path: answer
        lame = a_call(broken)
        a_call(listener)
        assert deliver() == {"postponed": 1, "sent": 1}
        trouble = Trouble.objects.get()
        assert (trouble.channel, trouble.address) == ("webhook", lame.recipient)
        began_at = trouble.began_at
        a_call(listener)
        assert deliver() == {"sent": 1}  # the others neither rest nor end it
        again = {"clock": lambda: timezone.now() + timedelta(hours=1)}
        assert deliver(**again) == {"postponed": 1}
        assert Trouble.objects.get().began_at == began_at
        broken.fault = lambda method, path: None
        assert deliver(clock=lambda: timezone.now() + timedelta(days=1)) == {"sent": 1}
        assert not Trouble.objects.exists()

    @pytest.mark.parametrize("code", [408, 425, 429])
    def test_one_that_asks_for_patience_is_not_broken(self, broken, code):
        broken.fault = lambda method, path: (code, {"Retry-After": "60"}, False)
        a_call(broken)
        assert deliver() == {"postponed": 1}
        assert not Trouble.objects.exists()

    def test_of_its_address_no_secret_is_named(self):
        named = Trouble(
            channel="webhook", address="https://hooks.example.org/services/T0/SECRET?k=SECRET"
        ).name
        assert named == "webhook hooks.example.org/services…"

    def test_an_address_that_is_written_to_no_more_is_forgotten(self, broken):
        a_call(broken)
        deliver()
        forget(timezone.now() + timedelta(days=29))
        assert Trouble.objects.exists()
        forget(timezone.now() + timedelta(days=31))
        assert not Trouble.objects.exists()

    def test_is_noted_once_by_the_database(self, broken):
        a_call(broken)
        deliver()
        again = Trouble.objects.get()
        again.pk = None
        with pytest.raises(IntegrityError, match="trouble_once_a_server"):
            again.save()


@pytest.fixture
def homeserver(settings):
    server = Homeserver()
    settings.MATRIX_URL, settings.MATRIX_TOKEN = server.url, TOKEN
    settings.MATRIX_ROOM = "!room:example.org"
    yield server
    server.close()


def a_message(text="Nextcloud is interrupted", **facts) -> Letter:
    return a_letter(channel="matrix", to="matrix", body=text, thread="announcement.7", **facts)


class TestAMatrixRoom:
    def test_is_told(self, homeserver):
        a_message()
        assert deliver() == {"sent": 1}
        assert homeserver.messages == [{"msgtype": "m.notice", "body": "Nextcloud is interrupted"}]

    def test_is_found_by_its_alias(self, homeserver, settings):
        settings.MATRIX_ROOM = "#status:example.org"
        a_message()
        assert deliver() == {"sent": 1}

    def test_is_answered_and_corrected_in_the_thread(self, homeserver):
        a_message()
        a_message("works again", stance=Stance.ANSWER)
        a_message("Over", stance=Stance.EDIT)
        assert deliver() == {"sent": 3}
        _, answer, edit = homeserver.messages
        assert answer["m.relates_to"] == {"m.in_reply_to": {"event_id": "$event0"}}
        assert edit["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$event0"}
        assert edit["m.new_content"]["body"] == "Over"

    def test_gets_one_message_although_the_answer_was_lost(self, homeserver):
        letter = a_message()
        homeserver.fault = lambda method, path: (0, {}, True)
        deliver()
        homeserver.fault = lambda method, path: None
        Trouble.objects.all().delete()
        Letter.objects.filter(pk=letter.pk).update(next_try_at=timezone.now())
        assert deliver() == {"sent": 1}
        assert len(homeserver.messages) == 1

    def test_that_does_not_know_us_is_shown_to_volunteers(self, homeserver, settings):
        settings.MATRIX_TOKEN = "revoked"
        a_message()
        deliver()
        assert "M_UNKNOWN_TOKEN" in Trouble.objects.get().words
        assert Letter.objects.unsettled().exists()

    def test_asks_us_to_slow_down(self, homeserver):
        homeserver.fault = lambda method, path: (429, {"Retry-After": "120"}, False)
        a_message()
        deliver()
        assert Trouble.objects.get().rests_until - timezone.now() > timedelta(seconds=110)
