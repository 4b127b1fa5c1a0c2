"""Every address, for a person in every state the documents can put them in: let in, asked, or sent to sign in.

The person works the desk with every right, so that nothing but the documents can be in the way.
"""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import timezone

from abuse import gate as suspension
from legal import gate
from legal.models import How, Text
from legal.verbs import refuse
from tests.abuse.test_suspension import suspended
from tests.doors.test_every_door import ANYBODY, SIGNED_IN, audience, first_of_each
from tests.factories import a_person, published

DAY = timedelta(days=1)
NOTHING = "0" * 64
SAMPLES = {
    "<slug:language>": "fr",
    "<uuid:key>": "00000000-0000-4000-8000-000000000000",
    "<sha256:fingerprint>": NOTHING,
    "<day:day>": "2026-03-02",
    "<path:object_id>": "1",
    "(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)": "1-x",
    "(?P<url>.*)": "nowhere/",
}
BY_KIND = {"int": "1", "slug": "terms", "str": "made-up", "path": "1"}
PROMISES = {  # state: is a reader asked, is a writer asked
    "settled": (False, False),
    "something takes effect later": (False, False),
    "refused what takes effect later": (False, False),
    "in force, not asked yet": (True, True),
    "in force, asked in this session": (False, True),
    "refused, grace runs": (False, True),
    "grace is over": (True, True),
    "refused, grace is over": (True, True),
    "never accepted anything": (True, True),
}


def example(address: str) -> str:
    """An address of that shape."""
    for shape, sample in SAMPLES.items():
        address = address.replace(shape, sample)
    address = re.sub(r"\(\?P<app_label>([a-z_]+)[^)]*\)", r"\1", address)
    return re.sub(r"<(\w+):\w+>", lambda found: BY_KIND[found[1]], address)


def examples():
    for address, view in first_of_each().items():
        path = example(address)
        try:
            found = resolve(path).func
        except Resolver404:
            pytest.fail(f"{path} is no example of {address}: add one to SAMPLES")
        if found is view:
            yield path, audience(address, view)


@pytest.fixture
def mona_in(request, terms):
    """Mona, in the state the test is about."""
    state, now = request.param, timezone.now()
    mona = a_person("mona@example.org", staff=True, accepted=state != "never accepted anything")
    if "later" in state:
        published("terms", at=now - DAY, effective_at=now + 10 * DAY)
    elif "over" in state:
        published("terms", at=now - 31 * DAY)
    elif "in force" in state or "grace" in state:
        published("terms", at=now - DAY)
    if state.startswith("refused"):
        date = now + 10 * DAY if "later" in state else now
        refuse(mona, Text.objects.to_accept(date, "fr"), how=How.SIGN_IN, at=now, through=date)
    mona.asked_already = state == "in force, asked in this session"
    return mona


@pytest.fixture
def asked(monkeypatch):
    """Every request the gate stopped."""
    stopped, ask = [], gate.ask
    monkeypatch.setattr(
        gate, "ask", lambda request, standing: stopped.append(request) or ask(request, standing)
    )
    return stopped


@pytest.fixture
def a_client():
    """New visitors to one and the same process."""
    process = Client().handler

    def _come():
        client = Client(headers={"accept-language": "en"})
        client.handler = process
        return client

    return _come


def signed_in(client, person):
    client.force_login(person)
    if person.asked_already:
        client.get("/legal/accept/")
    return client


def follow(client, answer, *seen):
    """Go wherever it leads, as a browser would; it must end, and never come by the same place twice."""
    seen = list(seen)
    while answer.status_code in (301, 302, 303, 307):
        assert answer.url not in seen, f"going round: {seen} {answer.url}"
        seen.append(answer.url)
        answer = client.get(answer.url)
    assert answer.status_code < 500, seen


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mona_in", "promise"),
    PROMISES.items(),
    ids=[s.replace(" ", "-") for s in PROMISES],
    indirect=["mona_in"],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_keeps_its_promise_and_leads_somewhere(mona_in, promise, method, asked, a_client):
    expected = promise[method == "post"]
    doors = list(examples())
    assert len(doors) > 60
    for path, audience_ in doors:
        with transaction.atomic():
            client = signed_in(a_client(), mona_in)
            asked.clear()
            answer = getattr(client, method)(path)
            open_to_all = audience_ in (ANYBODY, SIGNED_IN)
            assert bool(asked) == (expected and not open_to_all), f"{method} {path}: {answer}"
            follow(client, answer, *([path] if method == "get" else []))
            transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("mona_in", ["grace is over", "refused, grace is over"], indirect=True)
def test_programs_are_told_instead_of_led(mona_in, a_client):
    client = signed_in(a_client(), mona_in)
    for path, audience_ in examples():
        if audience_ in (ANYBODY, SIGNED_IN):
            continue
        answer = client.get(path, headers={"accept": "application/json"})
        assert answer.status_code == 403, path
        assert answer.json()["code"] == "terms_required", path


@pytest.fixture
def shut_out(monkeypatch):
    """Every request that the door of a suspended account stopped."""
    stopped, turn_away = [], suspension.turn_away
    monkeypatch.setattr(
        suspension, "turn_away", lambda request, ticket: stopped.append(request) or turn_away(request, ticket)
    )
    return stopped


@pytest.mark.django_db
@pytest.mark.parametrize("mona_in", ["settled", "never accepted anything"], indirect=True)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_suspended_account_reads_its_reasons_and_keeps_what_the_terms_leave_it(
    mona_in, method, shut_out, a_client
):
    decision = suspended(a_person("nils@example.org", staff=True), mona_in)
    for path, audience_ in examples():
        with transaction.atomic():
            client = signed_in(a_client(), mona_in)
            shut_out.clear()
            answer = getattr(client, method)(path)
            if audience_ in (ANYBODY, SIGNED_IN):
                assert not shut_out, f"{method} {path}: {answer}"
            else:
                assert answer.get("Location") == f"/account/decisions/{decision.ticket_id}/", path
            follow(client, answer, *([path] if method == "get" else []))
            transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("mona_in", ["settled"], indirect=True)
def test_programs_of_a_suspended_account_are_told_where_its_reasons_are(mona_in, a_client):
    decision = suspended(a_person("nils@example.org", staff=True), mona_in)
    client = signed_in(a_client(), mona_in)
    for path, audience_ in examples():
        if audience_ in (ANYBODY, SIGNED_IN):
            continue
        answer = client.get(path, headers={"accept": "application/json"})
        assert answer.status_code == 403, path
        assert answer.json()["code"] == "account_suspended", path
        assert answer.json()["url"].endswith(f"/account/decisions/{decision.ticket_id}/")


@pytest.mark.django_db
@pytest.mark.parametrize("upcoming", [False, True], ids=["in-force", "upcoming-too"])
def test_a_stranger_reads_what_is_public_and_signs_in_for_the_rest(terms, upcoming, a_client):
    if upcoming:
        published("terms", at=timezone.now(), effective_at=timezone.now() + DAY)
    for path, audience_ in examples():
        for method in ("get", "post"):
            with transaction.atomic():
                client = a_client()
                answer = getattr(client, method)(path)
                if audience_ != ANYBODY:
                    assert answer.status_code == 302, path
                    assert "/login/" in answer.url, path
                follow(client, answer, *([path] if method == "get" else []))
                transaction.set_rollback(True)
