"""Letters to subscribers that do not arrive: an address that takes none is written to no more."""

import datetime as dt
import logging
import re
from collections import Counter

from django.db import transaction

from journal.models import Role
from journal.verbs import record
from outbox.models import Letter
from outbox.verbs import withdraw_by
from services.models import Subscriber, Telling

log = logging.getLogger(__name__)

WITHIN = dt.timedelta(days=30)
OFTEN = 3
MANY, SHARE = 10, 3
"""So many refused letters of one announcement, and more than one in so many: the fault is ours, or our server's."""

KEY = re.compile(r"services\.told:(\d{1,18}):(\d{1,18})$", re.ASCII)
STATUS = re.compile(r"\b[45]\.([0-9]{1,3})\.([0-9]{1,3})\b", re.ASCII)
# RFC 3463: the address is wrong, has moved, or there is no such host.
NO_SUCH_ADDRESS = {("1", "1"), ("1", "2"), ("1", "3"), ("1", "6"), ("1", "10")}
# Their system, the way there, the message itself, a rule against us: nothing the address could help.
NOT_ITS_FAULT = {"3", "5", "6", "7"}
OF_THE_RECIPIENT = {"550", "551", "553"}


@transaction.atomic
def note_refusal(letter: Letter, words: str, *, at: dt.datetime) -> bool:
    """A letter to a subscriber was refused for good, in these words of a mail server; whether they are forgotten.

    An address that does not exist is forgotten at once, any other after three letters within thirty days. The same
    letter counts once.
    """
    gone = is_gone(words)
    found = KEY.match(letter.key)
    if found is None or gone is None:
        return False
    subscriber = Subscriber.objects.select_for_update().filter(pk=int(found[2])).first()
    if subscriber is None or letter.pk in subscriber.refused_letters:
        return False
    lately = subscriber.refused_at is not None and subscriber.refused_at > at - WITHIN
    subscriber.refused_letters = [*(subscriber.refused_letters if lately else []), letter.pk]
    subscriber.refused_at = at
    if not gone and len(subscriber.refused_letters) < OFTEN:
        subscriber.save(update_fields=["refused_letters", "refused_at"])
        return False
    withdraw_by(subscriber.leave_url, at=at)
    subscriber.delete()
    record("services.unsubscribed", role=Role.CLOCK, because="letters do not arrive")
    return True


def is_gone(words: str) -> bool | None:
    """Whether there is no such address (RFC 3463); None when the refusal says nothing against it."""
    status = STATUS.search(words)
    if status is None:
        return False if words[:3] in OF_THE_RECIPIENT else None
    if status[1] in NOT_ITS_FAULT:
        return None
    return (status[1], status[2]) in NO_SUCH_ADDRESS


def look_at_refusals(at: dt.datetime) -> int:
    """Letters to subscribers that a mail server refused as they were handed over; how many people are forgotten."""
    refused = Letter.objects.given_up().filter(kind="services_told", given_up_at__gt=at - WITHIN)
    letters = [
        (int(found[1]), letter)
        for letter in refused.exclude(last_error="").order_by("pk").only("key", "last_error")
        if (found := KEY.match(letter.key)) and is_gone(letter.last_error) is not None
    ]
    counts = Counter(announcement for announcement, _letter in letters)
    written = dict(Telling.objects.filter(announcement__in=counts).values_list("announcement", "letters"))
    ours = {one for one, number in counts.items() if number >= MANY and number * SHARE > written.get(one, 0)}
    if ours:
        log.warning(
            "Letters about announcements %s were refused by the dozen; no subscriber is blamed.", ours
        )
    return sum(
        note_refusal(letter, letter.last_error, at=at)
        for announcement, letter in letters
        if announcement not in ours
    )
