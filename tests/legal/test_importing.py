"""`manage.py legal_import`: files of one's own, and what a git repository remembers."""

import os
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from journal.models import Entry
from legal.editions import LONGEST_CHANGES, LONGEST_TITLE, Edition, Sheet
from legal.models import Document, Text, Version
from legal.verbs import PublicationRefused, begin_draft, import_editions
from outbox.models import Letter
from tests.factories import NOON, TERMS, published

pytestmark = pytest.mark.django_db

PERSONAL = "## Personal data {#personal-data}\n\nKept for as long as the account."


@pytest.fixture
def write(tmp_path):
    def _write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write


def refuse(*arguments, **options):
    """What the command says when it refuses; nothing must be left of it."""
    before = Document.objects.count(), Version.objects.count(), Entry.objects.count()
    with pytest.raises(CommandError) as refusal:
        call_command("legal_import", *arguments, **options)
    assert (Document.objects.count(), Version.objects.count(), Entry.objects.count()) == before
    return str(refusal.value)


class TestStarters:
    def test_publish_three_documents_in_two_languages_once(self, capsys):
        call_command("legal_starters")
        assert capsys.readouterr().out.count("Published") == 3
        call_command("legal_starters")
        assert capsys.readouterr().out == ""
        for version in Version.objects.all():
            assert {text.language for text in version.texts.all()} == {"fr", "en"}
            assert version.authoritative_language == "fr"

    def test_leave_alone_what_the_host_brought(self, write):
        path = write("t.md", "1. Vos données personnelles.")
        call_command("legal_import", path, kind="terms", lang=["fr"], title="CGU", changes="Début.")
        call_command("legal_starters")
        assert Version.objects.get(document__slug="terms").text_in("fr").title == "CGU"


