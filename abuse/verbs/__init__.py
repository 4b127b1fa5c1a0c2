"""What happens to a ticket. Each verb is one transaction, one line in the journal, letters on commit."""

from abuse.verbs.desk import answer, close, reopen, take
from abuse.verbs.filing import confirm, file_question, file_report, reply, spend
from abuse.verbs.forgetting import forget, forget_proofs, forget_reporter
from abuse.verbs.receiving import receive

__all__ = [
    "answer",
    "close",
    "confirm",
    "file_question",
    "file_report",
    "forget",
    "forget_proofs",
    "forget_reporter",
    "receive",
    "reopen",
    "reply",
    "spend",
    "take",
]
