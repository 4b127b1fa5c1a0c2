"""What happens to accounts beyond what allauth does for them: they are opened, copied out, closed, erased."""

from accounts.verbs.activity import NOT_AGAIN_FOR, touch
from accounts.verbs.arriving import note_bounce
from accounts.verbs.braking import Standstill, brakes, count_due, halt, release
from accounts.verbs.closing import ask_to_close, carry_out_closings, close_at_once, keep_account
from accounts.verbs.erasing import erase
from accounts.verbs.exporting import (
    CLAIM,
    PAUSE,
    ask_for_export,
    forget_exports,
    make_exports,
    try_export,
)
from accounts.verbs.keeping import (
    KeepLink,
    hold,
    keep_by_letter,
    let_go_on,
    met,
    read_keep_link,
    release_hold,
    try_letters_again,
)
from accounts.verbs.looking import Why, has_reason, look_at, looks_at
from accounts.verbs.naming import choose_name
from accounts.verbs.noticing import KEEP
from accounts.verbs.opening import (
    LinkUseless,
    become_first_administrator,
    check_first_administrator_link,
    first_administrator_link,
    forget_sessions,
    forget_unconfirmed,
    prefer_language,
    promote,
)
from accounts.verbs.purging import purge
from accounts.verbs.remembering import come_back, reapply_erasures, write_out
from accounts.verbs.returning import TakenBack, take_back
from accounts.verbs.sealing import forget_sealed, open_sealed
from accounts.verbs.securing import reencrypt_second_factors, reset_second_factor

__all__ = [
    "CLAIM",
    "KEEP",
    "NOT_AGAIN_FOR",
    "PAUSE",
    "KeepLink",
    "LinkUseless",
    "Standstill",
    "TakenBack",
    "Why",
    "ask_for_export",
    "ask_to_close",
    "become_first_administrator",
    "brakes",
    "carry_out_closings",
    "check_first_administrator_link",
    "choose_name",
    "close_at_once",
    "come_back",
    "count_due",
    "erase",
    "first_administrator_link",
    "forget_exports",
    "forget_sealed",
    "forget_sessions",
    "forget_unconfirmed",
    "halt",
    "has_reason",
    "hold",
    "keep_account",
    "keep_by_letter",
    "let_go_on",
    "look_at",
    "looks_at",
    "make_exports",
    "met",
    "note_bounce",
    "open_sealed",
    "prefer_language",
    "promote",
    "purge",
    "read_keep_link",
    "reapply_erasures",
    "reencrypt_second_factors",
    "release",
    "release_hold",
    "reset_second_factor",
    "take_back",
    "touch",
    "try_export",
    "try_letters_again",
    "write_out",
]
