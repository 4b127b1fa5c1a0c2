"""Each topic asks its own questions, and what was answered reaches the desk and the private page."""

import pytest

from abuse.models import Law, Report, Ticket, Topic
from accounts.models import Source
from outbox.models import Letter
from tests.abuse.writing import RITA, a_question, a_report, a_stamp, everything, later, send_report, solved
from tests.factories import a_person, a_service

pytestmark = pytest.mark.django_db

ANSWERS = {
    "question": {"message": "How do I export my calendar?"},
    "bug": {"message": "It shows an error 500.", "page": "https://files.example.org/x", "since": "Monday"},
    "abuse": {"what": "A thousand letters.", "where": "watches@example.org", "good_faith": "on"},
    "illegal": {
        "law": "hate",
        "what": "It calls for hatred.",
        "where": "https://files.example.org/s/1",
        "good_faith": "on",
    },
    "child-abuse": {"what": "Pictures.", "where": "https://files.example.org/s/2", "good_faith": "on"},
    "security": {"message": "Anybody may read anything.", "steps": "Open it\nLook"},
    "personal-data": {"right": "erasure", "message": "All of it.", "email": RITA},
    "authority": {
        "authority": "Tribunal judiciaire",
        "reference": "26/0042",
        "legal_basis": "article 60-1",
        "message": "Who holds this account?",
        "deadline": "2026-04-01",
        "email": "greffe@justice.example.org",
    },
    "other": {"message": "Thank you."},
}
MUST = {
    "question": ["message"],
    "bug": ["message"],
    "abuse": ["what", "where", "good_faith"],
    "illegal": ["law", "what", "where", "good_faith"],
    "child-abuse": ["what", "where", "good_faith"],
    "security": ["message"],
    "personal-data": ["right", "message", "email"],
    "authority": ["authority", "reference", "legal_basis", "message", "email"],
    "other": ["message"],
}


@pytest.fixture(autouse=True)
def _terms(terms):
    pass


def send(client, topic, **changed):
    return client.post(f"/contact/{topic}/", {**ANSWERS[topic], "stamp": a_stamp(), **changed})


@pytest.mark.parametrize("topic", ANSWERS)
class TestEveryTopic:
    def test_asks_only_for_its_own(self, client, topic):
        page = client.get(f"/contact/{topic}/").content.decode()
        for other, answers in ANSWERS.items():
            for field in answers.keys() - ANSWERS[topic].keys() - {"email"}:
                assert f'name="{field}"' not in page, (other, field)
        for field in ANSWERS[topic]:
            assert f'name="{field}"' in page

    def test_is_filed_and_shown_on_the_private_page(self, client, topic):
        answer = send(client, topic)
        assert answer.status_code == 302
        ticket = Ticket.objects.get()
        assert ticket.topic == (Topic.ILLEGAL if topic == "child-abuse" else topic.replace("-", "_"))
        page = client.get(answer["Location"], headers={"accept-language": "en"}).content.decode()
        for field, said in ANSWERS[topic].items():
            if field not in ("email", "good_faith", "right", "law"):
                for line in said.split("\n"):
                    assert line in page, field

    def test_must_have_what_it_needs(self, client, topic):
        before = everything()
        for field in MUST[topic]:
            answer = send(client, topic, **{field: ""})
            assert answer.status_code == 200, field
        assert everything() == before

    def test_takes_nothing_beyond_its_limits(self, client, topic):
        before = everything()
        for field in ANSWERS[topic].keys() - {"good_faith"}:
            assert send(client, topic, **{field: "x" * 10_001}).status_code == 200, field
        assert everything() == before

    def test_is_on_the_contact_page(self, client, topic):
        assert f'href="/contact/{topic}/"' in client.get("/contact/").content.decode()


class TestABug:
    def test_is_tied_to_a_service(self, client):
        service = a_service(slug="files")
        send(client, "bug", service="files")
        assert Ticket.objects.get().service == service

    def test_names_no_service_that_is_not_shown(self, client):
        a_service(slug="hidden", listed=False)
        assert send(client, "bug", service="hidden").status_code == 200


