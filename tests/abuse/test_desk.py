"""The volunteers' desk: the queue, one ticket, and the verbs behind its buttons."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from abuse.models import Glance, Outcome, Preset, State, Sweep, Ticket, Topic
from abuse.verbs import answer, forget_glances, glance, settle, sweep_aside, take
from tests.abuse.writing import a_clause, a_question, a_report, a_ticket, everything, later
from tests.factories import a_person, a_second_factor

pytestmark = pytest.mark.django_db

QUEUE = "/desk/abuse/ticket/"
VERBS = ("take", "ask", "settle", "triage", "reopen", "note", "hold", "release")


def page_of(ticket):
    return f"{QUEUE}{ticket.pk}/change/"


def act(client, ticket, verb, *, seen=None, **data):
    data["seen"] = ticket.revision if seen is None else seen
    return client.post(f"{QUEUE}{ticket.pk}/{verb}/", data)


def a_volunteer(*rights):
    person = a_person("nils@example.org")
    person.is_staff = True
    a_second_factor(person)
    person.save()
    person.user_permissions.set(
        Permission.objects.filter(codename__in=rights, content_type__app_label="abuse")
    )
    client = Client()
    client.force_login(person)
    return client


class TestTheQueue:
    def test_shows_what_is_the_desks_turn_oldest_first(self, as_mona, mona):
        young, old = a_report(at=later(days=2)), a_question(at=later())
        waiting = a_ticket(State.WAITING, by=mona)
        closed = a_ticket(State.CLOSED, by=mona)
        page = as_mona.get(QUEUE).content.decode()
        assert 0 < page.index(old.number) < page.index(young.number)
        assert waiting.number not in page
        assert closed.number not in page

    def test_tells_clause_first_words_state_and_handler(self, as_mona, mona):
        a_ticket(State.OPEN, by=mona, clause=a_clause("u6"), what="<b>Watches</b>\nagain")
        page = as_mona.get(QUEUE).content.decode()
        for words in ("U6", "&lt;b&gt;Watches&lt;/b&gt; again", ">mona</span>"):
            assert words in page

    @pytest.mark.parametrize(
        ("question", "expected"),
        [
            ("turn=waiting", {State.WAITING}),
            ("turn=closed", {State.CLOSED}),
            ("turn=all", set(State)),
            ("turn=late", {State.NEW, State.OPEN}),
            ("turn=all&handled=me", set(State) - {State.NEW}),
            ("turn=all&handled=nobody", {State.NEW}),
            ("turn=all&handled=others", set()),
            ("turn=all&topic=question", set()),
            ("turn=all&clause=u6", set(State)),
            ("turn=all&clause=u7", set()),
        ],
    )
    def test_filters(self, as_mona, mona, question, expected):
        tickets = {state: a_ticket(state, by=mona, clause=a_clause("u6")) for state in State}
        page = as_mona.get(f"{QUEUE}?{question}").content.decode()
        assert {state for state, ticket in tickets.items() if f"/{ticket.pk}/change/" in page} == expected

    @pytest.mark.parametrize(
        "words", ["{number}", "{pk}{letter}", "watches@", "rita@example.org", "From which"]
    )
    def test_search_looks_everywhere(self, as_mona, mona, words):
        ticket, other = a_ticket(State.CLOSED, by=mona), a_question(message="Else.", email="")
        other_words = words == "From which"
        if other_words:
            ticket = a_ticket(State.WAITING, by=mona)
        pk, letter = ticket.number.split("-")
        page = as_mona.get(QUEUE, {"q": words.format(number=ticket.number, pk=pk, letter=letter.lower())})
        assert page_of(ticket) in page.content.decode()
        assert page_of(other) not in page.content.decode()

    @pytest.mark.parametrize("words", ["\0", "42-Z", "%", "'", "x" * 5000])
    def test_search_for_anything_does_no_harm(self, as_mona, words):
        assert as_mona.get(QUEUE, {"q": words}).status_code in (200, 302)

    def test_asks_few_questions_however_long_it_is(self, as_mona, mona, django_assert_max_num_queries):
        for _ in range(12):
            a_ticket(State.OPEN, by=mona)
        with django_assert_max_num_queries(15):
            as_mona.get(QUEUE)


class TestOneTicket:
    @pytest.mark.parametrize("topic", Topic)
    @pytest.mark.parametrize("state", State)
    def test_offers_what_its_state_allows(self, as_mona, mona, topic, state):
        ticket = a_ticket(state, topic=topic, by=mona)
        page = as_mona.get(page_of(ticket)).content.decode()
        offered = {verb for verb in VERBS if f"/{ticket.pk}/{verb}/" in page}
        assert offered == {
            State.NEW: {"take", "triage"},
            State.OPEN: {"ask", "settle"},
            State.WAITING: {"take"},
            State.CLOSED: {"reopen"},
        }[state] | {"note", "hold"}

    def test_shows_the_clause_as_it_was(self, as_mona):
        page = as_mona.get(page_of(a_report(clause=a_clause("u6")))).content.decode()
        assert "/legal/terms/versions/1/#u6" in page
        assert "No abuse." in page

    def test_shows_text_as_text(self, as_mona):
        page = as_mona.get(page_of(a_report(what="<script>alert(1)</script>", where="<img src=x>")))
        assert b"<script>alert" not in page.content
        assert b"<img src=x" not in page.content

    def test_has_no_field_for_state_handler_or_outcome(self, as_mona, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        before = everything()
        page = as_mona.post(page_of(ticket), {"state": "closed", "outcome": "spam", "handler": ""})
        assert page.status_code == 403
        assert everything() == before
        assert Ticket.objects.get().state == State.OPEN

    def test_that_is_not_there_is_not_found(self, as_mona):
        assert as_mona.get(f"{QUEUE}999/change/").status_code == 404
        assert as_mona.get(f"{QUEUE}nonsense/change/").status_code == 404
        assert as_mona.post(f"{QUEUE}999/take/", {"seen": 0}).status_code == 404


class TestTheWholeExchange:
    def test_take_ask_settle_reopen(self, as_mona, mona):
        ticket = a_report()
        for verb, data, state in [
            ("take", {}, State.OPEN),
            ("ask", {"text": "From which address?", "days": "7"}, State.WAITING),
            ("take", {}, State.OPEN),
            ("settle", {"outcome": "referred", "text": ""}, State.CLOSED),
            ("reopen", {"text": "One more thing."}, State.OPEN),
        ]:
            ticket.refresh_from_db()
            answer = act(as_mona, ticket, verb, **data)
            assert (answer.status_code, answer["Location"]) == (302, page_of(ticket))
            ticket.refresh_from_db()
            assert ticket.state == state
        assert ticket.handler == mona


class TestRefusals:
    @pytest.mark.parametrize(
        ("state", "verb", "data"),
        [
            (State.NEW, "ask", {"text": "Hello.", "days": "7"}),
            (State.NEW, "reopen", {"text": "Hello."}),
            (State.NEW, "settle", {"outcome": "referred"}),
            (State.NEW, "triage", {"outcome": "referred"}),
            (State.NEW, "triage", {"outcome": "duplicate"}),
            (State.NEW, "triage", {"outcome": "duplicate", "duplicate_of": "1-A"}),
            (State.NEW, "note", {"text": " "}),
            (State.NEW, "hold", {"because": "A trial.", "until": "2001-01-01"}),
            (State.NEW, "hold", {"because": "A trial.", "until": "9999-12-31"}),
            (State.NEW, "release", {}),
            (State.OPEN, "take", {}),
            (State.OPEN, "triage", {"outcome": "spam"}),
            (State.OPEN, "settle", {"outcome": "answered"}),
            (State.OPEN, "settle", {"outcome": "nonsense"}),
            (State.OPEN, "settle", {}),
            (State.OPEN, "ask", {"text": " ", "days": "7"}),
            (State.OPEN, "ask", {"text": "Hello.", "days": "0"}),
            (State.OPEN, "ask", {"text": "Hello.", "days": "9" * 40}),
            (State.OPEN, "ask", {"text": "Hello.", "days": "7", "to": "subject"}),
            (State.OPEN, "ask", {"text": "Hello ### name ###.", "days": "7"}),
            (State.CLOSED, "take", {}),
            (State.CLOSED, "ask", {"text": "Hello.", "days": "7"}),
            (State.CLOSED, "settle", {"outcome": "spam"}),
            (State.CLOSED, "triage", {"outcome": "spam"}),
            (State.WAITING, "ask", {"text": "Hello.", "days": "7"}),
            (State.WAITING, "settle", {"outcome": "referred"}),
            (State.WAITING, "reopen", {"text": "Hello."}),
        ],
    )
    def test_leave_no_trace_and_say_why(self, as_mona, mona, state, verb, data):
        ticket = a_ticket(state, by=mona)
        before = everything()
        page = act(as_mona, ticket, verb, **data)
        assert page.status_code in (200, 409)
        assert 'role="alert"' in page.content.decode()
        assert everything() == before
        assert Ticket.objects.get().state == state

    @pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30, "\0"])
    def test_a_forged_revision_is_refused(self, as_mona, seen):
        ticket = a_report()
        assert act(as_mona, ticket, "take", seen=seen).status_code == 200
        assert Ticket.objects.get().state == State.NEW

    def test_reading_changes_nothing(self, as_mona):
        ticket = a_report()
        before = everything()
        for verb in VERBS:
            assert as_mona.get(f"{QUEUE}{ticket.pk}/{verb}/").status_code == 302
        assert everything() == before


class TestTwoVolunteers:
    def test_the_second_is_told_and_keeps_the_words(self, as_mona, mona):
        ticket = take(a_report().pk, by=mona, at=later(hours=1))
        answer(ticket.pk, text="I found it.", submission="c" * 64, at=later(hours=2))
        page = act(as_mona, ticket, "ask", text="Have you looked there?", days="7")
        text = page.content.decode()
        assert page.status_code == 409
        assert "Have you looked there?" in text
        assert "I found it." in text
        ticket.refresh_from_db()
        assert f'name="seen" value="{ticket.revision}" id="id_ask_seen"' in text
        assert act(as_mona, ticket, "ask", text="Have you looked there?", days="7").status_code == 302

    def test_words_for_a_ticket_that_was_closed_meanwhile_are_not_lost(self, as_mona, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        settle(ticket.pk, outcome=Outcome.REFERRED, by=mona, at=later(hours=3))
        page = act(as_mona, ticket, "ask", text="Have you looked there?", days="7")
        assert page.status_code == 409
        assert "Have you looked there?" in page.content.decode()

    def test_a_button_pressed_twice_acts_once(self, as_mona, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        ends = [
            act(as_mona, ticket, "ask", text="From which address?", days="7").status_code for _ in range(2)
        ]
        assert ends == [302, 409]
        assert ticket.messages.count() == 1


class TestWhoElseIsLooking:
    def test_is_said_on_the_ticket_and_in_the_queue_for_some_minutes(self, as_mona, mona, settings):
        ticket = a_report()
        nils = a_volunteer("view_ticket", "change_ticket")
        assert "nils is looking" not in as_mona.get(page_of(ticket)).content.decode()
        assert nils.get(page_of(ticket)).status_code == 200
        for path in (page_of(ticket), QUEUE):
            page = as_mona.get(path).content.decode()
            assert "nils is looking" in page
        Glance.objects.update(at=later(days=-900))
        for path in (page_of(ticket), QUEUE):
            assert "nils is looking" not in as_mona.get(path).content.decode()

    def test_is_asked_again_by_the_page_and_kept_once(self, as_mona, mona):
        ticket = a_report()
        for _ in range(3):
            page = as_mona.post(f"{QUEUE}{ticket.pk}/looking/")
            assert page.status_code == 200
        assert Glance.objects.get().by == mona
        assert "mona is looking" not in page.content.decode()

    def test_is_forgotten(self, mona):
        ticket = a_report()
        glance(ticket.pk, by=mona, at=later())
        assert forget_glances(later(hours=0.05)) == 0
        assert forget_glances(later(hours=0.1)) == 1


class TestPresets:
    def test_are_offered_in_the_language_of_the_ticket_and_for_its_topic(self, as_mona, mona):
        Preset.objects.all().delete()
        Preset.objects.create(name="Hello", text_fr="Bonjour !", text_en="Hello!")
        Preset.objects.create(name="Bug", topic="bug", text_fr="Quel bogue ?", text_en="Which bug?")
        page = as_mona.get(page_of(a_ticket(State.OPEN, by=mona, language="fr"))).content.decode()
        assert "Bonjour !" in page
        for other in ("Hello!", "Quel bogue"):
            assert other not in page

    def test_are_in_both_languages_the_database_sees_to_it(self):
        with pytest.raises(IntegrityError, match="both_languages"), transaction.atomic():
            Preset.objects.create(name="Half", text_fr="Bonjour !", text_en="")

    def test_are_written_at_the_desk(self, as_mona):
        data = {"name": "Merci", "topic": "", "text_fr": "Merci.", "text_en": "Thank you."}
        assert as_mona.post("/desk/abuse/preset/add/", data).status_code == 302
        assert Preset.objects.get(name="Merci").text_in("en") == "Thank you."


class TestInBulk:
    def choose(self, client, action, *tickets):
        data = {"action": action, "_selected_action": [ticket.pk for ticket in tickets]}
        return client.post(f"{QUEUE}?turn=all", data, follow=True).content.decode()

    def test_every_ticket_is_taken_or_its_refusal_shown(self, as_mona, mona):
        nils = a_person("nils@example.org", staff=True)
        free, taken, closed = a_report(), a_ticket(State.OPEN, by=nils), a_ticket(State.CLOSED, by=nils)
        page = self.choose(as_mona, "take_chosen", free, taken, closed)
        assert page.count('class="success"') == 1
        assert page.count('class="warning"') == 2
        free.refresh_from_db()
        taken.refresh_from_db()
        assert (free.handler, taken.handler) == (mona, nils)

    def test_unwanted_messages_are_put_aside(self, as_mona, mona):
        first, second, closed = a_report(), a_question(), a_ticket(State.CLOSED, by=mona)
        self.choose(as_mona, "put_aside_as_spam", first, second, closed)
        outcomes = dict(Ticket.objects.values_list("pk", "outcome"))
        assert outcomes == {
            first.pk: Outcome.SPAM,
            second.pk: Outcome.SPAM,
            closed.pk: Outcome.REFERRED,
        }

    def test_what_was_put_aside_is_offered_for_undoing(self, as_mona):
        first, second = a_report(), a_question()
        page = self.choose(as_mona, "put_aside_as_spam", first, second)
        undo = re.search(r"/desk/abuse/ticket/sweeps/\d+/undo/", page)
        assert undo
        assert as_mona.get(undo[0]).status_code == 302
        assert Ticket.objects.closed().count() == 2
        page = as_mona.post(undo[0], follow=True).content.decode()
        assert Ticket.objects.filter(state=State.NEW).count() == 2
        assert undo[0] not in page
        assert 'class="warning"' in as_mona.post(undo[0], follow=True).content.decode()

    def test_what_was_put_aside_earlier_is_offered_too_with_its_last_day(self, as_mona, mona):
        at = timezone.now() - timedelta(days=10)
        sweep, _ = sweep_aside([a_report(at=at).pk], outcome="spam", by=mona, at=at + timedelta(hours=1))
        page = as_mona.get(QUEUE).content.decode()
        assert f"/desk/abuse/ticket/sweeps/{sweep.pk}/undo/" in page
        assert f"can be undone until {date_format(timezone.localtime(sweep.undoable_until))}" in page
        Sweep.objects.update(at=at - timedelta(days=30))
        assert "/undo/" not in as_mona.get(QUEUE).content.decode()

    def test_duplicates_ask_what_they_repeat(self, as_mona):
        first, again, third = a_report(), a_report(), a_report()
        page = self.choose(as_mona, "put_aside_as_duplicates", again, third)
        assert 'name="duplicate_of"' in page
        assert page.count('name="_selected_action"') == 2
        data = {"action": "put_aside_as_duplicates", "_selected_action": [again.pk, third.pk]}
        page = as_mona.post(QUEUE, {**data, "duplicate_of": "42-Q"})
        assert 'role="alert"' in page.content.decode()
        assert not Ticket.objects.closed().exists()
        as_mona.post(QUEUE, {**data, "duplicate_of": first.number})
        assert set(first.duplicates.all()) == {again, third}
        assert "(× 3)" in as_mona.get(QUEUE).content.decode()

    def test_too_many_at_once_are_refused(self, as_mona, monkeypatch):
        monkeypatch.setattr("abuse.admin.sweeping.MOST_AT_ONCE", 1)
        self.choose(as_mona, "put_aside_as_spam", a_report(), a_report())
        assert not Ticket.objects.closed().exists()


class TestRights:
    def test_without_any_the_desk_shows_no_ticket(self):
        client, ticket = a_volunteer(), a_report()
        assert client.get(QUEUE).status_code == 403
        assert client.get(page_of(ticket)).status_code == 403
        assert "abuse" not in client.get("/desk/").content.decode()
        assert act(client, ticket, "take").status_code == 403

    def test_whoever_may_read_cannot_act(self):
        client, ticket = a_volunteer("view_ticket"), a_report()
        assert client.get(QUEUE).status_code == 200
        page = client.get(page_of(ticket)).content.decode()
        assert "A thousand letters" in page
        assert f"/{ticket.pk}/take/" not in page
        before = everything()
        for verb, data in [
            ("take", {}),
            ("triage", {"outcome": "spam"}),
            ("ask", {"text": "x", "days": "7"}),
            ("note", {"text": "x"}),
            ("reopen", {}),
        ]:
            assert act(client, ticket, verb, **data).status_code == 403
        sweep, _ = sweep_aside([a_question().pk], outcome="spam", by=a_person("o@x.org"), at=later())
        before = everything()
        assert client.post(f"{QUEUE}sweeps/{sweep.pk}/undo/").status_code == 403
        self_service = {"action": "put_aside_as_spam", "_selected_action": [ticket.pk]}
        client.post(QUEUE, self_service)
        assert everything() == before

    def test_whoever_may_change_acts(self):
        client, ticket = a_volunteer("view_ticket", "change_ticket"), a_report()
        assert act(client, ticket, "take").status_code == 302

    def test_nobody_adds_or_removes(self, as_mona):
        ticket = a_report()
        assert as_mona.get(f"{QUEUE}add/").status_code == 403
        assert as_mona.post(f"{QUEUE}{ticket.pk}/delete/", {"post": "yes"}).status_code == 403
        assert "delete_selected" not in as_mona.get(QUEUE).content.decode()

    def test_members_and_strangers_are_sent_to_sign_in(self, as_sami, client):
        ticket = a_report()
        for visitor in (as_sami, client):
            for path in (QUEUE, page_of(ticket), f"{QUEUE}{ticket.pk}/take/"):
                answer = visitor.get(path)
                assert answer.status_code in (302, 403)
                assert b"A thousand letters" not in answer.content