class TestATextOfOnesOwn:
    def load(self, path, *options):
        call_command(
            "legal_import",
            path,
            "--kind=terms",
            "--lang=en",
            "--title=Terms of Service",
            "--changes=First.",
            *options,
        )

    def test_is_published_now_as_the_next_version(self, write, capsys):
        published("terms", at=NOON)
        path = write(
            "terms.txt",
            "Last update: June 18, 2019\r\n\r\nOur commitments\r\n\r\n  1. We respect your personal data.\r\n",
        )
        self.load(path)
        assert "terms, version 2" in capsys.readouterr().out
        version = Version.objects.get(number=2)
        assert version.text_in("en").clauses.first().lead == "We respect your personal data."
        assert version.significant
        assert datetime.now(UTC) - version.published_at < timedelta(minutes=1)

    def test_changes_nothing_the_second_time(self, write, capsys):
        path = write("terms.md", PERSONAL)
        self.load(path)
        self.load(path)
        assert Version.objects.count() == 1
        assert "0 versions; 0 already there, 1 without any change" in capsys.readouterr().out

    def test_says_of_itself_what_it_is(self, write):
        french = write(
            "cgu.md",
            "---\ntitle: Conditions\nkind: terms\nlanguage: fr\nchanges: Tout est neuf.\nmust_be_accepted: true\n"
            "editorial: true\neffective: 2999-01-31\n---\n## Données personnelles\n",
        )
        english = write(
            "terms.md",
            "---\ntitle: \"Terms\"\nslug: terms\nlang: en\nauthoritative: true\nchanges: 'All''s new.'\n---\n"
            + PERSONAL,
        )
        published("terms", at=NOON)
        call_command("legal_import", french, english)
        version = Version.objects.get(number=2)
        assert version.authoritative_language == "en"
        assert not version.significant
        assert version.effective_at.date().isoformat() == "2999-01-30"  # midnight in Paris
        assert version.text_in("en").changes == "All's new."
        assert version.text_in("en").title == "Terms"

    def test_takes_the_place_of_a_kind_every_host_has(self, write):
        for kind in ("terms", "technical-report", "charter"):
            path = write(f"{kind}.md", f"---\ndate: 2019-01-01\nkind: {kind}\n---\nText")
            call_command("legal_import", path, lang=["en"], title="T", changes="N.")
        assert [(d.slug, d.in_acceptance_set) for d in Document.objects.all()] == [
            ("terms", True),
            ("technical-report", False),
            ("charter", False),
        ]

    def test_joins_the_acceptance_set_when_the_operator_says_so(self, write):
        path = write("privacy.md", "## Privacy")
        call_command(
            "legal_import",
            path,
            kind="privacy",
            lang=["en"],
            title="P",
            changes="New.",
            must_be_accepted=True,
        )
        assert Document.objects.get(slug="privacy").in_acceptance_set

    def test_has_its_first_heading_for_title_and_the_others_below(self, write):
        path = write("p.md", "# Privacy *policy*\n\n# We\n\nWords.\n\nYou\n---\n\n> # Q\n\nEnd\n===\n")
        call_command("legal_import", path, kind="privacy", lang=["en"], changes="New.")
        text = Text.objects.get()
        assert text.title == "Privacy policy"
        assert text.markdown == "## We\n\nWords.\n\n### You\n\n> ## Q\n\nEnd\n---\n"

    @pytest.mark.parametrize(
        ("words", "option", "title", "kept"),
        [
            ("# One\n\nText", "Ours", "One", "Text\n"),
            ("# One\n\nText\n\n# Two", "Ours", "Ours", "## One\n\nText\n\n## Two\n"),
            ("---\ntitle: Ours\n---\n# One\n\nText", "", "Ours", "## One\n\nText\n"),
            ("---\ntitle: One\n---\n# One\n\nText", "", "One", "Text\n"),
            ("Text\n\n# One", "Ours", "Ours", "Text\n\n## One\n"),
            ("# \n\n```\n# no heading\n```", "Ours", "Ours", "## \n\n```\n# no heading\n```\n"),
        ],
    )
    def test_loses_no_heading(self, write, words, option, title, kept):
        call_command("legal_import", write("p.md", words), kind="p", lang=["en"], changes="N.", title=option)
        assert (Text.objects.get().title, Text.objects.get().markdown) == (title, kept)

    def test_can_be_tried_without_keeping_it(self, write, capsys):
        call_command(
            "legal_import", write("t.md", PERSONAL), kind="terms", lang=["en"], title="T", changes="N.",
            dry_run=True,
        )  # fmt: skip
        assert "terms, version 1" in capsys.readouterr().out
        assert not Document.objects.exists()

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            (b"first\nsecond \xff\n", "t.md, line 2, is not UTF-8"),
            ("UTF-16".encode("utf-16"), "t.md, line 1, is not UTF-8"),
            (b"first\n\nthird \x00\n", "t.md, line 3, holds a NUL"),
            (b"", "t.md, line 1: there is no text"),
            (b"---\ntitle: T\n---\n\n \n", "t.md, line 4: there is no text"),
            (b"---\ntitle Conditions\n---\nText", "t.md, line 2: write"),
            (b"---\ntitle: T\nsignificant: perhaps\n---\nText", "t.md, line 3: write “true” or “false”"),
            (b"---\neffective: tomorrow\n---\nText", "t.md, line 2: “tomorrow” is no date"),
            (b"---\ndate: 2026-02-30\n---\nText", "t.md, line 2: “2026-02-30” is no date"),
            (b"---\nnumber: ten\n---\nText", "t.md, line 2: write a whole number"),
            (b"---\nnumber: 7\n---\nText", "t.md says it is version 7; the next one of “terms” is 1"),
            (b"---\nlanguage: de\n---\nText", "t.md: the portal does not speak “de”"),
            (b"Hello {{ who }}", "t.md: .*The variable “who” is unknown"),
            (b"No word on what must be said.", "t.md: terms .* personal data"),
            (b"---\nkind: Our terms\n---\nText", "t.md: “Our terms”: Enter a valid"),
            (b"## A {#a}\n\n## B {#a}", "t.md: .*used twice"),
            (b"---\ndate: 2999-01-01\n---\nText", "t.md is dated 2999-01-01T00:00:00.* still to come"),
            (
                b"---\ndate: 2020-01-02\neffective: 2020-01-01\n---\nT",
                "t.md: a version cannot take effect before",
            ),
        ],
    )
    def test_that_cannot_be_used_is_refused_by_name_and_line_and_nothing_is_kept(
        self, write, content, complaint
    ):
        path = write("t.md", content)
        with pytest.raises(CommandError, match=complaint):
            self.load(path)
        assert not Document.objects.exists()

    @pytest.mark.parametrize(
        ("options", "complaint"),
        [
            ({"lang": ["fr"]}, "which document"),
            ({"kind": "terms"}, "its language"),
            ({"kind": "terms", "lang": ["fr"], "changes": "N."}, "“title: …”"),
            ({"kind": "terms", "lang": ["fr"], "title": "T"}, "“changes: …”"),
            ({"kind": "terms", "lang": ["fr"], "title": "T" * 201, "changes": "N."}, "at most 200"),
            ({"kind": "terms", "lang": ["fr", "en"]}, "one --lang for each"),
            ({"kind": "terms", "lang": ["fr"], "effective": "tomorrow"}, "no date"),
            ({"kind": "terms", "lang": ["fr"], "file": ["x"]}, "go with --git"),
        ],
    )
    def test_must_come_with_what_it_needs(self, write, options, complaint):
        assert complaint in refuse(write("t.md", PERSONAL), **options)

    def test_that_is_not_there_is_refused(self, tmp_path):
        assert "cannot be read" in refuse(tmp_path / "none.md", kind="terms", lang=["fr"])

    def test_is_refused_with_another_text_of_the_same_version_in_the_same_language(self, write):
        options = {"kind": "terms", "lang": ["fr", "fr"], "title": "T", "changes": "N."}
        assert "two files" in refuse(write("a.md", PERSONAL), write("b.md", PERSONAL), **options)

    def test_is_refused_when_its_translation_contradicts_it(self, write):
        one = write("a.md", "---\nlanguage: fr\nsignificant: true\n---\nA")
        other = write("b.md", "---\nlanguage: en\nsignificant: false\n---\nB")
        said = refuse(one, other, kind="terms", title="T", changes="N.")
        assert "b.md, line 3 contradicts" in said

    def test_leaves_the_draft_of_the_desk_alone(self, write):
        published("terms")
        begin_draft("terms")
        said = refuse(
            write("t.md", PERSONAL + " {{site_url}}"), kind="terms", lang=["en"], title="T", changes="N."
        )
        assert "Publish or discard that draft first" in said


