"""What people fill in who want letters about the services. Each form is the call of one verb."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.verbs import can_be_written_to
from services.models import Service


class SubscribeForm(forms.Form):
    """Where to write, and about what. The trap catches programs that fill in everything."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("We write to it once, with a link that says it is really yours."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    about = forms.ChoiceField(
        label=_("About what?"),
        choices=[("all", _("All services")), ("some", _("Only these services:"))],
        initial="all",
        widget=forms.RadioSelect,
    )
    services = forms.ModelMultipleChoiceField(
        label=_("Services"),
        queryset=Service.objects.none(),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    website = forms.CharField(
        label=_("Leave this field empty"),
        max_length=1000,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelMultipleChoiceField, self.fields["services"]).queryset = Service.objects.offered(
            timezone.now()
        )

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if not can_be_written_to(email):
            raise forms.ValidationError(_("We cannot write to this kind of address."))
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.pop("website", ""):
            raise forms.ValidationError(
                _("A field that people do not see was filled in. Please empty it and send the form again.")
            )
        about = cleaned.pop("about", "all")
        # Whoever ticks services and leaves the question above them as it was means these services.
        only_ticked = "services" in self.changed_data and "about" not in self.changed_data
        if about == "all" and not (only_ticked and cleaned.get("services")):
            cleaned["services"] = []
        elif not cleaned.get("services") and "services" not in self.errors:
            self.add_error("services", _("Choose at least one service, or all of them."))
        return cleaned


class ChoiceForm(SubscribeForm):
    """Which services a subscriber wants to hear of, from now on."""

    email = None  # type: ignore[assignment]
    website = None  # type: ignore[assignment]
    language = forms.ChoiceField(label=_("In which language?"), choices=settings.LANGUAGES)
    field_order = ("about", "services", "language")
