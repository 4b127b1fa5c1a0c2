"""Carry what is due: claim one letter, hand it over, mark it, commit; then the next.

The claim is the row's own lock, held while the server takes the letter and released by the commit that says so.
Nothing has to be cleaned up after a `kill -9`: PostgreSQL sees the connection close and frees the row at once. Only
the letter that was on the wire at that moment can leave twice, and its Message-ID is the same both times. Marking a
batch at its end would save commits, and put the whole batch at that risk.

Every mark is a durable commit. On a disk that syncs slowly this sets the pace; `synchronous_commit = off` would not
wait for it, and would send the last half second of letters twice when the database's machine loses power.
"""

import logging
import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from time import monotonic
from types import TracebackType
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from outbox.channels import CHANNELS, Channel
from outbox.channels.answers import Behind, Postponed, Refused, Unreachable, Unsendable
from outbox.models import Letter, Trouble
from outbox.nudge import nudge

log = logging.getLogger(__name__)

NEVER_LEFT = "It could not leave in time."
RUN_SECONDS = 50  # well under the task's time limits
# An urgent letter that comes in the middle of many waits no longer than this and the letter in hand.
LOOK_AHEAD, LOOK_SECONDS = 100, 1.0
NEXT_FEW = 8  # as many as other deliverers may hold before a claim comes back empty
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
BEHIND = timedelta(seconds=20)
AT_MOST = timedelta(days=1)  # whatever a server asks for

# That one letter left is written and committed, and the next one claimed, in one breath. What the ORM takes to compile
# these two is more than PostgreSQL takes to run them.
CLAIM = """
    COMMIT AND CHAIN;
    SELECT id FROM outbox_letter
    WHERE id = ANY(%s) AND sent_at IS NULL AND given_up_at IS NULL AND next_try_at <= %s
    ORDER BY priority, next_try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
MARK = """
    UPDATE outbox_letter SET sent_at = %s, recipient = '', reply_to = '', subject = '', body = '', leave_url = '',
        last_error = ''
    WHERE id = %s;
