import pytest

from legal.writing import WritingError, write


class TestHtml:
    @pytest.mark.parametrize(
        "source",
        [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "<img src=x onerror=alert(1)>",
            "![x](https://elsewhere.example/pixel.png)",
            '<p style="color:red">x</p>',
        ],
    )
    def test_carries_nothing_that_runs_or_calls_out(self, source):
        html = write(source, "en").html
        for forbidden in ("<script", 'href="javascript', "<img", "<p style"):
            assert forbidden not in html

    def test_links_to_each_clause(self):
        html = write("## Who we are {#who}\n\nA host.", "fr").html
        assert '<h2 id="who" class="clause">Who we are<a class="permalink ref" href="#who"' in html
        assert "{#" not in html

    def test_shows_tables(self):
        assert "<td>1</td>" in write("| a |\n|---|\n| 1 |\n", "en").html


class TestClauses:
    def refs(self, source):
        return [passage.ref for passage in write(source, "en").passages]

    def test_are_headings_and_top_level_items(self):
        assert self.refs("## One\n\n1. First\n   1. Deeper\n2. Second\n\nText.") == ["one", "first", "second"]

    def test_get_ids_of_their_own_when_words_repeat(self):
        assert self.refs("## One\n\n## One\n\n## One") == ["one", "one-2", "one-3"]

    def test_hold_all_their_own_words_and_no_others(self):
        passages = write(
            "## A {#a}\n\nFirst.\n\nSecond.\n\n1. Item {#b}\n\n   - deeper\n\n## C\n", "en"
        ).passages
        assert [p.markdown for p in passages] == [
            "## A\n\nFirst.\n\nSecond.",
            "1. Item\n\n   - deeper",
            "## C",
        ]

    def test_lead_with_their_bold_words_or_their_first_sentence(self):
        passages = write("1. **Kept *short*.** The rest.\n2. No bold here. More.\n", "en").passages
        assert [p.lead for p in passages] == ["Kept short.", "No bold here."]

    def test_survive_strange_words(self):
        assert self.refs("## 🐈🐈\n\n## ???") == ["clause", "clause-2"]


class TestRefused:
    def test_a_title_inside_the_text(self):
        with pytest.raises(WritingError, match="front matter"):
            write("# Title", "en")
