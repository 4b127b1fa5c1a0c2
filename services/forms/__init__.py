"""What people and volunteers fill in about services; each form is the call of one verb."""

from services.forms.interruptions import CloseOutageForm, OpenOutageForm
from services.forms.subscribing import ChoiceForm, SubscribeForm

__all__ = ["ChoiceForm", "CloseOutageForm", "OpenOutageForm", "SubscribeForm"]
