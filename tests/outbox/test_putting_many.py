import pytest

from outbox.models import Letter, Priority
from outbox.verbs import BadAddress, Recipient, put_many, writing, writing_many
from tests.outbox.conftest import a_letter

pytestmark = pytest.mark.django_db

THREE = [
    Recipient("rita@example.org", "many:1", "en"),
    Recipient("sami@example.org", "many:2", "fr"),
    Recipient("zoe@example.org", "many:3", "en"),
]


def put(recipients=THREE):
    return put_many("tests_greeting", recipients, context={"title": "A title", "word": "word"})


class TestPuttingMany:
    def test_writes_one_letter_to_each_in_their_language(self):
        assert put() == 3
        letters = {letter.recipient: letter for letter in Letter.objects.all()}
        assert letters["rita@example.org"].body == letters["zoe@example.org"].body
        assert letters["sami@example.org"].body != letters["zoe@example.org"].body
        assert {letter.priority for letter in letters.values()} == {Priority.BULK}

    def test_leaves_a_letter_that_is_there_as_it_is(self):
        a_letter(key="many:2", subject="Before")
        put()
        put()
        assert Letter.objects.count() == 3
        assert Letter.objects.get(key="many:2").subject == "Before"

    def test_renders_once_for_each_language(self, monkeypatch):
        rendered = []
        monkeypatch.setattr(
            writing_many,
            "written",
            lambda kind, language, context: (
                rendered.append(language) or writing.written(kind, language, context)
            ),
        )
        put()
        assert rendered == ["en", "fr"]

    def test_asks_the_database_once_however_many_there_are(self, django_assert_num_queries):
        many = [Recipient(f"p{n}@example.org", f"many:{n}", "en") for n in range(900)]
        with django_assert_num_queries(1 + 2):  # the insertion, inside a savepoint
            put(many)

    def test_wakes_one_worker_once(self, nudges, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            put()
        assert nudges == ["outbox.tasks.deliver"]

    def test_writes_to_nobody_when_one_address_is_none(self):
        with pytest.raises(BadAddress):
            put([*THREE, Recipient("nobody", "many:4", "en")])
        assert not Letter.objects.exists()
