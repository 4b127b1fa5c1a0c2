"""What every page knows. Nothing here may load the session or the person: public pages are read without either."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, get_language_info

from chatons_portal import __version__


def portal(request: HttpRequest) -> dict[str, Any]:
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    return {
        "host": settings.HOST,
        "host_purpose": settings.HOST.get(f"purpose_{language}") or settings.HOST["purpose_en"],
        "site_url": settings.SITE_URL,
        "source_url": settings.SOURCE_URL,
        "portal_version": __version__,
        # That a cookie is there, not whose: enough to offer "my account" instead of "sign in".
        "has_session": settings.SESSION_COOKIE_NAME in request.COOKIES,
        "language": language,
        "languages": [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES],
        # Where the language switch comes back to.
        "here": request.get_full_path(),
    }
