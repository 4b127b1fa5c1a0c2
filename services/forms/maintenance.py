"""Planning at the desk: a window, once or again and again."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime, AdminTextareaWidget
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services import verbs
from services.models import Maintenance, Routine, Service

TEXTS = {
    "text_fr": AdminTextareaWidget(attrs={"rows": 3}),
    "text_en": AdminTextareaWidget(attrs={"rows": 3}),
}


def which_services() -> forms.ModelMultipleChoiceField:
    return forms.ModelMultipleChoiceField(
        label=_("Services concerned"),
        queryset=Service.objects.all(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Say which services it concerns.")},
    )


class WindowForm(forms.ModelForm):
    starts_at = forms.SplitDateTimeField(label=_("Begins"), widget=AdminSplitDateTime)
    ends_at = forms.SplitDateTimeField(label=_("Ends at the latest"), widget=AdminSplitDateTime)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "starts_at" in cleaned and "ends_at" in cleaned:
            verbs.refuse_window(cleaned["starts_at"], cleaned["ends_at"], at=timezone.now())
        return cleaned


class PlanForm(WindowForm):
    services = which_services()

    class Meta:
        model = Maintenance
        fields = (
            "services",
            "starts_at",
            "ends_at",
            "title_fr",
            "title_en",
            "text_fr",
            "text_en",
            "quiet",
        )
        widgets = TEXTS


class RescheduleForm(WindowForm):
    class Meta:
        model = Maintenance
        fields = ("starts_at", "ends_at")


class RoutineForm(forms.ModelForm):
    services = which_services()

    class Meta:
        model = Routine
        fields = (
            "services",
            "rhythm",
            "first_day",
            "last_day",
            "begins_at",
            "minutes",
            "title_fr",
            "title_en",
            "text_fr",
            "text_en",
            "quiet",
        )
        widgets = {**TEXTS, "first_day": AdminDateWidget, "last_day": AdminDateWidget}
