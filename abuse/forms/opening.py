"""What a volunteer fills in to open a ticket."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from abuse.forms.deciding import PersonField
from abuse.forms.fields import LONGEST_TEXT, Address, Name, OfferedClauseField, ServiceField, Where, Words
from abuse.models import REPORTED, Law, Source, Topic
from abuse.verbs import Notice, Sender
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
    where = Where(label=_("Where exactly"), rows=3)
    subject = PersonField(
        label=_("Account concerned"),
        help_text=_("Its e-mail address or its user name."),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    service = ServiceField(
        label=_("Service"),
        queryset=Service.objects.order_by("name"),
        to_field_name=None,
        empty_label=_("None"),
    )
    clause = OfferedClauseField(label=_("Clause of the Terms"))
    law = forms.ChoiceField(
        label=_("Kind of illegal content"), choices=[("", _("None")), *Law.choices], required=False
    )
    name = Name(label=_("Name of whoever told us"), widget=forms.TextInput)
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

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if cleaned["topic"] == Topic.ILLEGAL and not cleaned["law"]:
            self.add_error("law", _("Say what kind of illegal content it is."))
        if cleaned["topic"] not in REPORTED:
            cleaned["clause"], cleaned["law"] = None, ""
        return cleaned

    def given(self) -> dict[str, Any]:
        """The keywords of the verb."""
        given = {**self.cleaned_data}
        return {
            "notice": Notice(**{name: given.pop(name) for name in ("what", "where", "clause", "law")}),
            "sender": Sender(**{name: given.pop(name) for name in ("name", "email", "language")}),
            **given,
        }

    def seen_fields(self) -> list[forms.BoundField]:
        return [field for field in self if not field.is_hidden]
