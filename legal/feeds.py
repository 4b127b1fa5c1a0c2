"""Every version of a document, for feed readers: one feed a document and language."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.syndication.views import Feed
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from legal.chronicle import Chronicle, chronicle
from legal.models import Text, Version


@login_not_required
@require_safe
def feed(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """In the language of its address, whatever the reader's program says it prefers."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with override(language):
        response = VersionsFeed()(request, slug=slug)
    response.headers["Content-Language"] = language
    return response


class VersionsFeed(Feed):
    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, slug: str) -> Chronicle:
        found = chronicle(slug, timezone.now())
        if found is None:
            raise Http404(_("There is no such document."))
        light = Text.objects.only("version", "language", "title", "changes")
        prefetch_related_objects(found.versions, Prefetch("texts", queryset=light))
        return found

    def title(self, found: Chronicle) -> str:
        return f"{found.current.text_in().title} – {settings.HOST['name']}"

    def subtitle(self, found: Chronicle) -> str:
        return _("Every version, with what changed.")

    def link(self, found: Chronicle) -> str:
        return settings.SITE_URL + found.current.document.get_absolute_url()

    def feed_url(self, found: Chronicle) -> str:
        return settings.SITE_URL + reverse("legal:feed", args=[found.current.document.slug, get_language()])

    def feed_guid(self, found: Chronicle) -> str:
        return self.feed_url(found)

    def author_name(self, found: Chronicle) -> str:
        return settings.HOST["name"]

    def items(self, found: Chronicle) -> Sequence[Version]:
        return found.versions

    def item_title(self, version: Version) -> str:
        return _("%(title)s, version %(number)d") % {
            "title": version.text_in().title,
            "number": version.number,
        }

    def item_description(self, version: Version) -> str:
        takes_effect = _("In effect from %(date)s.") % {
            "date": date_format(timezone.localtime(version.effective_at), "DATE_FORMAT")
        }
        asks = "" if version.significant else _("An editorial change: nobody has to accept again.")
        return " ".join(part for part in (version.text_in().changes, takes_effect, asks) if part)

    def item_link(self, version: Version) -> str:
        text = version.text_in()
        return settings.SITE_URL + reverse(
            "legal:version-in", args=[version.document.slug, version.number, text.language]
        )

    def item_guid(self, version: Version) -> str:
        return settings.SITE_URL + reverse("legal:permalink", args=[version.document.slug, version.digest])

    def item_pubdate(self, version: Version) -> datetime | None:
        return version.published_at

    def item_updateddate(self, version: Version) -> datetime | None:
        return version.published_at
