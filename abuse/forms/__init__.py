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
    "QuestionForm",
    "RefusedFiles",
    "ReopenForm",
    "ReplyForm",
    "ReportForm",
    "SecurityForm",
    "Stamped",
    "TakeForm",
    "Writing",
]
