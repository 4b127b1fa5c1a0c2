"""What the rows prove of each promise, at a given moment. Nothing is counted that is not written down.

A figure is a sentence, or None when there is nothing to say it of. The ids are those of the clauses of the Terms.
"""

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.db.models import Count, F, Max, Q, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from abuse.models import Ticket
from accounts.models import Erasure, Reason, User
from journal.models import Entry
from legal.models import Version
from services.models import Service
from services.wording import duration_in_words
from transparency.interruptions import YEAR, Evidence, Median, evidence


def acceptance_of_terms(at: dt.datetime) -> str | None:
    """I0: how many accounts accepted what is in force."""
    required = Version.objects.effective(at).asking().order_by("-effective_at").values("effective_at")[:1]
    accounts = (
        User.objects.filter(is_active=True, joined_at__lte=at)
        .annotate(required=Subquery(required))
        .aggregate(
            total=Count("pk"),
            current=Count("pk", filter=Q(accepted_through__gte=F("required"))),
            asked=Max("required"),
        )
    )
    total, current = accounts["total"], accounts["current"]
    if not total or accounts["asked"] is None:
        return None
    accepted = ngettext(
        "%(current)d account of %(total)d has accepted the documents in force.",
        "%(current)d accounts of %(total)d have accepted the documents in force.",
        current,
    ) % {"current": current, "total": total}
    return " ".join(filter(None, [accepted, _verification(at)]))


def _verification(at: dt.datetime) -> str | None:
    """When the published texts were last compared with their digests, and whether anything differed."""
    verified = Entry.objects.of("legal.verified").filter(at__lte=at).first()
    if verified is None:
        return None
    sentence = (
        _("On %(date)s they were compared with what was published, and %(number)d differences were found.")
        if verified.details["findings"]
        else _("On %(date)s they were compared with what was published: nothing has changed.")
    )
    day = date_format(timezone.localtime(verified.at), "DATE_FORMAT")
    return sentence % {"date": day, "number": verified.details["findings"]}


def free_software(at: dt.datetime) -> str | None:
    """C5: how many services name their licence and their source code."""
    named = ~Q(licence="") & ~Q(source_url="")
    listed = Service.objects.listed().aggregate(total=Count("pk"), documented=Count("pk", filter=named))
    if not listed["total"]:
        return None
    return (
        ngettext(
            "%(documented)d service of %(total)d names its licence and its source code.",
            "%(documented)d services of %(total)d name their licence and their source code.",
            listed["documented"],
        )
        % listed
    )


def announced_interruptions(at: dt.datetime) -> str | None:
    """C6: of the interruptions longer than ten minutes in the last twelve months, how many were told in time."""
    shown = evidence(at)
    if not shown.total and not Service.objects.listed().exists():
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


def copies_of_data(at: dt.datetime) -> str | None:
    """C7: when it was last tried whether people can take their data with them, and worked."""
    tried = Entry.objects.of("accounts.export_tried").filter(at__lte=at).first()
    if tried is None:
        return None
    return _("Last tried on %(date)s: a copy was made, opened and read through.") % {
        "date": date_format(timezone.localtime(tried.at), "DATE_FORMAT")
    }


def first_answers(at: dt.datetime) -> str | None:
    """C8: within how long half of those who wrote to us in the last twelve months had an answer; who still waits."""
    answered = Q(first_answer_at__lte=at)
    counted = Ticket.objects.filter(opened_at__gt=at - YEAR, opened_at__lte=at).aggregate(
        answered=Count("pk", filter=answered),
        median=Median(F("first_answer_at") - F("opened_at"), filter=answered),
        waiting=Count(
            "pk",
            filter=(Q(first_answer_at=None) | Q(first_answer_at__gt=at))
            & (Q(closed_at=None) | Q(closed_at__gt=at)),
        ),
    )
    if not counted["answered"]:
        return None
    return ngettext(
        "%(answered)d message of the last 12 months was answered, after %(duration)s; "
        "still waiting for a first answer: %(waiting)d.",
        "Of %(answered)d messages of the last 12 months that were answered, half were within %(duration)s; "
        "still waiting for a first answer: %(waiting)d.",
        counted["answered"],
    ) % {**counted, "duration": duration_in_words(counted["median"])}


def unused_accounts(at: dt.datetime) -> str | None:
    """S2: what became of accounts nobody used in the last twelve months; a letter that never arrived is no warning."""
    if not settings.INACTIVITY_PURGE:
        return None
    entries = Entry.objects.between(at - YEAR, at + dt.timedelta(microseconds=1))
    gone = Erasure.objects.filter(reason=Reason.INACTIVE, repeated=False, at__gt=at - YEAR, at__lte=at)
    return _(
        "Accounts warned in the last 12 months: %(warned)d; kept: %(kept)d; deleted: %(purged)d; "
        "deleted without warning: %(unwarned)d."
    ) % {
        "warned": entries.of("accounts.noticed").count(),
        "kept": entries.filter(verb__in=["accounts.seen_again", "accounts.spared"]).count(),
        "purged": gone.count(),
        "unwarned": gone.filter(Q(warned_at=None) | Q(unreached=True)).count(),
    }


FIGURES: dict[str, Callable[[dt.datetime], str | None]] = {
    "i0": acceptance_of_terms,
    "c5": free_software,
    "c6": announced_interruptions,
    "c7": copies_of_data,
    "c8": first_answers,
    "s2": unused_accounts,
}


def figure_of(ref: str, at: dt.datetime) -> str | None:
    """The figure of the clause `ref`, in the active language, or None."""
    return FIGURES[ref](at) if ref in FIGURES else None
