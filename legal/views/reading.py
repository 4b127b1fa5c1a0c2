"""Reading documents, which anybody may, and seeing what changed."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import http_date
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from legal import comparing
from legal.chronicle import Chronicle, chronicle, end_of
from legal.models import Acceptance, Decision, Text, Version

LIGHT = ("version", "language", "title", "changes", "sha256")
"""What lists need of a text; the words themselves weigh a thousand times more."""


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    versions = (
        (Version.objects.in_force(now) | Version.objects.upcoming(now))
        .select_related("document")
        .prefetch_related(Prefetch("texts", queryset=Text.objects.only(*LIGHT)))
        .order_by("document__position", "document__slug", "number")
    )
    rows = [(v, v.text_in(), v.effective_at is not None and v.effective_at > now) for v in versions]
    dates = (day for v in versions for day in (v.published_at, v.effective_at) if day and day <= now)
    return _dated(render(request, "legal/index.html", {"rows": rows}), max(dates, default=None))


@login_not_required
@require_safe
def document(request: HttpRequest, slug: str) -> HttpResponse:
    found = _chronicle(slug)
    return _page(request, found, found.current, request.GET.get("language"))


@login_not_required
@require_safe
def version(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    found = _chronicle(slug)
    shown = _numbered(found, number)
    return _page(request, found, shown, language or request.GET.get("language"), exactly=language)


def _page(
    request: HttpRequest, found: Chronicle, shown: Version, language: str | None, exactly: str | None = None
) -> HttpResponse:
    words = Text.objects.only(*LIGHT, "html")
    prefetch_related_objects([shown], Prefetch("texts", queryset=words))
    text = shown.text_in(language)
    if exactly and text.language != exactly:
        raise Http404(_("This version has no text in that language."))
    context = {
        "version": shown,
        "text": text,
        "languages_of_text": _languages(shown.texts.all(), text.language),
        "authoritative": text.is_authoritative,
        "in_force": shown == found.in_force,
        "upcoming": shown in found.upcoming,
        "current": found.in_force,
        "document_url": shown.document.get_absolute_url(),
        "next": found.next if found.next != shown else None,
        "before": found.before(shown),
        "contents": text.clauses.defer("markdown"),
    }
    return _dated(render(request, "legal/document.html", context), found.changed_at)


@login_not_required
@require_safe
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version, and the way to the one of a day: `?on=2026-03-02`."""
    found = _chronicle(slug)
    on = request.GET.get("on", "")
    if on and (day := _day(on)):
        return redirect("legal:on", slug, day)
    light = Text.objects.only(*LIGHT)
    prefetch_related_objects(found.versions, Prefetch("texts", queryset=light))
    context = {
        "document": found.current.document,
        "title": found.current.text_in().title,
        "rows": [(v, v.text_in(), found.before(v)) for v in found.versions],
        "in_force": found.in_force,
        "upcoming": found.upcoming,
        "no_day": on,
        "today": timezone.localdate(),
    }
    return _dated(render(request, "legal/versions.html", context), found.changed_at)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


@login_not_required
@require_safe
def version_on(request: HttpRequest, slug: str, day: date) -> HttpResponse:
    """The version that was, or as far as is known will be, in force on that day."""
    try:
        moment = end_of(day)
    except OverflowError as error:
        raise Http404 from error
    shown = Version.objects.in_force(moment).filter(document__slug=slug).first()
    if shown is None:
        raise Http404(_("On that day no version was in force yet."))
    return _asked_again(redirect("legal:version", slug, shown.number))


@login_not_required
@require_safe
def permalink(request: HttpRequest, slug: str, fingerprint: str) -> HttpResponse:
    """The version, or the text, with this SHA-256; the first one, where several say the very same."""
    public = Version.objects.published(timezone.now()).filter(document__slug=slug).order_by("number")
    if shown := public.filter(digest=fingerprint).first():
        return _asked_again(redirect("legal:version", slug, shown.number))
    texts = Text.objects.filter(version__in=public, sha256=fingerprint).select_related("version")
    if text := texts.only("language", "version__number").order_by("version__number", "language").first():
        return _asked_again(redirect("legal:version-in", slug, text.version.number, text.language))
    raise Http404(_("No version of this document has that fingerprint."))