class TestAPastVersion:
    """A file with a date is history."""

    def dated(self, write, day, words, **facts):
        facts = {
            "title": "Terms",
            "kind": "terms",
            "language": "en",
            "changes": "Words.",
            "date": day,
        } | facts
        head = "".join(f"{name}: {value}\n" for name, value in facts.items())
        return write(f"{day[:10]}.md", f"---\n{head}---\n{words}")

    def test_is_kept_as_of_its_date_in_the_order_of_dates(self, write):
        later = self.dated(write, "2020-05-01T10:00:00+00:00", "## Two", effective="2020-06-01")
        earlier = self.dated(write, "2019-01-01", "## One")
        call_command("legal_import", later, earlier)
        one, two = Version.objects.order_by("number")
        assert one.published_at == one.effective_at == datetime(2018, 12, 31, 23, tzinfo=UTC)
        assert two.published_at == datetime(2020, 5, 1, 10, tzinfo=UTC)
        assert two.effective_at == datetime(2020, 5, 31, 22, tzinfo=UTC)
        assert two.previous_digest == one.digest == one.fingerprint()
        assert (one.significant, two.significant) == (True, False)
        assert Entry.objects.about(two).of("legal.imported").get().details["digest"] == two.digest

    def test_writes_to_nobody_and_asks_nobody(self, write, sami):
        before = Letter.objects.count()
        path = self.dated(write, "2026-04-01", "## Another")
        call_command("legal_import", path)
        assert Version.objects.filter(document__slug="terms").count() == 2
        assert Letter.objects.count() == before
        assert Version.objects.required_through(NOON + timedelta(days=90)) == sami.accepted_through

    def test_asks_when_it_is_said_to_be_significant_and_still_writes_to_nobody(self, write, sami):
        before = Letter.objects.count()
        call_command("legal_import", self.dated(write, "2026-04-01", "## Another", significant="yes"))
        assert Letter.objects.count() == before
        newest = Version.objects.get(document__slug="terms", number=2)
        required = Version.objects.required_through(NOON + timedelta(days=90))
        assert required == newest.effective_at > User.objects.get(pk=sami.pk).accepted_through

    def test_of_a_new_document_that_must_be_accepted_asks_those_who_never_saw_it(self, write, sami):
        path = self.dated(write, "2019-01-01", "## Old", kind="charter", must_be_accepted="true")
        call_command("legal_import", path)
        charter = Version.objects.get(document__slug="charter")
        assert User.objects.get(pk=sami.pk).accepted_through < charter.effective_at

    def test_changes_nothing_the_second_time(self, write, settings, capsys):
        paths = [self.dated(write, f"20{y}-01-01", f"## {y} {{{{ host_name }}}}") for y in (18, 19, 20)]
        call_command("legal_import", *paths)
        settings.HOST = {**settings.HOST, "name": "Renamed meanwhile"}
        capsys.readouterr()
        call_command("legal_import", *paths)
        assert "Imported 0 versions; 3 already there" in capsys.readouterr().out
        assert Version.objects.count() == 3

    def test_without_any_change_of_the_text_is_no_version(self, write):
        paths = [self.dated(write, f"20{y}-01-01", words) for y, words in ((18, "A"), (19, "A"), (20, "B"))]
        call_command("legal_import", *paths)
        call_command("legal_import", *paths)
        assert Version.objects.count() == 2

    def test_cannot_be_put_before_what_is_there(self, write):
        published("terms", at=NOON)
        said = refuse(self.dated(write, "2020-01-01", "## Old"))
        assert "2020-01-01.md is dated 2020-01-01T00" in said
        assert "the portal has version 1 of “terms” since 2026-03-02" in said

    def test_cannot_take_effect_before_the_one_it_follows(self, write):
        published("terms", at=NOON, effective_at=NOON + timedelta(days=30))
        assert "version 1 takes effect on 2026-04-01" in refuse(self.dated(write, "2026-03-10", "## New"))

    def test_leaves_the_draft_of_the_desk_alone(self, write):
        published("terms", at=NOON)
        begin_draft("terms")
        said = refuse(self.dated(write, "2026-03-10", "## New"))
        assert "Publish or discard that draft first" in said

    def test_is_not_kept_when_another_is_refused(self):
        sheet = Sheet("here", "en", "Title", "Changes.", "Text")
        good = Edition("charter", (sheet,), "en", published_at=NOON)
        bad = replace(good, sheets=(replace(sheet, title=""),))
        with pytest.raises(PublicationRefused):
            import_editions([good, bad], at=NOON)
        assert not Document.objects.exists()

    def test_need_not_say_what_is_required_today(self, write):
        call_command("legal_import", self.dated(write, "2019-01-01", "Be nice."))
        assert Text.objects.get().markdown == "Be nice.\n"


