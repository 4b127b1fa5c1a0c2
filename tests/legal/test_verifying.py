"""`manage.py legal_verify`: whoever alters what was published is found out."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from journal.models import Entry
from legal.models import Acceptance, Clause, Text, Version
from legal.starters import publish_starters
from legal.verbs import begin_draft, verify_daily
from legal.verification import GUARDS, verify
from outbox.models import Letter
from tests.factories import NOON, a_person, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def host(db):
    """Three documents, two of them with a second version, and two people who accepted."""
    publish_starters(at=NOON)
    published("terms", at=NOON + timedelta(days=1), significant=False)
    published("terms", at=NOON + timedelta(days=2), significant=False)
    a_person("sami@example.org", at=NOON + timedelta(days=3))
    a_person("rita@example.org", at=NOON + timedelta(days=3), language="en")
    begin_draft("terms")


def tamper(statement, *values):
    """As somebody with the database's own password would: past the triggers, which then stand again."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        assert cursor.rowcount == 1
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def found():
    """What the command names; it must end with 1, and be quiet about the rest."""
    said = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("legal_verify", stderr=said)
    assert refusal.value.returncode == 1
    return said.getvalue().splitlines()


def version_of(slug, number):
    return Version.objects.get(document__slug=slug, number=number)


def text_of(slug, number, language):
    return version_of(slug, number).texts.get(language=language)


class TestAllIsWell:
    def test_and_it_says_what_it_looked_at(self, host, capsys):
        call_command("legal_verify")
        published_texts = Text.objects.exclude(version__published_at=None)
        assert capsys.readouterr().out == (
            f"All is as it was published: 3 documents, 5 versions, {published_texts.count()} texts, "
            f"{Clause.objects.filter(text__in=published_texts).count()} clauses, "
            f"{Acceptance.objects.count()} acceptances.\n"
        )

    def test_and_it_says_nothing_to_the_clock(self, host, capsys):
        call_command("legal_verify", quiet=True)
        assert capsys.readouterr() == ("", "")

    def test_where_nothing_was_published(self, db):
        assert verify().findings == []

    def test_whatever_the_host_is_called_today(self, host, settings):
        settings.HOST = {**settings.HOST, "name": "Renamed since"}
        assert verify().findings == []

    def test_after_an_account_was_erased(self, host):
        Acceptance.objects.filter(person__email="sami@example.org").update(person=None)
        assert verify().findings == []

    def test_though_the_link_of_a_clause_be_called_otherwise_one_day(self, host):
        tamper("UPDATE legal_text SET html = replace(html, 'link to the clause', 'go to') WHERE id = %s",
               text_of("terms", 1, "en").pk)  # fmt: skip
        assert verify().findings == []


class TestATextIsNamed:
    def test_when_its_words_are_altered(self, host):
        text = text_of("terms", 2, "en")
        tamper(
            "UPDATE legal_text SET markdown = replace(markdown, 'Nothing', 'Anything') WHERE id = %s", text.pk
        )
        assert f"legal_text {text.pk} (terms 2 en): its words do not have the SHA-256 beside them." in found()

    def test_when_its_hash_is_altered_too(self, host):
        text = text_of("terms", 1, "fr")
        tamper(
            "UPDATE legal_text SET markdown = %s, sha256 = encode(sha256(%s), 'hex') WHERE id = %s",
            text.markdown + "!\n", (text.markdown + "!\n").encode(), text.pk,
        )  # fmt: skip
        version = text.version
        assert (
            f"legal_version {version.pk} (terms 1): its digest is not that of its dates, titles and texts."
            in found()
        )

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("Nothing is sold.", "Everything is sold."),
            ("<ol>", "<script>alert(1)</script><ol>"),
            ('class="clause"', 'class="visually-hidden"'),
            ('href="#c6"', 'href="https://elsewhere.example"'),
        ],
    )
    def test_when_its_page_shows_something_else(self, host, old, new):
        text = text_of("terms", 2, "en")
        assert old in text.html
        tamper("UPDATE legal_text SET html = replace(html, %s, %s) WHERE id = %s", old, new, text.pk)
        assert found() == [f"legal_text {text.pk} (terms 2 en): its page does not show its words."]

    @pytest.mark.parametrize("column", ["title", "changes"])
    def test_as_part_of_its_version_when_what_is_said_of_it_is_altered(self, host, column):
        text = text_of("terms", 2, "en")
        tamper(f"UPDATE legal_text SET {column} = 'Other' WHERE id = %s", text.pk)
        assert found()[0].startswith(f"legal_version {text.version_id} (terms 2): its digest is not")

    def test_when_it_is_gone(self, host):
        text = text_of("legal-notice", 1, "fr")
        tamper("DELETE FROM legal_text WHERE id = %s", text.pk)
        said = found()
        assert f"legal_version {text.version_id} (legal-notice 1): its authoritative text is missing." in said


