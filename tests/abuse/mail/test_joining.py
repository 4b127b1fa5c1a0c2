"""What machines report again, and what they report that is not ours."""

from ipaddress import ip_network

import pytest

from abuse.models import Outcome, State, Ticket
from abuse.verbs import receive, reopen, settle, take
from journal.models import Entry, Role
from outbox.models import Letter
from tests.abuse.mail.samples import (
    FIELDS,
    PLAIN,
    REPORT_TXT,
    SPAM,
    XARF_3_CONTENT,
    XARF_4,
    XARF_4_CONTENT,
    feedback,
    forwarded,
    jmrp,
    xarf_json,
    xarf_mail,
)
from tests.abuse.sanctioning import a_decision
from tests.abuse.writing import a_ticket, later
from tests.factories import NOON, a_person, a_service

pytestmark = pytest.mark.django_db

OURS = (
    feedback()
    .replace("watches@example.org", "watches@host.example")
    .replace("Domain: example.org", "Domain: host.example")
)


@pytest.fixture(autouse=True)
def _host(settings, terms):
    settings.HOST = {**settings.HOST, "email": "desk@host.example"}
    settings.HOST_DOMAINS = ["host.example"]


def take_in(mail, *, at=NOON) -> Ticket:
    return receive(mail.encode(), at=at)[0]


def again(mail, number=2):
    return mail.replace("report.1@", f"report.{number}@")


def another_message(mail):
    return again(mail, 3).replace("spam.77@", "spam.78@")


def judged(ticket, mona, sami, outcome=Outcome.NO_VIOLATION):
    take(ticket.pk, by=mona, at=later(hours=1))
    a_decision(mona, sami, outcome=outcome, ticket=ticket, at=later(hours=2))


def settled(ticket, mona, outcome):
    take(ticket.pk, by=mona, at=later(hours=1))
    settle(ticket.pk, outcome=outcome, by=mona, at=later(hours=2))


class TestWhatIsNotOurs:
    @pytest.mark.parametrize(
        "mail",
        [feedback(), feedback(FIELDS), jmrp(), xarf_json(XARF_4), xarf_mail(evidence="message/rfc822")],
        ids=["arf", "arf-evidence", "jmrp", "xarf-json", "xarf-mail"],
    )
    def test_is_closed_as_passed_on_and_the_journal_says_why(self, mail):
        ticket = take_in(mail)
        assert (ticket.state, ticket.outcome, ticket.closed_at) == (State.CLOSED, Outcome.REFERRED, NOON)
        assert (ticket.handler, ticket.first_look_at) == (None, None)
        assert ticket.reports.count() == ticket.attachments.count() == 1
        line = Entry.objects.about(ticket).of("abuse.referred").get()
        assert line.role == Role.CLOCK
        assert "example.org" in line.details["names"]
        assert not Letter.objects.exists()

    def test_can_be_opened_again(self, mona):
        ticket = take_in(feedback())
        reopen(ticket.pk, text="It is ours after all.", by=mona, at=later(hours=1))
        ticket.refresh_from_db()
        assert (ticket.state, ticket.handler, ticket.outcome) == (State.OPEN, mona, "")

    def test_says_so_at_the_desk(self, as_mona):
        ticket = take_in(feedback())
        page = as_mona.get(f"/desk/abuse/ticket/{ticket.pk}/change/").content.decode()
        assert "de lui-même" in page or "by itself" in page

    def test_reported_again_is_counted_where_it_is(self):
        first = take_in(feedback())
        assert take_in(again(feedback()), at=later(days=40)) == first
        first.refresh_from_db()
        assert (first.state, first.reports.count()) == (State.CLOSED, 2)

    def test_becomes_a_ticket_once_we_say_that_it_is_ours(self, settings):
        first = take_in(feedback())
        settings.HOST_DOMAINS = ["example.org"]
        assert take_in(again(feedback())).state == State.NEW
        assert Ticket.objects.exclude(pk=first.pk).count() == 1

    def test_an_address_is_ours_only_if_we_were_told_so(self, settings):
        assert take_in(xarf_mail()).state == State.NEW
        settings.HOST_NETWORKS = [ip_network("198.51.100.0/24")]
        assert take_in(xarf_mail().replace("192.0.2.9", "192.0.2.10")).state == State.CLOSED
        assert take_in(xarf_mail().replace("192.0.2.9", "198.51.100.7")).state == State.NEW

    def test_an_address_of_ours_keeps_open_what_was_sent_under_another_name(self, settings):
        settings.HOST_NETWORKS = [ip_network("192.0.2.0/24")]
        assert take_in(feedback()).state == State.NEW


class TestWhatStaysOpen:
    @pytest.mark.parametrize(
        "mail",
        [
            OURS,
            feedback(FIELDS, evidence=None),
            xarf_json(XARF_4_CONTENT),
            xarf_json(XARF_3_CONTENT).replace("files.host.example", "elsewhere.example"),
            xarf_mail(REPORT_TXT.replace("ip-address", "uri").replace("192.0.2.9", "http://elsewhere.example/x")),
            xarf_json({**XARF_4, "category": "content", "type": "csam"}),
            PLAIN,
            forwarded(),
        ],
        ids=["ours", "nothing named", "page", "foreign page 3", "foreign page 0.2", "children", "person", "forwarded"],
    )  # fmt: skip
    def test_is_for_a_volunteer(self, mail):
        assert take_in(mail).state == State.NEW

    def test_names_an_account(self):
        person = a_person("watches@example.org")
        ticket = take_in(feedback())
        assert (ticket.subject, ticket.state) == (person, State.NEW)

    def test_names_a_service_or_a_domain_beside_it(self):
        a_service(slug="mail", url="https://mail.example.org/")
        assert take_in(feedback()).state == State.NEW


