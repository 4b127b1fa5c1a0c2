import pytest
from django.core.management import CommandError, call_command

from legal.models import Version

pytestmark = pytest.mark.django_db


@pytest.fixture
def write(tmp_path):
    def _write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write


class TestStarters:
    def test_publish_three_documents_in_two_languages_once(self, capsys):
        call_command("legal_starters")
        assert capsys.readouterr().out.count("Published") == 3
        call_command("legal_starters")
        assert capsys.readouterr().out == ""
        for version in Version.objects.all():
            assert {text.language for text in version.texts.all()} == {"fr", "en"}
            assert version.authoritative_language == "fr"

    def test_leave_alone_what_the_host_wrote(self, write):
        call_command(
            "legal_load",
            "terms",
            f"fr={write('t.md', '1. Vos données personnelles.')}",
            "--title=CGU",
            "--changes=Début.",
        )
        call_command("legal_starters")
        assert Version.objects.get(document__slug="terms").text_in("fr").title == "CGU"


class TestATextOfOnesOwn:
    def load(self, path, *options):
        call_command(
            "legal_load", "terms", f"en={path}", "--title=Terms of Service", "--changes=First.", *options
        )

    def test_is_published_as_the_next_version(self, write, capsys):
        path = write(
            "terms.txt", "Last update: June 18, 2019\r\n\r\nOur commitments\r\n\r\n  1. We respect your personal data.\r\n"
        )
        self.load(path)
        self.load(path)
        assert "version 2" in capsys.readouterr().out
        assert Version.objects.last().text_in("en").clauses.first().lead == "We respect your personal data."

    def test_brings_its_own_front_matter(self, write):
        path = write(
            "t.md", "---\ntitle: Conditions\nchanges: Tout est neuf.\n---\n## Données personnelles\n"
        )
        call_command("legal_load", "terms", f"fr={path}")
        assert Version.objects.get().text_in("fr").title == "Conditions"

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            (b"first\nsecond \xff\n", "line 2, is not UTF-8"),
            (b"", "needs a title"),
            (b"---\ntitle Conditions\n---\nText", "line 2: write"),
            (b"Hello {{ who }}", "unknown"),
        ],
    )
    def test_that_cannot_be_used_is_refused_by_name_and_nothing_is_kept(self, write, content, complaint):
        path = write("t.md", content)
        with pytest.raises(CommandError, match=complaint):
            self.load(path)
        assert not Version.objects.exists()

    def test_that_is_not_there_is_refused(self, tmp_path):
        with pytest.raises(CommandError, match="cannot be read"):
            self.load(tmp_path / "none.md")

    @pytest.mark.parametrize("day", ["tomorrow", "2026-02-30"])
    def test_with_a_date_that_is_none_is_refused(self, write, day):
        with pytest.raises(CommandError, match="no date"):
            self.load(write("t.md", "Text"), f"--effective={day}")
