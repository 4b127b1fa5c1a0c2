"""What becomes of letters that left, or that were given up."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils import timezone

from outbox.models import Letter, Trouble
from outbox.nudge import nudge_on_commit

log = logging.getLogger(__name__)

KEEP_CONTENT_OF_GIVEN_UP = timedelta(days=30)


class CannotTryAgain(Exception):
    """The letter left, still waits, or has nothing left to say."""


@transaction.atomic
def try_again(letter_id: int, *, by: Any) -> Letter:
    """Let a letter that was given up wait again, as if it were new. Raises CannotTryAgain.

    The admin's own history keeps who did it: the journal is this app's neighbour, not below it.
    """
    at = timezone.now()
    letter = Letter.objects.select_for_update().get(pk=letter_id)
    if letter.given_up_at is None:
        raise CannotTryAgain(f"Letter {letter_id} was not given up; there is nothing to try again.")
    if not letter.recipient:
        raise CannotTryAgain(f"Letter {letter_id} was emptied; ask for it again where it came from.")
    if letter.expires_at and letter.expires_at <= at:
        raise CannotTryAgain(f"Letter {letter_id} is out of date; its recipient must ask for a new one.")
    letter.given_up_at, letter.last_error, letter.attempts = None, "", 0
    letter.due_at = letter.next_try_at = at
    letter.save(update_fields=["given_up_at", "last_error", "attempts", "due_at", "next_try_at"])
    LogEntry.objects.log_actions(
        by.pk, [letter], CHANGE, change_message=[{"changed": {"fields": ["given_up_at"]}}], single_object=True
    )
    nudge_on_commit()
    return letter


@transaction.atomic
def forget(at: datetime) -> tuple[int, int]:
    """Remove what left or was given up long ago, empty what was given up a month ago. Returns both counts.

    A key is free again afterwards: a verb that repeats itself less often than OUTBOX_KEEP_SENT_DAYS needs its own mark.
    """
    removed, _ = Letter.objects.settled_before(at - timedelta(days=settings.OUTBOX_KEEP_SENT_DAYS)).delete()
    emptied = (
        Letter.objects.filter(given_up_at__lt=at - KEEP_CONTENT_OF_GIVEN_UP)
        .exclude(recipient="")
        .update(recipient="", reply_to="", subject="", body="", leave_url="", last_error="")
    )
    # Of an address that nobody writes to any more nobody will hear that it works again.
    Trouble.objects.filter(seen_at__lt=at - KEEP_CONTENT_OF_GIVEN_UP).delete()
    if removed or emptied:
        log.info("Letters forgotten: %d removed, %d emptied.", removed, emptied)
    return removed, emptied