"""


def deliver(*, clock: Callable[[], datetime] = timezone.now, seconds: float = RUN_SECONDS) -> Counter[str]:
    """Carry due letters until none is left, or for `seconds`. Any number of deliverers may run at once.

    Returns how many were sent, postponed, given up. Commits on its way, so it refuses to run inside a transaction.
    """
    if connection.in_atomic_block:
        raise RuntimeError("Letters are delivered outside of any transaction: each is committed by itself.")
    ends = monotonic() + seconds
    with Walk(clock) as walk:
        walk.give_up_stale()
        while letter := walk.claim():
            walk.carry(letter)
            if monotonic() >= ends:
                nudge()
                break
    if walk.count:
        log.info("Letters: %s.", ", ".join(f"{number} {word}" for word, number in sorted(walk.count.items())))
    return walk.count


class Walk:
    """One deliverer's way through the due letters: a chain of transactions, a line open to each server it met."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.count: Counter[str] = Counter()
        self.ahead: dict[int, Letter] = {}
        self.look_again_at = 0.0
        self.found = True  # anything to claim since the last look: what others hold is not waited for
        self.lines: dict[str, Channel] = {}
        troubles = list(Trouble.objects.all())
        self.troubled = {(trouble.channel, trouble.address) for trouble in troubles}
        self.closed = {
            trouble.channel for trouble in troubles if not trouble.address and trouble.rests_until > clock()
        }
        self.left: tuple[datetime, int] | None = None  # the letter that left, until it is marked
        self.chain = transaction.atomic(durable=True)

    def __enter__(self) -> "Walk":
        self.chain.__enter__()
        self.cursor = connection.cursor()
        # A machine that loses power closes no connection; its letter is free again after this.
        self.cursor.execute("SET idle_in_transaction_session_timeout = '5min'")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The last letter left, whatever stopped the walk: write it down.

        A walk may be stopped in the middle of a statement (a task's time limit is an exception raised anywhere). Then
        the connection can say no more: Django closes it, and that letter is the one that may leave twice.
        """
        try:
            if self.left:
                self.say("COMMIT AND CHAIN")
        finally:
            self.chain.__exit__(kind, error, trace)
            for line in self.lines.values():
                line.close()

    def give_up_stale(self) -> None:
        # One that is being carried right now is let go on.
        for letter in Letter.objects.stale(self.clock()).select_for_update(skip_locked=True):
            self.give_up(letter, letter.last_error or NEVER_LEFT)

    def claim(self) -> Letter | None:
        """Commit what was, and lock the first due letter that nobody else holds; None when there is none.

        What is due is looked up once in a while (a walk through the index); whether it still waits, at each claim.
        """
        while self.ahead or (self.found and self.look_ahead()):
            if monotonic() > self.look_again_at:
                self.look_ahead()
            few = list(islice(self.ahead, NEXT_FEW))
            row = self.say(CLAIM, [few, self.clock()])
            passed = few[: few.index(row[0]) + 1] if row else few
            letters = [self.ahead.pop(number) for number in passed]
            if row:
                self.found = True
                return letters[-1]
        return None

    def say(self, statements: str, values: Sequence[Any] = ()) -> tuple[int] | None:
        """Together with the mark that is still to be written. Returns the first row of the last statement."""
        if self.left:
            statements, values = MARK + statements, [*self.left, *values]
        self.cursor.execute(statements, values)
        self.left = None
        while self.cursor.nextset():
            pass
        return self.cursor.fetchone() if self.cursor.description else None

    def look_ahead(self) -> bool:
        self.say("COMMIT AND CHAIN")
        due = Letter.objects.due(self.clock()).exclude(channel__in=self.closed)
        self.ahead = {
            letter.pk: letter for letter in due.order_by("priority", "next_try_at", "pk")[:LOOK_AHEAD]
        }
        self.look_again_at = monotonic() + LOOK_SECONDS
        self.found = False
        return bool(self.ahead)

    def carry(self, letter: Letter) -> None:
        """Hand one claimed letter over and write down the answer."""
        try:
            if letter.channel not in self.lines:
                self.lines[letter.channel] = CHANNELS[letter.channel]()
            self.lines[letter.channel].hand_over(letter)
        except Unreachable as answer:
            self.close_channel(letter.channel, str(answer), answer.ask_again_after)
            if answer.letter_in_hand:
                self.change(letter, next_try_at=self.clock() + FIRST_PAUSE)
        except Unsendable as answer:
            self.give_up(letter, str(answer))
        except Postponed as answer:
            self.end_trouble(letter, still_broken=answer.broken)
            if answer.broken:
                self.note_trouble(letter.channel, str(answer), address=letter.recipient)
            self.postpone(letter, str(answer), answer.ask_again_after)
        except Behind as answer:
            self.change(letter, next_try_at=self.clock() + BEHIND, last_error=str(answer))
        except Refused as answer:
            self.end_trouble(letter)
            self.give_up(letter, str(answer))
        except Exception as error:
            # Nobody foresaw it: it stops the run and is seen in the log, and the letter stands behind the others.
            self.postpone(letter, f"{type(error).__name__}: {error}")
            self.say("COMMIT AND CHAIN")
            raise
        else:
            self.end_trouble(letter)
            self.left = (self.clock(), letter.pk)
            self.count["sent"] += 1

    def postpone(self, letter: Letter, reason: str, ask_again_after: timedelta | None = None) -> None:
        """One minute after the first refusal, three after the second, four hours at most; never all together, and
        never before the server said."""
        pause = min(FIRST_PAUSE * 3 ** min(letter.attempts, 6), LONGEST_PAUSE) * random.uniform(1, 1.5)  # noqa: S311
        pause = max(pause, min(ask_again_after or pause, AT_MOST))
        self.change(letter, attempts=letter.attempts + 1, next_try_at=self.clock() + pause, last_error=reason)
        self.count["postponed"] += 1

    def give_up(self, letter: Letter, reason: str) -> None:
        self.change(letter, given_up_at=self.clock(), last_error=reason)
        self.count["given up"] += 1
        log.warning("Letter %s was given up.", letter)

    def close_channel(self, channel: str, words: str, ask_again_after: timedelta | None) -> None:
        """No letter is charged. The channel rests (see Trouble), the other channels go on."""
        self.closed.add(channel)
        self.ahead.clear()
        self.note_trouble(channel, words, ask_again_after=ask_again_after)
        log.warning("Letters wait: %s does not take any (%s).", channel, words)

    def note_trouble(
        self, channel: str, words: str, *, address: str = "", ask_again_after: timedelta | None = None
    ) -> None:
        at = self.clock()
        self.troubled.add((channel, address))
        Trouble.objects.bulk_create(
            [
                Trouble(
                    channel=channel,
                    address=address,
                    began_at=at,
                    seen_at=at,
                    words=words,
                    closed_until=at + min(ask_again_after, AT_MOST) if ask_again_after else None,
                )
            ],
            update_conflicts=True,
            unique_fields=["channel", "address"],
            update_fields=["seen_at", "words", "closed_until"],
        )

    def end_trouble(self, letter: Letter, *, still_broken: bool = False) -> None:
        """Its server spoke: what was wrong with the channel is over, and with its own address if it spoke well."""
        over = {(letter.channel, "")} | (set() if still_broken else {(letter.channel, letter.recipient)})
        for channel, address in over & self.troubled:
            Trouble.objects.filter(channel=channel, address=address).delete()
            self.troubled.discard((channel, address))

    def change(self, letter: Letter, **columns: object) -> None:
        Letter.objects.filter(pk=letter.pk).update(**columns)
