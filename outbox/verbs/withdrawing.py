"""Letters that nobody needs any more are emptied, and leave no more."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Lower

from outbox.models import Letter


@transaction.atomic
def recall(keys: Collection[str], *, at: datetime) -> int:
    """Empty letters that nobody needs any more; return how many. One that is being carried is let go."""
    waiting = Letter.objects.unsettled().filter(key__in=keys).select_for_update(skip_locked=True)
    return Letter.objects.filter(pk__in=list(waiting.values_list("pk", flat=True))).update(
        given_up_at=at, recipient="", reply_to="", subject="", body="", last_error=""
    )


@transaction.atomic
def withdraw(addresses: Collection[str], *, at: datetime) -> int:
    """Empty every letter to these addresses (in lower case), and let none leave any more; return how many.

    One that is being carried is waited for: it leaves, and was emptied by leaving.
    """
    theirs = (
        Letter.objects.filter(sent_at=None)
        .annotate(to=Lower("recipient"), answer=Lower("reply_to"))
        .filter(Q(to__in=addresses) | Q(answer__in=addresses))
    )
    numbers = list(theirs.select_for_update().values_list("pk", flat=True))
    return Letter.objects.filter(pk__in=numbers, sent_at=None).update(
        given_up_at=Coalesce("given_up_at", Value(at)),
        recipient="",
        reply_to="",
        subject="",
        body="",
        leave_url="",
        last_error="",
    )


@transaction.atomic
def withdraw_by(leave_url: str, *, at: datetime) -> int:
    """Let no letter leave any more that carries this way out: its recipient took it. Returns how many."""
    theirs = Letter.objects.unsettled().filter(leave_url=leave_url)
    numbers = list(theirs.select_for_update().values_list("pk", flat=True))
    return Letter.objects.filter(pk__in=numbers, sent_at=None).update(
        given_up_at=at, recipient="", reply_to="", subject="", body="", leave_url="", last_error=""
    )
