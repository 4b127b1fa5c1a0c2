"""Look at what is due: claim some, look at many at once, write down what came back, claim more.

Everything that waits is a row. A worker that is killed loses the looks it had under way; their claims run out within a
minute, and somebody else takes them.
"""

import datetime as dt
import logging
import os
import time
from collections import Counter
from collections.abc import Callable

from django.conf import settings
from django.utils import timezone

from services.models import Outcome, Protocol, Reason
from services.probing.engine import Engine
from services.probing.looks import Look, Seen
from services.verbs.looking import Claim, claim_looks, keep_looks
from services.verbs.settling import settle

log = logging.getLogger(__name__)

RUN_SECONDS = 45.0  # after which no more is claimed; well under the task's time limits
CLAIM_EVERY = 0.5  # seconds
KEEP_EVERY = 0.5
KEEP_AT_ONCE = 200
CANARY_SECONDS = 5.0

_engine: Engine | None = None


def engine() -> Engine:
    """The one of this process. A process that was forked off has not inherited its parent's."""
    global _engine
    if _engine is None or _engine.process != os.getpid():
        _engine = Engine()
    return _engine


def look(*, clock: Callable[[], dt.datetime] = timezone.now, seconds: float = RUN_SECONDS) -> Counter[str]:
    """Take the looks that are due, until none is or for `seconds`; returns what they saw, by outcome.

    Any number of probers may run at once. A mistake of ours ends the run; its claims run out.
    """
    global _engine
    walk = Walk(engine(), clock)
    try:
        walk.go(seconds)
    except BaseException:
        walk.engine.close()
        _engine = None
        raise
    return walk.count


class Walk:
    def __init__(self, engine: Engine, clock: Callable[[], dt.datetime]) -> None:
        self.engine = engine
        self.clock = clock
        self.count: Counter[str] = Counter()
        self.claims: dict[int, Claim] = {}
        self.over: list[tuple[Claim, Seen]] = []
        self.doubtful: list[
            tuple[float, Seen]
        ] = []  # failures, until it is known that it is not our own connection
        self.canaries: Canaries | None = None
        self.claim_at = self.keep_at = 0.0
        self.more = True  # due, as far as the last claim could tell

    def go(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        settle(self.clock())
        while True:
            now = time.monotonic()
            idle = not (self.engine.busy or self.over or self.doubtful)
            if now < until and (now >= self.claim_at or (idle and self.more)):
                self.claim(now)
                idle = idle and not self.engine.busy
            if idle:  # and whatever is due was claimed
                break
            for seen in self.engine.poll(0.1 if self.over or self.doubtful else CLAIM_EVERY):
                self.take(seen)
            self.ask_canaries()
            if self.over and (
                len(self.over) >= KEEP_AT_ONCE or time.monotonic() >= self.keep_at or not self.engine.busy
            ):
                self.keep()

    def claim(self, now: float) -> None:
        room = self.engine.room
        claimed = claim_looks(self.clock(), limit=room) if room else []
        for claim in claimed:
            self.claims[claim.look.number] = claim
        self.engine.add(claim.look for claim in claimed)
        # Without room for more, more may be due; room comes as looks end.
        self.more = len(claimed) == room
        self.claim_at = now if claimed and self.more else now + CLAIM_EVERY

    def take(self, seen: Seen) -> None:
        if self.canaries and seen.look.number < 0:
            self.canaries.take(seen)
            return
        if seen.outcome == Outcome.DOWN and settings.PROBE_CANARIES:
            self.doubtful.append((time.monotonic(), seen))
        else:
            self.note(seen)

    def note(self, seen: Seen) -> None:
        if not self.over:
            self.keep_at = time.monotonic() + KEEP_EVERY
        self.over.append((self.claims.pop(seen.look.number), seen))
        self.count[Outcome(seen.outcome).name.lower()] += 1

    def ask_canaries(self) -> None:
        """A failure counts once a canary has answered that was asked after it; without any, nobody can say."""
        if not self.doubtful:
            return
        if self.canaries is None:
            self.canaries = Canaries()
            self.engine.add(self.canaries.looks)
            return
        verdict = self.canaries.verdict
        if verdict is None:
            return
        answered = [seen for ended, seen in self.doubtful if ended <= self.canaries.asked_at]
        self.doubtful = [(ended, seen) for ended, seen in self.doubtful if ended > self.canaries.asked_at]
        for seen in answered:
            if not verdict:
                seen.outcome, seen.reason = Outcome.UNKNOWN, Reason.OFFLINE
            self.note(seen)
        if self.canaries.is_over:
            self.canaries = None

    def keep(self) -> None:
        over, self.over = self.over, []
        if keep_looks(over):
            settle(self.clock())


class Canaries:
    """The addresses elsewhere that are always there, asked once."""

    def __init__(self) -> None:
        self.asked_at = time.monotonic()
        self.looks = [canary(-number, address) for number, address in enumerate(settings.PROBE_CANARIES, 1)]
        self.answered = 0
        self.works = False

    def take(self, seen: Seen) -> None:
        self.answered += 1
        self.works |= seen.outcome == Outcome.UP

    @property
    def is_over(self) -> bool:
        return self.answered == len(self.looks)

    @property
    def verdict(self) -> bool | None:
        """Whether the host is connected; None until one has answered, or all have failed to."""
        return True if self.works else False if self.is_over else None


def canary(number: int, address: str) -> Look:
    """Any answer will do, an error as well. The operator named it, so it may stand anywhere."""
    if "://" in address:
        return Look(
            number,
            Protocol.HTTP,
            address,
            CANARY_SECONDS,
            expects_status="100-599",
            follows_redirects=False,
            inside=True,
        )
    return Look(number, Protocol.TCP, address, CANARY_SECONDS, inside=True)
