"""From looks to a judgement: up > suspect > down > recovering > up, and until when it counts.

One lost packet is no interruption, and one lucky answer is no recovery: a judgement changes when looks have
contradicted it at least twice, over a time. The second look comes soon, so that the time is short.
"""

import datetime as dt
from dataclasses import dataclass, replace

from services.models import Judgement, Outcome
from services.probing.looks import Seen

# How long looks have to contradict before they are believed, from the beginning of the first to the end of the last.
FAILS_FOR = dt.timedelta(seconds=15)
WORKS_FOR = dt.timedelta(seconds=30)
LOOKS_AGAIN_AFTER = {
    Judgement.SUSPECT: dt.timedelta(seconds=5),
    Judgement.RECOVERING: dt.timedelta(seconds=15),
}
# A look that is later than this leaves a gap: nobody knows what was in between.
LATE_BY = dt.timedelta(seconds=60)
AFTER_OUR_OWN_FAULT = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known through one probe."""

    probe_id: int
    interval: dt.timedelta
    timeout: dt.timedelta
    judgement: str = Judgement.UP
    judged_since: dt.datetime | None = None  # None: it never worked, so nothing is lost when it does not
    contrary: int = 0
    contrary_since: dt.datetime | None = None
    looked_at: dt.datetime | None = None
    known_until: dt.datetime | None = None
    due_at: dt.datetime | None = None
    began_at: dt.datetime | None = None  # to look, in this way

    @property
    def has_worked(self) -> bool:
        return self.judged_since is not None

    def counts_until(self, looked_at: dt.datetime) -> dt.datetime:
        return looked_at + self.interval + self.timeout + LATE_BY

    def gap_before(self, moment: dt.datetime) -> tuple[dt.datetime, dt.datetime] | None:
        """The time before `moment` of which nobody knows: the last look had ceased to count, or there was none."""
        since = self.known_until or self.began_at
        return (since, moment) if since and since < moment else None


def judge(known: Known, seen: Seen) -> Known:
    """What is known after one more look."""
    over_at = seen.started_at + dt.timedelta(seconds=seen.seconds)
    if seen.outcome == Outcome.UNKNOWN:
        until = (
            min(known.known_until, max(seen.started_at, known.looked_at))
            if known.looked_at and known.known_until
            else None
        )
        return due(replace(known, known_until=until), over_at, at_most=AFTER_OUR_OWN_FAULT)
    if not known.has_worked and seen.outcome == Outcome.DOWN:
        # A probe with a mistake in it must not make an interruption out of nothing.
        return due(known, over_at)
    if known.looked_at and seen.started_at > known.counts_until(known.looked_at):
        known = settled(known)  # long ago; it may have come and gone
    known = replace(known, looked_at=seen.started_at, known_until=known.counts_until(seen.started_at))
    return due(weigh(known, seen, over_at), over_at)


def weigh(known: Known, seen: Seen, over_at: dt.datetime) -> Known:
    works = seen.outcome == Outcome.UP
    if not known.has_worked:
        return replace(known, judged_since=seen.started_at)
    was_up = known.judgement in {Judgement.UP, Judgement.SUSPECT}
    if works == was_up:
        return settled(known)
    since = min(known.contrary_since or seen.started_at, seen.started_at)  # should the clock be set back
    contrary = known.contrary + 1
    if contrary >= 2 and over_at - since >= (WORKS_FOR if works else FAILS_FOR):
        return replace(
            known,
            judgement=Judgement.UP if works else Judgement.DOWN,
            judged_since=since,
            contrary=0,
            contrary_since=None,
        )
    doubt = Judgement.RECOVERING if works else Judgement.SUSPECT
    return replace(known, judgement=doubt, contrary=contrary, contrary_since=since)


def settled(known: Known) -> Known:
    """Whatever contradicted counts no longer."""
    base = Judgement.UP if known.judgement in {Judgement.UP, Judgement.SUSPECT} else Judgement.DOWN
    return replace(known, judgement=base, contrary=0, contrary_since=None)


def due(known: Known, over_at: dt.datetime, *, at_most: dt.timedelta | None = None) -> Known:
    """When to look next: soon in doubt, else at the probe's own place in the interval."""
    pause = LOOKS_AGAIN_AFTER.get(Judgement(known.judgement), at_most)
    place = next_place(known.probe_id, known.interval, over_at)
    return replace(known, due_at=place if pause is None else min(place, over_at + pause))


def next_place(probe_id: int, interval: dt.timedelta, after: dt.datetime) -> dt.datetime:
    """Each probe has its own second of the interval, the same after every restart: they spread and stay apart."""
    seconds = interval.total_seconds()
    offset = probe_id * 2_654_435_761 % 2**32 / 2**32 * seconds  # Knuth's multiplicative hash
    passed = (after.timestamp() - offset) % seconds
    return after + dt.timedelta(seconds=seconds - passed)