@login_not_required
@require_safe
def difference(
    request: HttpRequest, slug: str, old: int, new: int, language: str | None = None
) -> HttpResponse:
    found = _chronicle(slug)
    earlier, later = _numbered(found, old), _numbered(found, new)
    if old == new:
        return _asked_again(redirect("legal:version", slug, new))
    if old > new:
        where = [slug, new, old, *([language] if language else [])]
        return _asked_again(redirect("legal:difference-in" if language else "legal:difference", *where))
    _load_light(found)
    if language and language not in _in_both(earlier, later):
        raise Http404(_("These versions have no text in that language."))
    context = _compared(found, earlier, later, language)
    return _dated(render(request, "legal/changes.html", context), found.changed_at)


@login_not_required
@require_safe
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed since the version this person accepted; for a stranger, what changes next or changed last.

    `?from=1&to=3` leads to the difference between any two.
    """
    found = _chronicle(slug)
    if (pair := _pair(request)) is not None:
        return _of_one_reader(redirect("legal:difference", slug, *pair))
    acceptance = _last_acceptance(request, slug)
    before = found.in_force if found.upcoming and found.in_force else found.before(found.latest)
    if acceptance is None and before:
        return _of_one_reader(redirect("legal:difference", slug, before.number, found.latest.number))
    _load_light(found)
    context = {"new": found.latest, "document": found.latest.document, "title": found.latest.text_in().title}
    if acceptance and acceptance.text.version.number < found.latest.number:
        accepted = _numbered(found, acceptance.text.version.number)
        context = _compared(found, accepted, found.latest)
    context |= {"acceptance": acceptance, "before": before}
    return _of_one_reader(render(request, "legal/changes.html", context))


def _pair(request: HttpRequest) -> list[int] | None:
    """The two versions chosen in the list, if two were."""
    chosen = [request.GET.get(name, "") for name in ("from", "to")]
    if all(number.isascii() and number.isdigit() and len(number) < 10 for number in chosen):
        return [int(number) for number in chosen]
    return None


def _last_acceptance(request: HttpRequest, slug: str) -> Acceptance | None:
    if not request.user.is_authenticated:
        return None
    mine = Acceptance.objects.by(request.user).filter(decision=Decision.ACCEPTED)
    return mine.filter(text__version__document__slug=slug).first()


def _compared(found: Chronicle, old: Version, new: Version, language: str | None = None) -> dict[str, Any]:
    shared = _in_both(old, new)
    wanted = (language, get_language(), new.authoritative_language, *shared)
    chosen = next((code for code in wanted if code in shared), None)
    after = new.text_in(chosen)
    context: dict[str, Any] = {
        "document": new.document,
        "title": after.title,
        "old": old,
        "new": new,
        "old_text": old.text_in(chosen),
        "new_text": after,
        "in_force": found.in_force,
        "upcoming": found.upcoming,
        "steps": [
            (v, v.text_in(chosen)) for v in reversed(found.versions) if old.number < v.number <= new.number
        ],
        "languages_of_text": _languages((t for t in new.texts.all() if t.language in shared), chosen or ""),
        "authoritative": chosen == new.authoritative_language,
    }
    if chosen:
        context["difference"] = comparing.difference(old.text_in(chosen), after)
    return context


def _in_both(old: Version, new: Version) -> list[str]:
    ours = {text.language for text in old.texts.all()}
    return [text.language for text in new.texts.all() if text.language in ours]


def _languages(texts: Iterable[Text], shown: str) -> list[dict[str, Any]]:
    """The languages one may switch to, the authoritative one first and marked."""
    ordered = sorted(texts, key=lambda text: (not text.is_authoritative, text.language))
    return [
        {
            "code": text.language,
            "name": get_language_info(text.language)["name_local"].capitalize(),
            "is_shown": text.language == shown,
            "is_authoritative": text.is_authoritative,
        }
        for text in ordered
    ]


def _chronicle(slug: str) -> Chronicle:
    found = chronicle(slug, timezone.now())
    if found is None:
        raise Http404(_("There is no such document."))
    return found


def _numbered(found: Chronicle, number: int) -> Version:
    shown = found.numbered(number)
    if shown is None:
        raise Http404(_("There is no such version of this document."))
    return shown


def _load_light(found: Chronicle) -> None:
    prefetch_related_objects(found.versions, Prefetch("texts", queryset=Text.objects.only(*LIGHT)))


# ── How long an answer holds ──────────────────────────────────────────────────────────────────────


def _dated(response: HttpResponse, changed_at: datetime | None) -> HttpResponse:
    if changed_at:
        response.headers["Last-Modified"] = http_date(changed_at.timestamp())
    return response


def _asked_again(response: HttpResponse) -> HttpResponse:
    """Anybody's, but not for ever: where it leads may change."""
    patch_cache_control(response, public=True, no_cache=True)
    return response


def _of_one_reader(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
