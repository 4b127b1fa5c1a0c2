"""What people and volunteers fill in about services; each form is the call of one verb."""

from services.forms.announcing import AnnounceForm
from services.forms.catalogue import ServiceForm
from services.forms.interruptions import CloseOutageForm, CorrectOutageForm, MergeOutagesForm, OpenOutageForm
from services.forms.maintenance import PlanForm, RescheduleForm, RoutineForm
from services.forms.subscribing import ChoiceForm, SubscribeForm

__all__ = [
    "AnnounceForm",
    "ChoiceForm",
    "CloseOutageForm",
    "CorrectOutageForm",
    "MergeOutagesForm",
    "OpenOutageForm",
    "PlanForm",
    "RescheduleForm",
    "RoutineForm",
    "ServiceForm",
    "SubscribeForm",
]
