"""What people and volunteers fill in. The fields of each form are the keywords of its verb."""

from abuse.forms.appealing import (
    AppealForm,
    BareAppealForm,
    BareSubjectReplyForm,
    SubjectReplyForm,
    WithdrawForm,
)
from abuse.forms.deciding import DecideForm, SettleAppealForm
from abuse.forms.desk import (
    AskForm,
    DeskForm,
    HoldForm,
    NoteForm,
    NumberField,
    ReleaseForm,
    ReopenForm,
    SettleForm,
    TakeForm,
    TriageForm,
)
from abuse.forms.muting import CautionForm, MuteForm, UnmuteForm
from abuse.forms.opening import OpenForm
from abuse.forms.reporting import ChildAbuseForm, IllegalForm, ReportForm
from abuse.forms.sending import MeasuredFiles, RefusedFiles
from abuse.forms.stamped import Stamped
from abuse.forms.writing import (
    AuthorityForm,
    BareReplyForm,
    BugForm,
    OtherForm,
    PersonalDataForm,
    QuestionForm,
    ReplyForm,
    SecurityForm,
    Writing,
)

__all__ = [
    "AppealForm",
    "AskForm",
    "AuthorityForm",
    "BareAppealForm",
    "BareReplyForm",
    "BareSubjectReplyForm",
    "BugForm",
    "CautionForm",
    "ChildAbuseForm",
    "DecideForm",
    "DeskForm",
    "HoldForm",
    "IllegalForm",
    "MeasuredFiles",
    "MuteForm",
    "NoteForm",
    "NumberField",
    "OpenForm",
    "OtherForm",
    "PersonalDataForm",
    "QuestionForm",
    "RefusedFiles",
    "ReleaseForm",
    "ReopenForm",
    "ReplyForm",
    "ReportForm",
    "SecurityForm",
    "SettleAppealForm",
    "SettleForm",
    "Stamped",
    "SubjectReplyForm",
    "TakeForm",
    "TriageForm",
    "UnmuteForm",
    "WithdrawForm",
    "Writing",
]
