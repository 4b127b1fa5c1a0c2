"""Whether people are people: the sum a browser does, and the letter where it does none."""

import base64
import json

import pytest
from django.test import Client

from abuse import proofs
from abuse.models import SpentProof, State, Ticket
from abuse.verbs import ask, confirm, forget_proofs, take
from outbox.models import Letter
from tests.abuse.writing import (
    RITA,
    a_report,
    a_stamp,
    a_ticket,
    comes_back_with,
    everything,
    later,
    send_report,
    solved,
)
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _terms(terms):
    pass


@pytest.fixture
def english():
    return Client(headers={"accept-language": "en"})


class TestTheSum:
    def test_done_lets_letters_go_at_once_and_proves_no_address(self, client):
        stamp = a_stamp()
        send_report(client, stamp=stamp, proof=solved(client, stamp), email=RITA)
        ticket = Ticket.objects.get()
        assert (ticket.gets_letters, ticket.confirmed_at) == (True, None)

    def test_is_never_the_same_twice(self, client):
        stamp = a_stamp()
        asked = [client.get("/contact/proof/", {"stamp": stamp}) for _ in range(2)]
        assert asked[0].json()["challenge"] != asked[1].json()["challenge"]
        assert "no-store" in asked[0]["Cache-Control"]

    @pytest.mark.parametrize("stamp", ["", "x", "\0", "a:b:c"])
    def test_is_set_only_for_a_form_of_ours(self, client, stamp):
        assert client.get("/contact/proof/", {"stamp": stamp}).status_code == 404

    @pytest.mark.parametrize(
        "tampered",
        [
            "x",
            "=",
            base64.b64encode(b"[]").decode(),
            base64.b64encode(b"{" * 5000).decode()[:1900],
            base64.b64encode(b'{"algorithm": 7}').decode(),
            base64.b64encode(b"\xff\xfe").decode(),
            "é" * 50,
            "x" * 3000,
        ],
    )
    def test_made_up_is_refused_in_words(self, english, tampered):
        before = everything()
        comes_back_with(send_report(english, proof=tampered), "does not fit")
        assert everything() == before

    @pytest.mark.parametrize("name", ["challenge", "number", "salt", "signature", "algorithm"])
    def test_tampered_with_is_refused(self, english, name):
        stamp = a_stamp()
        said = json.loads(base64.b64decode(solved(english, stamp)))
        said[name] = said[name] + 1 if name == "number" else said[name].replace(said[name][0], "z") + "z"
        proof = base64.b64encode(json.dumps(said).encode()).decode()
        comes_back_with(send_report(english, stamp=stamp, proof=proof), "does not fit")

    def test_of_another_form_is_refused(self, english):
        comes_back_with(send_report(english, proof=solved(english, a_stamp())), "does not fit")
        assert Ticket.objects.count() == 0

    def test_serves_one_message_only(self, english):
        stamp = a_stamp()
        proof = solved(english, stamp)
        first, again = (send_report(english, stamp=stamp, proof=proof) for _ in range(2))
        assert first["Location"] == again["Location"]
        comes_back_with(
            send_report(english, stamp=stamp, proof=proof, what="Something else."), "does not fit"
        )
        assert Ticket.objects.count() == SpentProof.objects.count() == 1

    def test_runs_out(self):
        stamp = a_stamp()
        challenge = proofs.challenge_for(stamp, NOON)
        assert f"expires={int((NOON + proofs.VALID).timestamp())}" in challenge["salt"]
        proof = _solve(challenge)
        assert proofs.check(proof, stamp, NOON).expires_at == NOON + proofs.VALID
        with pytest.raises(proofs.BadProof):
            proofs.check(proof, stamp, NOON + proofs.VALID)

    def test_that_ran_out_is_forgotten(self):
        SpentProof.objects.create(fingerprint="a", submission="b", expires_at=NOON)
        assert forget_proofs(later(hours=-1)) == 0
        assert forget_proofs(NOON) == 1


