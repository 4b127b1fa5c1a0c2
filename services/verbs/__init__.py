"""What happens to the catalogue, the interruptions, maintenance, announcements and subscribers."""

from services.verbs.announcing import announce, hand_over_announcements, reword
from services.verbs.catalogue import describe_probe, describe_service, say_what_it_needs
from services.verbs.correcting import correct_outage, merge_outages
from services.verbs.ending import finish, look_after_maintenance, overrun
from services.verbs.figuring import figure_days, roll_up
from services.verbs.interruptions import close_outage, open_outage, refuse_opening
from services.verbs.looking import claim_looks, forget_samples, keep_looks
from services.verbs.planning import begin_routine, call_off, plan, refuse_window, reschedule, stop_routine
from services.verbs.refusals import look_at_refusals, note_refusal
from services.verbs.settling import settle
from services.verbs.spreading import tell_subscribers
from services.verbs.subscribing import ask_to_subscribe, choose, leave, read_wish, subscribe
from services.verbs.telling import tell_begin, tell_end, tell_now, tell_outages

__all__ = [
    "announce",
    "ask_to_subscribe",
    "begin_routine",
    "call_off",
    "choose",
    "claim_looks",
    "close_outage",
    "correct_outage",
    "describe_probe",
    "describe_service",
    "figure_days",
    "finish",
    "forget_samples",
    "hand_over_announcements",
    "keep_looks",
    "leave",
    "look_after_maintenance",
    "look_at_refusals",
    "merge_outages",
    "note_refusal",
    "open_outage",
    "overrun",
    "plan",
    "read_wish",
    "refuse_opening",
    "refuse_window",
    "reschedule",
    "reword",
    "roll_up",
    "say_what_it_needs",
    "settle",
    "stop_routine",
    "subscribe",
    "tell_begin",
    "tell_end",
    "tell_now",
    "tell_outages",
    "tell_subscribers",
]
