"""A letter: one message to one recipient over one channel, until it left or was given up."""

from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

UNSETTLED = Q(sent_at=None, given_up_at=None)
EMPTY = Q(recipient="", reply_to="", subject="", body="", leave_url="", last_error="")
BODY_LIMIT = 100_000  # characters; a letter, not a file, and nothing a process could choke on


def our_host() -> str:
    return (urlsplit(settings.SITE_URL).hostname or "localhost").encode("idna").decode()


def outlived(at: datetime) -> Q:
    """Nobody should receive these any more: a code that is stale, or a letter that could not leave for days."""
    oldest = at - timedelta(days=settings.OUTBOX_GIVE_UP_AFTER_DAYS)
    return Q(expires_at__lte=at) | Q(due_at__lte=oldest)


class Priority(models.IntegerChoices):
    """Who goes first when many wait. Codes and links have somebody sitting in front of a form."""

    URGENT = 0, _("urgent")
    NORMAL = 5, _("normal")
    BULK = 9, _("bulk")


class Stance(models.TextChoices):
    """What a letter is to the first one of its thread, where the channel knows threads."""

    FIRST = "first", _("the first, or on its own")
    ANSWER = "answer", _("an answer to the first")
    EDIT = "edit", _("the first, said anew")


class LetterQuerySet(models.QuerySet["Letter"]):
    def unsettled(self) -> Self:
        return self.filter(UNSETTLED)

    def stale(self, at: datetime) -> Self:
        return self.unsettled().filter(outlived(at))

    def waiting(self, at: datetime) -> Self:
        return self.unsettled().exclude(outlived(at))

    def due(self, at: datetime) -> Self:
        return self.waiting(at).filter(next_try_at__lte=at)

    def sent(self) -> Self:
        return self.filter(sent_at__isnull=False)

    def given_up(self) -> Self:
        return self.filter(given_up_at__isnull=False)

    def settled_before(self, at: datetime) -> Self:
        return self.filter(Q(sent_at__lt=at) | Q(given_up_at__lt=at))


