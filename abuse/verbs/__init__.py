"""What happens to a ticket. Each verb is one transaction, one line in the journal, letters on commit."""

from abuse.verbs.desk import ask, reopen, settle, take
from abuse.verbs.filing import answer, confirm, file_question, file_report, spend
from abuse.verbs.forgetting import forget, forget_proofs, forget_reporter
from abuse.verbs.holding import hold, release
from abuse.verbs.noting import note
from abuse.verbs.receiving import receive
from abuse.verbs.triaging import forget_sweeps, sweep_aside, triage, undo_sweep
from abuse.verbs.waiting import come_due
from abuse.verbs.watching import forget_glances, glance

__all__ = [
    "answer",
    "ask",
    "come_due",
    "confirm",
    "file_question",
    "file_report",
    "forget",
    "forget_glances",
    "forget_proofs",
    "forget_reporter",
    "forget_sweeps",
    "glance",
    "hold",
    "note",
    "receive",
    "release",
    "reopen",
    "settle",
    "spend",
    "sweep_aside",
    "take",
    "triage",
    "undo_sweep",
]
