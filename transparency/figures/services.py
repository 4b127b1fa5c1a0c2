"""What the rows of `services` prove: free software, and interruptions that are told."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from services.wording import duration_in_words
from transparency.figures.moment import Moment
from transparency.interruptions import Evidence, evidence


def free_software(moment: Moment) -> str | None:
    """C5: how many services name their licence and their source code."""
    services = moment.services
    if not services["total"]:
        return None
    return (
        ngettext(
            "%(documented)d service of %(total)d names its licence and its source code.",
            "%(documented)d services of %(total)d name their licence and their source code.",
            services["documented"],
        )
        % services
    )


def announced_interruptions(moment: Moment) -> str | None:
    """C6: of the interruptions longer than ten minutes in the last twelve months, how many were told in time."""
    shown = evidence(moment.at)
    if not shown.total and not moment.services["total"]:
        return None
    return " ".join(sentences_on_interruptions(shown))


def sentences_on_interruptions(shown: Evidence) -> list[str]:
    if not shown.total:
        return [_("There was no interruption longer than 10 minutes in the last 12 months.")]
    said = [
        ngettext(
            "%(total)d interruption longer than 10 minutes in the last 12 months; "
            "%(in_time)d was announced within 10 minutes.",
            "%(total)d interruptions longer than 10 minutes in the last 12 months; "
            "%(in_time)d of them announced within 10 minutes.",
            shown.total,
        )
        % {"total": shown.total, "in_time": shown.told_in_time}
    ]
    if shown.told > 1 and shown.median is not None and shown.worst is not None:
        said.append(
            _("Half of the announcements came within %(median)s, the slowest after %(worst)s.")
            % {"median": duration_in_words(shown.median), "worst": duration_in_words(shown.worst)}
        )
    if shown.never_told:
        said.append(
            ngettext("%(missed)d was never announced.", "%(missed)d were never announced.", shown.never_told)
            % {"missed": shown.never_told}
        )
    return said
