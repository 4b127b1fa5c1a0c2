"""Somebody has not been seen for long: they are written to, in good time, until they are seen or their account goes.

A stage is reached only if every letter before it was accepted by the mail server at least its delay ago. What a clock
that slept, a server that was down or a letter that came back takes away is added at the end. Whoever changes anything
here locks the account first, then looks.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.in_bulk import write_all, write_back
from accounts.models import Failure, Notice, Reminder, User
from accounts.models.inactivity import NoticeQuerySet
from accounts.schedule import ERASING, Schedule, schedule
from accounts.sparing import spared, spared_among
from journal.models import Role
from journal.verbs import record_each
from outbox.verbs import Addressed, Recipient, post_each, recall

PAGE = 500
KEEP = "accounts.keep"


def unused(at: datetime) -> QuerySet[User]:
    """Those for whom the time of the first letter of all has come, the longest unseen first."""
    plan = schedule()
    before = at - timedelta(days=plan.limit_days - plan.first)
    return User.objects.unused_since(before).order_by("last_seen_at", "pk")


def to_warn(at: datetime) -> QuerySet[User]:
    """Those for whom it is due."""
    return unused(at).exclude(spared(at))


def next_to_warn(at: datetime, limit: int) -> list[User]:
    """The next few for whom the first letter is due, locked. Whoever is just seen waits.

    They come by the index alone, and only then are looked at: to guess how many of all are spared is beyond the
    database, and it would sort them all.
    """
    found: list[User] = []
    rows = unused(at)
    while len(found) < limit:
        page = list(rows.select_for_update(skip_locked=True, no_key=True)[:limit])
        if not page:
            break
        sparing = set(spared_among([person.pk for person in page], at))
        found += [person for person in page if person.pk not in sparing]
        last = page[-1]
        later = Q(last_seen_at__gt=last.last_seen_at) | Q(pk__gt=last.pk)
        rows = unused(at).filter(later, last_seen_at__gte=last.last_seen_at)
    return found[:limit]


@transaction.atomic
def begin_notices(at: datetime, *, limit: int = PAGE) -> int:
    """Write the first letter to those who were not seen for long; return to how many."""
    people = next_to_warn(at, limit)
    plan = schedule()
    notices = []
    for person in people:
        person.noticed_at = at
        disables_at = max(plan.unused_at(0, person.last_seen_at), at + timedelta(days=plan.first))
        notices.append(
            Notice(
                person=person,
                began_at=at,
                next_stage=plan.first,
                disables_at=disables_at,
                erases_at=disables_at + timedelta(days=plan.grace_days),
            )
        )
    User.objects.filter(pk__in=[person.pk for person in people]).update(noticed_at=at)
    write_all(notices)
    record_each("accounts.noticed", people, role=Role.CLOCK)
    write([(notice, plan.first) for notice in notices], at, plan)
    return len(people)


@transaction.atomic
def remind(at: datetime, *, limit: int = PAGE) -> tuple[int, int]:
    """Write the next letter to those for whom it is due; return how many were looked at, and written to."""
    plan = schedule()
    looked, due = really_due(Notice.objects.filter(next_stage__gt=0), at, plan, limit)
    write([(notice, notice.next_stage) for notice in due], at, plan)
    return looked, len(due)


@transaction.atomic
def disable(at: datetime, *, limit: int = PAGE) -> tuple[int, int]:
    """Disable accounts whose every letter arrived and whose time is over; return how many were looked at, and done."""
    plan = schedule()
    looked, due = really_due(Notice.objects.filter(next_stage=0), at, plan, limit)
    people = [notice.person for notice in due]
    User.objects.filter(pk__in=[person.pk for person in people]).update(disabled_at=at)
    record_each("accounts.disabled", people, role=Role.CLOCK)
    for notice in due:
        notice.person.disabled_at = at
    write([(notice, 0) for notice in due], at, plan)
    return looked, len(due)


def really_due(rows: NoticeQuerySet, at: datetime, plan: Schedule, limit: int) -> tuple[int, list[Notice]]:
    """How many of the next few notices were looked at, and which of them are due in earnest.

    The others are spared by now, and their notice ends: should they be missed again, they get a full one; or their
    time moved, because the settings did or a letter came back.
    """
    notices = lock(rows.due(at).order_by("next_at", "pk")[:limit])
    sparing = set(spared_among([notice.person_id for notice in notices], at))
    end_notices([n for n in notices if n.person_id in sparing], at, "accounts.spared")
    due, moved = [], []
    for notice in notices:
        if notice.person_id not in sparing:
            notice.next_at = not_before(notice, plan)
            if notice.next_at is not None and notice.next_at <= at:
                due.append(notice)
            else:
                moved.append(notice)
    write_back(moved, "next_at")
    return len(notices), due


def lock(rows: QuerySet[Notice], *, wait: bool = False) -> list[Notice]:
    """Notices as they stand once their accounts are locked, with their letters.

    Those in other hands are left out, for whoever comes back; whoever does not has to `wait` for them.
    """
    wanted = list(rows.values_list("person_id", flat=True))
    people = User.objects.filter(pk__in=wanted).order_by("pk")
    locked = {person.pk: person for person in people.select_for_update(skip_locked=not wait, no_key=True)}
    notices = list(Notice.objects.filter(person_id__in=locked).prefetch_related("reminders"))
    for notice in notices:
        notice.person = locked[notice.person_id]
    return notices


def not_before(notice: Notice, plan: Schedule, *, also: Sequence[Reminder] = ()) -> datetime | None:
    """When the next stage may be reached; None while one of the letters before it has not arrived.

    `also` are letters that are not saved yet.
    """
    stage = notice.next_stage
    moments = [plan.unused_at(stage, notice.person.last_seen_at)]
    reminders = [*notice.reminders.all(), *also]
    standing = {reminder.stage: reminder for reminder in reminders if not reminder.failed_at}
    for reached in {reminder.stage for reminder in reminders}:
        reminder = standing.get(reached)
        if reminder is None or reminder.given_at is None:
            return None
        moments.append(reminder.given_at + plan.delay(reached, stage))
    if stage == 0:
        moments.append(notice.disables_at)
    elif stage == ERASING:
        if notice.person.disabled_at is None:
            return None
        moments += [notice.erases_at, notice.person.disabled_at + plan.delay(0, ERASING)]
    return max(moments)


def write_again(notice: Notice, *, at: datetime, whatever_failed: bool = False) -> None:
    """Write the letters of a notice that did not arrive, be it to addresses that failed. The account is locked."""
    reminders = list(notice.reminders.all())
    arrived = {reminder.stage for reminder in reminders if not reminder.failed_at}
    lost = sorted({reminder.stage for reminder in reminders} - arrived, reverse=True)
    for stage in lost:
        write([(notice, stage)], at, schedule(), whatever_failed=whatever_failed)


def write(
    stages: Iterable[tuple[Notice, int]], at: datetime, plan: Schedule, *, whatever_failed: bool = False
) -> None:
    """One letter for each notice and stage, to the first address that has not failed. The accounts are locked."""
    stages = list(stages)
    addresses = addresses_of([notice.person_id for notice, _stage in stages])
    tries: dict[tuple[int, int], list[Reminder]] = defaultdict(list)
    for old in Reminder.objects.filter(notice__in=[notice.pk for notice, _stage in stages]):
        tries[old.notice_id, old.stage].append(old)
    reminders, letters = [], []
    for notice, stage in stages:
        before = tries[notice.pk, stage]
        failed = {old.address for old in before if old.failure in (Failure.REFUSED, Failure.BOUNCED)}
        if whatever_failed:
            failed = set()
        address = next((to for to in addresses[notice.person_id] if to not in failed), "")
        reminder = Reminder(
            notice=notice,
            stage=stage,
            address=address,
            letter_key=f"accounts_inactive:{notice.pk}:{stage}:{len(before) + 1}",
            written_at=at,
        )
        go_on(notice, stage, at, plan)
        if address:
            notice.unreachable_since = None
            letters.append(letter_of(notice, reminder))
        elif notice.let_go_on_at:
            reminder.given_at = at
            notice.next_at = not_before(notice, plan, also=[reminder])
        else:
            notice.unreachable_since = notice.unreachable_since or at
            if before:  # what failed is on record; what is missing is an address
                continue
            reminder.failed_at, reminder.failure = at, Failure.NO_ADDRESS
        reminders.append(reminder)
    write_all(reminders)
    changed = [notice for notice, _stage in stages]
    write_back(changed, "next_stage", "next_at", "disables_at", "erases_at", "unreachable_since")
    for kind in ("accounts_inactive_warning", "accounts_inactive_disabled"):
        post_each(kind, [letter for name, letter in letters if name == kind], due_at=at)


def go_on(notice: Notice, stage: int, at: datetime, plan: Schedule) -> None:
    """Which stage is next, and what the letter of this one says of the days to come: never earlier than before."""
    if notice.next_stage == stage:
        notice.next_stage = plan.after(stage)
    notice.next_at = None
    disables_at = notice.person.disabled_at
    if disables_at is None:
        disables_at = notice.disables_at = max(notice.disables_at, at + timedelta(days=stage))
    notice.erases_at = max(
        notice.erases_at, disables_at + timedelta(days=plan.grace_days), at + plan.delay(stage, ERASING)
    )


def letter_of(notice: Notice, reminder: Reminder) -> tuple[str, Addressed]:
    person = notice.person
    kind = "accounts_inactive_disabled" if person.disabled_at else "accounts_inactive_warning"
    context = {"person": person, "notice": notice, "stage": reminder.stage, "token": keep_token(notice)}
    return kind, Addressed(Recipient(reminder.address, reminder.letter_key, person.language), context)


def keep_token(notice: Notice) -> str:
    return signing.dumps([notice.person_id, notice.pk], salt=KEEP)


def addresses_of(person_ids: Sequence[int]) -> dict[int, list[str]]:
    """The confirmed addresses of each, the one they chose first."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = EmailAddress.objects.filter(user__in=person_ids, verified=True)
    for person_id, address in rows.order_by("-primary", "pk").values_list("user_id", "email"):
        found[person_id].append(address)
    return found


def end_notices(notices: Sequence[Notice], at: datetime, verb: str, *, role: Role = Role.CLOCK) -> None:
    """As if nothing had been; the accounts are locked. `verb` is the line of the journal."""
    if not notices:
        return
    keys = Reminder.objects.filter(notice__in=notices, given_at=None, failed_at=None)
    recall(list(keys.values_list("letter_key", flat=True)), at=at)
    people = [notice.person for notice in notices]
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).delete()
    User.objects.filter(pk__in=[person.pk for person in people]).update(noticed_at=None, disabled_at=None)
    record_each(verb, people, role=role)
