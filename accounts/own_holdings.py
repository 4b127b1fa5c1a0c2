"""What this app holds of people, and what the apps below it do without knowing of people."""

from collections.abc import Collection
from datetime import datetime
from itertools import chain

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.holdings import Holding, Leavers, addresses_of, any_of, register
from accounts.models import Export, Hold, NameOnceUsed, Notice, Reminder, SealedRecord, Session, User
from accounts.names import marks
from accounts.sessions import end_sessions
from journal.models import Entry
from legal.models import Acceptance
from outbox.models import Letter, Priority
from outbox.verbs import withdraw
from services.models import Subscriber
from services.verbs import leave


def _subscriptions(person: User) -> QuerySet[Subscriber]:
    return Subscriber.objects.annotate(lower=Lower("email")).filter(lower__in=addresses_of(person))


def _unsubscribe(person: User, at: datetime) -> int:
    return sum(leave(subscriber.token, at=at) for subscriber in _subscriptions(person))


def _letters(person: User) -> QuerySet[Letter]:
    """Without those that carry codes and links: a copy that lies about must not open the account."""
    to_them = Letter.objects.annotate(to=Lower("recipient")).filter(to__in=addresses_of(person))
    return to_them.exclude(priority=Priority.URGENT).order_by("pk")


def _withdraw_letters(person: User, at: datetime) -> int:
    return withdraw(addresses_of(person), at=at)


def _with_sessions(leavers: Leavers) -> Collection[int]:
    found = Session.objects.filter(any_of("person_id", leavers.numbers))
    return {number for number in found.values_list("person_id", flat=True) if number}


def _with_letters_that_wait(leavers: Leavers) -> Collection[int]:
    """Or that ask to be answered to them, or were given up and not emptied yet."""
    waiting = Letter.objects.filter(sent_at=None).annotate(to=Lower("recipient"), answer=Lower("reply_to"))
    theirs = any_of("to", leavers.addresses) | any_of("answer", leavers.addresses)
    return leavers.whose(chain.from_iterable(waiting.filter(theirs).values_list("to", "answer")))


def _subscribers(leavers: Leavers) -> Collection[int]:
    found = Subscriber.objects.filter(any_of(Lower("email"), leavers.addresses))
    return leavers.whose(found.values_list(Lower("email"), flat=True))


def _journal(person: User) -> QuerySet[Entry]:
    return (Entry.objects.about(person) | Entry.objects.filter(actor_id=person.pk)).order_by("at", "pk")


def _titles_in_the_administration(person: User) -> QuerySet[LogEntry]:
    """Django writes the title of the thing into its log, and the title of an account is its address."""
    mentions = Q(content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk))
    for address in {person.email, *addresses_of(person)}:
        mentions |= Q(object_repr__icontains=address) | Q(change_message__icontains=address)
    return LogEntry.objects.filter(mentions)


MENTIONED = """
WITH lines AS MATERIALIZED (
    SELECT lower(object_repr || chr(10) || change_message) AS line FROM django_admin_log
    WHERE position('@' in object_repr) > 0 OR position('@' in change_message) > 0
)
SELECT object_id::bigint FROM django_admin_log WHERE content_type_id = %s AND object_id = ANY(%s)
UNION
SELECT number FROM lines, unnest(%s::text[], %s::bigint[]) their(address, number)
WHERE position(address in line) > 0
"""


def _mentioned_in_the_administration(leavers: Leavers) -> Collection[int]:
    """The log is read once for all, not once for each."""
    pairs = {(person.email, person.pk) for person in leavers.people}
    pairs |= {(address, number) for address, numbers in leavers.addresses.items() for number in numbers}
    with connection.cursor() as cursor:
        cursor.execute(
            MENTIONED,
            [
                ContentType.objects.get_for_model(User).pk,
                [str(number) for number in leavers.numbers],
                [address for address, _number in pairs],
                [number for _address, number in pairs],
            ],
        )
        return {number for (number,) in cursor.fetchall()}


def _blank_titles(person: User, at: datetime) -> int:
    return _titles_in_the_administration(person).update(object_repr="", change_message="")


