"""What the rows of `accounts` prove: who looked, who is protected, what people can take along, who was warned."""

import datetime as dt

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Erasure, Reason
from accounts.verbs.looking import LOOKED_AT
from journal.models import Entry, EntryQuerySet
from transparency.figures.moment import Moment
from transparency.interruptions import YEAR


def records_opened(moment: Moment) -> str:
    """C2: how often volunteers opened somebody's record; each of them left a reason which that person reads."""
    begin = timezone.localtime(moment.at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    looks = (
        _last_year(moment)
        .of(LOOKED_AT)
        .aggregate(year=Count("pk"), month=Count("pk", filter=Q(at__gte=begin)))
    )
    if not looks["year"]:
        return _("No volunteer opened anybody's record in the last 12 months.")
    return (
        ngettext(
            "In the last 12 months volunteers opened somebody's record %(year)d time, giving a reason that the "
            "person can read; this month: %(month)d.",
            "In the last 12 months volunteers opened somebody's record %(year)d times, each time giving a reason "
            "that the person can read; this month: %(month)d.",
            looks["year"],
        )
        % looks
    )


def safety(moment: Moment) -> str | None:
    """C4: who signs in with a second factor, and when the portal's settings were last checked."""
    return " ".join(filter(None, [_second_factors(moment), _last_check(moment)])) or None


def _second_factors(moment: Moment) -> str | None:
    accounts = moment.accounts
    if not accounts["volunteers"]:
        return None
    return (
        ngettext(
            "The desk opens with a second factor only: %(protected)d volunteer of %(volunteers)d has one.",
            "The desk opens with a second factor only: %(protected)d volunteers of %(volunteers)d have one.",
            accounts["protected"],
        )
        % accounts
    )


def _last_check(moment: Moment) -> str | None:
    checked = moment.checks.get("portal.checked")
    if checked is None:
        return None
    day = date_format(timezone.localtime(checked.at), "DATE_FORMAT")
    found = checked.details["findings"]
    if not found:
        return _("On %(date)s the portal's settings were checked: nothing to mend.") % {"date": day}
    return ngettext(
        "On %(date)s the portal's settings were checked: %(number)d thing to mend.",
        "On %(date)s the portal's settings were checked: %(number)d things to mend.",
        found,
    ) % {"date": day, "number": found}


def copies_of_data(moment: Moment) -> str | None:
    """C7: when it was last tried whether people can take their data with them, and worked."""
    tried = moment.checks.get("accounts.export_tried")
    if tried is None:
        return None
    return _("Last tried on %(date)s: a copy was made, opened and read through.") % {
        "date": date_format(timezone.localtime(tried.at), "DATE_FORMAT")
    }


def unused_accounts(moment: Moment) -> str | None:
    """S2: what became of accounts nobody used in the last twelve months; a letter that never arrived is no warning."""
    if not settings.INACTIVITY_PURGE:
        return None
    entries, at = _last_year(moment), moment.at
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


def _last_year(moment: Moment) -> EntryQuerySet:
    return Entry.objects.between(moment.at - YEAR, moment.at + dt.timedelta(microseconds=1))
