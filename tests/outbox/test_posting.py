import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.template import TemplateDoesNotExist
from django.test.utils import CaptureQueriesContext
from kombu.exceptions import OperationalError

from outbox import nudge
from outbox.models import BODY_LIMIT, Letter, Priority
from outbox.verbs import BadAddress, post, put
from tests.outbox.conftest import a_letter


def greet(**facts) -> Letter:
    words = {
        "to": "rita@example.org",
        "key": "greeting:1",
        "language": "fr",
        "context": {"title": "A", "word": "mot"},
    }
    return post("tests_greeting", **(words | facts))


@pytest.mark.django_db
class TestALetterIsPosted:
    def test_it_waits_in_the_words_of_its_template(self):
        letter = greet(language="en")
        assert letter.subject == "Chez nous wrote this letter. A"
        assert letter.body == "Yes, mot & <co>\n\nhttps://portal.example.org/page/"
        assert list(Letter.objects.waiting(letter.created_at)) == [letter]

    def test_it_is_written_in_the_language_of_its_recipient(self):
        assert greet(language="fr").body.startswith("Oui, mot")
        assert greet(language="en", key="greeting:2").body.startswith("Yes, mot")

    def test_the_same_key_is_the_same_letter(self):
        assert greet() == greet(to="sami@example.org")
        assert Letter.objects.get().recipient == "rita@example.org"

    def test_it_is_due_at_once_unless_said_otherwise(self):
        later = datetime(2030, 1, 1, tzinfo=UTC)
        now_due, due_later = greet(), greet(key="greeting:2", due_at=later)
        assert list(Letter.objects.due(now_due.created_at)) == [now_due]
        assert due_later.due_at == due_later.next_try_at == later

    def test_a_rolled_back_verb_leaves_none(self):
        with transaction.atomic():
            greet()
            transaction.set_rollback(True)
        assert not Letter.objects.exists()

    def test_a_letter_without_a_template_is_a_mistake_of_ours(self):
        with pytest.raises(TemplateDoesNotExist):
            post("nothing_like_it", to="rita@example.org", key="k", language="fr", context={})


@pytest.mark.django_db
class TestWhatBecomesAHeader:
    @pytest.mark.parametrize(
        "address",
        [
            "", "rita", "rita@", "@example.org", "rita @example.org", "rita@exam ple.org", "a@b@example.org",
            "rita@example.org\nBcc: all@example.org", "rita@example.org, zoe@example.org", "Rita <rita@example.org>",
            "rita@example.org\x00", "rita@example.org\u2028", "réta@example.org",
            "x" * 65 + "@example.org", "rita@" + "x" * 300,
        ],
    )  # fmt: skip
    def test_is_one_plain_address_or_nothing_is_written(self, address):
        with pytest.raises(BadAddress):
            greet(to=address)
        with pytest.raises(BadAddress):
            greet(reply_to=address or " ")
        assert not Letter.objects.exists()

    def test_may_be_an_address_in_another_script(self):
        assert greet(to="rita@éxample.org").recipient == "rita@éxample.org"

    def test_is_one_line_whatever_was_typed(self):
        title = "a\nBcc: all@example.org\r\nX: y\u2028z\x00\x7f"
        letter = greet(language="en", context={"title": title, "word": ""})
        assert letter.subject == "Chez nous wrote this letter. a Bcc: all@example.org X: y z"

    def test_a_subject_cannot_grow_without_end(self):
        assert len(a_letter(subject="x" * 5000).subject) == 300


@pytest.mark.django_db
class TestATextThatIsTooLong:
    def test_is_cut_and_says_so(self):
        body = a_letter(body="x" * (BODY_LIMIT + 1)).body
        assert len(body) == BODY_LIMIT
        assert body.endswith("[…]")


class TestTwoAtOnce:
    @pytest.mark.django_db(transaction=True)
    def test_write_one_letter(self):
        """The second waits for the first one's commit, and finds its row."""
        first_wrote, found = threading.Event(), []

        def second():
            first_wrote.wait()
            found.append(a_letter(key="one").pk)
            connection.close()

        thread = threading.Thread(target=second)
        thread.start()
        with transaction.atomic():
            letter = a_letter(key="one")
            first_wrote.set()
            thread.join(0.3)
            assert thread.is_alive()
        thread.join()
        assert found == [letter.pk]


class TestTheNudge:
    @pytest.mark.django_db(transaction=True)
    def test_comes_once_after_the_commit(self, nudges):
        with transaction.atomic():
            a_letter(key="one")
            a_letter(key="two")
            assert nudges == []
        assert nudges == ["outbox.tasks.deliver"]

    @pytest.mark.django_db(transaction=True)
    def test_does_not_come_after_a_rollback(self, nudges):
        with transaction.atomic():
            a_letter()
            transaction.set_rollback(True)
        assert nudges == []

    @pytest.mark.django_db(transaction=True)
    def test_of_a_dead_broker_fails_nothing_and_is_not_repeated_for_a_while(self, monkeypatch):
        calls = []

        def refuse(*_, **__):
            calls.append(1)
            raise OperationalError("Connection refused")

        monkeypatch.setattr(nudge.current_app, "send_task", refuse)
        assert a_letter()
        assert a_letter()
        assert len(calls) == 1
        assert Letter.objects.count() == 2


@pytest.mark.django_db
def test_a_letter_costs_few_queries():
    with CaptureQueriesContext(
        connection,
    ) as queries:
        put("tests", to="rita@example.org", key="k", language="fr", subject="s", body="b", priority=Priority.BULK,
            expires_at=datetime.now(UTC) + timedelta(hours=1))  # fmt: skip
    assert len([q for q in queries.captured_queries if "SAVEPOINT" not in q["sql"]]) == 2
