"""What people and volunteers fill in. The fields of each form are the keywords of its verb."""

from abuse.forms.desk import AnswerForm, CloseForm, DeskForm, ReopenForm, TakeForm
from abuse.forms.stamped import RefusedFiles, Stamped
from abuse.forms.writing import QuestionForm, ReplyForm, ReportForm

__all__ = [
    "AnswerForm",
    "CloseForm",
    "DeskForm",
    "QuestionForm",
    "RefusedFiles",
    "ReopenForm",
    "ReplyForm",
    "ReportForm",
    "Stamped",
    "TakeForm",
]
