"""What proves a promise, row by row; everybody may read it."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from transparency.figures import sentences_on_interruptions
from transparency.interruptions import as_json, evidence, one_by_one

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
