"""What happens to letters, apart from their being carried (see delivery)."""

from outbox.verbs.settling import KEEP_CONTENT_OF_GIVEN_UP, CannotTryAgain, forget, try_again
from outbox.verbs.withdrawing import recall, withdraw, withdraw_by
from outbox.verbs.writing import UNPRINTABLE, BadAddress, can_be_written_to, post, put
from outbox.verbs.writing_many import Addressed, Recipient, post_each, put_many, write_anew

__all__ = [
    "KEEP_CONTENT_OF_GIVEN_UP",
    "UNPRINTABLE",
    "Addressed",
    "BadAddress",
    "CannotTryAgain",
    "Recipient",
    "can_be_written_to",
    "forget",
    "post",
    "post_each",
    "put",
    "put_many",
    "recall",
    "try_again",
    "withdraw",
    "withdraw_by",
    "write_anew",
]