@pytest.fixture
def repository(tmp_path):
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    return Repository(tmp_path / "repository")


class Repository:
    """A real one. Every commit says when it was made."""

    def __init__(self, path):
        self.path = path
        path.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments, at="2019-01-01T00:00:00+00:00", committed=None):
        who = {"NAME": "Mona", "EMAIL": "mona@example.org"}
        names = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
        dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": committed or at}
        nobody = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "PATH": os.environ["PATH"]}
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, env=names | dates | nobody, check=True, capture_output=True
        )
        return done.stdout.decode().strip()

    def commit(self, content, at, message="Change the terms", name="terms.md", **more):
        path = self.path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.git("add", "--", name)
        self.git("commit", "-q", "--allow-empty-message", "-m", message, at=at, **more)
        return self.git("rev-parse", "HEAD")


def remember(repository, *options, file="terms.md"):
    call_command(
        "legal_import",
        f"--git={repository.path}",
        f"--file={file}",
        "--kind=terms",
        "--lang=en",
        "--title=Terms",
        *options,
    )
    return list(Version.objects.filter(document__slug="terms").order_by("number"))


class TestAHistory:
    def test_becomes_a_version_for_each_commit_at_its_instant(self, repository):
        commit = repository.commit("# Terms of use\n\n1. Be nice.\n", "2019-06-18T09:30:01+02:00", "Begin")
        repository.commit("other", "2019-06-18T10:00:00+02:00", name="other.md")
        repository.commit(
            "# Terms of use\n\n1. Be very nice.\n", "2019-06-18T10:30:00+02:00", "Insist\n\nA lot."
        )
        repository.commit(
            "# Terms of use\n\n1. Be very, very nice.\n", "2021-01-01T00:00:00-05:00", "Insist more"
        )
        versions = remember(repository)
        assert [v.published_at for v in versions] == [
            datetime(2019, 6, 18, 7, 30, 1, tzinfo=UTC),
            datetime(2019, 6, 18, 8, 30, tzinfo=UTC),
            datetime(2021, 1, 1, 5, tzinfo=UTC),
        ]
        assert [v.effective_at for v in versions] == [v.published_at for v in versions]
        assert [v.text_in("en").changes for v in versions] == ["Begin", "Insist", "Insist more"]
        assert [v.significant for v in versions] == [True, False, False]
        assert [v.previous_digest for v in versions] == ["", versions[0].digest, versions[1].digest]
        assert {clause.ref for v in versions for clause in v.text_in("en").clauses.all()} == {"be-nice"}
        origin = Entry.objects.about(versions[0]).of("legal.imported").get().details["origin"]
        assert origin == [f"terms.md at commit {commit[:12]}"]

    def test_makes_the_document_and_writes_to_nobody(self, repository, sami):
        repository.commit("Be nice.", "2026-04-01T00:00:00+00:00")
        before = Letter.objects.count()
        call_command(
            "legal_import",
            git=repository.path,
            file=["terms.md"],
            kind="manners",
            lang=["fr"],
            title="Manières",
        )
        document = Document.objects.get(slug="manners")
        assert not document.in_acceptance_set
        assert document.versions.get().authoritative_language == "fr"
        assert Letter.objects.count() == before

    def test_changes_nothing_the_second_time_and_adds_what_came_since(self, repository):
        repository.commit("A", "2019-01-01T00:00:00+00:00")
        repository.commit("B", "2019-01-01T00:00:00+00:00")
        repository.commit("A", "2019-01-01T00:00:00+00:00")  # the same second, and back again
        assert len(remember(repository)) == 3
        assert len(remember(repository)) == 3
        repository.commit("C", "2020-01-01T00:00:00+00:00")
        versions = remember(repository)
        assert [v.text_in("en").markdown for v in versions] == ["A\n", "B\n", "A\n", "C\n"]

    def test_follows_renames_and_passes_over_what_changed_no_word(self, repository):
        words = "\n".join(f"{n}. Rule {n}." for n in range(1, 9))
        repository.commit(words, "2019-01-01T00:00:00+00:00", name="cgu.txt")
        repository.git("mv", "cgu.txt", "terms.md")
        repository.git("commit", "-q", "-m", "Rename", at="2019-02-01T00:00:00+00:00")
        repository.commit(words.replace("\n", "\r\n") + "\r\n", "2019-03-01T00:00:00+00:00", "Line ends")
        repository.commit(words + "\n9. Rule 9.", "2019-04-01T00:00:00+00:00", "Another rule")
        versions = remember(repository)
        assert [v.published_at.month for v in versions] == [1, 4]

    def test_does_not_take_the_history_of_what_it_was_copied_from(self, repository):
        repository.commit(
            "Not terms at all, but long enough to be alike.\n" * 9, "2019-01-01T00:00:00+00:00", name="a"
        )
        (repository.path / "a").write_text("Now these are other words.\n")
        repository.git("add", "a")
        repository.commit(
            "Not terms at all, but long enough to be alike.\n" * 9 + "Terms.\n", "2020-01-01T00:00:00+00:00"
        )
        (repository.path / "copy.md").write_bytes((repository.path / "terms.md").read_bytes())
        repository.git("add", ".")
        repository.git("commit", "-q", "-m", "Copy", at="2021-01-01T00:00:00+00:00")
        assert [v.published_at.year for v in remember(repository, file="copy.md")] == [2021]

    def test_goes_on_over_a_file_that_was_gone_or_empty_for_a_while(self, repository, capsys):
        repository.commit("A", "2019-01-01T00:00:00+00:00")
        repository.git("rm", "-q", "terms.md")
        repository.git("commit", "-q", "-m", "Gone", at="2019-02-01T00:00:00+00:00")
        repository.commit("A", "2019-03-01T00:00:00+00:00")
        repository.commit(" \n", "2019-04-01T00:00:00+00:00")
        repository.commit("B", "2019-05-01T00:00:00+00:00")
        assert [v.published_at.month for v in remember(repository)] == [1, 5]
        said = capsys.readouterr().out
        assert "the file is gone. No version." in said
        assert "the file is empty. No version." in said

    def test_is_the_main_line_s_and_a_merge_counts_once(self, repository):
        repository.commit("A", "2019-01-01T00:00:00+00:00")
        repository.git("checkout", "-q", "-b", "idea")
        repository.commit("B", "2018-05-01T00:00:00+00:00", "Try")
        repository.commit("C", "2018-06-01T00:00:00+00:00", "Try again")
        repository.git("checkout", "-q", "main")
        message = "Merge pull request #1 from mona/idea\n\nSay C"
        repository.git("merge", "-q", "--no-ff", "-m", message, "idea", at="2019-07-01T00:00:00+00:00")
        versions = remember(repository)
        assert [v.text_in("en").markdown for v in versions] == ["A\n", "C\n"]
        assert versions[1].text_in("en").changes == "Say C"
        assert versions[1].published_at.month == 7

    def test_honours_the_front_matter_of_its_time_and_passes_over_what_it_does_not_know(self, repository):
        repository.commit(
            '---\nlayout: page\ntags:\n  - legal\n- odd\ntitle: "Our terms"\nchanges: We moved.\nsignificant: true\n'
            "effective: 2019-09-01\n---\nA",
            "2019-01-01T00:00:00+00:00",
        )
        repository.commit("---\nsignificant: true\n---\nB", "2019-02-01T00:00:00+00:00")
        repository.commit("---\neffective: 2001-01-01\n---\nC", "2020-02-01T00:00:00+00:00")
        repository.commit("---\nA text between rules\n---\nD", "2020-03-01T00:00:00+00:00")
        one, two, three, four = remember(repository)
        assert (one.text_in("en").title, one.text_in("en").changes) == ("Our terms", "We moved.")
        assert [v.significant for v in (one, two, three)] == [True, True, False]
        assert one.effective_at == two.effective_at == datetime(2019, 8, 31, 22, tzinfo=UTC)
        assert three.effective_at == three.published_at
        assert four.text_in("en").markdown == "---\nA text between rules\n---\nD\n"

    def test_passes_over_facts_of_its_time_that_it_cannot_read_and_says_so(self, repository, capsys):
        commit = repository.commit(
            "---\nsignificant: a bit\neffective: June 18, 2019\n---\nA", "2019-01-01T00:00:00+00:00"
        )
        (version,) = remember(repository)
        assert version.effective_at == version.published_at
        said = capsys.readouterr().out
        assert f"terms.md at commit {commit[:12]}, line 3: “June 18, 2019” is no date." in said
        assert f"{commit[:12]}, line 2: write “true” or “false”. Passed over." in said

    def test_may_be_all_significant(self, repository):
        for year in (2018, 2019):
            repository.commit(f"{year}", f"{year}-01-01T00:00:00+00:00")
        assert all(v.significant for v in remember(repository, "--significant"))

    def test_may_hold_two_languages(self, repository):
        repository.commit("A", "2019-01-01T00:00:00+00:00", name="en.md")
        repository.commit("A en français", "2019-02-01T00:00:00+00:00", name="fr.md")
        repository.commit("Bé", "2019-03-01T00:00:00+00:00", "Dire B", name="fr.md")
        repository.commit("B", "2019-04-01T00:00:00+00:00", "Say B", name="en.md")
        call_command(
            "legal_import",
            git=repository.path,
            file=["fr.md", "en.md"],
            kind="terms",
            lang=["fr", "en"],
            title="T",
        )
        versions = Version.objects.order_by("number")
        assert [{t.language: t.markdown.strip() for t in v.texts.all()} for v in versions] == [
            {"fr": "A en français", "en": "A"},
            {"fr": "Bé", "en": "A"},
            {"fr": "Bé", "en": "B"},
        ]
        assert {v.authoritative_language for v in versions} == {"fr"}
        said = [{t.changes for t in v.texts.all()} for v in versions]
        assert said == [{"Change the terms"}, {"Dire B"}, {"Say B"}]

    def test_fills_in_our_variables_unless_they_are_not_ours(self, repository, settings):
        settings.HOST = {**settings.HOST, "name": "Chez Mona"}
        repository.commit("{{ host_name }} hosts {{ page }}.", "2019-01-01T00:00:00+00:00")
        with pytest.raises(
            CommandError, match="terms.md at commit [0-9a-f]{12}: The variable “page” is unknown"
        ):
            remember(repository)
        assert (
            remember(repository, "--verbatim")[0].text_in("en").markdown
            == "{{ host_name }} hosts {{ page }}.\n"
        )

    def test_with_a_message_that_says_nothing_still_has_a_line_on_what_changed(self, repository):
        commit = repository.commit("A", "2019-01-01T00:00:00+00:00", "")
        repository.commit("B", "2019-01-02T00:00:00+00:00", "x" * 600)
        one, two = remember(repository)
        assert one.text_in("en").changes == f"Commit {commit[:12]}."
        assert two.text_in("en").changes == "x" * 499 + "…"


