"""The short public number of a ticket: said on the telephone, it proves nothing and opens nothing."""

import re

# The check letter is the number modulo 23: a prime, so one wrong digit or two swapped ones always
# change it. I, O and U are left out: they are heard or read as 1, 0 and V.
LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
WRITTEN = re.compile(r"^\s*(?:n[o°.]{0,2}\s*)?(\d{1,15})[\s\-]*([A-Z])\s*$", re.IGNORECASE | re.ASCII)


def public_number(pk: int) -> str:
    return f"{pk}-{LETTERS[pk % len(LETTERS)]}"


def read_number(written: str) -> int | None:
    """The row meant by what somebody dictated, typed or pasted; None when the letter does not fit."""
    match = WRITTEN.match(written)
    if match is None:
        return None
    pk = int(match[1])
    return pk if LETTERS[pk % len(LETTERS)] == match[2].upper() else None
