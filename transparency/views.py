"""What proves a promise, row by row; everybody may read it."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from legal.models import Clause
from transparency.figures import figures_of
from transparency.figures.services import sentences_on_interruptions
from transparency.interruptions import as_json, evidence, one_by_one
from transparency.moderation import as_json as as_json_figures
from transparency.moderation import moderation, period, years


@login_not_required
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Every figure in one place: what is written beside the promises, and what became of what people wrote to us."""
    at = timezone.now()
    year = _year(request, at)
    clauses = Clause.objects.cited_in_force("terms", at)
    figures = figures_of((clause.ref for clause in clauses), at)
    leads = {clause.ref: clause.lead for clause in clauses}
    return render(
        request,
        "transparency/figures.html",
        {
            "promises": [(clause, figures[clause.ref]) for clause in clauses if clause.ref in figures],
            "shown": moderation(*period(year, at), leads),
            "year": year,
            "years": years(at),
        },
    )


@login_not_required
@require_safe
def figures_as_json(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    answer = JsonResponse(
        {"host": settings.HOST["name"], **as_json_figures(moderation(*period(_year(request, at), at)))},
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Content-Language"] = settings.LANGUAGE_CODE  # names only: the same for all
    return answer


def _year(request: HttpRequest, at: datetime) -> int | None:
    """The year asked for; None for the last twelve months, or when there is nothing to say of it."""
    asked = request.GET.get("year", "")
    return int(asked) if asked in map(str, years(at)) else None


SHOWN = 200
"""On one page; the JSON has all of them."""


@login_not_required
@require_safe
def interruptions(request: HttpRequest) -> HttpResponse:
    """Every interruption the promise speaks of, with when it was told."""
    at = timezone.now()
    shown = evidence(at)
    return render(
        request,
        "transparency/interruptions.html",
        {
            "shown": shown,
            "sentences": sentences_on_interruptions(shown),
            "counted": one_by_one(at, newest=SHOWN),
        },
    )


@login_not_required
@require_safe
def interruptions_as_json(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    answer = JsonResponse(
        {
            "host": settings.HOST["name"],
            **as_json(evidence(at), one_by_one(at)),
        },
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Content-Language"] = settings.LANGUAGE_CODE  # names only: the same for all
    return answer
