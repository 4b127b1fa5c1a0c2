"""Warning and muting whoever sends manifestly unfounded reports."""

from django import forms
from django.utils.translation import gettext_lazy as _

from abuse.forms.desk import DeskForm, Letter
from abuse.models import LONGEST_MUTE


class CautionForm(DeskForm):
    verb = "caution"
    text = Letter(
        label=_("Why these reports are unfounded"),
        help_text=_("They read it by letter and on their private page. Say what a useful report would hold."),
        rows=5,
    )


class MuteForm(DeskForm):
    verb = "mute"
    text = Letter(
        label=_("Why their reports are not examined for a time"),
        help_text=_("They read it by letter and on their private page, with the day it ends."),
        rows=5,
    )
    days = forms.IntegerField(
        label=_("For how many days"),
        help_text=_("Half a year at most. It ends by itself."),
        min_value=1,
        max_value=LONGEST_MUTE.days,
        initial=30,
    )


class UnmuteForm(DeskForm):
    verb = "unmute"
