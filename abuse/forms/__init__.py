"""What people and volunteers fill in. The fields of each form are the keywords of its verb."""

from abuse.forms.desk import AnswerForm, CloseForm, DeskForm, ReopenForm, TakeForm
from abuse.forms.sending import MeasuredFiles, RefusedFiles
from abuse.forms.stamped import Stamped
from abuse.forms.writing import (
    AuthorityForm,
    BugForm,
    ChildAbuseForm,
    IllegalForm,
    OtherForm,
    PersonalDataForm,
    QuestionForm,
    ReplyForm,
    ReportForm,
    SecurityForm,
    Writing,
)

__all__ = [
    "AnswerForm",
    "AuthorityForm",
    "BugForm",
    "ChildAbuseForm",
    "CloseForm",
    "DeskForm",
    "IllegalForm",
    "MeasuredFiles",
    "OtherForm",
    "PersonalDataForm",
from abuse.forms.desk import (
    AskForm,
    DeskForm,
    HoldForm,
    NoteForm,
    ReleaseForm,
    ReopenForm,
    SettleForm,
    TakeForm,
    TriageForm,
)
from abuse.forms.stamped import RefusedFiles, Stamped
from abuse.forms.writing import QuestionForm, ReplyForm, ReportForm

__all__ = [
    "AskForm",
    "DeskForm",
    "HoldForm",
    "NoteForm",
    "QuestionForm",
    "RefusedFiles",
    "ReleaseForm",
    "ReopenForm",
    "ReplyForm",
    "ReportForm",
    "SecurityForm",
    "Stamped",
    "TakeForm",
    "Writing",
    "SettleForm",
    "Stamped",
    "TakeForm",
    "TriageForm",
]
