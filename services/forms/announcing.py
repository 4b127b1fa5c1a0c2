"""A volunteer tells everybody something, in their own words."""

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.utils.translation import gettext_lazy as _

from services.models import Announcement, Kind


class AnnounceForm(forms.ModelForm):
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind.value, kind.label) for kind in (Kind.WORD, Kind.UPDATE, Kind.POST_MORTEM)],
        initial=Kind.WORD,
        required=False,
        help_text=_(
            "About an interruption that nobody was told of yet, it is its begin, whatever you choose."
        ),
    )
    loud = forms.BooleanField(
        label=_("Tell it by every channel"),
        initial=True,
        required=False,
        help_text=_("Letters to subscribers, feeds, posts. Otherwise only the pages of its matter show it."),
    )

    class Meta:
        model = Announcement
        fields = ("title_fr", "title_en", "text_fr", "text_en", "outage", "maintenance", "kind", "loud")
        widgets = {
            "text_fr": AdminTextareaWidget(attrs={"rows": 5}),
            "text_en": AdminTextareaWidget(attrs={"rows": 5}),
        }
