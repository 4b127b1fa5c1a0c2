"""Published texts as files: for programs, archives, and whoever wants to check a fingerprint.

What is published never changes, so these may be kept for as long as anybody likes.
"""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from legal.models import Text, Version

FOR_EVER = "public, max-age=31536000, immutable"


@login_not_required
@require_safe
def markdown(request: HttpRequest, slug: str, number: int, language: str) -> HttpResponse:
    """The very bytes the text's SHA-256 was taken of."""
    published = Version.objects.published(timezone.now()).filter(document__slug=slug, number=number)
    text = get_object_or_404(
        Text.objects.select_related("version").only(
            "language", "markdown", "sha256", "version__published_at"
        ),
        version__in=published,
        language=language,
    )
    response = HttpResponse(text.markdown, content_type="text/markdown; charset=utf-8")
    response.headers["Content-Language"] = text.language
    return _final(response, text.version, text.sha256)


@login_not_required
@require_safe
def as_json(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The whole version; what its fingerprint was taken of is all here."""
    published = Version.objects.published(timezone.now()).select_related("document")
    version = get_object_or_404(
        published.prefetch_related("texts__clauses"), document__slug=slug, number=number
    )
    response = JsonResponse(_facts(version), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Language"] = ", ".join(text.language for text in version.texts.all())
    return _final(response, version, version.digest)


def _final(response: HttpResponse, version: Version, fingerprint: str) -> HttpResponse:
    assert version.published_at
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["ETag"] = f'"{fingerprint}"'
    response.headers["Last-Modified"] = http_date(version.published_at.timestamp())
    return response


def _facts(version: Version) -> dict[str, Any]:
    return {
        "document": version.document.slug,
        "number": version.number,
        "published_at": _utc(version.published_at),
        "effective_at": _utc(version.effective_at),
        "significant": version.significant,
        "authoritative_language": version.authoritative_language,
        "digest": version.digest,
        "previous_digest": version.previous_digest or None,
        "texts": {
            text.language: {
                "title": text.title,
                "changes": text.changes,
                "sha256": text.sha256,
                "markdown": text.markdown,
                "clauses": [
                    {"ref": c.ref, "lead": c.lead, "is_heading": c.is_heading, "markdown": c.markdown}
                    for c in text.clauses.all()
                ],
            }
            for text in version.texts.all()
        },
    }


def _utc(moment: datetime | None) -> str:
    """To the microsecond: the fingerprint is taken of the exact moment."""
    assert moment
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
