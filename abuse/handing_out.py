"""Handing out what strangers sent: never as a page of ours."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from abuse.models import Attachment

SEALED = "default-src 'none'; style-src 'none'; sandbox"


def hand_out(file: Attachment) -> HttpResponse:
    """Pictures we drew ourselves are shown; all else is a download that no browser opens or guesses about."""
    kind = file.kind if file.is_picture else "application/octet-stream"
    response = HttpResponse(bytes(file.content or b""), content_type=kind)
    response["Content-Disposition"] = (
        content_disposition_header(not file.is_picture, file.name or "file") or ""
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SEALED
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
