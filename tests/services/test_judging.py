"""From looks to judgements."""

import datetime as dt

import pytest

from services.judging import Known, judge, next_place
from services.models import Judgement, Outcome
from services.probing.looks import Look, Seen
from tests.factories import NOON

SECOND = dt.timedelta(seconds=1)
MINUTE = 60 * SECOND


def known(**fields):
    return Known(**{"probe_id": 1, "interval": MINUTE, "timeout": 8 * SECOND} | fields)


def up(at=NOON):
    return judge(known(), seen(Outcome.UP, at))


def seen(outcome, at, seconds=0.1):
    reason = "" if outcome == Outcome.UP else "refused" if outcome == Outcome.DOWN else "ours"
    return Seen(Look(1, "http", "https://x.example/"), outcome, reason, started_at=at, seconds=seconds)


def after(start, *looks):
    """Judge looks given as (seconds after NOON, outcome); all that was known on the way."""
    states = []
    for seconds, outcome, *lasting in looks:
        start = judge(start, seen(outcome, NOON + seconds * SECOND, *lasting))
        states.append(start)
    return states


UP, DOWN, UNKNOWN = Outcome.UP, Outcome.DOWN, Outcome.UNKNOWN


class TestGoingDown:
    def test_one_failure_is_a_suspicion_and_looked_at_again_soon(self):
        (suspect,) = after(up(), (60, DOWN))
        assert suspect.judgement == Judgement.SUSPECT
        assert suspect.due_at <= NOON + 66 * SECOND

    def test_a_lost_packet_is_no_interruption(self):
        *_, last = after(up(), (60, DOWN), (65, UP))
        assert (last.judgement, last.contrary, last.contrary_since) == (Judgement.UP, 0, None)

    def test_failing_for_fifteen_seconds_counts_from_the_first_failure(self):
        states = after(up(), (60, DOWN), (65.1, DOWN), (70.2, DOWN), (75.3, DOWN))
        assert [state.judgement for state in states] == ["suspect", "suspect", "suspect", "down"]
        assert states[-1].judged_since == NOON + 60 * SECOND

    def test_two_time_outs_are_enough_because_they_last(self):
        states = after(up(), (60, DOWN, 8), (73, DOWN, 8))
        assert [state.judgement for state in states] == ["suspect", "down"]

    def test_one_endless_failure_is_not(self):
        (state,) = after(up(), (60, DOWN, 40))
        assert state.judgement == Judgement.SUSPECT

    def test_it_is_known_within_ninety_seconds_of_the_death(self):
        # It died right after a look, and hangs: the worst case.
        state, over, looked = up(), NOON, NOON
        while state.judgement != Judgement.DOWN:
            looked = state.due_at if over != NOON else NOON + MINUTE
            state = judge(state, seen(DOWN, looked + 2 * SECOND, 8))  # the clock comes every two seconds
            over = looked + 10 * SECOND
        assert over - NOON <= 90 * SECOND

    def test_what_never_worked_is_not_lost(self):
        states = after(known(), *[(n * 5, DOWN) for n in range(9)])
        assert {(state.judgement, state.known_until) for state in states} == {(Judgement.UP, None)}


class TestComingBack:
    def down(self):
        return after(up(), (60, DOWN, 8), (73, DOWN, 8))[-1]

    def test_one_answer_is_a_hope(self):
        (state,) = after(self.down(), (120, UP))
        assert state.judgement == Judgement.RECOVERING
        assert state.due_at <= NOON + 136 * SECOND

    def test_answering_for_half_a_minute_counts_from_the_first_answer(self):
        states = after(self.down(), (120, UP), (135.1, UP), (150.2, UP))
        assert [state.judgement for state in states] == ["recovering", "recovering", "up"]
        assert states[-1].judged_since == NOON + 120 * SECOND

    def test_a_lucky_answer_is_no_recovery(self):
        *_, last = after(self.down(), (120, UP), (135, DOWN))
        assert (last.judgement, last.judged_since) == (Judgement.DOWN, NOON + 60 * SECOND)


class TestWhatNobodyKnows:
    def test_our_own_fault_changes_no_judgement_and_ends_the_knowledge(self):
        before = up()
        (state,) = after(before, (60, UNKNOWN))
        assert (state.judgement, state.looked_at) == (before.judgement, before.looked_at)
        assert state.known_until == NOON + MINUTE

    def test_it_neither_counts_nor_clears(self):
        states = after(up(), (60, DOWN), (65, UNKNOWN), (70, DOWN), (80, DOWN))
        assert [state.contrary for state in states] == [1, 1, 2, 0]

    def test_two_failures_with_a_long_silence_between_are_two_first_failures(self):
        *_, last = after(up(), (60, DOWN), (60 + 3600, DOWN))
        assert (last.judgement, last.contrary) == (Judgement.SUSPECT, 1)

    def test_the_silence_is_a_gap(self):
        state = up()
        assert state.gap_before(NOON + 2 * MINUTE) is None
        assert state.gap_before(NOON + 10 * MINUTE) == (NOON + 128 * SECOND, NOON + 10 * MINUTE)

    def test_after_our_own_fault_we_look_again_soon_even_with_a_long_interval(self):
        slow = judge(known(interval=60 * MINUTE), seen(UP, NOON))
        (state,) = after(slow, (60, UNKNOWN))
        assert state.due_at <= NOON + 91 * SECOND


class TestPlaces:
    def test_probes_spread_over_the_interval(self):
        places = sorted((next_place(n, MINUTE, NOON) - NOON).total_seconds() for n in range(1, 601))
        assert max(b - a for a, b in zip(places, places[1:], strict=False)) < 1
        assert 0 < places[0] < 1
        assert places[-1] <= 60

    @pytest.mark.parametrize("interval", [10, 60, 86_400])
    def test_a_place_comes_back_after_each_interval_and_does_not_drift(self, interval):
        step = interval * SECOND
        first = next_place(7, step, NOON)
        late = next_place(7, step, first + SECOND)
        assert abs(late - first - step) < SECOND / 1000
