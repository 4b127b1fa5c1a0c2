"""Reading documents, which anybody may."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from legal.models import Document, Version


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    versions = (
        Version.objects.in_force(timezone.now())
        .select_related("document")
        .prefetch_related("texts")
        .order_by("document__position", "document__slug")
    )
    return render(request, "legal/index.html", {"texts": [(v, v.text_in()) for v in versions]})


@login_not_required
@require_safe
def document(request: HttpRequest, slug: str) -> HttpResponse:
    version = (
        Version.objects.in_force(timezone.now())
        .filter(document__slug=slug)
        .select_related("document")
        .prefetch_related("texts")
        .first()
    )
    if version is None:
        raise Http404(_("There is no such document."))
    return _page(request, version, in_force=True)


@login_not_required
@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    now = timezone.now()
    shown = get_object_or_404(
        Version.objects.published(now).select_related("document").prefetch_related("texts"),
        document__slug=slug,
        number=number,
    )
    return _page(request, shown, in_force=Version.objects.in_force(now).contains(shown))


def _page(request: HttpRequest, version: Version, *, in_force: bool) -> HttpResponse:
    text = version.text_in(request.GET.get("language"))
    context = {
        "version": version,
        "text": text,
        "others": [other for other in version.texts.all() if other != text],
        "in_force": in_force,
        "upcoming": version.effective_at > timezone.now(),
        "authoritative": text.language == version.authoritative_language,
        "contents": text.clauses.all(),
    }
    return render(request, "legal/document.html", context)


@login_not_required
@require_safe
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(Document, slug=slug)
    now = timezone.now()
    rows = shown.versions.published(now).prefetch_related("texts").order_by("-number")
    if not rows:
        raise Http404(_("There is no such document."))
    in_force = Version.objects.in_force(now).filter(document=shown).first()
    context = {
        "document": shown,
        "title": (in_force or rows[0]).text_in().title,
        "rows": [(row, row.text_in()) for row in rows],
        "in_force": in_force,
        "now": now,
    }
    return render(request, "legal/versions.html", context)
