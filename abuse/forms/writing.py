"""What people fill in: a form for each topic, with its own fields and no others."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, cast

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from abuse.forms.fields import LONGEST_LIST, LONGEST_TEXT, Address, OfferedClauseField, Words
from abuse.forms.sending import Files
from abuse.forms.stamped import Stamped
from abuse.models import Law, Topic
from abuse.particulars import LABELS, Right
from abuse.places import read_ip, read_message_id, written
from services.models import Service

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class Writing(Stamped):
    """The form of one topic, and what its page says."""

    topic: ClassVar[Topic]
    title: ClassVar[Promise]
    lead: ClassVar[Promise]
    button: ClassVar[Promise]
    takes_files = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.takes_files = "attachments" in self.fields
        if "service" in self.fields:
            cast(forms.ModelChoiceField, self.fields["service"]).queryset = Service.objects.listed()

    def first_fields(self) -> list[forms.BoundField]:
        return self.seen_fields()

    def given(self) -> dict[str, Any]:
        """The keywords of the verb; answers that belong to the topic alone go together."""
        given = {"topic": self.topic, **self.cleaned_data}
        particulars = {name: str(value) for name in LABELS if (value := given.pop(name, None))}
        return {**given, "particulars": particulars} if particulars else given


def service_field() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=_("Which service?"),
        queryset=Service.objects.none(),
        to_field_name="slug",
        empty_label=_("None of these, or I do not know"),
        required=False,
    )


def name_field() -> Words:
    return Words(
        label=_("Your name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class QuestionForm(Writing):
    topic = Topic.QUESTION
    title = _("Ask a question")
    lead = _("A volunteer answers you. Please leave out passwords: we never need them.")
    button = _("Send the question")
    message = Words(
        label=_("Your message"),
        help_text=_("A question, an idea, how something is done here."),
        rows=10,
        max_length=LONGEST_TEXT,
    )
    email = Address()


class BugForm(Writing):
    topic = Topic.BUG
    title = _("Tell us about a bug")
    lead = _(
        "Something does not work as it should? The more we can see it ourselves, the sooner it is mended."
    )
    button = _("Send it")
    service = service_field()
    message = Words(
        label=_("What happened, and what did you expect?"),
        help_text=_("What you did just before, and the words of any error."),
        rows=8,
        max_length=LONGEST_TEXT,
    )
    page = Words(
        label=LABELS["page"], help_text=_("Its address, if there is one."), max_length=500, required=False
    )
    since = Words(label=LABELS["since"], max_length=200, required=False)
    attachments = Files()
    email = Address()


class NoticeForm(Writing):
    """What both kinds of report ask: what the law wants to be possible, and no more."""

    what = Words(
        label=_("What happened?"),
        help_text=_("In your own words: what you saw, since when, and why it should not be there."),
        rows=8,
        max_length=LONGEST_TEXT,
    )
    where = Words(
        label=_("Where exactly?"),
        help_text=_("One per line: a web address, a mailbox, the name of an account."),
        rows=4,
        max_length=LONGEST_LIST,
        required=False,
    )
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
    name = name_field()
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

    def given(self) -> dict[str, Any]:
        return {**super().given(), "law": Law.CHILD}


class SecurityForm(Writing):
    topic = Topic.SECURITY
    title = _("Report a vulnerability")
    lead = _(
        "Thank you for telling us before anybody else. Go no further than needed to show it, and leave other "
        "people’s data alone: then we see you as somebody who helps."
    )
    button = _("Send it")
    service = service_field()
    message = Words(
        label=_("What is the weakness, and what could somebody do with it?"), rows=8, max_length=LONGEST_TEXT
    )
    steps = Words(
        label=_("How can we see it ourselves?"),
        help_text=_("Step by step, with addresses."),
        rows=6,
        max_length=LONGEST_LIST,
        required=False,
    )
    attachments = Files()
    name = name_field()
    email = Address()


class PersonalDataForm(Writing):
    topic = Topic.PERSONAL_DATA
    title = _("Your personal data")
    lead = _(
        "With an account, you can take a copy of your data or erase it yourself, on the page of your account. For all "
        "else, write here: the law gives us a month to answer."
    )
    button = _("Send the request")
    right = forms.ChoiceField(
        label=_("What do you ask for?"), choices=Right.choices, widget=forms.RadioSelect
    )
    message = Words(
        label=_("Your request"),
        help_text=_("Which data, in which service, under which name or address."),
        rows=6,
        max_length=LONGEST_TEXT,
    )
    email = Address(
        required=True, help_text=_("We answer to it, and may ask there for proof that you are who you say.")
    )


class AuthorityForm(Writing):
    topic = Topic.AUTHORITY
    title = _("Request of an authority")
    lead = _(
        "For courts, police and administrations. We answer what the law obliges us to, count every request in "
        "public, and tell the person concerned unless the law forbids it."
    )
    button = _("Send the request")
    authority = Words(label=LABELS["authority"], max_length=200)
    reference = Words(label=LABELS["reference"], max_length=200)
    legal_basis = Words(
        label=LABELS["legal_basis"], help_text=_("The article, order or warrant it rests on."), max_length=500
    )
    message = Words(label=_("What is asked for"), rows=6, max_length=LONGEST_TEXT)
    deadline = forms.DateField(
        label=LABELS["deadline"],
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    attachments = Files()
    name = name_field()
    email = Address(required=True, help_text=_("Your address in office: we answer to no other."))


class OtherForm(Writing):
    topic = Topic.OTHER
    title = _("Anything else")
    lead = _("An idea, a thank-you, a proposal: a volunteer reads it.")
    button = _("Send it")
    message = Words(label=_("Your message"), rows=8, max_length=LONGEST_TEXT)
    name = name_field()
    email = Address()


class BareReplyForm(Stamped):
    """On a ticket that takes no files."""

    text = Words(label=_("Add a message"), rows=6, max_length=LONGEST_TEXT)


class ReplyForm(BareReplyForm):
    attachments = Files()
