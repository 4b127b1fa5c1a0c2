"""What the rows of `abuse` prove: what authorities asked, who had an answer, which measures were taken."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from abuse.models import Sanction
from services.wording import duration_in_words
from transparency.figures.moment import Moment
from transparency.interruptions import YEAR
from transparency.masking import masked_total


def requests_by_authorities(moment: Moment) -> str:
    """C1: what authorities asked of us in the last twelve months. That it was nothing is said as well."""
    asked = masked_total({"asked": moment.tickets["asked"]})
    if asked.few:
        return _("Requests by authorities in the last 12 months: fewer than five.")
    if not asked.number:
        return _("Requests by authorities in the last 12 months: none.")
    return _("Requests by authorities in the last 12 months: %(asked)s; still waiting: %(waiting)s.") % {
        "asked": asked.number,
        "waiting": _in_words(moment.tickets["asked_waiting"]),
    }


def first_answers(moment: Moment) -> str | None:
    """C8: within how long half of those who wrote to us in the last twelve months had an answer; who still waits."""
    tickets = moment.tickets
    if not tickets["answered"]:
        return None
    waiting = _in_words(tickets["waiting"], none="0")
    answered = masked_total({"answered": tickets["answered"]})
    if answered.number is None:
        return _(
            "Fewer than five messages of the last 12 months were answered: too few to say how soon. "
            "Still waiting for a first answer: %(waiting)s."
        ) % {"waiting": waiting}
    return _(
        "Of %(answered)s messages of the last 12 months that were answered, half were within %(duration)s; "
        "still waiting for a first answer: %(waiting)s."
    ) % {
        "answered": answered.number,
        "duration": duration_in_words(tickets["median"]),
        "waiting": waiting,
    }


def measures(moment: Moment) -> str:
    """S1: measures taken against accounts in the last twelve months. That there were none is said as well."""
    taken = Sanction.objects.filter(decided_at__gt=moment.at - YEAR, decided_at__lte=moment.at)
    return _("Measures against accounts in the last 12 months: %(number)s.") % {
        "number": _in_words(taken.count())
    }


def _in_words(number: int, *, none: str | None = None) -> str:
    said = masked_total({"number": number})
    if said.few:
        return _("fewer than five")
    return str(said.number) if said.number else none or pgettext("requests or measures", "none")
