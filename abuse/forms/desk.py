"""What volunteers fill in. The fields of each form are the keywords of its verb."""

from typing import Any, ClassVar, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from abuse.forms.fields import LONGEST_TEXT, Words
from abuse.models import OUTCOMES, TRIAGE, Outcome, State, Ticket, Topic


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
