"""What people fill in. The fields of each form are the keywords of its verb."""

from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from abuse.forms.fields import LONGEST_LIST, LONGEST_TEXT, Address, ClauseField, Words
from abuse.forms.stamped import Stamped
from legal.models import Clause

REPORTABLE = [f"u{number}" for number in range(5, 10)]  # the duties somebody else can see broken


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
