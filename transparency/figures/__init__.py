"""What the rows prove of each promise, at a given moment. Nothing is counted that is not written down.

A figure is a sentence, or None when there is nothing to say it of. The ids are those of the clauses of the Terms.
"""

import datetime as dt
from collections.abc import Callable, Iterable

from transparency.figures.abuse import first_answers, measures, requests_by_authorities
from transparency.figures.accounts import copies_of_data, records_opened, safety, unused_accounts
from transparency.figures.documents import acceptance_of_terms
from transparency.figures.moment import Moment
from transparency.figures.services import announced_interruptions, free_software

FIGURES: dict[str, Callable[[Moment], str | None]] = {
    "i0": acceptance_of_terms,
    "c1": requests_by_authorities,
    "c2": records_opened,
    "c4": safety,
    "c5": free_software,
    "c6": announced_interruptions,
    "c7": copies_of_data,
    "c8": first_answers,
    "s1": measures,
    "s2": unused_accounts,
}


def figures_of(refs: Iterable[str], at: dt.datetime) -> dict[str, str]:
    """The figures of these clauses, in the active language; clauses without one are left out."""
    moment = Moment(at)
    found = {ref: FIGURES[ref](moment) for ref in refs if ref in FIGURES}
    return {ref: figure for ref, figure in found.items() if figure}
