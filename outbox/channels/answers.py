"""What a channel can answer when a letter did not leave. The text is what a volunteer reads in the admin."""

from datetime import timedelta


class Postponed(Exception):
    """The server refuses this letter for now (SMTP 4xx); `ask_again_after`: not before, it said.

    `broken`: it would refuse any other as well, as far as one can tell. Volunteers are shown that, and since when.
    """

    def __init__(self, words: str, *, ask_again_after: timedelta | None = None, broken: bool = False) -> None:
        super().__init__(words)
        self.ask_again_after = ask_again_after
        self.broken = broken


class Behind(Exception):
    """An earlier letter of its thread has not left yet; nobody refused anything."""


class Refused(Exception):
    """The server will never take this letter (SMTP 5xx)."""


class Unsendable(Exception):
    """The letter itself cannot be put on the wire; no server is to blame."""


class Unreachable(Exception):
    """No server, or one that refuses us: no letter is to blame, all of them wait.

    `letter_in_hand`: the line broke while this letter was on it. It is not charged, but it lets the others go first,
    in case it is what breaks the line. `ask_again_after`: the server itself said when it wants to be asked again.
    """

    def __init__(
        self, words: str, *, letter_in_hand: bool = False, ask_again_after: timedelta | None = None
    ) -> None:
        super().__init__(words)
        self.letter_in_hand = letter_in_hand
        self.ask_again_after = ask_again_after
