import pytest
from django.db import DatabaseError, connection, transaction

from journal.models import Entry, Role
from journal.verbs import record

pytestmark = pytest.mark.django_db


class TestALine:
    def test_names_the_verb_the_thing_and_who(self, mona, sami):
        entry = record("accounts.changed", sami, actor=mona, fields=["language"])
        assert (entry.verb, entry.about_type, entry.about_id) == (
            "accounts.changed",
            "accounts.user",
            str(sami.pk),
        )
        assert (entry.actor_id, entry.role, entry.details) == (mona.pk, Role.DESK, {"fields": ["language"]})

    def test_knows_a_person_from_the_clock(self, sami):
        assert record("accounts.seen", sami, actor=sami).role == Role.PERSON
        assert record("accounts.swept").role == Role.CLOCK

    def test_is_found_by_its_thing(self, sami, mona):
        record("accounts.seen", sami)
        assert list(Entry.objects.about(sami).of("accounts.seen").values_list("about_id", flat=True)) == [
            str(sami.pk)
        ]
        assert not Entry.objects.about(mona).of("accounts.seen").exists()

    def test_goes_with_a_transaction_that_fails(self, sami):
        with transaction.atomic():
            record("accounts.seen", sami)
            transaction.set_rollback(True)
        assert not Entry.objects.of("accounts.seen").exists()


class TestTheDatabaseRefuses:
    @pytest.fixture
    def entry(self):
        return record("accounts.swept")

    @pytest.mark.parametrize(
        "statement",
        ["UPDATE journal_entry SET verb = 'nothing'", "DELETE FROM journal_entry", "TRUNCATE journal_entry"],
    )
    def test_any_change(self, entry, statement):
        refused = pytest.raises(DatabaseError, match="append-only")
        with connection.cursor() as cursor, refused, transaction.atomic():
            cursor.execute(statement)
        assert Entry.objects.get(pk=entry.pk).verb == "accounts.swept"

    def test_the_desk_may_only_read(self, as_mona, entry):
        assert as_mona.get(f"/desk/journal/entry/{entry.pk}/change/").status_code == 200
        assert as_mona.get("/desk/journal/entry/add/").status_code == 403
        assert as_mona.post(f"/desk/journal/entry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
