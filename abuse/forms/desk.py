"""What volunteers fill in. The fields of each form are the keywords of its verb."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from abuse.forms.fields import LONGEST_TEXT, Words
from abuse.models import JUDGED, OUTCOMES, TRIAGE, Outcome, Party, Ticket, Topic
from abuse.numbers import read_number

TO_FILL_IN = "###"
LONGEST_WAIT = 90  # days


class Letter(Words):
    """Words that leave the desk. What a preset left to fill in must be filled in."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LONGEST_TEXT, **kwargs})

    def validate(self, value: str) -> None:
        super().validate(value)
        if TO_FILL_IN in value:
            raise forms.ValidationError(
                _("Something is left to fill in: replace what stands between the ### signs.")
            )


class NumberField(forms.CharField):
    """A ticket by its public number; what the verb gets is its row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "label": _("It repeats ticket"),
                "help_text": _("Its number, such as 42-X. Only for “already reported”."),
                "required": False,
                "max_length": 30,
                **kwargs,
            }
        )

    def clean(self, value: Any) -> Any:
        written = super().clean(value)
        if not written:
            return None
        pk = read_number(written)
        if pk is None or not Ticket.objects.filter(pk=pk).exists():
            raise forms.ValidationError(_("There is no ticket of this number. Check its letter too."))
        return pk


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

    def seen_fields(self) -> list[forms.BoundField]:
        return [field for field in self if not field.is_hidden]

    def _offer(self, outcomes: Iterable[str]) -> None:
        cast(forms.ChoiceField, self.fields["outcome"]).choices = [
            (value, label) for value, label in Outcome.choices if value in outcomes
        ]


class TakeForm(DeskForm):
    verb = "take"


class AskForm(DeskForm):
    verb = "ask"
    to = forms.ChoiceField(label=_("To"), choices=Party.choices, initial=Party.REPORTER)
    text = Letter(
        label=_("Your message"),
        help_text=_("Shown on the private page, and sent by letter if there is an address."),
        rows=8,
    )
    days = forms.IntegerField(
        label=_("Days to wait for an answer"),
        help_text=_("Then the ticket comes back to the desk by itself."),
        min_value=1,
        max_value=LONGEST_WAIT,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].initial = settings.DESK_WAITS_FOR_DAYS
        parties = [party for party in Party if self.may_ask(party)]
        cast(forms.ChoiceField, self.fields["to"]).choices = [(party, party.label) for party in parties]
        if len(parties) < 2:
            self.fields["to"].widget = forms.HiddenInput()
            self.fields["to"].initial = parties[0] if parties else None
            self.fields["to"].required = False

    def may_ask(self, party: Party) -> bool:
        if party == Party.SUBJECT:
            return self.ticket.subject_id is not None
        return not self.ticket.was_found_by_us

    def clean_to(self) -> Party:
        return Party(self.cleaned_data["to"] or self.fields["to"].initial or Party.REPORTER)


class SettleForm(DeskForm):
    verb = "settle"
    outcome = forms.ChoiceField(label=_("Outcome"), widget=forms.RadioSelect)
    duplicate_of = NumberField()
    text = Letter(
        label=_("Last words"),
        help_text=_("May stay empty. Sent with the outcome; nothing is sent for an unwanted message."),
        rows=6,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer(OUTCOMES[Topic(self.ticket.topic)] - JUDGED)


class TriageForm(DeskForm):
    verb = "triage"
    outcome = forms.ChoiceField(label=_("Why"), widget=forms.RadioSelect)
    duplicate_of = NumberField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer(TRIAGE)


class ReopenForm(DeskForm):
    verb = "reopen"
    text = Letter(
        label=_("Why it is taken up again"),
        help_text=_("Shown on the private page, and sent by letter if there is an address."),
        rows=4,
    )


class NoteForm(DeskForm):
    """A note changes nothing, so it is never too late for one."""

    verb = "note"
    seen = None  # type: ignore[assignment]
    text = Words(
        label=_("Note for the volunteers"),
        help_text=_("Nobody else ever reads it."),
        rows=3,
        max_length=LONGEST_TEXT,
    )

    def look_again(self, ticket: Ticket) -> None:
        return None


class HoldForm(DeskForm):
    verb = "hold"
    because = Words(
        label=_("Why these words must be kept"),
        help_text=_("Such as proceedings that go on. Do not name anybody."),
        max_length=300,
    )
    until = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = timezone.localdate() + dt.timedelta(days=180)


class ReleaseForm(DeskForm):
    verb = "release"
