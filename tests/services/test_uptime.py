"""A share of time is said with what it leaves out, and never better than it was."""

from hypothesis import given
from hypothesis import strategies as st

from services.uptime import Tally, percent

DAY = 86_400


class TestATally:
    def test_what_is_not_known_is_not_up(self):
        assert Tally(unknown=DAY).share is None
        assert Tally(up=DAY // 2, unknown=DAY // 2).share == 1
        assert Tally(up=3, down=1, unknown=96).share == 0.75

    def test_maintenance_is_left_out_or_counted_in(self):
        tally = Tally(up=90, down=0, maintenance=10)
        assert tally.share == 1
        assert tally.share_with_maintenance == 0.9

    def test_of_nothing_claims_nothing(self):
        assert Tally().share is None
        assert Tally().share_with_maintenance is None
        assert percent(Tally().share) is None


class TestAPercentage:
    def test_is_never_rounded_up(self):
        assert percent(Tally(up=3 * 365 * DAY - 1, down=1).share) == "99.99%"
        assert percent(0.999_949) == "99.99%"

    def test_of_everything_is_whole(self):
        assert percent(1.0) == "100%"

    def test_of_nothing_is_zero(self):
        assert percent(0.0) == "0.00%"

    @given(st.integers(0, 10**9), st.integers(1, 10**9))
    def test_says_a_hundred_only_when_nothing_was_interrupted(self, up, down):
        assert percent(Tally(up=up, down=down).share) != "100%"

    def test_says_what_divides_evenly_exactly(self):
        for hundredths in range(10_001):
            assert float(percent(hundredths / 10_000).rstrip("%")) == hundredths / 100
