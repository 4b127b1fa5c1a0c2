"""The page of the person a ticket is about, by private link or from their account; appeals of either side."""

import re
from datetime import timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile as a_file  # noqa: N813
from django.test import Client
from django.utils import timezone

from abuse.models import Appeal, Attachment, Hearing, Outcome, Ruling, SanctionKind, Ticket
from abuse.models.messages import Message
from abuse.verbs import carry_out_deletions, confirm_deletion, settle_appeal
from accounts.holdings import holdings
from tests.abuse.sanctioning import a_decision, a_finding, a_measure, an_appeal, another_volunteer
from tests.abuse.test_files import a_picture
from tests.abuse.writing import a_stamp, a_ticket, everything, later

pytestmark = pytest.mark.django_db


def send(client, path, **data):
    return client.post(path, {"stamp": a_stamp(), "website": "", **data})


def recently(by, subject, *measures, days_ago=1, **more):
    """Pages know only the real time: a decision of yesterday, which can still be contested."""
    at = timezone.now() - timedelta(days=days_ago)
    ticket = a_ticket("open", by=by, at=at - timedelta(days=1))
    return a_decision(by, subject, *[measure(at=at) for measure in measures], ticket=ticket, at=at, **more)


@pytest.fixture
def decision(mona, sami):
    return recently(mona, sami, partial(a_measure, days=None))


@pytest.fixture
def link(decision):
    return Hearing.objects.get().private_path()


@pytest.fixture
def stranger():
    return Client(headers={"accept-language": "en"}, enforce_csrf_checks=True)


class TestTheListInTheAccount:
    def lead(self, client):
        page = client.get("/account/decisions/").content.decode()
        return re.search(r'class="lead">(.*?)</p>', page)[1]

    def test_says_that_something_is_in_force_or_announced(self, mona, sami, as_sami):
        recently(mona, sami, partial(a_measure, SanctionKind.WARNING))
        assert "Nothing is in force" in self.lead(as_sami)
        later_on = timezone.now() + timedelta(days=9)
        recently(
            mona, sami, lambda at: a_measure(SanctionKind.DELETION, starts_at=later_on, without_notice="")
        )
        assert "is announced" in self.lead(as_sami)
        recently(mona, sami, a_measure)
        assert "Something is in force" in self.lead(as_sami)

    def test_says_of_a_decision_that_it_was_overturned(self, mona, sami, as_sami):
        decision = recently(mona, sami, a_measure)
        filed = an_appeal(decision, at=timezone.now())
        assert "overturned" not in as_sami.get("/account/decisions/").content.decode()
        settle_appeal(
            filed.pk, outcome=Ruling.OVERTURNED, text="So.", by=another_volunteer(), at=timezone.now()
        )
        assert "(overturned after an appeal)" in as_sami.get("/account/decisions/").content.decode()


class TestThePrivateLink:
    def test_shows_the_statement_to_whoever_holds_it(self, stranger, link):
        answer = stranger.get(link)
        page = answer.content.decode()
        assert "A thousand letters" in page
        assert "No spam" in page
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]
        assert not answer.cookies

    def test_names_nobody_else(self, stranger, link):
        page = stranger.get(link).content.decode()
        assert not any(name in page for name in ("rita", "mona"))

    @pytest.mark.parametrize(
        "change", [str.lower, lambda t: t[:-2] + "A/", lambda t: t.replace("concerned/", "concerned/x")]
    )
    def test_that_was_changed_opens_nothing(self, stranger, link, change):
        wrong = change(link)
        if wrong == link:
            pytest.skip("the token has no capital letter")
        assert stranger.get(wrong).status_code == 404

    def test_is_not_the_reporters_link(self, stranger, decision, link):
        reporters = decision.ticket.private_path()
        assert stranger.get(link.replace("concerned/", "")).status_code == 404
        assert stranger.get(reporters.replace("/contact/", "/contact/concerned/")).status_code == 404

    def test_is_stored_as_a_hash_only(self, link):
        token = link.split("/")[-2]
        hearing = Hearing.objects.get()
        assert token not in (hearing.token_hash, str(hearing.link_seed))
        assert len(hearing.token_hash) == 64

    def test_shows_what_was_written_as_text(self, mona, sami, stranger):
        words = "<script>alert(1)</script> & <b>bold</b>"
        a_decision(mona, sami, a_measure(), finding=a_finding(facts=words, explanation=words))
        page = stranger.get(Hearing.objects.get().private_path()).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