class TestWithoutScripts:
    @pytest.fixture
    def ticket(self, client):
        send_report(client, email=RITA)
        return Ticket.objects.get()

    def test_the_report_is_at_the_desk_at_once(self, ticket):
        assert ticket.state == "new"
        assert ticket.confirmed_at is None

    def test_one_letter_asks_and_no_other_follows(self, ticket, mona):
        take(ticket.pk, by=mona, at=later(days=200))
        ask(ticket.pk, text="Which one?", by=mona, at=later(days=201))
        letter = Letter.objects.get(recipient=RITA)
        assert letter.kind == "abuse_receipt"
        assert ticket.confirmation_path() in letter.body
        assert "thousand" not in letter.body

    def test_opening_the_link_changes_nothing(self, client, ticket):
        assert client.get(ticket.confirmation_path()).status_code == 200
        ticket.refresh_from_db()
        assert ticket.confirmed_at is None

    def test_pressing_the_button_lets_letters_go(self, client, ticket, mona):
        answered = client.post(ticket.confirmation_path())
        assert answered["Location"] == ticket.private_path()
        ticket.refresh_from_db()
        assert ticket.confirmed_at is not None
        assert ticket.confirmation_path() is None
        take(ticket.pk, by=mona, at=later(days=200))
        ask(ticket.pk, text="Which one?", by=mona, at=later(days=201))
        assert Letter.objects.filter(recipient=RITA, kind="abuse_asked").count() == 1

    def test_pressing_it_twice_is_pressing_it_once(self, client, ticket):
        path = ticket.confirmation_path()
        assert [client.post(path).status_code for _ in range(2)] == [302, 302]
        assert client.get(path).status_code == 200

    def test_a_day_of_messages_is_confirmed_together(self, client, english):
        for what in ("One.", "Two."):
            send_report(client, email=RITA, what=what)
        send_report(client, email="other@example.org")
        first, second, _other = Ticket.objects.order_by("pk")
        page = english.get(first.confirmation_path()).content.decode()
        assert f"the messages have the numbers {first.number}, {second.number}." in page
        client.post(first.confirmation_path())
        assert [t.confirmed_at is not None for t in Ticket.objects.order_by("pk")] == [True, True, False]

    @pytest.mark.parametrize(
        "change", [lambda c: c[:-1], lambda c: c[::-1], lambda c: "é" * 32, lambda c: c.upper()]
    )
    def test_another_code_opens_nothing(self, client, ticket, change):
        path = ticket.confirmation_path()
        code = path.split("/")[-2]
        wrong = path.replace(code, change(code))
        assert {client.get(wrong).status_code, client.post(wrong).status_code} == {404}
        ticket.refresh_from_db()
        assert ticket.confirmed_at is None

    def test_the_private_page_does_not_carry_the_code(self, client, ticket):
        code = ticket.confirmation_path().split("/")[-2]
        assert code not in client.get(ticket.private_path()).content.decode()

    def test_the_page_is_kept_by_nobody(self, client, ticket):
        page = client.get(ticket.confirmation_path())
        assert page["Referrer-Policy"] == "no-referrer"
        assert "no-store" in page["Cache-Control"]

    def test_too_many_from_one_network_wait_sooner(self, client, settings):
        settings.ACCOUNT_RATE_LIMITS = {"contact": "20/h/key", "contact_unproven": "2/h/key"}
        ends = [send_report(client, what=f"{n}").status_code for n in range(3)]
        assert ends == [302, 302, 429]
        stamp = a_stamp()
        assert send_report(client, stamp=stamp, proof=solved(client, stamp)).status_code == 302


def test_a_confirmed_address_is_one_that_was_seen(client, sami):
    type(sami).objects.update(last_seen_at=later(days=-300), last_seen_through="portal")
    send_report(client, email="sami@example.org")
    client.post(Ticket.objects.get().confirmation_path())
    sami.refresh_from_db()
    assert sami.last_seen_through == "contact"


class TestWithScripts:
    """The browser did the sum: letters go out, and their link asks once whether it was them."""

    def test_every_letter_leads_by_the_question_until_it_is_answered(self, client, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        way = ticket.confirmation_path()
        ask(ticket.pk, text="Which one?", by=mona, at=later(hours=2))
        kinds = ["abuse_receipt", "abuse_asked"]
        assert [way in Letter.objects.get(kind=kind).body for kind in kinds] == [True, True]
        assert client.post(way)["Location"] == ticket.private_path()
        ticket = take(ticket.pk, by=mona, at=later(hours=3))
        ask(ticket.pk, text="And when?", by=mona, at=later(hours=4))
        last = Letter.objects.filter(kind="abuse_asked").order_by("-pk").first()
        assert ticket.private_path() in last.body
        assert "/confirm/" not in last.body

    def test_the_page_promises_no_silence_to_whoever_did_not_write(self, english):
        page = english.get(a_report().confirmation_path()).content.decode()
        assert "nobody holds it against you" in page
        assert "hear no more" not in page

    def test_the_private_page_asks_for_nothing(self, english):
        page = english.get(a_report().private_path()).content.decode()
        assert "Our answer will be here, and in a letter" in page
        assert "Confirm your address" not in page

    def test_of_another_day_stays_to_be_confirmed(self):
        before, day, after = (a_report(at=later(hours=hours)) for hours in (-13, 0, 12))
        confirm(day.pk, at=later(days=3))
        assert list(Ticket.objects.exclude(confirmed_at=None)) == [day]
        assert before.gets_letters
        assert after.gets_letters


def _solve(challenge):
    import hashlib

    for number in range(challenge["maxnumber"] + 1):
        if hashlib.sha256(f"{challenge['salt']}{number}".encode()).hexdigest() == challenge["challenge"]:
            break
    said = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")} | {
        "number": number
    }
    return base64.b64encode(json.dumps(said).encode()).decode()
