"""What announcements say, in the active language: a title that says it, and a text of whole sentences."""

import datetime as dt
from collections.abc import Callable, Sequence

from django.conf import settings
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from services.models import Maintenance, Outage
from services.wording import duration_in_words

Words = tuple[str, str]
LONGEST_TITLE = 160


def in_every_language(say: Callable[[], Words]) -> dict[str, str]:
    """The fields of an announcement: title and text in each of our languages."""
    said: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            title, text = say()
        said |= {f"title_{language}": cut(title), f"text_{language}": text}
    return said


def cut(title: str) -> str:
    """At a word: many services can fall at once."""
    if len(title) <= LONGEST_TITLE:
        return title
    return title[: LONGEST_TITLE - 1].rsplit(" ", 1)[0].rstrip(" ,;:–") + "…"


def moment(at: dt.datetime) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT")


def names(services: Sequence[str]) -> str:
    return get_text_list(list(services), _("and"))


def paragraphs(*texts: str) -> str:
    return "\n\n".join(filter(None, texts))


# ── Interruptions ─────────────────────────────────────────────────────────────────────────────────


def begin(outage: Outage, affected: Sequence[str]) -> Words:
    first, *others = affected
    title = (
        ngettext("%(services)s is interrupted", "%(services)s are interrupted", 1 + len(others))
        if outage.service.name != first
        else _("%(services)s is interrupted")
    ) % {"services": first if outage.service.name == first else names(affected)}
    return title, paragraphs(outage.summary, _since(outage), _with_it(outage, affected))


def overrun(outage: Outage, maintenance: Maintenance, affected: Sequence[str]) -> Words:
    title = _("%(title)s: it takes longer than planned") % {"title": maintenance.title}
    text = _("The maintenance was to end on %(end)s; %(services)s does not work again yet.") % {
        "end": moment(maintenance.ends_at),
        "services": affected[0],
    }
    return title, paragraphs(outage.summary, text, _with_it(outage, affected))


def unstable(outage: Outage, times: int, since: dt.datetime, calm: dt.timedelta) -> Words:
    title = _("%(service)s is unstable: interrupted again") % {"service": outage.service.name}
    count = ngettext(
        "It was interrupted %(times)d time since %(since)s.",
        "It was interrupted %(times)d times since %(since)s.",
        times,
    ) % {"times": times, "since": moment(since)}
    promise = _("The next news comes once it has worked for %(duration)s without a break.") % {
        "duration": duration_in_words(calm)
    }
    return title, paragraphs(outage.summary, f"{count} {promise}")


def joined(outage: Outage, others: Sequence[str]) -> Words:
    title = ngettext("%(services)s is interrupted too", "%(services)s are interrupted too", len(others)) % {
        "services": names(others)
    }
    if not outage.service.listed:
        return title, _("It has the same cause as the interruption told of before.")
    text = _("What is needed for it does not work: %(service)s, interrupted since %(since)s.") % {
        "service": outage.service.name,
        "since": moment(outage.started_at),
    }
    return title, text


def end(outage: Outage, at: dt.datetime, affected: Sequence[str]) -> Words:
    title = (
        _("%(services)s works again")
        if len(affected) == 1 or affected[0] == outage.service.name
        else _("%(services)s work again")
    ) % {"services": affected[0] if affected[0] == outage.service.name else names(affected)}
    return title, paragraphs(_lasted(outage, at), _follows(outage, affected))


def unseen(outage: Outage, affected: Sequence[str]) -> Words:
    title = _("%(services)s: whether it works again is not known") % {"services": names(affected)}
    text = _("Interrupted since %(start)s, it was watched until %(end)s. Since then nobody has looked.") % {
        "start": moment(outage.started_at),
        "end": moment(outage.ended_at or outage.started_at),
    }
    return title, text


def late(outage: Outage, at: dt.datetime, affected: Sequence[str]) -> Words:
    if outage.unseen_end:
        title, text = unseen(outage, affected)
    else:
        title = _("%(services)s was interrupted and works again") % {"services": names(affected)}
        text = _lasted(outage, at)
    apology = _("We should have told before it was over, and did not.")
    return title, paragraphs(outage.summary, f"{text} {apology}")


