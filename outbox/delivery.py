"""Carry what is due: claim one letter, hand it over, mark it, commit; then the next.

The claim is the row's own lock, held while the server takes the letter and released by the commit that says so.
Nothing has to be cleaned up after a `kill -9`: PostgreSQL sees the connection close and frees the row at once. Only the
letter that was on the wire at that moment can leave twice, and its Message-ID is the same both times. Batches would
save two round trips to the database (a tenth of a letter's time) and put a whole batch at that risk.
"""

import logging
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from django.db import connection, transaction
from django.utils import timezone

from outbox.channels import CHANNELS, Channel
from outbox.channels.answers import NotTaken, Postponed, Unreachable
from outbox.models import Letter, Trouble
from outbox.nudge import nudge

log = logging.getLogger(__name__)

# Well under the task's time limits, and short enough for a worker asked to stop.
RUN_SECONDS = 50
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)


def deliver(*, clock: Callable[[], datetime] = timezone.now, seconds: float = RUN_SECONDS) -> Counter[str]:
    """Carry due letters until none is left, or for `seconds`; any number of deliverers may run at once.

    Returns how many were sent, postponed, given up.
    """
    walk = Walk(clock)
    ends = monotonic() + seconds
    try:
        walk.give_up_stale()
        while walk.carry_next():
            if monotonic() >= ends:
                nudge()
                break
    finally:
        walk.close()
    if walk.count:
        log.info("Letters: %s.", ", ".join(f"{number} {word}" for word, number in sorted(walk.count.items())))
    return walk.count


class Walk:
    """One deliverer's way through the due letters, with a line open to each server it met."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.count: Counter[str] = Counter()
        self.lines: dict[str, Channel] = {}
        self.troubled = {trouble.channel for trouble in Trouble.objects.all()}
        self.closed = {trouble.channel for trouble in Trouble.objects.all() if trouble.rests_until > clock()}
        # A machine that loses power does not close its connections; its letter is free again after this.
        with connection.cursor() as cursor:
            cursor.execute("SET idle_in_transaction_session_timeout = '5min'")

    def give_up_stale(self) -> None:
        at = self.clock()
        with transaction.atomic():
            # One that is being carried right now is let go on.
            stale = Letter.objects.stale(at).select_for_update(skip_locked=True).values_list("pk", flat=True)
            for letter in Letter.objects.filter(pk__in=list(stale)):
                self.give_up(letter, letter.last_error or "It could not leave in time.")

    def carry_next(self) -> bool:
        """False when nothing more is due."""
        with transaction.atomic(durable=True):
            letter = self.claim()
            if letter is None:
                return False
            surprise = self.carry(letter)
        if surprise:
            raise surprise
        return True

    def claim(self) -> Letter | None:
        return (
            Letter.objects.due(self.clock())
            .exclude(channel__in=self.closed)
            .order_by("priority", "next_try_at", "pk")
            .select_for_update(skip_locked=True)
            .first()
        )

    def carry(self, letter: Letter) -> Exception | None:
        """Hand one claimed letter over and write down the answer. Returns what nobody foresaw, to be raised after
        the commit: by then the letter stands behind the others."""
        try:
            if letter.channel not in self.lines:
                self.lines[letter.channel] = CHANNELS[letter.channel]()
            self.lines[letter.channel].hand_over(letter)
        except Unreachable as answer:
            self.note_trouble(letter.channel, str(answer))
            if answer.letter_in_hand:
                self.change(letter, next_try_at=self.clock() + FIRST_PAUSE)
        except Postponed as answer:
            self.postpone(letter, str(answer))
        except NotTaken as answer:
            self.give_up(letter, str(answer))
        except Exception as error:
            self.postpone(letter, f"{type(error).__name__}: {error}")
            return error
        else:
            self.change(letter, sent_at=self.clock(), recipient="", reply_to="", subject="", body="", last_error="")
            self.count["sent"] += 1
        if letter.channel in self.troubled - self.closed:
            Trouble.objects.filter(channel=letter.channel).delete()
            self.troubled.discard(letter.channel)
        return None

    def postpone(self, letter: Letter, reason: str) -> None:
        pause = min(FIRST_PAUSE * 3 ** min(letter.attempts, 10), LONGEST_PAUSE) * random.uniform(1, 1.5)  # noqa: S311
        self.change(
            letter, attempts=letter.attempts + 1, next_try_at=self.clock() + pause, last_error=reason
        )
        self.count["postponed"] += 1

    def give_up(self, letter: Letter, reason: str) -> None:
        self.change(letter, given_up_at=self.clock(), last_error=reason)
        self.count["given up"] += 1
        log.warning("Letter %s was given up.", letter)

    def note_trouble(self, channel: str, words: str) -> None:
        self.closed.add(channel)
        self.troubled.add(channel)
        at = self.clock()
        Trouble.objects.bulk_create(
            [Trouble(channel=channel, began_at=at, seen_at=at, words=words)],
            update_conflicts=True,
            unique_fields=["channel"],
            update_fields=["seen_at", "words"],
        )
        log.warning("Letters wait: %s does not take any (%s).", channel, words)

    def change(self, letter: Letter, **columns: object) -> None:
        Letter.objects.filter(pk=letter.pk).update(**columns)

    def close(self) -> None:
        for line in self.lines.values():
            line.close()