def register_own() -> None:
    register(
        Holding(
            name="accounts/account",
            title=_("Your account"),
            model=User,
            rows=lambda person: User.objects.filter(pk=person.pk),
            fields=(
                "sub",
                "email",
                "username",
                "language",
                "joined_at",
                "last_login",
                "last_seen_at",
                "last_seen_through",
                "noticed_at",
                "disabled_at",
                "accepted_through",
                "closes_at",
                "is_active",
                "is_staff",
                "is_superuser",
            ),
            sealed=("email", "joined_at"),
            owner="id",
            removed=_("Your account: its address, its password, its language, its dates, its rights."),
        ),
        Holding(
            name="accounts/addresses",
            title=_("Your e-mail addresses"),
            model=EmailAddress,
            rows=lambda person: EmailAddress.objects.filter(user=person).order_by("pk"),
            fields=("email", "verified", "primary"),
            sealed=("email",),
            owner="user",
            removed=_("Your e-mail addresses. You can open another account with them whenever you like."),
        ),
        Holding(
            name="accounts/sessions",
            title=_("Where you are signed in"),
            model=Session,
            rows=lambda person: Session.objects.filter(person_id=person.pk).order_by("expire_date"),
            fields=("expire_date",),
            erase=lambda person, at: end_sessions(person.pk),
            whom=_with_sessions,
            removed=_("Your sessions: you are signed out everywhere."),
        ),
        Holding(
            name="accounts/name-once-used",
            title=_("That your user name was used"),
            model=NameOnceUsed,
            rows=lambda person: NameOnceUsed.objects.filter(mark__in=marks(person.username or "")),
            fields=("mark",),
            kept=_(
                "If you chose a user name: a mark by which we know it again, so that nobody else ever gets it, and "
                "with it your letters. The name cannot be read from it."
            ),
        ),
        Holding(
            name="accounts/second-factors",
            title=_("Your second factors"),
            model=Authenticator,
            rows=lambda person: Authenticator.objects.filter(user=person).order_by("pk"),
            fields=("type", "created_at", "last_used_at"),
            removed=_("Your second factors: app, keys and recovery codes."),
        ),
        Holding(
            name="accounts/exports",
            title=_("Copies of your data"),
            model=Export,
            rows=lambda person: Export.objects.of(person),
            fields=("asked_at", "done_at", "size"),
            removed=_("The copies of your data that you asked for."),
        ),
        Holding(
            name="accounts/notices",
            title=_("That you were written to because your account was unused"),
            model=Notice,
            rows=lambda person: Notice.objects.filter(person=person),
            fields=("began_at", "disables_at", "erases_at", "unreachable_since", "let_go_on_at"),
            removed=_("The letters that asked whether you still want your account, and when they arrived."),
        ),
        Holding(
            name="accounts/reminders",
            title=_("Letters that asked whether you still want your account"),
            model=Reminder,
            rows=lambda person: Reminder.objects.filter(notice__person=person),
            fields=("stage", "address", "written_at", "given_at", "failed_at", "failure"),
            kept=_(
                "If your account goes because nobody used it: when you were first warned, without your name. It shows "
                "that nobody is surprised."
            ),
        ),
        Holding(
            name="accounts/holds",
            title=_("That your account was kept out of the clock’s reach"),
            model=Hold,
            rows=lambda person: Hold.objects.filter(person=person),
            # Not why: it may be about somebody else.
            fields=("began_at", "until", "released_at"),
            removed=_("That a volunteer kept your account out of the clock’s reach."),
        ),
        Holding(
            name="accounts/sealed",
            title=_("What the law obliges us to keep"),
            model=SealedRecord,
            rows=lambda person: SealedRecord.objects.none(),
            fields=("category", "sealed_at", "expires_at"),
            kept=format_lazy(
                _(
                    "Your addresses and the date you joined, encrypted and out of everybody’s sight, for {days} days: "
                    "the law obliges a host to ({law}). They are opened only for those whom the law entitles to ask, "
                    "and each time is written down."
                ),
                days=settings.SEALED_ACCOUNT_DAYS,
                law=settings.SEALED_BECAUSE,
            )
            if settings.SEALED_ACCOUNT_DAYS
            else _("Nothing of this kind: this host keeps no sealed records."),
        ),
        Holding(
            name="legal/acceptances",
            title=_("What you accepted"),
            model=Acceptance,
            rows=lambda person: Acceptance.objects.by(person),
            fields=("text", "sha256", "decision", "how", "at", "person_hash"),
            kept=_(
                "That somebody accepted the documents, which text and when: it is the evidence of what both sides "
                "agreed to. It names nobody: in place of your account it has a number that cannot be turned back "
                "into you."
            ),
        ),
        Holding(
            name="outbox/letters",
            title=_("Letters to you"),
            model=Letter,
            rows=_letters,
            fields=("kind", "subject", "body", "created_at", "due_at", "given_up_at"),
            erase=_withdraw_letters,
            whom=_with_letters_that_wait,
            removed=_("Letters to you that have not left yet. Those that left were emptied when they did."),
        ),
        Holding(
            name="services/subscriptions",
            title=_("Letters about the services"),
            model=Subscriber,
            rows=_subscriptions,
            fields=("email", "language", "everything", "subscribed_at"),
            erase=_unsubscribe,
            whom=_subscribers,
            removed=_("Your subscription to letters about interruptions and maintenance."),
        ),
        Holding(
            name="journal/entries",
            title=_("The journal"),
            model=Entry,
            rows=_journal,
            fields=("at", "verb", "about_type", "about_id", "role", "details"),
            kept=_(
                "The lines of the journal, so that what was done here can be accounted for. They hold the number "
                "your account had, and no name or address: that number leads to nobody any more."
            ),
        ),
        Holding(
            name="admin/log",
            title=_("The log of the administration"),
            model=LogEntry,
            rows=lambda person: LogEntry.objects.filter(user=person).order_by("action_time"),
            # Not the titles: they may name other people.
            fields=("action_time", "action_flag", "content_type", "object_id"),
            erase=_blank_titles,
            whom=_mentioned_in_the_administration,
            removed=_(
                "What the log of the administration says of you, and what you did there as a volunteer."
            ),
        ),
    )
