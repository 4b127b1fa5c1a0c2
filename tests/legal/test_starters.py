"""The documents that ship with the portal: complete, twinned in both languages, in words of their own."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from legal.frontmatter import read
from legal.starters import FOLDER
from legal.writing import write

SLUGS = ["legal-notice", "technical-report", "terms"]
PROMISES = ["i0", *(f"c{n}" for n in range(1, 9)), *(f"u{n}" for n in range(1, 10)), "s1", "s2", "a1", "a2"]
REQUIRED_SECTIONS = {
    "terms": {"our-commitments", "your-commitments", "sanctions", "reports", "appeals", "personal-data"},
    "legal-notice": {
        *("publisher", "publication-director", "hosting", "contact-points", "report-content"),
        *("personal-data", "purposes", "recipients", "retention", "your-rights"),
    },
    "technical-report": {
        *("hosting", "software", "backups", "log-retention", "encryption"),
        *("access", "statistics", "legal-requests", "incidents"),
    },
}
VARIABLES = {
    *("host_name", "host_legal_form", "host_registration", "host_address", "host_telephone", "host_email"),
    *("host_publication_director", "host_hosting_provider", "host_hosting_address", "host_hosting_telephone"),
    *("host_country", "host_mastodon_url", "host_charter_url", "site_url"),
}
MISSING = {"en": "[to be completed by the host]", "fr": "[à compléter par l’hébergeur]"}
# The terms the portal grew from belong to their authors. Their promises carry over, their sentences
# do not: these are fingerprints of every eight words in a row that they contain.
EARLIER_WORDING = set((Path(__file__).parent / "earlier_wording.txt").read_text().split())

every_document = pytest.mark.parametrize("slug", SLUGS)
every_text = pytest.mark.parametrize(
    ("slug", "language"), [(slug, language) for slug in SLUGS for language in ("fr", "en")]
)


def starter(slug: str, language: str) -> tuple[dict[str, str], str]:
    file = read(FOLDER / f"{slug}.{language}.md")
    return dict(file.facts), file.text


def clauses(slug: str, language: str) -> list[str]:
    return [passage.ref for passage in write(starter(slug, language)[1], language).passages]


def words(markdown: str) -> list[str]:
    without_links = re.sub(r"\]\([^)]*\)|\{#[a-z0-9-]+\}", " ", markdown)
    return re.findall(r"[^\W_]+(?:’[^\W_]+)*", without_links.replace("'", "’").lower())


def fingerprints(markdown: str) -> dict[str, str]:
    row = words(markdown)
    runs = (" ".join(row[start : start + 8]) for start in range(len(row) - 7))
    return {sha256(run.encode()).hexdigest()[:12]: run for run in runs}


class TestBothLanguages:
    def test_every_document_ships_in_french_and_english_and_nothing_else_does(self):
        shipped = sorted(path.name for path in FOLDER.iterdir())

        assert shipped == [f"{slug}.{language}.md" for slug in SLUGS for language in ("en", "fr")]

    @every_document
    def test_have_the_same_clauses_in_the_same_order(self, slug):
        assert clauses(slug, "fr") == clauses(slug, "en")

    @every_document
    def test_name_the_same_facts_of_the_host(self, slug):
        named = [set(re.findall(r"\{\{ (\w+) \}\}", starter(slug, language)[1])) for language in ("fr", "en")]

        assert named[0] == named[1]

    @every_document
    def test_have_lists_and_links_in_the_same_places(self, slug):
        shapes = [
            re.findall(r"^ *(?:#+|-|\d+\.) |\]\(\S+\)|<https\S+>", starter(slug, language)[1], re.M)
            for language in ("fr", "en")
        ]

        assert shapes[0] == shapes[1]

    @every_text
    def test_french_is_authoritative(self, slug, language):
        facts, _source = starter(slug, language)

        assert facts["language"] == language
        assert facts["authoritative"] == ("true" if language == "fr" else "false")
        assert facts["title"]
        assert facts["changes"]


class TestClauses:
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_every_promise_has_its_clause_in_order(self, language):
        refs = clauses("terms", language)

        assert [ref for ref in refs if ref in PROMISES] == PROMISES

    @every_text
    def test_required_sections_are_there(self, slug, language):
        assert REQUIRED_SECTIONS[slug] <= set(clauses(slug, language))

    @every_text
    def test_every_clause_says_its_id(self, slug, language):
        _facts, source = starter(slug, language)

        silent = [line for line in re.findall(r"^(?:#+|\d+\.) .*$", source, re.M) if not line.endswith("}")]

        assert silent == []

    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_a_promise_stands_alone_in_sixty_characters(self, language):
        _facts, source = starter("terms", language)
        passages = {passage.ref: passage for passage in write(source, language).passages}

        for ref in PROMISES[1:]:
            assert passages[ref].lead in source.replace("**", ""), ref
            assert f"**{passages[ref].lead}** " in source, ref
            assert len(passages[ref].lead) <= 60, ref
            assert passages[ref].lead.endswith("."), ref

    @every_text
    def test_links_inside_the_documents_lead_to_a_clause(self, slug, language):
        _facts, source = starter(slug, language)

        for target, ref in re.findall(r"\(/legal/([a-z-]+)/(?:#([a-z0-9-]+))?\)", source):
            assert target in SLUGS
            assert not ref or ref in clauses(target, language), f"{target}#{ref}"


class TestFactsOfTheHost:
    @every_text
    def test_only_known_variables_are_used(self, slug, language):
        _facts, source = starter(slug, language)

        assert set(re.findall(r"\{\{\s*(.*?)\s*\}\}", source)) <= VARIABLES
        assert source.count("{{") == source.count("}}") == len(re.findall(r"\{\{ [a-z_]+ \}\}", source))

    @every_text
    def test_a_fact_left_empty_is_shown_as_missing(self, slug, language, settings):
        settings.HOST = dict.fromkeys(settings.HOST, "")
        _facts, source = starter(slug, language)

        page = write(source, language)

        assert page.markdown.count(MISSING[language]) == len(re.findall(r"\{\{ host_", source))
        assert "{{" not in page.html
        assert f"<{MISSING[language]}>" not in page.markdown

    def test_the_legal_notice_names_everything_the_law_asks_for(self):
        _facts, source = starter("legal-notice", "fr")

        asked = VARIABLES - {"host_mastodon_url", "host_charter_url"}
        assert asked <= set(re.findall(r"\{\{ (\w+) \}\}", source))


class TestWording:
    @every_text
    def test_no_eight_words_in_a_row_come_from_the_earlier_terms(self, slug, language):
        _facts, source = starter(slug, language)
        ours = fingerprints(source)

        assert [ours[shared] for shared in ours.keys() & EARLIER_WORDING] == []

    @every_document
    def test_french_puts_no_break_before_its_double_signs(self, slug):
        _facts, source = starter(slug, "fr")

        assert re.findall(r".{0,20}(?:[^\S\u00a0\n][:;?!»]|«(?!\u00a0)|').{0,10}", source) == []

    @every_text
    def test_no_html_is_needed(self, slug, language):
        _facts, source = starter(slug, language)

        assert re.findall(r"<(?!https://|\{\{)", source) == []
