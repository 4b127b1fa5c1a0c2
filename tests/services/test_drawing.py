"""Pictures of a service's past: what they show, in little, and what they say to whoever cannot see them."""

from xml.etree import ElementTree

import pytest

from services.drawing import BARS, badge, bars, sparkline


def drawn(svg):
    return ElementTree.fromstring(svg)


class TestBars:
    def test_draw_a_run_of_equal_days_as_one_line(self):
        (path,) = drawn(bars("u" * 90, "All well"))
        assert path.get("class") == "up"
        assert path.get("d") == "M0 20h718"

    def test_put_each_day_where_it_was(self):
        paths = {path.get("class"): path.get("d") for path in drawn(bars("nuuduu", "x"))}
        assert paths == {"unknown": "M0 30h6", "up": "M8 20h14M32 20h14", "down": "M24 16h6"}

    def test_are_all_as_wide_as_their_days(self):
        assert drawn(bars("u" * 30, "x")).get("viewBox") == "0 0 238 32"
        assert drawn(bars("", "x")).get("viewBox") == "0 0 1 32"

    def test_tell_every_state_by_its_height_too(self):
        assert len({middle for _name, middle in BARS.values()}) == len(BARS)

    def test_say_the_same_in_words(self):
        svg = drawn(bars("u", 'Up "always" & <ever>'))
        assert svg.get("role") == "img"
        assert svg.get("aria-label") == 'Up "always" & <ever>'

    def test_of_a_quiet_year_weigh_little(self):
        assert len(bars("u" * 90, "x")) < 200


class TestASparkline:
    def line(self, values):
        return drawn(sparkline(values, "x"))[1].get("d")

    def test_rises_with_its_values(self):
        assert self.line([0.0, 100.0, 50.0]) == "M0 34L120 2L240 18"

    def test_has_a_gap_where_nothing_is_known(self):
        assert self.line([1.0, 1.0, None, 1.0, 1.0]).count("M") == 2

    def test_shows_a_value_between_two_gaps(self):
        assert self.line([None, 1.0, None]) == "M120 2h0.01"
        assert self.line([1.0]) == "M0 2h0.01"

    def test_of_nothing_is_an_empty_ground(self):
        assert self.line([None, None]) == ""
        assert self.line([]) == ""

    def test_of_answers_in_no_time_stays_on_the_ground(self):
        assert self.line([0.0, 0.0]) == "M0 34L240 34"


class TestABadge:
    def test_says_what_and_how_in_words(self):
        svg = drawn(badge("Nextcloud", "up 99.98%", "up"))
        assert svg.get("aria-label") == "Nextcloud: up 99.98%"
        assert "Nextcloud" in ElementTree.tostring(svg, encoding="unicode")

    def test_has_the_colour_of_the_state(self):
        assert badge("a", "b", "up") != badge("a", "b", "down")
        assert badge("a", "b", "no such state") == badge("a", "b", "unknown")

    @pytest.mark.parametrize(
        "name", ["<script>alert(1)</script>", "\"&'<>", "a\x00b\x1b\ud800", "]]>", "\n\r\t"]
    )
    def test_is_one_harmless_picture_whatever_the_name(self, name):
        svg = drawn(badge(name, name, "up"))
        tags = {element.tag.partition("}")[2] for element in svg.iter()}
        assert tags == {"svg", "title", "rect", "path", "g", "text"}

    def test_grows_with_its_words_but_not_for_ever(self):
        widths = [int(drawn(badge("x" * number, "up", "up")).get("width")) for number in (5, 50, 500)]
        assert widths[0] < widths[1] < widths[2] < 700


class TestAPictureWithoutWords:
    def test_only_repeats_those_beside_it(self):
        for svg in (bars("u", ""), sparkline([1.0], "")):
            assert drawn(svg).get("aria-hidden") == "true"
            assert drawn(svg).get("role") is None
