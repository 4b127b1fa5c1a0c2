"""`manage.py legal_export`: a tree for a public repository, and back."""

import json
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from legal.editions import Edition, Sheet
from legal.frontmatter import compose, parse
from legal.models import Document, Version
from legal.starters import publish_starters
from legal.verbs import Manuscript, PublicationRefused, begin_draft, ensure_document, import_editions, publish
from tests.factories import NOON, published

pytestmark = pytest.mark.django_db


def files_in(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()
    }


def export(folder, **options):
    call_command("legal_export", folder, **options)
    return files_in(folder)


def facts():
    """All that is public of every version, in order."""
    return [
        (
            (v.document.slug, v.document.in_acceptance_set, v.document.position),
            (v.number, v.published_at, v.effective_at, v.significant, v.authoritative_language),
            (v.previous_digest, v.digest),
            [
                (t.language, t.title, t.changes, t.markdown, t.html, t.sha256)
                + ([(c.ref, c.position, c.lead, c.markdown, c.is_heading) for c in t.clauses.all()],)
                for t in v.texts.all()
            ],
        )
        for v in Version.objects.exclude(published_at=None)
        .select_related("document")
        .prefetch_related("texts__clauses")
        .order_by("document__slug", "number")
    ]


@contextmanager
def undone():
    """What happens inside is as if it had never been: the database lets nobody delete what was published."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class TestATree:
    def test_has_a_file_for_each_document_version_and_language_and_an_index(self, tmp_path):
        publish_starters(at=NOON)
        published("terms", at=NOON + timedelta(days=1))
        tree = export(tmp_path / "out")
        assert sorted(tree) == sorted(
            [
                *("README.md", "index.json", "legal-notice/001.en.md", "legal-notice/001.fr.md"),
                *("technical-report/001.en.md", "technical-report/001.fr.md"),
                *("terms/001.en.md", "terms/001.fr.md", "terms/002.en.md", "terms/002.fr.md"),
            ]
        )
        index = json.loads(tree["index.json"])
        terms = next(d for d in index["documents"] if d["kind"] == "terms")
        assert [v["digest"] for v in terms["versions"]] == [
            v.digest for v in Version.objects.filter(document__slug="terms").order_by("number")
        ]
        for listed in [v for d in index["documents"] for v in d["versions"]]:
            for text in listed["texts"]:
                assert text["file"] in tree
                assert f"({text['file']})" in tree["README.md"].decode()

    def test_says_of_each_text_all_that_is_known_and_then_its_very_words(self, tmp_path):
        version = published("terms", at=NOON, effective_at=NOON + timedelta(days=30, microseconds=5))
        text = version.text_in("fr")
        file = export(tmp_path / "out")["terms/001.fr.md"].decode()
        head, _dashes, words = file.partition("\n---\n\n")
        assert head.splitlines() == [
            "---",
            "title: terms (fr)",
            "kind: terms",
            "must_be_accepted: true",
            "position: 0",
            "number: 1",
            "language: fr",
            "authoritative: true",
            "published: 2026-03-02T12:00:00+00:00",
            "effective: 2026-04-01T12:00:00.000005+00:00",
            "significant: true",
            "changes: First version.",
            f"sha256: {text.sha256}",
            "previous:",
            f"digest: {version.digest}",
            "clauses: i0 our-commitments c1 c6 your-commitments u5 u6 personal-data",
        ]
        assert sha256(words.encode()).hexdigest() == text.sha256

    def test_is_the_same_to_the_byte_when_written_again(self, tmp_path, capsys):
        publish_starters(at=NOON)
        first = export(tmp_path / "out")
        times = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
        capsys.readouterr()
        assert export(tmp_path / "out") == first == export(tmp_path / "another")
        assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == times
        assert "8 files" in capsys.readouterr().out

    def test_only_gains_files_with_a_new_version(self, tmp_path):
        published("terms", at=NOON)
        first = export(tmp_path / "out")
        published("terms", at=NOON + timedelta(days=1))
        second = export(tmp_path / "out")
        changed = {path for path in second if second[path] != first.get(path)}
        assert changed == {"README.md", "index.json", "terms/002.en.md", "terms/002.fr.md"}

    def test_holds_no_draft(self, tmp_path):
        published("terms")
        first = export(tmp_path / "out")
        begin_draft("terms")
        assert export(tmp_path / "out") == first

    def test_can_be_counted_before_it_is_written(self, tmp_path, capsys):
        published("terms")
        call_command("legal_export", tmp_path / "out", dry_run=True)
        assert not (tmp_path / "out").exists()
        assert "4 to write" in capsys.readouterr().out

    def test_of_nothing_is_refused(self, tmp_path):
        with pytest.raises(CommandError, match="nothing to export"):
            call_command("legal_export", tmp_path / "out")
        assert not (tmp_path / "out").exists()


class TestWhatIsNotOurs:
    @pytest.fixture(autouse=True)
    def terms(self, db):
        return published("terms")

    def refuse(self, folder):
        before = files_in(folder)
        with pytest.raises(CommandError) as refusal:
            call_command("legal_export", folder)
        assert files_in(folder) == before
        return str(refusal.value)

    def test_a_folder_of_other_things_is_refused(self, tmp_path):
        (tmp_path / "README.md").write_text("My project")
        assert "holds other things (README.md…)" in self.refuse(tmp_path)

    def test_an_empty_repository_is_welcome(self, tmp_path):
        (tmp_path / ".git").mkdir()
        (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main")
        assert "terms/001.fr.md" in export(tmp_path)

    def test_an_index_of_something_else_is_refused(self, tmp_path):
        for content in (
            "[]",
            "{",
            "{}",
            '{"format": "other"}',
            '{"format": "chatons-portal legal archive 1"}',
        ):
            (tmp_path / "index.json").write_text(content)
            assert "index.json: this index was not written by a portal" in self.refuse(tmp_path)

    def list_too(self, folder, path, content=b"old"):
        index = json.loads((folder / "index.json").read_text())
        index["files"][path] = sha256(content).hexdigest()
        (folder / "index.json").write_text(json.dumps(index))

    def test_files_of_an_earlier_export_go_and_others_stay(self, tmp_path, capsys):
        folder = tmp_path / "out"
        first = export(folder)
        (folder / "charter").mkdir()
        (folder / "charter" / "001.fr.md").write_bytes(b"old")
        (folder / "terms" / "009.fr.md").write_bytes(b"old, and then edited")
        (folder / "notes.md").write_text("mine")
        self.list_too(folder, "charter/001.fr.md")
        self.list_too(folder, "terms/009.fr.md")
        second = export(folder)
        assert second == first | {"terms/009.fr.md": b"old, and then edited", "notes.md": b"mine"}
        assert not (folder / "charter").exists()
        said = capsys.readouterr().out
        assert "1 of an earlier export removed" in said
        assert "009.fr.md was changed by somebody: left alone" in said

    @pytest.mark.parametrize(
        "path", ["../outside/001.fr.md", "/etc/001.fr.md", "a/b/001.fr.md", ".git/001.md", "x.md"]
    )
    def test_an_index_cannot_point_out_of_the_folder(self, tmp_path, path):
        folder = tmp_path / "out"
        export(folder)
        self.list_too(folder, path)
        assert "is no path of an export" in self.refuse(folder)
        with pytest.raises(CommandError, match="is no path of an export"):
            call_command("legal_import", folder)

    def test_a_file_in_the_way_is_refused(self, tmp_path):
        folder = tmp_path / "out"
        export(folder)
        (folder / "terms" / "002.fr.md").write_text("mine")
        published("terms", at=NOON + timedelta(days=1))
        assert "002.fr.md is there and no export wrote it" in self.refuse(folder)

    def test_a_linked_folder_is_not_entered(self, tmp_path):
        folder, outside = tmp_path / "out", tmp_path / "outside"
        outside.mkdir()
        folder.mkdir()
        (folder / "index.json").write_text('{"format": "chatons-portal legal archive 1", "files": {}}')
        (folder / "terms").symlink_to(outside)
        with pytest.raises(CommandError, match="terms is a link or a file where a folder should be"):
            call_command("legal_export", folder)
        assert not list(outside.iterdir())

    def test_a_linked_folder_is_not_emptied(self, tmp_path):
        folder, outside = tmp_path / "out", tmp_path / "outside"
        export(folder)
        outside.mkdir()
        (outside / "001.fr.md").write_bytes(b"old")
        (folder / "charter").symlink_to(outside)
        self.list_too(folder, "charter/001.fr.md")
        with pytest.raises(CommandError, match="charter is a link"):
            call_command("legal_export", folder)
        assert (outside / "001.fr.md").read_bytes() == b"old"

    def test_a_linked_file_is_not_written_through(self, tmp_path):
        folder, outside = tmp_path / "out", tmp_path / "outside.md"
        export(folder)
        outside.write_text("precious")
        (folder / "terms" / "001.fr.md").unlink()
        (folder / "terms" / "001.fr.md").symlink_to(outside)
        with pytest.raises(CommandError, match="001.fr.md"):
            call_command("legal_export", folder)
        assert outside.read_text() == "precious"
        with pytest.raises(CommandError, match="is a link, no text"):
            call_command("legal_import", folder)

    def test_a_folder_that_cannot_be_made_is_refused(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(CommandError, match="file"):
            call_command("legal_export", tmp_path / "file" / "out")


class TestAndBack:
    def test_gives_the_same_to_an_empty_portal_and_nothing_to_a_full_one(self, tmp_path, capsys):
        with undone():
            publish_starters(at=NOON)
            published("terms", at=NOON + timedelta(days=1), significant=False)
            published("charter", source="Words.", at=NOON, languages=("en",), in_acceptance_set=False)
            before, tree = facts(), export(tmp_path / "out")
        assert not Document.objects.exists()
        call_command("legal_import", tmp_path / "out")
        assert facts() == before
        assert export(tmp_path / "again") == tree
        capsys.readouterr()
        call_command("legal_import", tmp_path / "out")
        assert "Imported 0 versions; 5 already there" in capsys.readouterr().out
        call_command("legal_verify")

    def test_adds_what_the_portal_lacks(self, tmp_path):
        published("terms", at=NOON)
        with undone():
            published("terms", at=NOON + timedelta(days=1))
            before, _tree = facts(), export(tmp_path / "out")
        call_command("legal_import", tmp_path / "out")
        assert facts() == before

    def test_fills_nothing_in_again(self, tmp_path):
        source = tmp_path / "charter.md"
        source.write_text("---\ndate: 2019-01-01\n---\nAt {{ host_name }}.")
        with undone():
            call_command(
                "legal_import", source, kind="charter", lang=["en"], title="C", changes="N.", verbatim=True
            )
            before, _tree = facts(), export(tmp_path / "out")
        call_command("legal_import", tmp_path / "out")
        assert facts() == before
        assert Version.objects.get().text_in("en").markdown == "At {{ host_name }}.\n"

    def test_keeps_ids_that_nobody_could_guess(self):
        text = "## One\n\n## Two\n"
        sheet = Sheet("here", "en", "T", "C", text, True, sha256(text.encode()).hexdigest(), ("x", "y"))
        import_editions([Edition("charter", (sheet,), "en", published_at=NOON)], at=NOON)
        assert [c.ref for c in Version.objects.get().text_in("en").clauses.all()] == ["x", "y"]

    def test_is_refused_where_another_version_has_the_number(self, tmp_path):
        with undone():
            published("terms", at=NOON)
            export(tmp_path / "out")
        published("terms", at=NOON + timedelta(days=1))
        with pytest.raises(CommandError, match="the portal has another version 1 of “terms”"):
            call_command("legal_import", tmp_path / "out")

    @pytest.mark.parametrize(
        ("old", "new", "complaint"),
        [
            ("Nothing is sold.", "Everything is sold.", "001.en.md: its text does not have the SHA-256"),
            ("significant: true", "significant: false", "contradicts|does not make its digest"),
            ("changes: First version.", "changes: Nothing much.", "does not make its digest"),
            ("published: 2026-03-02", "published: 2026-03-01", "does not make its digest|two files|number"),
            ("clauses: i0 our", "clauses: x0 our", "the clauses it names are not those"),
            ("clauses: i0 our", "clauses: our", "the clauses it names are not those"),
            ("number: 1", "number: 2", "does not make its digest"),
        ],
    )
    def test_is_refused_once_somebody_altered_it(self, tmp_path, old, new, complaint):
        with undone():
            published("terms", at=NOON)
            export(tmp_path / "out")
        path = tmp_path / "out" / "terms" / "001.en.md"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        with pytest.raises(CommandError, match=complaint):
            call_command("legal_import", tmp_path / "out")
        assert not Document.objects.exists()

    def test_is_refused_when_a_file_is_missing_or_there_is_no_index(self, tmp_path):
        with pytest.raises(CommandError, match="holds no index.json"):
            call_command("legal_import", tmp_path)
        with undone():
            published("terms", at=NOON)
            export(tmp_path / "out")
        (tmp_path / "out" / "terms" / "001.en.md").unlink()
        with pytest.raises(CommandError, match="001.en.md cannot be read"):
            call_command("legal_import", tmp_path / "out")


# What authors write, and what they should not.
words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x00"),
    min_size=1,
    max_size=30,
)
markup = st.sampled_from(
    [
        *("## Heading", "## Heading {#named}", "### Deeper", "1. Item", "1. Item\n2. Item {#two}\n3. Item", "- dot"),
        *("Paragraph {#para}", "{{ host_name }}", "{{ Host }}", "```\n---\n{{ host_name }}\n```"),
        "| a |\n|---|\n| 1 |",
        *("---", "> quote", "Setext\n---", "   - deep\n\n     1. deeper", "<b>html</b>", "[link](/x \"y\")", "{#lone}"),
        *("title: x", "﻿", "\u2028", "\x85", "\x0c", "&amp;", "\\", "*"),
    ]
)  # fmt: skip
sources = st.lists(words | markup, min_size=1, max_size=8).map("\n\n".join)
one_line = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40
) | st.sampled_from(
    ['"quoted"', "'single'", '"half', "a: b", "---", "\\", "''", '"', "line\nbreak", "{{ site_url }}"]
)
gaps = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=900))


@st.composite
def manuscripts(draw):
    languages = draw(st.sampled_from([("fr",), ("en",), ("fr", "en"), ("en", "fr")]))
    return {
        language: Manuscript("T" + draw(one_line), "C" + draw(one_line), draw(sources))
        for language in languages
    }


class TestAnyDocuments:
    @settings(deadline=None, max_examples=25)
    @given(
        st.lists(
            st.tuples(st.sampled_from(["a", "b-2"]), manuscripts(), gaps, gaps, st.booleans()), max_size=6
        ),
        st.booleans(),
        st.integers(0, 32767),
    )
    def test_come_back_as_they_were(self, versions, in_acceptance_set, position):
        with undone(), tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            with undone():
                at = datetime(2001, 2, 3, tzinfo=UTC)
                for slug, texts, before, notice, significant in versions:
                    at += min(before, timedelta(days=365))
                    ensure_document(slug, in_acceptance_set=in_acceptance_set, position=position)
                    try:
                        publish(
                            slug,
                            texts,
                            authoritative=next(iter(texts)),
                            at=at,
                            effective_at=at + notice,
                            significant=significant,
                            every_language=False,
                        )
                    except PublicationRefused:
                        continue
                kept = facts()
                if kept:
                    tree = export(folder / "out")
            if kept:
                assert not Document.objects.exists()
                call_command("legal_import", folder / "out")
                assert facts() == kept
                assert export(folder / "again") == tree
                call_command("legal_verify", quiet=True)


class TestFrontMatter:
    @given(
        st.dictionaries(
            st.from_regex(r"[a-z][a-z_]{0,11}", fullmatch=True), one_line.map(str.strip), max_size=5
        ),
        sources,
    )
    def test_is_read_as_it_was_written(self, written, text):
        names = {"slug", "lang", "date", "published_at", "effective_at"}
        written = {name: value for name, value in written.items() if name not in names}
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        for foreign in (False, True):
            file = parse(compose(written, f"{text}\n").encode(), "x", foreign=foreign)
            assert (file.facts, file.text) == (written, text)