class TestAnswering:
    def test_reaches_the_desk(self, stranger, link):
        assert send(stranger, f"{link}reply/", text="It was my brother.").status_code == 302
        assert Message.objects.get().body == "It was my brother."
        assert "It was my brother." in stranger.get(link).content.decode()

    @pytest.mark.parametrize("text", ["", " ", "\0", "x" * 10_001])
    def test_with_nothing_or_too_much_comes_back(self, stranger, link, text):
        answer = send(stranger, f"{link}reply/", text=text)
        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode()
        assert not Message.objects.exists()

    def test_is_no_change_of_state_by_get(self, stranger, decision, link):
        before = everything()
        for path in ("reply/", f"{decision.pk}/appeal/", f"{decision.pk}/withdraw/"):
            assert stranger.get(link + path).status_code in (302, 404)
        assert everything() == before


class TestAppealing:
    def test_by_link(self, stranger, decision, link):
        assert send(stranger, f"{link}{decision.pk}/appeal/", text="I was away.").status_code == 302
        assert Appeal.objects.get().reasons == "I was away."
        page = stranger.get(link).content.decode()
        assert "waits for its answer" in page
        assert "Contest this decision" not in page

    def test_twice_is_refused_in_a_sentence(self, stranger, decision, link):
        send(stranger, f"{link}{decision.pk}/appeal/", text="I was away.")
        answer = send(stranger, f"{link}{decision.pk}/appeal/", text="And again.")
        assert answer.status_code == 409
        assert "already" in answer.content.decode()

    def test_of_another_tickets_decision_is_not_found(self, mona, zoe, stranger, decision, link):
        other = a_decision(mona, zoe, a_measure())
        assert send(stranger, f"{link}{other.pk}/appeal/", text="Mine?").status_code == 404
        assert send(stranger, f"{link}{2**62}/appeal/", text="Mine?").status_code == 404
        assert not Appeal.objects.exists()

    def test_can_be_withdrawn(self, stranger, decision, link):
        send(stranger, f"{link}{decision.pk}/appeal/", text="I was away.")
        assert send(stranger, f"{link}{decision.pk}/withdraw/").status_code == 302
        assert Appeal.objects.get().outcome == Ruling.WITHDRAWN

    @pytest.mark.parametrize("outcome", [Ruling.UPHELD, Ruling.OVERTURNED, Ruling.AMENDED])
    def test_shows_its_answer(self, stranger, decision, link, outcome):
        nils = another_volunteer()
        now = timezone.now()
        settle_appeal(
            an_appeal(decision, at=now).pk,
            outcome=outcome,
            text="Because.",
            ends_at=now + timedelta(days=9),
            by=nils,
            at=now,
        )
        page = stranger.get(link).content.decode()
        assert "Because." in page
        assert ("This decision was overturned" in page) == (outcome == Ruling.OVERTURNED)

    def test_is_not_offered_after_six_months(self, mona, sami, stranger, decision, link):
        assert "Contest this decision" in stranger.get(link).content.decode()
        old = recently(mona, sami, a_measure, days_ago=185)
        path = old.ticket.hearing.private_path()
        assert "Contest this decision" not in stranger.get(path).content.decode()
        answer = send(stranger, f"{path}{old.pk}/appeal/", text="I was away.")
        assert answer.status_code == 409
        assert "six months" in answer.content.decode()


