"""The private page of a ticket: whoever holds the link, and nobody else."""

import pytest
from django.test import Client

from abuse.models import REPORTED, State, Ticket, Topic
from abuse.verbs import settle
from tests.abuse.writing import a_stamp, a_ticket, everything, later, stamp_in

pytestmark = pytest.mark.django_db

LOST = [
    "/contact/AAAAAAAAAAAAAAAAAAAAAAAA/",
    "/contact/x/",
    "/contact/%00/",
    "/contact/%F0%9F%98%80/",
    f"/contact/{'A' * 900}/",
]


def send_reply(client, ticket, **changed):
    data = {"text": "From this one.", "stamp": a_stamp(), **changed}
    return client.post(f"{ticket.private_path()}reply/", data)


class TestThePage:
    @pytest.mark.parametrize("state", State)
    @pytest.mark.parametrize("topic", Topic)
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_shows_number_state_and_words(self, client, mona, state, topic, language):
        ticket = a_ticket(state, topic=topic, by=mona)
        page = client.get(ticket.private_path(), headers={"accept-language": language}).content.decode()
        assert ticket.number in page
        assert ("A thousand letters" if topic in REPORTED else "my calendar") in page
        assert ("From which address?" in page) == (state == State.WAITING)
        assert ('name="text"' in page) == (state != State.CLOSED)

    def test_is_kept_by_no_cache_told_to_no_site_found_by_no_search(self, client, mona):
        for path in [a_ticket(by=mona).private_path(), *LOST]:
            page = client.get(path)
            assert "no-store" in page["Cache-Control"]
            assert page["Referrer-Policy"] == "no-referrer"
            assert "noindex" in page["X-Robots-Tag"]
            assert "ETag" not in page

    def test_sets_no_cookie(self, client, mona):
        assert not client.get(a_ticket(by=mona).private_path()).cookies

    def test_names_no_volunteer(self, client, mona):
        ticket = a_ticket(State.WAITING, by=mona)
        assert "mona" not in client.get(ticket.private_path()).content.decode()

    def test_says_to_keep_the_link(self, client, mona):
        for state in State:
            page = client.get(a_ticket(state, by=mona).private_path(), headers={"accept-language": "en"})
            assert "way back" in page.content.decode()

    def test_repeats_no_address(self, client, mona):
        page = client.get(a_ticket(by=mona, name="Rita Mitsouko").private_path()).content.decode()
        assert "Mitsouko" not in page
        assert "rita@" not in page

    def test_is_the_same_for_whoever_is_signed_in(self, as_zoe, mona):
        assert as_zoe.get(a_ticket(by=mona).private_path()).status_code == 200


class TestALostLink:
    @pytest.mark.parametrize("path", LOST)
    @pytest.mark.parametrize("more", ["", "reply/"])
    def test_opens_nothing_and_says_what_to_do(self, client, terms, path, more):
        for page in (client.get(path + more), client.post(path + more) if more else client.get(path)):
            assert page.status_code == 404
            assert 'href="/contact/"' in page.content.decode()

    def test_the_number_opens_nothing(self, client, mona):
        ticket = a_ticket(by=mona)
        assert client.get(f"/contact/{ticket.number}/").status_code == 404
        assert client.get(f"/contact/{ticket.pk}/").status_code == 404
        assert client.get(f"/contact/{ticket.token_hash}/").status_code == 404


class TestWritingBack:
    def test_adds_a_message_and_returns(self, mona):
        ticket = a_ticket(State.WAITING, by=mona)
        rita = Client(enforce_csrf_checks=True)  # and no cookie: Origin is “null” from such a page
        answer = rita.post(
            f"{ticket.private_path()}reply/",
            {"text": "From this one.", "stamp": a_stamp()},
            headers={"origin": "null"},
        )
        assert (answer.status_code, answer["Location"]) == (302, ticket.private_path())
        assert "From this one." in rita.get(ticket.private_path()).content.decode()
        ticket.refresh_from_db()
        assert ticket.state == State.OPEN

    def test_needs_a_page_that_came_from_us(self, client, mona):
        ticket = a_ticket(State.WAITING, by=mona)
        before = everything()
        page = send_reply(client, ticket, stamp="forged")
        assert "From this one." in page.content.decode()
        assert stamp_in(page) != "forged"
        assert everything() == before

    def test_nothing_by_get(self, client, mona):
        ticket = a_ticket(State.WAITING, by=mona)
        before = everything()
        assert client.get(f"{ticket.private_path()}reply/?text=x&stamp={a_stamp()}").status_code == 302
        assert client.post(ticket.private_path(), {"text": "x", "stamp": a_stamp()}).status_code == 405
        assert everything() == before

    def test_twice_is_once(self, client, mona):
        ticket, stamp = a_ticket(State.WAITING, by=mona), a_stamp()
        for _ in range(2):
            assert send_reply(client, ticket, stamp=stamp).status_code == 302
        assert ticket.messages.filter(side="reporter").count() == 1

    @pytest.mark.parametrize("text", ["", " ", "\u200b", "x" * 10_001])
    def test_comes_back_with_a_reason(self, client, mona, text):
        ticket = a_ticket(State.WAITING, by=mona)
        before = everything()
        page = send_reply(client, ticket, text=text)
        assert page.status_code == 200
        assert 'role="alert"' in page.content.decode()
        assert text in page.content.decode()
        assert page["Referrer-Policy"] == "no-referrer"
        assert everything() == before

    def test_too_late_shows_the_words_and_the_outcome(self, client, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        settle(ticket.pk, outcome="referred", by=mona, at=later(hours=4))
        before = everything()
        page = send_reply(client, ticket)
        assert page.status_code == 409
        assert "From this one." in page.content.decode()
        assert everything() == before

    def test_too_often_waits_and_loses_nothing(self, client, mona, settings):
        settings.ACCOUNT_RATE_LIMITS = {"contact": "2/h/key", "contact_unproven": "2/h/key"}
        ticket, other = a_ticket(State.WAITING, by=mona), a_ticket(State.WAITING, by=mona)
        ends = [send_reply(client, ticket, text=f"Word {n}.").status_code for n in range(3)]
        assert ends == [302, 302, 429]
        assert send_reply(client, other).status_code == 302
        assert Ticket.objects.get(pk=ticket.pk).messages.filter(side="reporter").count() == 2
