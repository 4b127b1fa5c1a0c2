"""What a volunteer fills in to open a ticket."""

import uuid
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from abuse.forms.deciding import PersonField
from abuse.forms.fields import (
    LONGEST_LIST,
    LONGEST_TEXT,
    Address,
    OfferedClauseField,
    Words,
)
from abuse.models import REPORTED, Law, Source, Topic
from services.models import Service

BY_HAND = (Source.OWN, Source.TELEPHONE, Source.POST, Source.ELSE)


class OpenForm(forms.Form):
    source = forms.ChoiceField(
        label=_("How did you learn of it?"),
        help_text=_("The statement of reasons says it, in the words of the law."),
        choices=[(source.value, source.label) for source in BY_HAND],
        widget=forms.RadioSelect,
    )
    topic = forms.ChoiceField(label=_("Topic"), choices=Topic.choices, initial=Topic.ABUSE)
    what = Words(
        label=_("What happened, or what was said"),
        help_text=_("Whoever wrote to us reads it on their private page; the person it is about does not."),
        rows=7,
        max_length=LONGEST_TEXT,
    )
    where = Words(
        label=_("Where exactly"),
        help_text=_("One per line: a web address, a mailbox, the name of an account."),
        rows=3,
        max_length=LONGEST_LIST,
        required=False,
    )
    subject = PersonField(
        label=_("Account concerned"),
        help_text=_("Its e-mail address or its user name."),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    service = forms.ModelChoiceField(
        label=_("Service"), queryset=Service.objects.none(), required=False, empty_label=_("None")
    )
    clause = OfferedClauseField(label=_("Clause of the Terms"))
    law = forms.ChoiceField(
        label=_("Kind of illegal content"), choices=[("", _("None")), *Law.choices], required=False
    )
    name = Words(label=_("Name of whoever told us"), max_length=200, required=False)
    email = Address(
        label=_("Their e-mail address"),
        help_text=_("They are sent a receipt with their private link, and asked to confirm the address."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Their language"), choices=settings.LANGUAGES)
    submission = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["submission"].initial = uuid.uuid4().hex
        self.fields["language"].initial = settings.LANGUAGE_CODE
        cast(forms.ModelChoiceField, self.fields["service"]).queryset = Service.objects.order_by("name")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if cleaned["topic"] == Topic.ILLEGAL and not cleaned["law"]:
            self.add_error("law", _("Say what kind of illegal content it is."))
        if cleaned["topic"] not in REPORTED:
            cleaned["clause"], cleaned["law"] = None, ""
        return cleaned

    def seen_fields(self) -> list[forms.BoundField]:
        return [field for field in self if not field.is_hidden]
