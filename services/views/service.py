"""The page of one service: what it is for, how it is, how it was."""

import datetime as dt
from dataclasses import dataclass
from statistics import median

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from services import chronicle
from services.drawing import bars, sparkline
from services.history import DAYS, History, histories, histories_of
from services.models import DayFigure, Maintenance, Service
from services.overview import teller
from services.standing import shown
from services.uptime import Tally, percent

PERIODS = (7, 30, 90, 365)
NEWEST = 20


@dataclass(frozen=True)
class Period:
    """How much of the last days a service was up, and what that leaves out."""

    days: int
    tally: Tally

    @property
    def title(self) -> str:
        return ngettext("%(count)d day", "%(count)d days", self.days) % {"count": self.days}

    @property
    def share(self) -> str | None:
        return percent(self.tally.share)

    @property
    def share_with_maintenance(self) -> str | None:
        return percent(self.tally.share_with_maintenance)

    @property
    def down(self) -> dt.timedelta:
        return dt.timedelta(seconds=self.tally.down)

    @property
    def unknown(self) -> dt.timedelta:
        return dt.timedelta(seconds=self.tally.unknown)


@login_not_required
@require_safe
def service(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    found = shown(get_object_or_404(Service.objects.listed().with_state(at), slug=slug), at)
    history = histories_of([found], at)[found.pk]
    mine = chronicle.public_outages(at).filter(service=found)
    planned = Maintenance.objects.filter(services=found).next_of_each(at)
    return render(
        request,
        "services/service.html",
        {
            "at": at,
            "service": found,
            "ended": found.has_ended(at),
            "history": history,
            "bars": bars(history.letters, teller()(history.letters)),
            "first_day": history.last - dt.timedelta(days=DAYS - 1),
            "periods": _periods(found, at) if history.watched else [],
            "answers": _answers(found, at),
            "outages": chronicle.happenings(mine[:NEWEST], at),
            "planned": planned[:NEWEST],
        },
    )


def _periods(service: Service, at: dt.datetime) -> list[Period]:
    nothing = History("", Tally(), timezone.localtime(at).date())
    return [
        Period(days, histories(at, days=days, services=[service.pk]).get(service.pk, nothing).tally)
        for days in PERIODS
    ]


@dataclass(frozen=True)
class Answers:
    """How fast it answered, day by day, drawn and said."""

    drawing: SafeString
    sentence: str


def _answers(service: Service, at: dt.datetime) -> Answers | None:
    """Nothing where nobody measured."""
    first = timezone.localtime(at).date() - dt.timedelta(days=DAYS - 1)
    measured = dict(
        DayFigure.objects.filter(service=service, day__gte=first).values_list("day", "latency_median_ms")
    )
    line = [measured.get(first + dt.timedelta(days=number)) for number in range(DAYS)]
    known = [value for value in line if value is not None]
    if not known:
        return None
    said = _(
        "Median time to answer of each of the last %(days)d days: half were below %(middle)d ms, "
        "the slowest day had %(slowest)d ms, the latest %(latest)d ms."
    ) % {"days": DAYS, "middle": median(known), "slowest": max(known), "latest": known[-1]}
    return Answers(sparkline(line, ""), said)
