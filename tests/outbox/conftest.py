import uuid
from pathlib import Path

import environ
import pytest

from outbox.models import Letter
from outbox.verbs import put
from tests.outbox.sink import Sink


def a_letter(*, age=None, **facts) -> Letter:
    """A letter to Rita, waiting since now (or since `age` ago)."""
    words = {
        "to": "rita@example.org",
        "key": str(uuid.uuid4()),
        "language": "fr",
        "subject": "Votre signalement",
        "body": "Bonjour,\n\nNous avons répondu.",
    }
    columns = {
        name: facts.pop(name)
        for name in set(facts)
        - set(words)
        - {"priority", "due_at", "expires_at", "reply_to", "channel", "thread", "stance", "leave_url"}
    }
    letter = put("tests", **(words | facts))
    if age:
        columns |= {name: getattr(letter, name) - age for name in ("created_at", "due_at", "next_try_at")}
    if columns:
        Letter.objects.filter(pk=letter.pk).update(**columns)
        letter.refresh_from_db()
    return letter


@pytest.fixture(autouse=True)
def words_of_the_tests(settings):
    """Letters of no app, so that these tests hold whatever the apps write."""
    settings.TEMPLATES = [
        settings.TEMPLATES[0]
        | {"DIRS": [*settings.TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]}
    ]
    settings.HOST = settings.HOST | {"name": "Chez nous"}
    settings.SITE_URL = "https://portal.example.org"
    settings.DEFAULT_FROM_EMAIL = "portal@example.org"


@pytest.fixture(autouse=True)
def nudges(monkeypatch):
    """What would have been sent to the broker. The broker itself is met in test_worker."""
    from outbox import nudge

    sent = []
    monkeypatch.setattr(nudge.current_app, "send_task", lambda name, **options: sent.append(name))
    monkeypatch.setattr(nudge, "_quiet_until", 0.0)
    return sent


@pytest.fixture(params=[True, False], ids=["pipelining", "one at a time"])
def any_sink(request, settings):
    yield from _sink(settings, pipelining=request.param)


@pytest.fixture
def sink(settings):
    yield from _sink(settings, pipelining=True)


def _sink(settings, *, pipelining):
    sink = Sink(pipelining=pipelining)
    settings.OUTBOX_TRANSPORT = environ.Env.email_url_config(f"smtp://127.0.0.1:{sink.port}")
    yield sink
    sink.close()
