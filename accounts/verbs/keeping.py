"""Somebody under notice stays: by the link of a letter, by a volunteer who met them, by a hold."""

from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext

from accounts.models import Hold, Notice, Refused, Source, User
from accounts.verbs.activity import touch
from accounts.verbs.noticing import KEEP, write_again
from accounts.verbs.opening import LinkUseless
from journal.models import Role
from journal.verbs import record


@dataclass(frozen=True)
class KeepLink:
    """What the link of a letter stands for. `notice` is None once it is over; `person`, once they are gone."""

    person: User | None
    notice: Notice | None


def read_keep_link(token: str) -> KeepLink:
    """Raises LinkUseless when it was made up or cut off."""
    try:
        person_id, notice_id = signing.loads(token, salt=KEEP)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise LinkUseless from error
    return KeepLink(
        person=User.objects.filter(pk=person_id).first(),
        notice=Notice.objects.filter(pk=notice_id, person=person_id).first(),
    )


@transaction.atomic
def keep_by_letter(token: str, *, at: datetime) -> KeepLink:
    """Press the button behind the link: a sign of life. A second time, or too late, it changes nothing.

    Returns what the link stood for; whoever was erased, or seen, at that very instant reads so.
    """
    link = read_keep_link(token)
    if link.person and link.notice and not touch(link.person.pk, Source.LETTER, at):
        return read_keep_link(token)
    return link


@transaction.atomic
def met(person_id: int, *, words: str, by: User, at: datetime) -> bool:
    """A volunteer knows that the account is in use. Raises Refused when there is no such account."""
    person = _fetch(person_id)
    seen = touch(person.pk, Source.DESK, at)
    record("accounts.met", person, actor=by, role=Role.DESK, words=words)
    return seen


@transaction.atomic
def let_go_on(notice_id: int, *, words: str, by: User, at: datetime) -> Notice:
    """Letters to somebody do not arrive, a volunteer looked into it, and there is no other way to reach them.

    What follows keeps its delays, counted from now on. Raises Refused when nobody is waiting for that.
    """
    notice = _unreachable(notice_id)
    notice.let_go_on_at, notice.unreachable_since = at, None
    notice.save(update_fields=["let_go_on_at", "unreachable_since"])
    record("accounts.let_go_on", notice.person, actor=by, role=Role.DESK, words=words)
    write_again(notice, at=at)
    return notice


@transaction.atomic
def try_letters_again(notice_id: int, *, words: str, by: User, at: datetime) -> Notice:
    """The mailbox may work by now. Raises Refused when nobody is waiting for that."""
    notice = _unreachable(notice_id)
    notice.unreachable_since = None
    notice.save(update_fields=["unreachable_since"])
    record("accounts.tried_again", notice.person, actor=by, role=Role.DESK, words=words)
    write_again(notice, at=at, whatever_failed=True)
    return notice


@transaction.atomic
def hold(person_id: int, *, why: str, until: datetime | None, by: User, at: datetime) -> Hold:
    """Keep an account out of the clock's reach; a notice that runs ends with the next look. One hold at a time.

    Raises Refused when there is no such account, or it is held already.
    """
    person = _fetch(person_id)
    Hold.objects.filter(person=person, released_at=None, until__lte=at).update(released_at=at)
    if Hold.objects.filter(person=person, released_at=None).exists():
        raise Refused(gettext("This account is held already. Release that hold first."))
    if until is not None and until <= at:
        raise Refused(gettext("This moment is past. Choose a later one, or none."))
    held = Hold.objects.create(person=person, why=why, until=until, began_at=at, by_id=by.pk)
    record("accounts.held", person, actor=by, role=Role.DESK, until=until.isoformat() if until else "")
    return held


@transaction.atomic
def release_hold(hold_id: int, *, by: User, at: datetime) -> Hold:
    """Raises Refused when it is over already."""
    held = Hold.objects.select_for_update().select_related("person").get(pk=hold_id)
    if held.released_at is not None:
        raise Refused(gettext("This hold is over already."))
    held.released_at = at
    held.save(update_fields=["released_at"])
    record("accounts.hold_released", held.person, actor=by, role=Role.DESK)
    return held


def _fetch(person_id: int) -> User:
    person = User.objects.select_for_update(no_key=True).filter(pk=person_id).first()
    if person is None:
        raise Refused(gettext("There is no such account."))
    return person


def _unreachable(notice_id: int) -> Notice:
    found = Notice.objects.filter(pk=notice_id).first()
    person = found and User.objects.select_for_update(no_key=True).filter(pk=found.person_id).first()
    notice = person and Notice.objects.filter(pk=notice_id, unreachable_since__isnull=False).first()
    if not notice or not person:
        raise Refused(
            gettext("This notice waits for nobody any more: the person was seen, or somebody was faster.")
        )
    notice.person = person
    return notice
