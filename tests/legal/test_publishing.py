import hashlib
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from journal.models import Entry
from legal.models import Clause, Document, Text, Version
from legal.verbs import Manuscript, PublicationRefused, publish
from tests.factories import NOON, TERMS, published

pytestmark = pytest.mark.django_db


class TestAPublishedVersion:
    def test_takes_the_next_number_and_chains_to_the_one_before(self, terms):
        second = published("terms", at=NOON + timedelta(days=30))
        assert (terms.number, second.number) == (1, 2)
        assert second.previous_digest == terms.digest
        assert second.digest == second.fingerprint() != terms.digest

    def test_keeps_the_text_with_its_variables_filled_in(self, db, settings):
        settings.HOST = {**settings.HOST, "name": "Chez Mona"}
        version = published("terms", source="{{ host_name }} hosts, at {{host_address}}.")
        text = version.text_in("en")
        assert text.markdown.startswith("Chez Mona hosts, at [to be completed by the host].")
        assert text.sha256 == hashlib.sha256(text.markdown.encode()).hexdigest()
        settings.HOST = {**settings.HOST, "name": "Another"}
        assert "Chez Mona" in Text.objects.get(pk=text.pk).html

    def test_has_its_clauses_in_order(self, terms):
        clauses = Clause.objects.of(terms, "en")
        refs = ["i0", "our-commitments", "c1", "c6", "your-commitments", "u5", "u6", "personal-data"]
        assert [clause.ref for clause in clauses] == refs
        c6 = clauses.get(ref="c6")
        assert (c6.lead, c6.markdown) == (
            "We say what breaks.",
            "2. **We say what breaks.** Before ten minutes have passed.",
        )

    def test_leaves_a_line_in_the_journal(self, terms):
        assert Entry.objects.about(terms).of("legal.published").get().details["number"] == 1

    def test_is_in_force_from_its_date_until_the_next(self, terms):
        later = published("terms", at=NOON + timedelta(days=1), effective_at=NOON + timedelta(days=30))
        in_force = Version.objects.filter(document__slug="terms").in_force
        assert in_force(NOON + timedelta(days=29)).get() == terms
        assert in_force(NOON + timedelta(days=30)).get() == later
        assert not in_force(NOON - timedelta(seconds=1)).exists()


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE legal_version SET significant = NOT significant",
            "UPDATE legal_version SET published_at = NULL",
            "DELETE FROM legal_version",
            "UPDATE legal_text SET markdown = markdown || '!'",
            "UPDATE legal_text SET html = ''",
            "DELETE FROM legal_text",
            "UPDATE legal_clause SET lead = 'Everything is sold.'",
            "DELETE FROM legal_clause",
            "UPDATE legal_document SET slug = 'conditions'",
            "INSERT INTO legal_clause (text_id, ref, position, lead, markdown, is_heading)"
            " SELECT id, 'new', 99, 'New', 'New', false FROM legal_text",
        ],
    )
    def test_any_change_to_what_was_published(self, terms, statement):
        before = terms.fingerprint()
        refused = pytest.raises(DatabaseError, match="final once published")
        with connection.cursor() as cursor, refused, transaction.atomic():
            cursor.execute(statement)
        assert Version.objects.get(pk=terms.pk).fingerprint() == before

    @pytest.mark.parametrize("table", ["legal_version", "legal_text", "legal_clause", "legal_acceptance"])
    def test_emptying_the_tables(self, terms, table):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
                cursor.execute(f"TRUNCATE {table} CASCADE")

    def test_the_same_number_twice(self, terms):
        with pytest.raises(IntegrityError, match="legal_version_number_once"), transaction.atomic():
            Version.objects.create(
                document=terms.document, number=1, authoritative_language="fr", effective_at=NOON
            )

    def test_the_orm_too(self, terms):
        with pytest.raises(DatabaseError), transaction.atomic():
            terms.delete()
        with pytest.raises(DatabaseError), transaction.atomic():
            Text.objects.filter(version=terms).update(title="Other")


class TestRefused:
    def refuse(self, **changes):
        keywords = {
            "slug": "terms",
            "manuscripts": {
                "fr": Manuscript("Titre", "Première version.", TERMS + "\n\n## Données personnelles")
            },
            "authoritative": "fr",
            "at": NOON,
            "every_language": False,
        } | changes
        Document.objects.get_or_create(slug="terms")
        with pytest.raises(PublicationRefused) as refusal:
            publish(keywords.pop("slug"), keywords.pop("manuscripts"), **keywords)
        assert not Version.objects.filter(number__gt=1).exists()
        return str(refusal.value)

    def test_without_the_authoritative_text(self, db):
        assert "authoritative language “en”" in self.refuse(authoritative="en")
        assert not Version.objects.exists()

    def test_in_a_language_the_portal_does_not_speak(self, db):
        text = Manuscript("Titel", "Erste Fassung.", TERMS)
        assert "“de”" in self.refuse(manuscripts={"de": text}, authoritative="de")

    def test_without_a_word_on_what_changed(self, db):
        assert "what changed" in self.refuse(manuscripts={"fr": Manuscript("Titre", " ", TERMS)})

    def test_with_an_unknown_variable(self, db):
        text = Manuscript("Titre", "Première version.", "Chez {{ host_dog }}.")
        assert "“host_dog” is unknown" in self.refuse(manuscripts={"fr": text})
        assert not Version.objects.exists()

    def test_with_the_same_clause_id_twice(self, db):
        text = Manuscript("Titre", "Première version.", "## A {#a}\n\n## B {#a}")
        assert "used twice" in self.refuse(manuscripts={"fr": text})

    def test_taking_effect_before_it_is_published(self, db):
        assert "before it is published" in self.refuse(effective_at=NOON - timedelta(days=1))

    def test_taking_effect_before_the_version_it_follows(self, terms):
        published("terms", at=NOON, effective_at=NOON + timedelta(days=10))
        with pytest.raises(PublicationRefused, match="cannot take effect before it"):
            published("terms", at=NOON + timedelta(days=1))
        assert terms.document.versions.count() == 2
