"""What all pages of a draft stand on: who asks, which draft, and what is said when it is gone."""

from typing import Any, cast

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from legal.editing.forms import DraftForm
from legal.models import Document, Text, Version

LANGUAGES = dict(settings.LANGUAGES)


def volunteer(request: HttpRequest) -> AbstractBaseUser:
    """Whoever asks, at a door that lets nobody in without an account."""
    return cast(AbstractBaseUser, request.user)


def spoken_or_404(language: str) -> None:
    if language not in LANGUAGES:
        raise Http404


def title_of(document: Document) -> str:
    """What a document is called in the reader's language, as far as anybody wrote it down."""
    texts = Text.objects.filter(version__document=document).exclude(title="")
    mine = texts.filter(language=get_language()).order_by("-version__number").first()
    return mine.title if mine else document.slug


class ReadOnly(admin.ModelAdmin):
    """What the desk may look at and nobody may change."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class DraftFooting(ReadOnly):
    """Nothing of a draft is kept but through a verb."""

    def _draft(self, request: HttpRequest, version_id: int) -> Version | None:
        """The draft, for those who may write; None once it is published or thrown away."""
        if not request.user.has_perm("legal.change_version"):
            raise PermissionDenied
        return Version.objects.drafts().select_related("document").filter(pk=version_id).first()

    def _about(self, request: HttpRequest, draft: Version) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "draft": draft,
            "document_title": title_of(draft.document),
        }

    def _gone(self, request: HttpRequest, version_id: int, form: DraftForm | None = None) -> HttpResponse:
        """Say that the draft is no more, and hand back what was typed into it."""
        version = Version.objects.filter(pk=version_id).select_related("document").first()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("This draft is no longer there"),
            "version": version,
            "form": form if form and form.is_bound else None,
        }
        typed = request.method == "POST"
        if version is None and not typed:
            raise Http404
        return TemplateResponse(
            request, "admin/legal/version/gone.html", context, status=409 if typed else 200
        )
