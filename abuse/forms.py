"""What people and volunteers fill in. The fields of each form are the keywords of its verb."""

import hashlib
import json
import unicodedata
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any, ClassVar, cast

from django import forms
from django.core import signing
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from abuse.models import OUTCOMES, TRIAGE, Outcome, State, Ticket, Topic
from legal.models import Clause
from outbox.verbs import can_be_written_to

QUICKEST = timedelta(seconds=2)  # nobody reads and fills in a form faster; programs do
OLDEST = timedelta(days=2)
LONGEST_TEXT = 10_000  # characters
LONGEST_LIST = 4_000
REPORTABLE = [f"u{number}" for number in range(5, 10)]  # the duties somebody else can see broken


class RefusedFiles(FileUploadHandler):
    """Reads past every file of a request without keeping a byte of it, and remembers there was one."""

    met = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.met = True
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


class Words(forms.CharField):
    """Free text, kept as it was written but for what no page, letter or database can carry.

    NUL and other control characters are dropped, line ends made one kind. There is no `maxlength` in
    the page: browsers cut a pasted text there without a word, where we can say that it is too long.
    """

    def __init__(self, *, rows: int = 0, **kwargs: Any) -> None:
        if rows:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**kwargs)
        self.lines = bool(rows)

    def to_python(self, value: Any) -> str:
        text = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
        kept = "\n\t" if self.lines else ""
        text = "".join(c for c in text if c in kept or unicodedata.category(c) not in ("Cc", "Cs")).strip()
        says_something = any(unicodedata.category(c)[0] in "LNPS" for c in text)
        return text if says_something else ""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class Stamped(forms.Form):
    """A form that works without session, cookie or script, and is still sent by people.

    Its stamp is a random number signed with the time. It shows how long the form was open, proves
    that the page came from us, and with the content makes the fingerprint by which a form sent twice
    is one ticket. Whatever is refused, the page comes back filled in.
    """

    stamp = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)
    website = forms.CharField(
        max_length=1000,
        required=False,
        label=_("Leave this field empty"),
        help_text=_("It is here for programs that fill in everything."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    asides = ("stamp", "website")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stamp"].initial = make_stamp()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.pop("website", ""):
            self._put("website", "")
            self.add_error(
                None,
                _(
                    "A field that people do not see was filled in. We have emptied it: please send the form again."
                ),
            )
        stamp = cleaned.pop("stamp", "")
        try:
            signed_at = read_stamp(stamp)
        except signing.BadSignature:
            self._put("stamp", make_stamp())
            self.add_error(
                None, _("This form was open for very long. Nothing is lost: look it over and send it again.")
            )
            return cleaned
        if timezone.now().timestamp() - signed_at < QUICKEST.total_seconds():
            self.add_error(
                None, _("This was sent faster than people write. If you are one, just send the form again.")
            )
        content = json.dumps({name: str(value) for name, value in cleaned.items()}, sort_keys=True)
        self.submission = hashlib.sha256(f"{stamp}\n{content}".encode()).hexdigest()
        return cleaned

    def _put(self, name: str, value: str) -> None:
        """Change what the page shows in a field when it comes back."""
        self.data = {**dict(self.data.items()), self.add_prefix(name): value}

    def seen_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.asides]


def make_stamp() -> str:
    return signing.TimestampSigner(salt="abuse.stamp").sign(token_urlsafe(16))


def read_stamp(stamp: str) -> float:
    """When it was made, in seconds since 1970. Raises BadSignature, for one that is too old as well."""
    signer = signing.TimestampSigner(salt="abuse.stamp")
    signer.unsign(stamp, max_age=OLDEST)
    return float(signing.b62_decode(stamp.split(signer.sep)[1]))


class Address(forms.EmailField):
    """One plain address the outbox can write to: quoted names and bare numbers, though legal, cannot be."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Your e-mail address"),
            help_text=_(
                "To get a receipt and our answer by letter. Without it, only your private page shows the answer."
            ),
            max_length=254,
            required=False,
            widget=forms.EmailInput(attrs={"autocomplete": "email"}),
            **kwargs,
        )

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not can_be_written_to(value):
            raise forms.ValidationError(_("We cannot write to this kind of address."))


class ClauseField(forms.ModelChoiceField):
    def label_from_instance(self, clause: Clause) -> str:
        return f"{clause.ref.upper()}. {clause.lead}"


class ReportForm(Stamped):
    what = Words(
        label=_("What happened?"),
        help_text=_("In your own words: what you saw, since when, and why it should not be there."),
        rows=8,
        max_length=LONGEST_TEXT,
    )
    where = Words(
        label=_("Where exactly?"),
        help_text=_("Web addresses, a mailbox, the name of an account: one per line."),
        rows=4,
        max_length=LONGEST_LIST,
    )
    clause = ClauseField(
        label=_("Which rule does it break?"),
        help_text=_("From our Terms in force. If you are not sure, leave it to us."),
        empty_label=_("I do not know"),
        queryset=Clause.objects.none(),
        to_field_name="ref",
        required=False,
    )
    name = Words(
        label=_("Your name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = Address()
    good_faith = forms.BooleanField(
        label=_("I believe in good faith that what I say here is accurate and complete."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clauses = Clause.objects.cited_in_force("terms", timezone.now()).select_related("text__version")
        duties = clauses.filter(ref__in=REPORTABLE)
        # A host whose own Terms have other ids offers all their clauses.
        cast(ClauseField, self.fields["clause"]).queryset = duties if duties.exists() else clauses


class QuestionForm(Stamped):
    message = Words(
        label=_("Your message"),
        help_text=_("A question, a bug you met, an idea, anything but abuse."),
        rows=10,
        max_length=LONGEST_TEXT,
    )
    email = Address()


class ReplyForm(Stamped):
    text = Words(label=_("Add a message"), rows=6, max_length=LONGEST_TEXT)


# ── At the desk ───────────────────────────────────────────────────────────────────────────────────


class DeskForm(forms.Form):
    """What a volunteer does to the ticket as it was on their screen."""

    verb: ClassVar[str]
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"id_{self.verb}_%s", **kwargs})
        self.ticket = ticket

    def look_again(self, ticket: Ticket) -> None:
        """After a refusal: show what was typed, and let the next press act on the ticket as it is now."""
        self.data = {**dict(self.data.items()), self.add_prefix("seen"): str(ticket.revision)}


class TakeForm(DeskForm):
    verb = "take"


class AnswerForm(DeskForm):
    verb = "answer"
    text = Words(
        label=_("Your answer"),
        help_text=_("Shown on the private page, and sent by letter if there is an address."),
        rows=8,
        max_length=LONGEST_TEXT,
    )


class CloseForm(DeskForm):
    verb = "close"
    outcome = forms.ChoiceField(label=_("Outcome"), widget=forms.RadioSelect)
    text = Words(
        label=_("Last words"),
        help_text=_("May stay empty. Sent with the outcome; nothing is sent for an unwanted message."),
        rows=4,
        max_length=LONGEST_TEXT,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        possible = OUTCOMES[Topic(self.ticket.topic)]
        if self.ticket.state == State.NEW:
            possible = possible & TRIAGE
        cast(forms.ChoiceField, self.fields["outcome"]).choices = [
            (value, label) for value, label in Outcome.choices if value in possible
        ]


class ReopenForm(DeskForm):
    verb = "reopen"
    text = Words(
        label=_("Why it is taken up again"),
        help_text=_("Shown on the private page, and sent by letter if there is an address."),
        rows=4,
        max_length=LONGEST_TEXT,
    )
