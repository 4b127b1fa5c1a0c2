"""What the rows of `legal` prove: that what binds both sides is known, and unchanged."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from transparency.figures.moment import Moment


def acceptance_of_terms(moment: Moment) -> str | None:
    """I0: how many accounts accepted what is in force."""
    accounts = moment.accounts
    total, current = accounts["total"], accounts["current"]
    if not total or accounts["asked"] is None:
        return None
    accepted = ngettext(
        "%(current)d account of %(total)d has accepted the documents in force.",
        "%(current)d accounts of %(total)d have accepted the documents in force.",
        current,
    ) % {"current": current, "total": total}
    return " ".join(filter(None, [accepted, _verification(moment)]))


def _verification(moment: Moment) -> str | None:
    """When the published texts were last compared with their digests, and whether anything differed."""
    verified = moment.checks.get("legal.verified")
    if verified is None:
        return None
    sentence = (
        _("On %(date)s they were compared with what was published, and %(number)d differences were found.")
        if verified.details["findings"]
        else _("On %(date)s they were compared with what was published: nothing has changed.")
    )
    day = date_format(timezone.localtime(verified.at), "DATE_FORMAT")
    return sentence % {"date": day, "number": verified.details["findings"]}
