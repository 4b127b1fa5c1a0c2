"""The forms that report something: what the law wants to be possible, and no more."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from abuse.forms.fields import LONGEST_TEXT, Address, Name, OfferedClauseField, Where, Words
from abuse.forms.sending import Files
from abuse.forms.writing import Writing
from abuse.models import Law, Topic
from abuse.places import read_ip, read_message_id, written
from abuse.verbs import Notice

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class NoticeForm(Writing):
    """What both kinds of report ask: what the law wants to be possible, and no more."""

    what = Words(
        label=_("What happened?"),
        help_text=_("In your own words: what you saw, since when, and why it should not be there."),
        rows=8,
        max_length=LONGEST_TEXT,
    )
    where = Where()
    message_id = Words(
        label=_("Message-ID of a mail"),
        help_text=_("A line of its head, which your mail program shows as “source” or “original message”."),
        max_length=600,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    source_ip = Words(
        label=_("Internet address it came from"),
        help_text=_("For example 203.0.113.7 or 2001:db8::1."),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    seen_at = forms.DateTimeField(
        label=_("When, to the second if you can"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
        error_messages={
            "invalid": _(
                "Write date and time like 2026-03-14 20:15:00, or with the zone: 2026-03-14T20:15:00+01:00."
            )
        },
    )
    details = ("message_id", "source_ip", "seen_at")
    said_by_itself: ClassVar[dict[str, Any]] = {}

    def clean_message_id(self) -> str:
        written = self.cleaned_data["message_id"]
        found = read_message_id(written)
        if written and not found:
            raise forms.ValidationError(_("A Message-ID looks like <20260314.2015@example.org>."))
        return found or ""

    def clean_source_ip(self) -> str:
        written = self.cleaned_data["source_ip"]
        found = read_ip(written) if written else ""
        if found is None:
            raise forms.ValidationError(
                _("This is no Internet address: one looks like 203.0.113.7 or 2001:db8::1.")
            )
        return found

    def clean_seen_at(self) -> datetime | None:
        seen_at: datetime | None = self.cleaned_data["seen_at"]
        if seen_at and not EARLIEST <= seen_at <= timezone.now() + timedelta(days=1):
            raise forms.ValidationError(_("This date is to come, or very long ago."))
        return seen_at

    def clean(self) -> dict[str, Any]:
        """Every place there is, in one list: what machines report is kept so too."""
        self._ask_for_the_whole_place()
        cleaned = super().clean()
        exact = {name: cleaned.pop(name, None) for name in self.details}
        if not self.errors:
            cleaned["where"] = written(cleaned["where"], **exact)
        return cleaned

    def given(self, language: str) -> dict[str, Any]:
        given = super().given(language)
        said = {
            name: given.pop(name)
            for name in ("what", "where", "clause", "law", "good_faith")
            if name in given
        }
        return {**given, "notice": Notice(**self.said_by_itself, **said)}

    def _ask_for_the_whole_place(self) -> None:
        said = self.cleaned_data
        if said.get("source_ip") and not said.get("seen_at") and "seen_at" not in self.errors:
            self.add_error("seen_at", _("An Internet address changes hands: say when it was."))
        if said.get("seen_at") and not said.get("source_ip") and "source_ip" not in self.errors:
            self.add_error("source_ip", _("Say which Internet address it was then, or leave out the time."))
        anywhere = any(said.get(name) for name in ("where", *self.details))
        if not anywhere and not any(name in self.errors for name in ("where", *self.details)):
            self.add_error("where", _("Say where: without a place, nobody can look."))

    def first_fields(self) -> list[forms.BoundField]:
        return [field for field in self.seen_fields() if field.name not in self.details]

    def exact_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.details]

    def zone(self) -> str:
        return timezone.get_current_timezone_name().replace("_", " ")

    def has_exact(self) -> bool:
        """Something is written there, or wrong there: then it stands open."""
        return any(self[name].value() or self[name].errors for name in self.details)


class ClauseNoticeForm(NoticeForm):
    clause = OfferedClauseField(
        label=_("Which rule does it break?"),
        help_text=_("From our Terms in force. If you are not sure, leave it to us."),
    )
    attachments = Files()
    name = Name()
    email = Address()
    good_faith = forms.BooleanField(
        label=_("I believe in good faith that what I say here is accurate and complete."),
    )


class ReportForm(ClauseNoticeForm):
    topic = Topic.ABUSE
    title = _("Report abuse")
    lead = _("A volunteer reads every report. Say what you saw and where; the rest is up to you.")
    button = _("Send the report")


class IllegalForm(ClauseNoticeForm):
    topic = Topic.ILLEGAL
    title = _("Report illegal content")
    lead = _(
        "What the law forbids and somebody put on our machines. We look at it and tell you what became of it."
    )
    button = _("Send the report")
    law = forms.ChoiceField(
        label=_("What is it?"),
        choices=[("", _("Choose…")), *(choice for choice in Law.choices if choice[0] != Law.CHILD)],
    )
    what = Words(
        label=_("Why is it illegal?"),
        help_text=_("What it says or shows, and which law it breaks if you know. You need not be a lawyer."),
        rows=8,
        max_length=LONGEST_TEXT,
    )
    field_order = ("law", "what", "where", "clause")


class ChildAbuseForm(NoticeForm):
    """Nobody is asked who they are, and nobody is to make a copy of such a picture in order to send it."""

    topic = Topic.ILLEGAL
    title = _("Report sexual abuse of children")
    lead = _(
        "You are not asked who you are. Do not copy, save or send any picture: saying where it is, is enough."
    )
    button = _("Send the report")
    what = Words(
        label=_("What did you see?"),
        help_text=_("In a few words, without showing it."),
        rows=5,
        max_length=LONGEST_TEXT,
    )
    good_faith = forms.BooleanField(
        label=_("I believe in good faith that what I say here is accurate and complete."),
    )

    said_by_itself: ClassVar[dict[str, Any]] = {"law": Law.CHILD}