class TestAHistoryIsRefused:
    def refuse(self, repository, *options, file="terms.md"):
        return refuse(
            f"--git={repository.path}", f"--file={file}", "--kind=terms", "--lang=en", "--title=T", *options
        )

    def test_where_a_state_is_not_utf8(self, repository):
        repository.commit("A", "2019-01-01T00:00:00+00:00")
        commit = repository.commit(b"A\nB\xe9\n", "2019-01-02T00:00:00+00:00")
        repository.commit("C", "2019-01-03T00:00:00+00:00")
        assert f"terms.md at commit {commit[:12]}, line 2, is not UTF-8" in self.refuse(repository)

    def test_where_dates_are_out_of_order_unless_the_committers_are_not(self, repository):
        first = repository.commit("A", "2019-01-02T00:00:00+00:00")
        commit = repository.commit("B", "2019-01-01T00:00:00+00:00", committed="2019-01-03T00:00:00+00:00")
        said = self.refuse(repository)
        assert f"terms.md at commit {commit[:12]} is dated 2019-01-01" in said
        assert f"before terms.md at commit {first[:12]}" in said
        versions = remember(repository, "--committer-date")
        assert [v.published_at.day for v in versions] == [2, 3]

    def test_where_a_date_is_still_to_come(self, repository):
        commit = repository.commit("A", "2090-01-01T00:00:00+00:00")
        assert f"{commit[:12]} is dated 2090-01-01" in self.refuse(repository)

    def test_where_the_document_has_versions_already(self, repository):
        repository.commit("A", "2019-01-01T00:00:00+00:00")
        published("terms")
        assert "the portal has version 1 of “terms”" in self.refuse(repository)

    def test_where_it_holds_no_text(self, repository):
        repository.commit("\n", "2019-01-01T00:00:00+00:00")
        assert "holds no text at any commit" in self.refuse(repository)

    def test_where_the_file_never_was(self, repository):
        repository.commit("A", "2019-01-01T00:00:00+00:00")
        assert "none.md is at no commit" in self.refuse(repository, file="none.md")
        assert "-x is at no commit" in self.refuse(repository, file="-x")
        assert "*.md is at no commit" in self.refuse(repository, file="*.md")
        assert "git cannot read" in self.refuse(repository, file="../../etc/passwd")

    def test_where_a_state_is_a_link(self, repository):
        repository.commit("A", "2019-01-01T00:00:00+00:00")
        (repository.path / "terms.md").unlink()
        (repository.path / "terms.md").symlink_to("/etc/passwd")
        repository.git("commit", "-q", "-am", "Link", at="2019-01-02T00:00:00+00:00")
        assert "is a link, no text" in self.refuse(repository)

    def test_where_the_whole_is_not_there(self, repository, tmp_path):
        repository.commit("A", "2019-01-01T00:00:00+00:00")
        repository.commit("B", "2019-01-02T00:00:00+00:00")
        repository.git("clone", "-q", "--depth=1", f"file://{repository.path}", str(tmp_path / "shallow"))
        repository.path = tmp_path / "shallow"
        assert "--unshallow" in self.refuse(repository)

    def test_where_there_is_no_repository_or_no_commit(self, repository, tmp_path):
        assert "git cannot read" in self.refuse(repository)
        inside = repository.path / "inside"
        inside.mkdir()
        repository.path = inside
        assert "not a git repository" in self.refuse(repository)
        repository.path = tmp_path / "none"
        assert "is no folder" in self.refuse(repository)

    def test_where_git_is_missing(self, repository, monkeypatch, tmp_path):
        repository.commit("A", "2019-01-01T00:00:00+00:00")
        monkeypatch.setenv("PATH", str(tmp_path))
        assert "git is not installed" in self.refuse(repository)

    def test_where_a_file_or_language_is_not_named(self, repository):
        assert "one --lang for each --file" in refuse(
            f"--git={repository.path}", "--kind=terms", "--file=terms.md"
        )
        assert "--git PATH --file" in refuse(f"--git={repository.path}")

    def test_as_a_whole_when_the_last_commit_is_bad(self, repository):
        for day in range(1, 9):
            repository.commit(f"## Rule {day}", f"2019-01-0{day}T00:00:00+00:00")
        repository.commit("## A {#a}\n\n## B {#a}", "2019-02-01T00:00:00+00:00")
        assert "used twice" in self.refuse(repository)