class TestAClauseIsNamed:
    @pytest.mark.parametrize(
        "change",
        [
            "markdown = 'Anything goes.'",
            "lead = 'Everything is sold.'",
            "is_heading = true",
        ],
    )
    def test_when_it_is_altered(self, host, change):
        clause = Clause.objects.get(text=text_of("terms", 2, "en"), ref="c1")
        tamper(f"UPDATE legal_clause SET {change} WHERE id = %s", clause.pk)
        assert found() == [f"legal_clause {clause.pk} (terms 2 en c1): it is not what the text says there."]

    def test_when_it_stands_elsewhere(self, host):
        clause = text_of("terms", 2, "en").clauses.last()
        tamper("UPDATE legal_clause SET position = 99 WHERE id = %s", clause.pk)
        assert found() == [
            f"legal_clause {clause.pk} (terms 2 en {clause.ref}): it is not what the text says there."
        ]

    def test_when_it_has_another_name(self, host):
        clause = Clause.objects.get(text=text_of("terms", 2, "en"), ref="c1")
        tamper("UPDATE legal_clause SET ref = 'c9' WHERE id = %s", clause.pk)
        assert f"legal_clause {clause.pk} (terms 2 en c9): it is not what the text says there." in found()

    def test_when_it_is_gone(self, host):
        text = text_of("terms", 2, "en")
        tamper("DELETE FROM legal_clause WHERE text_id = %s AND ref = 'c1'", text.pk)
        kept = text.clauses.count()
        assert found() == [
            f"legal_text {text.pk} (terms 2 en): it has {kept + 1} clauses and {kept} are kept."
        ]


class TestAVersionIsNamed:
    @pytest.mark.parametrize(
        "change",
        [
            "significant = true",
            "effective_at = effective_at + interval '1 second'",
            "published_at = published_at - interval '1 second'",
            "authoritative_language = 'en'",
            "digest = repeat('0', 64)",
        ],
    )
    def test_when_a_fact_is_altered(self, host, change):
        version = version_of("terms", 2)
        tamper(f"UPDATE legal_version SET {change} WHERE id = %s", version.pk)
        assert any(
            row.startswith(f"legal_version {version.pk} (terms 2): its digest is not") for row in found()
        )

    def test_when_it_does_not_follow_the_one_before(self, host):
        version = version_of("terms", 3)
        tamper("UPDATE legal_version SET previous_digest = '' WHERE id = %s", version.pk)
        assert (
            f"legal_version {version.pk} (terms 3): it does not follow the version before it: that digest is another."
            in found()
        )  # noqa: E501

    def test_when_the_one_before_is_gone(self, host):
        second, third = version_of("terms", 2), version_of("terms", 3)
        tamper("DELETE FROM legal_version WHERE id = %s", second.pk)
        said = found()
        assert f"legal_version {third.pk} (terms 3): version 2, which comes before it, is missing." in said
        assert f"legal_version {second.pk}: the journal says it was published, and it is not there." in said

    def test_when_it_was_the_last_and_is_gone(self, host):
        third = version_of("terms", 3)
        tamper("DELETE FROM legal_version WHERE id = %s", third.pk)
        assert found() == [
            f"legal_version {third.pk}: the journal says it was published, and it is not there.",
        ]

    def test_when_every_hash_was_computed_anew_to_hide_it(self, host):
        version = version_of("terms", 3)
        version.significant = True
        tamper(
            "UPDATE legal_version SET significant = true, digest = %s WHERE id = %s",
            version.fingerprint(),
            version.pk,
        )
        assert found() == [
            f"legal_version {version.pk} (terms 3): its digest is not the one the journal noted at publication."
        ]

    def test_when_it_was_slipped_in(self, host):
        draft = Version.objects.drafts().get()
        draft.published_at = draft.effective_at = NOON + timedelta(days=9)
        tamper(
            "UPDATE legal_version SET published_at = %s, effective_at = %s, digest = %s WHERE id = %s",
            draft.published_at, draft.effective_at, draft.fingerprint(), draft.pk,
        )  # fmt: skip
        assert f"legal_version {draft.pk} (terms 4): the journal does not know of its publication." in found()


