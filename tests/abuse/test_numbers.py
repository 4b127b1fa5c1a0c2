"""The number people say on the telephone."""

import pytest

from abuse.numbers import public_number, read_number


class TestTheCheckLetter:
    @pytest.mark.parametrize("pk", [1, 42, 999, 1_000_000, 9_007_199_254_740_993 % 10**15])
    def test_a_number_is_read_back(self, pk):
        assert read_number(public_number(pk)) == pk

    def test_every_single_wrong_digit_is_noticed(self):
        for pk in (42, 1066, 90210, 123456):
            digits, letter = public_number(pk).split("-")
            for place, digit in enumerate(digits):
                for wrong in set("0123456789") - {digit}:
                    misheard = f"{digits[:place]}{wrong}{digits[place + 1 :]}-{letter}"
                    assert read_number(misheard) is None, misheard

    def test_two_neighbours_swapped_are_noticed(self):
        for pk in (42, 1067, 90213, 123456):
            digits, letter = public_number(pk).split("-")
            for place in range(len(digits) - 1):
                swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
                if swapped != digits:
                    assert read_number(f"{swapped}-{letter}") is None, swapped


class TestHowPeopleWriteIt:
    @pytest.mark.parametrize(
        "how", ["{n}-{c}", "{n}{c}", " {n} {l} ", "{n} - {c}", "n° {n}-{c}", "No {n}-{c}"]
    )
    def test_is_understood(self, how):
        digits, letter = public_number(1067).split("-")
        assert read_number(how.format(n=digits, c=letter, l=letter.lower())) == 1067

    @pytest.mark.parametrize(
        "how", ["", "1067", "-", "R-1067", "1067-É", "9" * 40 + "-T", "\0", "١٠٦٧-R", "1067-RR"]
    )
    def test_anything_else_is_no_number(self, how):
        assert read_number(how) is None