class TestTheReporter:
    def test_reads_the_outcome_and_contests_it(self, mona, sami, stranger):
        decision = recently(mona, sami, outcome=Outcome.NO_VIOLATION)
        link = decision.ticket.private_path()
        assert "What we decided" in stranger.get(link).content.decode()
        assert send(stranger, f"{link}{decision.pk}/appeal/", text="Look again.").status_code == 302
        assert Appeal.objects.get().side == "reporter"
        assert "Look again." in stranger.get(link).content.decode()

    def test_sees_nothing_of_the_person_or_the_measure(self, decision, stranger):
        page = stranger.get(decision.ticket.private_path()).content.decode()
        assert "acted on it" in page
        assert not any(word in page for word in ("sami", "mona", "suspended", "It was decided on"))

    def test_withdraws(self, decision, stranger):
        an_appeal(decision, "reporter", at=timezone.now())
        assert send(stranger, f"{decision.ticket.private_path()}{decision.pk}/withdraw/").status_code == 302
        assert Appeal.objects.get().outcome == Ruling.WITHDRAWN


class TestFromTheAccount:
    def test_lists_what_concerns_one(self, decision, as_sami):
        page = as_sami.get("/account/decisions/").content.decode()
        assert f"/account/decisions/{decision.ticket_id}/" in page

    def test_is_empty_for_most(self, as_sami):
        assert "There are none." in as_sami.get("/account/decisions/").content.decode()

    def test_is_nobody_elses(self, decision, as_zoe):
        for path in ("", "reply/", f"{decision.pk}/appeal/", f"{decision.pk}/statement.json"):
            assert as_zoe.get(f"/account/decisions/{decision.ticket_id}/{path}").status_code == 404

    def test_asks_for_the_csrf_token(self, decision, sami):
        client = Client(enforce_csrf_checks=True)
        client.force_login(sami)
        path = f"/account/decisions/{decision.ticket_id}/"
        assert send(client, f"{path}reply/", text="Forged.").status_code == 403
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(path).content.decode())[1]
        data = {"text": "Not forged.", "csrfmiddlewaretoken": token}
        assert send(client, f"{path}reply/", **data).status_code == 302
        data = {"text": "I was away.", "csrfmiddlewaretoken": token}
        assert send(client, f"{path}{decision.pk}/appeal/", **data).status_code == 302
        assert send(client, f"{path}{decision.pk}/withdraw/", csrfmiddlewaretoken=token).status_code == 302
        assert Appeal.objects.get().outcome == Ruling.WITHDRAWN

    def test_takes_no_file(self, decision, as_sami, tmp_path):
        path = tmp_path / "picture.png"
        path.write_bytes(b"\x89PNG")
        with path.open("rb") as file:
            answer = send(as_sami, f"/account/decisions/{decision.ticket_id}/reply/", text="See.", file=file)
        assert answer.status_code == 200
        assert "Files cannot be sent here" in answer.content.decode()

    def test_gives_the_statement_as_a_file(self, decision, as_sami):
        answer = as_sami.get(f"/account/decisions/{decision.ticket_id}/{decision.pk}/statement.json")
        assert answer.json()["decision_account"] == "DECISION_ACCOUNT_SUSPENDED"
        assert "attachment" in answer["Content-Disposition"]