class TestSexualAbuseOfChildren:
    def test_is_reported_without_a_name_even_by_a_form_that_sends_one(self, client):
        send(client, "child-abuse", name="Rita", email=RITA)
        ticket = Ticket.objects.get()
        assert (ticket.child_abuse, ticket.reporter_name, ticket.reporter_email) == (True, "", "")
        assert ticket.reports.get().law == Law.CHILD
        assert not Letter.objects.filter(recipient=RITA).exists()

    def test_drops_identity_and_files_whoever_files_it(self):
        from abuse.files import examine

        ticket = a_report(
            law=Law.CHILD, name="Rita", email=RITA, attachments=[examine("a.txt", b"some words")]
        )
        assert (ticket.reporter_name, ticket.reporter_email, ticket.attachments.count()) == ("", "", 0)

    def test_takes_no_file(self, client):
        from django.core.files.uploadedfile import SimpleUploadedFile

        before = everything()
        picture = SimpleUploadedFile("x.png", b"\x89PNG", "image/png")
        answer = send(client, "child-abuse", attachments=picture)
        assert answer.status_code == 200
        assert (
            b"Files cannot be sent here"
            in client.post(
                "/contact/child-abuse/",
                {
                    **ANSWERS["child-abuse"],
                    "stamp": a_stamp(),
                    "attachments": SimpleUploadedFile("x.png", b"x"),
                },
                headers={"accept-language": "en"},
            ).content
        )
        assert everything() == before

    def test_takes_no_file_later_either(self, client):
        from django.core.files.uploadedfile import SimpleUploadedFile

        private = send(client, "child-abuse")["Location"]
        assert b'type="file"' not in client.get(private).content
        sent = {"text": "More.", "stamp": a_stamp(), "attachments": SimpleUploadedFile("a.txt", b"words")}
        assert client.post(private + "reply/", sent).status_code == 200
        assert Ticket.objects.get().attachments.count() == 0
        assert client.post(private + "reply/", {"text": "More.", "stamp": a_stamp()}).status_code == 302

    def test_says_where_else_to_turn(self, client, settings):
        settings.CHILD_ABUSE_HOTLINES = [["The line", "https://line.example.org/"]]
        assert b'<a href="https://line.example.org/"' in client.get("/contact/child-abuse/").content

    def test_is_not_among_the_other_laws(self, client):
        assert send(client, "illegal", law="child").status_code == 200

    def test_the_database_refuses_a_name(self):
        from django.db import IntegrityError, transaction

        ticket = a_report(law=Law.CHILD)
        with pytest.raises(IntegrityError, match="child_abuse_is_nameless"), transaction.atomic():
            Ticket.objects.filter(pk=ticket.pk).update(reporter_email=RITA)


class TestWhatAReportNames:
    def test_is_matched_to_the_account(self, sami):
        assert a_report(where="He writes from Sami@example.org.").subject == sami

    def test_is_matched_to_the_user_name_of_our_mailboxes(self, sami, settings):
        settings.SITE_URL = "https://portal.host.example"
        sami.username = "sami-b"
        sami.save(update_fields=["username"])
        assert a_report(where="sami-b@host.example").subject == sami
        assert a_report(where="sami-b@elsewhere.example").subject is None

    def test_is_matched_to_nobody_when_it_names_two(self, sami, mona):
        assert a_report(where="sami@example.org\nmona@example.org").subject is None

    def test_is_matched_to_the_service(self):
        service = a_service(slug="files", url="https://files.host.example/")
        assert a_report(where="https://files.host.example/s/1\nhttps://elsewhere.example/").service == service

    def test_an_address_nobody_confirmed_is_nobodys(self, terms):
        person = a_person("new@example.org")
        person.emailaddress_set.update(verified=False)
        assert a_report(where="new@example.org").subject is None


class TestWritingToUs:
    def test_counts_as_being_seen(self, as_sami, sami):
        type(sami).objects.update(last_seen_at=later(days=-300), last_seen_through="portal")
        as_sami.post("/contact/other/", {**ANSWERS["other"], "stamp": a_stamp()})
        sami.refresh_from_db()
        assert sami.last_seen_through == Source.CONTACT

    def test_by_nobody_in_particular_touches_nobody(self, client, sami):
        type(sami).objects.update(last_seen_at=later(days=-300), last_seen_through="portal")
        send(client, "other", email="sami@example.org")
        sami.refresh_from_db()
        assert sami.last_seen_through == "portal"


class TestForgetting:
    def test_takes_the_particulars_along(self, client):
        from abuse.verbs import forget_reporter

        send(client, "authority")
        ticket = Ticket.objects.get()
        assert ticket.particulars["reference"] == "26/0042"
        from abuse.models import State

        Ticket.objects.update(
            state=State.CLOSED, outcome="referred", closed_at=later(days=400), awaits_desk_since=None
        )
        forget_reporter(["greffe@justice.example.org"], at=later(days=500))
        assert Ticket.objects.get().particulars == {}


def test_a_report_says_which_law_and_clause(client):
    send(client, "illegal", clause="u6")
    report = Report.objects.get()
    assert (report.law, report.clause_ref, report.source) == ("hate", "u6", "form")


def test_a_question_may_have_any_topic():
    assert a_question(topic=Topic.SECURITY).topic == Topic.SECURITY


def test_the_sum_of_the_browser_is_taken_by_every_form(client):
    for topic in ANSWERS:
        stamp = a_stamp()
        assert send(client, topic, stamp=stamp, proof=solved(client, stamp)).status_code == 302, topic
    assert send_report(client).status_code == 302
