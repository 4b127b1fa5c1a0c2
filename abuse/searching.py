"""Finding tickets by words: in what was reported, where, in what was said since, and in who wrote it."""

import string

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from abuse.models import Ticket

SPACED = str.maketrans(dict.fromkeys(string.punctuation, " "))
MOST_WORDS = 20
# The expressions are those of the indexes (see the migration), to the letter: else PostgreSQL reads every row.
FOUND = """
SELECT ticket_id FROM abuse_report
    WHERE abuse_words(coalesce(what, '') || ' ' || coalesce("where", '')) @@ to_tsquery('simple', %s)
UNION SELECT ticket_id FROM abuse_message WHERE abuse_words(coalesce(body, '')) @@ to_tsquery('simple', %s)
UNION SELECT id FROM abuse_ticket
    WHERE abuse_words(reporter_email || ' ' || reporter_name) @@ to_tsquery('simple', %s) AND reporter_email <> ''
"""


def found(tickets: QuerySet[Ticket], words: str) -> QuerySet[Ticket]:
    """Those in which all these words stand together, whole or by their beginning; an address by any of its parts."""
    question = asked(words)
    if not question:
        return tickets.none()
    return tickets.filter(pk__in=RawSQL(FOUND, [question] * 3))  # noqa: S611 (its words are parameters)


def asked(words: str) -> str:
    """In the words of `to_tsquery`: what is written without a space between stands side by side."""
    together = [word.translate(SPACED).split() for word in words.replace("\0", "").split()[:MOST_WORDS]]
    return " & ".join(
        " <-> ".join(f"'{part}'" for part in parts[:MOST_WORDS]) + ":*" for parts in together if parts
    )
