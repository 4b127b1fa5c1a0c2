"""What Rita sends, made with intent as keywords."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.core import signing
from django.db import transaction
from django.test import Client
from django.utils import timezone

from abuse import verbs
from abuse.models import REPORTED, Message, Outcome, Refused, Report, State, Ticket, Topic
from journal.models import Entry
from legal.models import Clause
from outbox.models import Letter
from tests.factories import NOON
from tests.meanwhile import Meanwhile

_sent = count(1)
RITA = "rita@example.org"


def a_report(**more: Any) -> Ticket:
    return acknowledged(filed_report(**more))


def filed_report(**more: Any) -> Ticket:
    """As the form hands it over: no worker came by yet."""
    notice: dict[str, Any] = {
        "what": "A thousand letters about watches came from you.",
        "where": "watches@example.org\nhttps://example.org/watches",
        "good_faith": True,
    }
    said = verbs.Notice(**notice | taken_from(more, verbs.Notice))
    return verbs.file_report(said, **sent(more))


def a_question(message: str = "How do I export my calendar?", **more: Any) -> Ticket:
    return acknowledged(verbs.file_question(message, **sent(more)))


def sent(more: dict[str, Any]) -> dict[str, Any]:
    """Who sends it, when, and that it was not sent before: Rita, whose browser runs scripts."""
    rita = {"email": RITA, "with_proof": True, "language": "fr"}
    sender = verbs.Sender(**rita | taken_from(more, verbs.Sender))
    return {"sender": sender, "submission": f"{next(_sent):064x}", "at": NOON} | more


def taken_from(more: dict[str, Any], kind: type) -> dict[str, Any]:
    """Those keywords that are fields of `kind`, out of the rest."""
    return {field.name: more.pop(field.name) for field in fields(kind) if field.name in more}


def acknowledged(ticket: Ticket) -> Ticket:
    """The ticket, once a worker came by."""
    verbs.acknowledge_waiting(ticket.opened_at)
    ticket.refresh_from_db()
    return ticket


def triaged(ticket: Ticket, *, by: Any, outcome: Outcome = Outcome.SPAM, **more: Any) -> Ticket:
    return verbs.triage(ticket.pk, outcome=outcome, by=by, at=later(hours=1), **more)


def a_ticket(state: State = State.NEW, *, topic: Topic = Topic.ABUSE, by: Any = None, **more: Any) -> Ticket:
    """A ticket brought to `state` by the verbs themselves, an hour between each."""
    ticket = a_report(topic=topic, **more) if topic in REPORTED else a_question(topic=topic, **more)
    at = more.get("at", NOON)
    if state != State.NEW:
        ticket = verbs.take(ticket.pk, by=by, at=at + timedelta(hours=1))
    if state == State.WAITING:
        ticket = verbs.ask(ticket.pk, text="From which address?", by=by, at=at + timedelta(hours=2))
    if state == State.CLOSED:
        ticket = verbs.settle(ticket.pk, outcome=Outcome.REFERRED, by=by, at=at + timedelta(hours=2))
    return ticket


def a_clause(ref: str = "u6", language: str = "fr") -> Clause:
    return Clause.objects.get(ref=ref, text__language=language)


def a_stamp(*, seconds_ago: float = 60) -> str:
    """The stamp of a form that was shown a while ago."""
    signer = signing.TimestampSigner(salt="abuse.stamp")
    then = signing.b62_encode(int(timezone.now().timestamp() - seconds_ago))
    value = f"number-{next(_sent)}{signer.sep}{then}"
    return f"{value}{signer.sep}{signer.signature(value)}"


REPORT = {
    "what": "A thousand letters about watches came from you.",
    "where": "watches@example.org",
    "good_faith": "on",
    "website": "",
}


def send_report(
    client: Client, *, headers: dict[str, str] | None = None, came_from: str = "127.0.0.1", **changed: Any
) -> Any:
    data = {**REPORT, "stamp": a_stamp(), **changed}
    return came_by(client.post("/contact/abuse/", data, headers=headers, REMOTE_ADDR=came_from))


def came_by(answer: Any) -> Any:
    """The answer to a form, once a worker came by."""
    verbs.acknowledge_waiting(timezone.now())
    return answer


def send_question(client: Client, **changed: Any) -> Any:
    return came_by(
        client.post("/contact/question/", {"message": "How?", "website": "", "stamp": a_stamp(), **changed})
    )


def solved(client: Client, stamp: str) -> str:
    """What a browser with scripts sends along: the sum for this form, done."""
    sum_of = client.get("/contact/proof/", {"stamp": stamp}).json()
    for number in range(sum_of["maxnumber"] + 1):
        if hashlib.sha256(f"{sum_of['salt']}{number}".encode()).hexdigest() == sum_of["challenge"]:
            break
    payload = {name: sum_of[name] for name in ("algorithm", "challenge", "salt", "signature")} | {
        "number": number
    }
    return base64.b64encode(json.dumps(payload).encode()).decode()


def stamp_in(page: Any) -> str:
    found = re.search(r'name="stamp" value="([^"]+)"', page.content.decode())
    assert found, "the page has no stamp"
    return found[1]


def comes_back_with(page: Any, words: str) -> None:
    assert page.status_code == 200
    assert words in page.content.decode()


def everything() -> dict[str, int]:
    """How many rows there are of all that a verb writes: a refusal leaves it as it was."""
    return {model.__name__: model.objects.count() for model in (Ticket, Report, Message, Entry, Letter)}


def meanwhile(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """What becomes of `second`, begun when `first` had acted and not yet committed."""
    with transaction.atomic():
        first()
        other = Meanwhile(second)
        assert other.has_to_wait()
    try:
        return other.result()
    except Refused as refusal:
        return refusal


def later(hours: float = 0, days: float = 0) -> datetime:
    return NOON + timedelta(hours=hours, days=days)
