"""Durations said to people."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def duration_in_words(duration: dt.timedelta) -> str:
    """Say a duration to a human: "less than a minute", "42 minutes", "3 hours and 5 minutes", "2 days and 4 hours"."""
    minutes = int(duration.total_seconds() // 60)
    if minutes < 1:
        return _("less than a minute")
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [
        ngettext("%(count)d day", "%(count)d days", days) % {"count": days} if days else "",
        ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours} if hours else "",
        ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes} if minutes else "",
    ]
    first, *rest = [part for part in parts if part][:2]
    return _("%(first)s and %(second)s") % {"first": first, "second": rest[0]} if rest else first