class TestAMessageThatWasJudged:
    @pytest.mark.parametrize("outcome", [Outcome.REFERRED, Outcome.SPAM])
    def test_complained_about_again_is_one_more_complaint(self, mona, outcome):
        first = take_in(OURS)
        settled(first, mona, outcome)
        assert take_in(again(OURS), at=later(days=2)) == first
        first.refresh_from_db()
        assert (first.state, first.outcome, first.reports.count()) == (State.CLOSED, outcome, 2)

    def test_as_a_violation_stays_so(self, mona, sami):
        first = take_in(OURS)
        judged(first, mona, sami, Outcome.VIOLATION)
        assert take_in(again(OURS), at=later(days=2)) == first
        first.refresh_from_db()
        assert (first.state, first.outcome) == (State.CLOSED, Outcome.VIOLATION)

    def test_is_no_longer_known_once_its_words_are_gone(self, mona):
        first = take_in(OURS)
        settled(first, mona, Outcome.REFERRED)
        Ticket.objects.filter(pk=first.pk).update(forgotten_at=later(days=400))
        assert take_in(again(OURS), at=later(days=401)) != first

    def test_put_aside_as_a_repeat_joins_the_ticket_that_goes_on(self, mona):
        root = a_ticket(State.OPEN, by=mona)
        first = take_in(OURS)
        take(first.pk, by=mona, at=later(hours=1))
        settle(first.pk, outcome=Outcome.DUPLICATE, duplicate_of=root.pk, by=mona, at=later(hours=2))
        assert take_in(again(OURS), at=later(days=2)) == root


class TestAnAttackFromAPlaceThatWasJudged:
    def test_is_news(self, mona):
        first = take_in(xarf_mail())
        settled(first, mona, Outcome.REFERRED)
        second = take_in(xarf_mail().replace("15:00:00", "16:30:00"), at=later(days=2))
        assert (second.state, second.event) == (State.NEW, first.event)
        assert second != first


class TestWhatWasFoundToBeNoViolation:
    def test_is_open_again_when_the_event_is_reported_anew(self, mona, sami):
        first = take_in(OURS)
        judged(first, mona, sami)
        assert take_in(again(OURS), at=later(days=29)) == first
        first.refresh_from_db()
        assert (first.state, first.outcome, first.handler) == (State.OPEN, "", mona)
        assert first.awaits_desk_since == later(days=29)
        line = Entry.objects.about(first).of("abuse.reopened").get()
        assert line.details == {"outcome_before": "no_violation", "because": "reported again"}
        letter = Letter.objects.get(kind="abuse_desk_again")
        assert (letter.recipient, first.number in letter.subject) == (mona.email, True)

    def test_is_open_again_when_the_account_is_reported_anew(self, mona):
        person = a_person("watches@host.example")
        first = take_in(OURS)
        judged(first, mona, person)
        assert take_in(another_message(OURS), at=later(days=3)) == first
        first.refresh_from_db()
        assert (first.state, first.reports.count()) == (State.OPEN, 2)

    def test_is_another_matter_a_month_later(self, mona, settings):
        person = a_person("watches@host.example")
        first = take_in(OURS)
        judged(first, mona, person)
        assert take_in(another_message(OURS), at=later(days=31)) != first
        settings.DESK_REOPENS_WITHIN_DAYS = 60
        assert take_in(again(OURS, 4), at=later(days=59)).reports.count() in (1, 2)

    def test_by_a_person_is_theirs_and_left_alone(self, mona):
        person = a_person("watches@host.example")
        hers = a_ticket(State.OPEN, by=mona)
        a_decision(mona, person, outcome=Outcome.NO_VIOLATION, ticket=hers, at=later(hours=6))
        ticket = take_in(OURS, at=later(days=1))
        assert ticket != hers
        assert ticket.subject == person

    def test_is_said_on_the_ticket_of_whoever_reports_the_account_next(self, mona, as_mona):
        person = a_person("watches@host.example")
        hers = a_ticket(State.OPEN, by=mona)
        a_decision(mona, person, outcome=Outcome.NO_VIOLATION, ticket=hers, at=later(hours=6))
        ticket = take_in(OURS, at=later(days=1))
        page = as_mona.get(f"/desk/abuse/ticket/{ticket.pk}/change/").content.decode()
        subject = page.partition('id="subject-title"')[2].partition("</section>")[0]
        assert f"/desk/abuse/ticket/{hers.pk}/change/" in subject

    def test_never_takes_in_a_report_about_children(self, mona):
        person = a_person("watches@host.example")
        first = take_in(OURS)
        judged(first, mona, person)
        report = {**XARF_4, "category": "content", "type": "csam", "smtp_from": "watches@host.example"}
        ticket = take_in(xarf_json(report), at=later(days=1))
        assert ticket != first
        assert (ticket.child_abuse, ticket.attachments.count()) == (True, 0)


def test_a_report_about_children_joins_none_of_another_kind():
    mail = feedback(evidence=SPAM)
    first = take_in(mail)
    second = take_in(xarf_json({**XARF_4, "type": "csam"}))
    assert second != first
    assert second.attachments.count() == 0