class Letter(models.Model):
    """One recipient, one channel, one key. Once sent it is empty: what it was and when it left, nothing more."""

    kind = models.CharField(_("kind"), max_length=80)
    channel = models.CharField(_("channel"), max_length=20, default="email")
    # Unique for as long as the row lives (OUTBOX_KEEP_SENT_DAYS). It survives the content: no address in it.
    key = models.CharField(_("key"), max_length=200, unique=True)
    priority = models.SmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    language = models.CharField(_("language"), max_length=10)

    recipient = models.CharField(_("recipient"), max_length=320)
    reply_to = models.CharField(_("reply to"), max_length=320, blank=True)
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField(_("text"), max_length=BODY_LIMIT)

    # Letters about one matter, on every channel that can show that they belong together.
    thread = models.CharField(_("thread"), max_length=80, blank=True)
    stance = models.CharField(_("place in its thread"), max_length=6, choices=Stance, default=Stance.FIRST)
    # Where its recipient can say "no more of these" without signing in (RFC 8058).
    leave_url = models.CharField(_("way out"), max_length=300, blank=True)

    created_at = models.DateTimeField(_("written"))
    due_at = models.DateTimeField(_("due"))
    expires_at = models.DateTimeField(_("useless after"), null=True, blank=True)
    next_try_at = models.DateTimeField(_("next try"))
    attempts = models.PositiveSmallIntegerField(_("refusals"), default=0)
    last_error = models.TextField(_("reason"), blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        indexes = [
            # Delivery walks this one in order; it holds only what has not left yet, so it stays small for ever.
            models.Index("priority", "next_try_at", "id", condition=UNSETTLED, name="letters_to_carry"),
            models.Index(
                "channel",
                "thread",
                condition=UNSETTLED & ~Q(channel="email") & ~Q(thread=""),
                name="letters_of_a_thread",
            ),
            models.Index("sent_at", condition=Q(sent_at__isnull=False), name="letters_sent"),
            models.Index("given_up_at", condition=Q(given_up_at__isnull=False), name="letters_given_up"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(given_up_at=None), name="letter_sent_or_given_up"
            ),
            models.CheckConstraint(condition=Q(sent_at=None) | EMPTY, name="letter_emptied_once_sent"),
            models.CheckConstraint(
                condition=~UNSETTLED | ~Q(recipient=""), name="letter_waiting_has_recipient"
            ),
            models.CheckConstraint(
                condition=Q(given_up_at=None) | EMPTY | ~Q(last_error=""), name="letter_given_up_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(next_try_at__gte=models.F("due_at")), name="letter_tried_once_due"
            ),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="letter_priority_known"),
            models.CheckConstraint(condition=Q(stance__in=Stance.values), name="letter_stance_known"),
            # What becomes a header holds no line break and no other control character: nothing can be injected.
            models.CheckConstraint(
                condition=~Q(recipient__regex="[[:cntrl:][:space:]]")
                & ~Q(reply_to__regex="[[:cntrl:][:space:]]")
                & ~Q(subject__regex="[[:cntrl:]]")
                & ~Q(leave_url__regex="[[:cntrl:][:space:]<>]")
                & ~Q(thread__regex="[^A-Za-z0-9._-]"),
                name="letter_headers_on_one_line",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("body"), BODY_LIMIT), name="letter_body_bounded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def message_id(self) -> str:
        """The same at every attempt, so that a receiver recognises a letter sent twice; never that of another letter,
        even when a new database starts again at number 1."""
        written = int(self.created_at.timestamp() * 1_000_000)
        return f"<letter.{self.pk}.{written:x}@{our_host()}>"

    @property
    def thread_id(self) -> str:
        """What all letters of a thread refer to, so that mail programs show them together. No letter has this name."""
        return f"<thread.{self.thread}@{our_host()}>"


CHANNEL_NAMES = {"email": _("e-mail"), "mastodon": "Mastodon", "matrix": "Matrix", "webhook": "webhook"}


def server_name(channel: str, address: str = "") -> str:
    """What volunteers call it. Of an address no more than tells it from the others: what follows may be a secret."""
    name, where = str(CHANNEL_NAMES.get(channel, channel)), urlsplit(address)
    if not where.hostname:
        return name
    return f"{name} {where.hostname}{where.path[:9]}{'…' if where.path[9:] or where.query else ''}"


class Trouble(models.Model):
    """A server that takes nothing. The row exists while it lasts.

    Without an address it is that of a whole channel: the channel rests and no letter is charged. With one it is that of
    one of several (each webhook is a server of its own), or of one that speaks but fails: every letter is tried by
    itself, and volunteers see since when in vain.
    """

    channel = models.CharField(_("channel"), max_length=20)
    address = models.CharField(_("address"), max_length=320, blank=True, default="", db_default="")
    began_at = models.DateTimeField(_("since"))
    seen_at = models.DateTimeField(_("last tried"))
    words = models.TextField(_("what was answered"))
    closed_until = models.DateTimeField(_("asked us to wait until"), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_at__gte=models.F("began_at")), name="trouble_seen_after_it_began"
            ),
            models.UniqueConstraint(fields=["channel", "address"], name="trouble_once_a_server"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.words}"

    @property
    def name(self) -> str:
        return server_name(self.channel, self.address)

    def letters(self, letters: LetterQuerySet) -> LetterQuerySet:
        """Those of `letters` that it concerns."""
        theirs = letters.filter(channel=self.channel)
        return theirs.filter(recipient=self.address) if self.address else theirs

    @property
    def rests_until(self) -> datetime:
        """Ten seconds at first, five minutes at most: a dead server is asked again, not hammered. One that said when
        is asked then."""
        lasted = self.seen_at - self.began_at
        ours = self.seen_at + min(max(lasted / 4, timedelta(seconds=10)), timedelta(minutes=5))
        return max(ours, self.closed_until or ours)


class Counterpart(models.Model):
    """What the first letter of a thread is called where it went, so that later ones can answer or replace it."""

    channel = models.CharField(_("channel"), max_length=20)
    thread = models.CharField(_("thread"), max_length=80)
    remote_id = models.CharField(_("its name there"), max_length=255)
    address = models.CharField(_("address there"), max_length=500, blank=True)
    placed_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("counterpart")
        verbose_name_plural = _("counterparts")
        constraints = [
            models.UniqueConstraint(fields=["channel", "thread"], name="counterpart_once_a_thread"),
            models.CheckConstraint(condition=~Q(remote_id=""), name="counterpart_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.thread}"