class TestFiles:
    """Whoever answers or contests may show what they mean; the other side sees none of it."""

    @pytest.fixture(params=["link", "account"])
    def door(self, request, decision, link, stranger, as_sami):
        if request.param == "link":
            return stranger, link
        return as_sami, f"/account/decisions/{decision.ticket_id}/"

    def names(self, page):
        return re.findall(r"[a-z]+\.(?:png|txt)", page.content.decode())

    def test_come_with_an_answer(self, door):
        client, path = door
        answer = send(client, f"{path}reply/", text="See.", attachments=a_file("seen.png", a_picture()))
        assert answer.status_code == 302
        file = Attachment.objects.get()
        assert (file.message.body, file.kind) == ("See.", "image/png")
        assert "seen.png" in self.names(client.get(path))
        assert client.get(f"{path}files/{file.key}/")["Content-Type"] == "image/png"

    def test_come_with_an_appeal(self, door, decision, as_mona):
        client, path = door
        send(
            client,
            f"{path}{decision.pk}/appeal/",
            text="I was away.",
            attachments=a_file("away.txt", b"ticket"),
        )
        file = Attachment.objects.get()
        assert file.appeal == Appeal.objects.get()
        assert "away.txt" in self.names(client.get(path))
        for page in (f"ticket/{decision.ticket_id}/change/", f"appeal/{file.appeal_id}/change/"):
            assert "away.txt" in self.names(as_mona.get(f"/desk/abuse/{page}"))

    def test_that_we_do_not_take_are_refused_in_words(self, door, decision):
        client, path = door
        for place in ("reply/", f"{decision.pk}/appeal/"):
            answer = send(client, path + place, text="See.", attachments=a_file("a.zip", b"PK\x03\x04aaaa"))
            text = answer.content.decode()
            assert answer.status_code == 200
            assert "none of the kinds we take" in text
            assert "choose them again" in text
            assert "See." in text
        assert not Attachment.objects.exists()
        assert not Appeal.objects.exists()

    def test_are_no_business_of_the_other_side(self, stranger, decision, link):
        reporters = decision.ticket.private_path()
        send(stranger, f"{link}reply/", text="See.", attachments=a_file("mine.txt", b"mine"))
        mine = Attachment.objects.get()
        send(
            stranger,
            f"{reporters}{decision.pk}/appeal/",
            text="No.",
            attachments=a_file("theirs.txt", b"theirs"),
        )
        theirs = Attachment.objects.latest("pk")
        assert self.names(stranger.get(reporters)) == ["theirs.txt"]
        assert self.names(stranger.get(link)) == ["mine.txt"]
        assert stranger.get(f"{reporters}files/{theirs.key}/").status_code == 200
        assert stranger.get(f"{reporters}files/{mine.key}/").status_code == 404
        assert stranger.get(f"{link}files/{theirs.key}/").status_code == 404

    def test_are_only_for_whose_account_it_is(self, as_sami, as_zoe, decision):
        path = f"/account/decisions/{decision.ticket_id}/"
        send(as_sami, f"{path}reply/", text="See.", attachments=a_file("mine.txt", b"mine"))
        file = f"{path}files/{Attachment.objects.get().key}/"
        assert as_sami.get(file)["Content-Disposition"].startswith("attachment")
        assert as_zoe.get(file).status_code == 404

    def test_are_not_taken_where_children_were_abused(self, stranger, decision, link):
        Ticket.objects.filter(pk=decision.ticket_id).update(
            child_abuse=True, reporter_email="", reporter_name=""
        )
        assert 'type="file"' not in stranger.get(link).content.decode()
        for place in ("reply/", f"{decision.pk}/appeal/"):
            answer = send(stranger, link + place, text="See.", attachments=a_file("a.txt", b"words"))
            assert "Files cannot be sent here" in answer.content.decode()
        assert not Attachment.objects.exists()

    def test_are_held_of_whoever_sent_them(self, stranger, sami, link):
        send(stranger, f"{link}reply/", text="See.", attachments=a_file("mine.txt", b"mine"))
        held = {holding.name: list(holding.rows(sami)) for holding in holdings() if "files" in holding.name}
        assert [file.name for file in held["abuse/files-of-answers"]] == ["mine.txt"]


class TestADeletedAccount:
    def test_is_outlived_by_the_private_link(self, mona, sami, stranger):
        decision = a_decision(mona, sami, a_measure(SanctionKind.DELETION))
        link = Hearing.objects.get().private_path()
        confirm_deletion(decision.sanctions.get().pk, by=another_volunteer(), at=later(hours=6))
        carry_out_deletions(later(days=1))
        page = stranger.get(link).content.decode()
        assert "carried out" in page
        assert "A thousand letters" in page
