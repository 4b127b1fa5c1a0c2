"""What happens to a ticket. Each verb is one transaction, one line in the journal, letters on commit."""

from abuse.verbs.acknowledging import acknowledge_waiting
from abuse.verbs.appealing import RULINGS, appeal, settle_appeal, withdraw_appeal
from abuse.verbs.deciding import Finding, Measure, decide
from abuse.verbs.desk import ask, reopen, settle, take
from abuse.verbs.filing import Notice, Sender, answer, confirm, file_question, file_report, spend
from abuse.verbs.forgetting import forget, forget_proofs, forget_reporter
from abuse.verbs.hearing import answer_as_subject, hear, write_subject
from abuse.verbs.holding import hold, release
from abuse.verbs.muting import caution, forget_mutes, mute, set_aside_if_muted, unmute
from abuse.verbs.noting import note
from abuse.verbs.opening import open_ticket
from abuse.verbs.receiving import receive
from abuse.verbs.sanctioning import (
    NeedsSomebodyElse,
    carry_out_deletions,
    confirm_deletion,
    lift,
    refuse_deletion,
    remind_of_ends,
)
from abuse.verbs.triaging import forget_sweeps, sweep_aside, triage, undo_sweep
from abuse.verbs.waiting import come_due
from abuse.verbs.watching import forget_glances, glance

__all__ = [
    "RULINGS",
    "Finding",
    "Measure",
    "NeedsSomebodyElse",
    "Notice",
    "Sender",
    "acknowledge_waiting",
    "answer",
    "answer_as_subject",
    "appeal",
    "ask",
    "carry_out_deletions",
    "caution",
    "come_due",
    "confirm",
    "confirm_deletion",
    "decide",
    "file_question",
    "file_report",
    "forget",
    "forget_glances",
    "forget_mutes",
    "forget_proofs",
    "forget_reporter",
    "forget_sweeps",
    "glance",
    "hear",
    "hold",
    "lift",
    "mute",
    "note",
    "open_ticket",
    "receive",
    "refuse_deletion",
    "release",
    "remind_of_ends",
    "reopen",
    "set_aside_if_muted",
    "settle",
    "settle_appeal",
    "spend",
    "sweep_aside",
    "take",
    "triage",
    "undo_sweep",
    "unmute",
    "withdraw_appeal",
    "write_subject",
]
