"""The small forms of the volunteers' desk; each one is the call of one verb."""

from django import forms
from django.contrib.admin.widgets import AdminRadioSelect, AdminSplitDateTime, AdminTextareaWidget
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from services import verbs
from services.models import Outage


class OpenOutageForm(forms.ModelForm):
    started_at = forms.SplitDateTimeField(
        label=_("Began"),
        initial=timezone.now,
        widget=AdminSplitDateTime,
        help_text=_("When it really began."),
    )

    tell = forms.BooleanField(
        label=_("Tell everybody at once"),
        initial=True,
        required=False,
        help_text=_("Otherwise it is told of itself, once it has lasted for some minutes."),
    )

    class Meta:
        model = Outage
        fields = ("service", "started_at", "summary_fr", "summary_en")
        widgets = {
            "summary_fr": AdminTextareaWidget(attrs={"rows": 3}),
            "summary_en": AdminTextareaWidget(attrs={"rows": 3}),
        }

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        if "service" in cleaned and "started_at" in cleaned:
            verbs.refuse_opening(cleaned["service"], started_at=cleaned["started_at"], at=timezone.now())
        return cleaned


class CloseOutageForm(forms.Form):
    ended_at = forms.SplitDateTimeField(label=_("Ended"), initial=timezone.now, widget=AdminSplitDateTime)


class CorrectOutageForm(forms.Form):
    started_at = forms.SplitDateTimeField(label=_("Began"), widget=AdminSplitDateTime)
    ended_at = forms.SplitDateTimeField(label=_("Ended"), required=False, widget=AdminSplitDateTime)
    why = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_(
            "Everybody can read it on the page of the interruption, beside the times that were there before."
        ),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


class OutageField(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return gettext("%(service)s, since %(since)s") % {
            "service": obj.service,
            "since": date_format(localtime(obj.started_at), "DATETIME_FORMAT"),
        }


class MergeOutagesForm(forms.Form):
    """Which of the chosen ones stays; the others are joined to it, or become part of it."""

    kept = OutageField(
        Outage.objects.none(),
        label=_("The one that stays"),
        empty_label=None,
        widget=AdminRadioSelect(attrs={"class": "radiolist"}),
    )
    why = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("Everybody can read it on the page of the interruption."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def __init__(self, outages, *arguments, **more):
        super().__init__(*arguments, **more)
        kept = self.fields["kept"]
        assert isinstance(kept, forms.ModelChoiceField)
        kept.queryset = outages
