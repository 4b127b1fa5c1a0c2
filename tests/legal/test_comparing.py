"""The difference as people read it."""

import re
from html import unescape

import pytest
from django.core.cache import cache
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st

from legal.comparing import SHAPE, between, difference, gathered, plain, segments_of
from legal.diff import Fate, Op, Segment, after, before, compare, words_between
from tests.factories import published

some_words = st.text(alphabet="ab é,.\n’<&", max_size=40)


def row(old, new, ref="c6", lead=""):
    rows = between([Segment(ref, old, lead)] if old else [], [Segment(ref, new, lead)] if new else []).rows
    assert len(rows) == 1
    return rows[0]


class TestAClause:
    def test_that_changed_shows_the_words_that_went_and_came(self):
        changed = row("Kept for 7 days.", "Kept for 30 days.")
        assert changed.fate == Fate.CHANGED
        assert changed.html == "<p>Kept for <del>7</del><ins>30</ins> days.</p>"

    def test_that_came_or_went_is_one_piece(self):
        assert row("", "New words.").html == "<p><ins>New words.</ins></p>"
        assert row("Old words.", "").html == "<p><del>Old words.</del></p>"

    def test_whose_lead_stands_above_does_not_say_it_twice(self):
        kept = row("We tell. Before 10 minutes.", "We tell. Before 5 minutes.", lead="We tell.")
        assert kept.html == "<p>Before <del>10</del><ins>5</ins> minutes.</p>"
        assert row("", "We tell. At once.", lead="We tell.").html == "<p><ins>At once.</ins></p>"

    def test_whose_lead_changed_says_so_in_its_words(self):
        assert "<del>tell</del><ins>say</ins>" in row("We tell. Now.", "We say. Now.", lead="We say.").html

    def test_cannot_bring_marks_of_its_own(self):
        assert row("<script>", "</ins><b>").html.count("<") == 6  # <p>, <del>, <ins> and their ends

    def test_that_moved_says_after_which_one_it_stood(self):
        old = [Segment("a", "One.", "One."), Segment("b", "Two.", "Two."), Segment("c", "Three.", "Three.")]
        moved = between(old, [old[2], old[0], old[1]]).rows[0]
        assert (moved.fate, moved.was_after, moved.reworded) == (Fate.MOVED, "Two", False)

    def test_that_moved_and_changed_says_both(self):
        old = [Segment(ref, f"{ref} days", "") for ref in "abc"]
        moved = between(old, [Segment("c", "9 days"), *old[:2]]).rows[0]
        assert (moved.fate, moved.reworded) == (Fate.MOVED, True)

    def test_in_which_only_spaces_changed_is_unchanged(self):
        same = row("One two.", "One  two.")
        assert (same.fate, same.html) == (Fate.SAME, "<p>One  two.</p>")

    def test_keeps_its_paragraphs(self):
        assert row("A b.\n\nC d.", "A b.\n\nC e.").html == "<p>A b.</p><p>C <del>d</del><ins>e</ins>.</p>"

    def test_is_called_as_people_cite_it_if_that_is_short(self):
        assert row("a", "a", ref="c6").cited_as == "C6"
        assert row("a", "a", ref="our-commitments").cited_as == ""


class TestPieces:
    def test_that_only_a_space_or_a_comma_parts_are_read_as_one(self):
        pieces = gathered(words_between("keep one two three, four days", "keep uno due tre, quattro days"))
        assert [piece.op for piece in pieces] == [Op.KEEP, Op.REMOVE, Op.ADD, Op.KEEP]

    @given(some_words, some_words)
    def test_lose_nothing_when_they_are_gathered(self, old, new):
        pieces = gathered(words_between(old, new))
        assert "".join(p.words for p in pieces if p.op != Op.REMOVE) == new
        assert "".join(p.words for p in pieces if p.op != Op.ADD) == old

    @given(some_words, some_words)
    def test_show_every_word_of_both(self, old, new):
        html = row(old + "x", new + "x").html
        for text, others in [(old, "ins"), (new, "del")]:
            shown = re.sub(f"(?s)<{others}>.*?</{others}>", "", html).replace("</p>", " ")
            assert re.findall(r"\w+", unescape(strip_tags(shown))) == re.findall(r"\w+", text + "x")


class TestReading:
    @pytest.mark.parametrize(
        ("markdown", "words"),
        [
            ("## Our *commitments* {#our-commitments}", "Our commitments"),
            ("3. **Nothing is sold.** Ever. {#c1}", "Nothing is sold. Ever."),
            ("A line\nthat goes on.", "A line that goes on."),
            ("One.\n\nTwo.", "One.\n\nTwo."),
            ("1. For instance:\n\n   - spam;\n   - more.", "For instance:\n\n– spam;\n\n– more."),
            ("See the [contact page](/contact/).", "See the contact page (/contact/)."),
            ("<https://www.chatons.org/charte>", "https://www.chatons.org/charte"),
            ("Days \\* hours `x*y`", "Days * hours x*y"),
            ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n\n1 | 2"),
            ("", ""),
        ],
    )
    def test_leaves_the_marks_out_and_no_word(self, markdown, words):
        assert plain(markdown) == words


@pytest.fixture
def two(db):
    old = published("terms")
    new = published(
        "terms", source="## Our commitments {#our-commitments}\n\n1. **Nothing is sold.** Never. {#c1}"
    )
    return old.text_in("en"), new.text_in("en")


class TestTwoTexts:
    def test_are_whole_in_the_difference(self, two):
        old, new = map(segments_of, two)
        changes = compare(old, new)
        assert before(changes) == "".join(segment.markdown for segment in old)
        assert after(changes) == "".join(segment.markdown for segment in new)

    def test_are_told_clause_by_clause(self, two):
        fates = {row.ref: row.fate for row in difference(*two).rows}
        assert fates["our-commitments"] == Fate.SAME
        assert fates["c1"] == Fate.CHANGED
        assert fates["c6"] == Fate.REMOVED

    def test_fold_what_stayed_the_same(self, two):
        stretches = difference(*two).stretches()
        assert [same for same, _rows in stretches] == [False, True, False, True]
        assert sum(len(rows) for _same, rows in stretches) == len(difference(*two).rows)

    def test_are_compared_once(self, two, django_assert_num_queries):
        first = difference(*two)
        with django_assert_num_queries(0):
            assert difference(*two) == first

    def test_are_compared_again_if_either_is_another(self, two):
        old, new = two
        difference(old, new)
        assert difference(old, old).is_empty
        assert not difference(new, old).is_empty

    def test_do_not_show_what_was_kept_in_an_earlier_shape(self, two, monkeypatch):
        difference(*two)
        monkeypatch.setattr("legal.comparing.SHAPE", SHAPE + 1)
        monkeypatch.setattr("legal.comparing.between", lambda old, new: "computed again")
        assert difference(*two) == "computed again"

    def test_take_turns_where_there_is_room_for_one(self, two, monkeypatch):
        monkeypatch.setattr("legal.comparing.ROOM", 1)
        there, back = difference(*two), difference(*reversed(two))
        assert there != back
        assert (difference(*two), difference(*reversed(two))) == (there, back)
        assert len(cache._cache.get_client().keys("*legal:difference:*")) == 1
