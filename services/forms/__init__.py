"""What people and volunteers fill in about services; each form is the call of one verb."""

from services.forms.announcing import AnnounceForm
from services.forms.interruptions import CloseOutageForm, OpenOutageForm
from services.forms.maintenance import PlanForm, RescheduleForm, RoutineForm
from services.forms.subscribing import ChoiceForm, SubscribeForm

__all__ = [
    "AnnounceForm",
    "ChoiceForm",
    "CloseOutageForm",
    "OpenOutageForm",
    "PlanForm",
    "RescheduleForm",
    "RoutineForm",
    "SubscribeForm",
]
