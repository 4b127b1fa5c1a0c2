"""What a channel can answer when a letter did not leave. The text is what a volunteer reads in the admin."""


class Postponed(Exception):
    """The server refuses this letter for now (SMTP 4xx)."""


class Refused(Exception):
    """The server will never take this letter (SMTP 5xx)."""


class Unsendable(Exception):
    """The letter itself cannot be put on the wire; no server is to blame."""


class Unreachable(Exception):
    """No server, or one that refuses us: no letter is to blame, all of them wait.

    `letter_in_hand`: the line broke while this letter was on it. It is not charged, but it lets the others go first,
    in case it is what breaks the line.
    """

    def __init__(self, words: str, *, letter_in_hand: bool = False) -> None:
        super().__init__(words)
        self.letter_in_hand = letter_in_hand
