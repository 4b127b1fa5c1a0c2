import pytest
from hypothesis import given
from hypothesis import strategies as st

from legal.diff import Fate, Op, Segment, after, before, compare, words_between
from legal.matching import match

words = st.text(alphabet="ab é\n.,’{}#*1", max_size=40)
refs = st.lists(st.sampled_from(["", "a", "b", "c", "d", "e", "f"]), unique=True)


@st.composite
def texts(draw):
    return [Segment(ref, draw(words)) for ref in draw(refs)]


class TestTheDifference:
    @given(texts(), texts())
    def test_applied_to_the_old_text_gives_the_new_one_and_back(self, old, new):
        changes = compare(old, new)
        assert after(changes) == "".join(segment.markdown for segment in new)
        assert before(changes) == "".join(segment.markdown for segment in old)

    @given(texts(), texts())
    def test_tells_every_clause_once_with_the_right_fate(self, old, new):
        changes = compare(old, new)
        was, now = {s.ref: s.markdown for s in old}, {s.ref: s.markdown for s in new}
        assert sorted(c.ref for c in changes) == sorted(was | now)
        for change in changes:
            assert (change.fate == Fate.ADDED) == (change.ref not in was)
            assert (change.fate == Fate.REMOVED) == (change.ref not in now)
            if change.fate == Fate.SAME:
                assert was[change.ref] == now[change.ref]
            if change.fate == Fate.CHANGED:
                assert was[change.ref] != now[change.ref]

    @given(texts())
    def test_of_a_text_with_itself_is_nothing(self, text):
        assert {change.fate for change in compare(text, text)} <= {Fate.SAME}

    @given(words, words)
    def test_of_words_keeps_both_sides(self, old, new):
        pieces = words_between(old, new)
        assert "".join(p.words for p in pieces if p.op != Op.REMOVE) == new
        assert "".join(p.words for p in pieces if p.op != Op.ADD) == old

    def test_marks_the_one_clause_that_moved_and_not_the_others(self):
        old = [Segment(ref, ref * 3) for ref in "abcd"]
        new = [Segment(ref, ref * 3) for ref in "dabc"]
        assert {c.ref: c.fate for c in compare(old, new)} == {
            "a": Fate.SAME,
            "b": Fate.SAME,
            "c": Fate.SAME,
            "d": Fate.MOVED,
        }

    def test_shows_what_was_removed_where_it_stood(self):
        old = [Segment(ref, ref) for ref in "abc"]
        assert [c.ref for c in compare(old, [old[0], old[2]])] == ["a", "b", "c"]

    def test_is_word_by_word(self):
        pieces = words_between("We keep logs for 7 days.", "We keep logs for 30 days.")
        assert [(p.op, p.words) for p in pieces if p.op != Op.KEEP] == [(Op.REMOVE, "7"), (Op.ADD, "30")]


CLAUSES = [
    "1. **Your data is not for sale.** We never sell, rent or give it away to anybody.",
    "2. **Nobody goes through your data.** Our volunteers open it only for maintenance.",
    "3. **We announce outages.** Before the tenth minute, on the front page.",
]


class TestMatching:
    @given(st.permutations(CLAUSES))
    def test_follows_clauses_wherever_they_move(self, moved):
        pairs = match(CLAUSES, moved)
        assert {moved[j]: CLAUSES[i] for j, i in pairs.items()} == {text: text for text in CLAUSES}

    @given(st.lists(words, max_size=8), st.lists(words, max_size=8))
    def test_uses_each_clause_once(self, old, new):
        pairs = match(old, new)
        assert len(set(pairs.values())) == len(pairs)
        assert all(0 <= j < len(new) and 0 <= i < len(old) for j, i in pairs.items())

    @given(st.lists(words, max_size=8))
    def test_of_a_text_with_itself_is_whole(self, text):
        assert set(match(text, text)) == set(range(len(text)))

    def test_follows_a_clause_through_a_change_of_words_and_number(self):
        reworded = "7. **We announce outages.** Before the ninth minute, on the front page and by letter."
        assert match(CLAUSES, [reworded]) == {0: 2}

    @pytest.mark.parametrize("text", ["", "Something else entirely, about cats.", "data"])
    def test_leaves_alone_what_is_new(self, text):
        assert match(CLAUSES, [text]) == {}

    def test_takes_the_closest_of_two(self):
        near = CLAUSES[0].replace("rent", "lend")
        assert match([CLAUSES[1], CLAUSES[0]], [near]) == {0: 1}