class TestAnAcceptanceIsNamed:
    def test_when_it_names_another_hash(self, host):
        acceptance = Acceptance.objects.first()
        tamper("UPDATE legal_acceptance SET sha256 = repeat('0', 64) WHERE id = %s", acceptance.pk)
        assert found() == [f"legal_acceptance {acceptance.pk}: the SHA-256 accepted is not that of its text."]

    def test_when_it_points_to_another_text(self, host):
        acceptance = Acceptance.objects.filter(text__version__document__slug="terms").first()
        other = text_of("terms", 1, "en")
        tamper("UPDATE legal_acceptance SET text_id = %s WHERE id = %s", other.pk, acceptance.pk)
        assert found() == [f"legal_acceptance {acceptance.pk}: the SHA-256 accepted is not that of its text."]

    def test_when_its_text_was_never_published(self, host):
        acceptance = Acceptance.objects.first()
        draft = Text.objects.filter(version__published_at=None).first()
        tamper(
            "UPDATE legal_acceptance SET text_id = %s, sha256 = %s WHERE id = %s",
            draft.pk,
            draft.sha256,
            acceptance.pk,
        )
        assert found() == [f"legal_acceptance {acceptance.pk}: its text was never published."]


@pytest.mark.parametrize("guard", sorted(GUARDS))
def test_a_guard_that_was_switched_off_is_named(host, guard):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {guard.removesuffix('_final')} DISABLE TRIGGER {guard}")
    assert found() == [f"{guard}: this trigger, which refuses changes, is missing or switched off."]


class TestOnceADay:
    @pytest.fixture(autouse=True)
    def operators(self, settings):
        settings.ADMINS = [("", "ops@example.org")]

    def test_what_was_found_is_written_down(self, host):
        assert verify_daily(NOON)
        entry = Entry.objects.of("legal.verified").get()
        assert entry.details == {
            "texts": Text.objects.filter(version__published_at__lte=NOON + timedelta(days=9)).count(),
            "findings": 0,
        }
        assert not Letter.objects.filter(recipient="ops@example.org").exists()

    def test_once_and_not_again_before_a_day_has_passed(self, host):
        verify_daily(NOON)
        at = Entry.objects.of("legal.verified").get().at
        assert not verify_daily(at + timedelta(hours=23))
        assert verify_daily(at + timedelta(hours=25))

    def test_the_operators_are_written_to_when_something_differs(self, host):
        text = Text.objects.filter(version__published_at__isnull=False).first()
        tamper("UPDATE legal_text SET markdown = markdown || ' ' WHERE id = %s", text.pk)
        verify_daily(NOON)
        assert Entry.objects.of("legal.verified").get().details["findings"] >= 1
        assert f"legal_text {text.pk}" in Letter.objects.get(recipient="ops@example.org").body