class TestARepositoryOfSomebodyElse:
    def test_runs_nothing_it_is_configured_to_run(self, repository, tmp_path):
        """Its configuration may name programs: for signatures, differences, watching files, fetching."""
        repository.commit("A", "2019-01-01T00:00:00+00:00")
        trap, sprung = tmp_path / "trap", tmp_path / "sprung"
        trap.write_text(f"#!/bin/sh\necho $0 >> {sprung}\n")
        trap.chmod(0o755)
        settings = [
            "gpg.program",
            "core.fsmonitor",
            "core.pager",
            "core.sshCommand",
            "diff.external",
            "pager.log",
        ]
        for name in [*settings, "diff.x.textconv", "filter.x.smudge", "core.alternateRefsCommand"]:
            repository.git("config", name, str(trap))
        repository.git("config", "log.showSignature", "true")
        signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----"
        signed = repository.git("cat-file", "commit", "HEAD").replace("\n\n", f"\n{signature}\n\n", 1)
        (repository.path / "signed").write_text(f"{signed}\n")
        repository.git("update-ref", "HEAD", repository.git("hash-object", "-t", "commit", "-w", "signed"))
        repository.git("log", "-1")
        assert sprung.exists()  # git left to itself steps into it
        sprung.unlink()
        repository.git("config", "core.hooksPath", str(tmp_path))
        (repository.path / ".gitattributes").write_text("* diff=x filter=x\n")
        hook = repository.path / ".git" / "hooks" / "post-index-change"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(trap.read_text())
        hook.chmod(0o755)
        assert len(remember(repository)) == 1
        assert not sprung.exists()

    def test_is_asked_for_nothing_more_than_it_holds(self, repository, tmp_path):
        repository.commit("A", "2019-01-01T00:00:00+00:00")
        repository.commit("B", "2019-01-02T00:00:00+00:00")
        repository.git("config", "uploadpack.allowFilter", "true")
        repository.git(
            "clone", "-q", "--bare", "--filter=blob:none", f"file://{repository.path}", str(tmp_path / "part")
        )
        trap, sprung = tmp_path / "trap", tmp_path / "sprung"
        trap.write_text(f"#!/bin/sh\necho $0 >> {sprung}\n")
        trap.chmod(0o755)
        repository.path = tmp_path / "part"
        repository.git("config", "remote.origin.uploadpack", str(trap))
        said = refuse(f"--git={repository.path}", "--file=terms.md", "--kind=terms", "--lang=en", "--title=T")
        assert "git cannot read" in said or "lacks a part of itself" in said  # as old as git is
        assert not sprung.exists()

    def test_is_read_whoever_owns_it_and_wherever_a_replacement_points(self, repository):
        real = repository.commit("A", "2019-01-01T00:00:00+00:00")
        other = repository.commit("B", "2019-01-02T00:00:00+00:00")
        repository.git("replace", other, real)
        if os.geteuid() == 0:
            for folder, _below, files in os.walk(repository.path):
                for name in [folder, *(os.path.join(folder, file) for file in files)]:
                    os.chown(name, 12345, 12345)
        assert [v.text_in("en").markdown for v in remember(repository)] == ["A\n", "B\n"]


def test_the_limits_are_those_of_the_columns():
    assert Text._meta.get_field("title").max_length == LONGEST_TITLE
    assert Text._meta.get_field("changes").max_length == LONGEST_CHANGES


def test_the_terms_of_the_tests_are_a_text_like_any_other(tmp_path):
    path = tmp_path / "t.md"
    path.write_text(f"{TERMS}\n\n{PERSONAL}")
    call_command("legal_import", path, kind="terms", lang=["en"], title="T", changes="N.")
    assert Text.objects.get().clauses.filter(ref="c6").exists()