def calm_again(outage: Outage, times: int, since: dt.datetime, calm: dt.timedelta) -> Words:
    title = _("%(service)s works again, and keeps working") % {"service": outage.service.name}
    text = ngettext(
        "Interrupted %(times)d time since %(since)s, it has worked for %(duration)s without a break.",
        "Interrupted %(times)d times since %(since)s, it has worked for %(duration)s without a break.",
        times,
    ) % {"times": times, "since": moment(since), "duration": duration_in_words(calm)}
    return title, text


def _since(outage: Outage) -> str:
    return _("Interrupted since %(since)s.") % {"since": moment(outage.started_at)}


def _lasted(outage: Outage, at: dt.datetime) -> str:
    return _("The interruption lasted %(duration)s, from %(start)s to %(end)s.") % {
        "duration": duration_in_words(outage.lasted(at)),
        "start": moment(outage.started_at),
        "end": moment(outage.ended_at or at),
    }


def _with_it(outage: Outage, affected: Sequence[str]) -> str:
    others = _others(outage, affected)
    return (
        _("What needs it does not work either: %(services)s.") % {"services": names(others)} if others else ""
    )


def _follows(outage: Outage, affected: Sequence[str]) -> str:
    others = _others(outage, affected)
    return (
        _("What needs it works again too, or will within minutes: %(services)s.")
        % {"services": names(others)}
        if others
        else ""
    )


def _others(outage: Outage, affected: Sequence[str]) -> list[str]:
    """What fell with it, if people know it: else they are all that the announcement names."""
    if outage.service.name not in affected:
        return []
    return [name for name in affected if name != outage.service.name]


# ── Maintenance ───────────────────────────────────────────────────────────────────────────────────


def planned(maintenance: Maintenance) -> Words:
    title = _("Maintenance planned: %(title)s") % {"title": maintenance.title}
    return title, paragraphs(_window(maintenance), maintenance.text)


def reminder(maintenance: Maintenance, hours: int) -> Words:
    title = (
        _("Maintenance within the hour: %(title)s") if hours == 1 else _("Maintenance tomorrow: %(title)s")
    ) % {"title": maintenance.title}
    return title, paragraphs(_window(maintenance), maintenance.text)


def moved(maintenance: Maintenance, was: tuple[dt.datetime, dt.datetime]) -> Words:
    title = _("Maintenance moved: %(title)s") % {"title": maintenance.title}
    before = _("It had been planned from %(start)s to %(end)s.") % {
        "start": moment(was[0]),
        "end": moment(was[1]),
    }
    return title, paragraphs(_window(maintenance), before, maintenance.text)


def prolonged(maintenance: Maintenance) -> Words:
    title = _("Maintenance takes longer: %(title)s") % {"title": maintenance.title}
    text = _("It is going on, and now ends on %(end)s at the latest.") % {"end": moment(maintenance.ends_at)}
    return title, text


def called_off(maintenance: Maintenance) -> Words:
    title = _("Maintenance called off: %(title)s") % {"title": maintenance.title}
    text = _("It had been planned from %(start)s to %(end)s. It does not take place.") % {
        "start": moment(maintenance.starts_at),
        "end": moment(maintenance.ends_at),
    }
    return title, text


def finished(maintenance: Maintenance, interrupted: Sequence[str] = ()) -> Words:
    """`interrupted`: what was before it began, and still is."""
    title = _("Maintenance finished: %(title)s") % {"title": maintenance.title}
    until = maintenance.finished_at or maintenance.ends_at
    text = _("It lasted %(duration)s, until %(end)s.") % {
        "duration": duration_in_words(until - maintenance.starts_at),
        "end": moment(until),
    }
    still = _("Still interrupted: %(services)s.") % {"services": names(interrupted)} if interrupted else ""
    return title, paragraphs(text, still)


def time_is_over(maintenance: Maintenance, unseen: Sequence[str]) -> Words:
    title = _("Maintenance over: %(title)s") % {"title": maintenance.title}
    text = _(
        "The planned time ended on %(end)s. The portal cannot see by itself whether all works again that was "
        "concerned: %(services)s. If something does not, write to us."
    ) % {"end": moment(maintenance.ends_at), "services": names(unseen)}
    return title, text


def _window(maintenance: Maintenance) -> str:
    listed = [service.name for service in maintenance.services.all() if service.listed]
    return _("From %(start)s to %(end)s at the latest. Concerned: %(services)s.") % {
        "start": moment(maintenance.starts_at),
        "end": moment(maintenance.ends_at),
        "services": names(listed) or _("no service that is shown here"),
    }
