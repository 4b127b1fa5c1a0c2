from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from journal.models import Entry
from legal.models import Acceptance, How, Text
from legal.verbs import DocumentsChanged, accept
from tests.factories import NOON, a_person, published

LATER = NOON + timedelta(days=30)

pytestmark = pytest.mark.django_db


class TestAnAcceptance:
    def test_holds_the_exact_texts_their_language_and_their_hashes(self, terms, sami):
        rows = Acceptance.objects.by(sami)
        assert {row.text.version.document.slug for row in rows} == {"terms", "legal-notice"}
        for row in rows:
            assert (row.text.language, row.sha256, row.how) == ("fr", row.text.sha256, How.SIGN_UP)
            assert (row.at, row.person) == (NOON, sami)

    def test_is_told_in_the_journal(self, sami):
        assert Entry.objects.about(sami).of("legal.accepted").get().actor_id == sami.pk

    def test_outlives_the_account_without_naming_it(self, sami):
        row = Acceptance.objects.by(sami).first()
        pk, hashed = row.pk, row.person_hash
        User.objects.filter(pk=sami.pk).delete()
        kept = Acceptance.objects.get(pk=pk)
        assert (kept.person, kept.person_hash) == (None, hashed)
        assert sami.email not in hashed

    def test_tells_two_people_apart(self, sami, mona):
        hashes = {row.person_hash for row in Acceptance.objects.all()}
        assert len(hashes) == 2


class TestRefused:
    def test_for_less_than_the_whole_set(self, zoe):
        with pytest.raises(DocumentsChanged):
            accept(zoe, Text.objects.to_accept(NOON, "fr")[:1], how=How.SIGN_UP, at=NOON)
        self.no_trace_of(zoe)

    def test_for_texts_that_were_replaced(self, zoe):
        shown = Text.objects.to_accept(NOON, "fr")
        published("terms", at=LATER)
        with pytest.raises(DocumentsChanged):
            accept(zoe, shown, how=How.INTERSTITIAL, at=LATER)
        self.no_trace_of(zoe)

    def no_trace_of(self, person):
        person.refresh_from_db()
        assert person.accepted_through is None
        assert not Acceptance.objects.by(person).exists()
        assert not Entry.objects.about(person).exists()


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE legal_acceptance SET decision = 'refused'",
            "UPDATE legal_acceptance SET person_id = NULL, sha256 = ''",
            "UPDATE legal_acceptance SET at = now()",
            "DELETE FROM legal_acceptance",
        ],
    )
    def test_a_change(self, sami, statement):
        before = list(Acceptance.objects.values_list())
        refused = pytest.raises(DatabaseError, match="append-only")
        with connection.cursor() as cursor, refused, transaction.atomic():
            cursor.execute(statement)
        assert list(Acceptance.objects.values_list()) == before

    def test_giving_it_to_somebody_else(self, sami, zoe):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Acceptance.objects.update(person=zoe)


class TestWhatMustBeAccepted:
    def required(self, at):
        from legal.models import Version

        return Version.objects.required_through(at)

    def test_is_nothing_while_nothing_is_published(self, db):
        assert self.required(NOON) is None

    def test_moves_with_a_significant_version_when_it_takes_effect(self, terms):
        published("terms", at=NOON, effective_at=LATER)
        assert self.required(LATER - timedelta(seconds=1)) == NOON
        assert self.required(LATER) == LATER

    def test_does_not_move_with_an_editorial_version(self, terms):
        published("terms", at=LATER, significant=False)
        assert self.required(LATER) == NOON

    def test_leaves_out_documents_nobody_has_to_accept(self, terms):
        published("technical-report", at=LATER, in_acceptance_set=False)
        assert self.required(LATER) == NOON

    def test_shows_each_reader_their_language_and_the_authoritative_text_where_there_is_none(self, db):
        published("terms", languages=("fr", "en"))
        published("legal-notice", languages=("fr",))
        assert [text.language for text in Text.objects.to_accept(NOON, "en")] == ["fr", "en"]

    def test_asks_again_whoever_accepted_before_an_editorial_version_followed_a_significant_one(self, sami):
        published("terms", at=LATER)
        published("terms", at=LATER + timedelta(days=1), significant=False)
        newcomer = a_person("newcomer@example.org", at=LATER + timedelta(days=2))
        required = self.required(LATER + timedelta(days=2))
        assert sami.accepted_through < required <= newcomer.accepted_through
