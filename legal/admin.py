"""The desk's pages for documents: what is published can be read, the next version is written and published."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from legal import verbs
from legal.editing.footing import ReadOnly, volunteer
from legal.editing.forms import DocumentForm
from legal.editing.pages import DraftPages
from legal.models import Acceptance, Document, Text, Version


@admin.register(Document)
class DocumentAdmin(admin.ModelAdmin):
    form = DocumentForm
    list_display = ("title", "slug", "in_acceptance_set", "in_force", "upcoming", "draft")
    list_display_links = ("title",)
    fieldsets = ((_("What kind of document it is"), {"fields": ("slug", "in_acceptance_set", "position")}),)

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": _("Documents")})

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        """Documents with the versions people ask about, in the same query."""
        at = timezone.now()
        mine = Version.objects.filter(document=OuterRef("pk"))
        title = Text.objects.filter(version__document=OuterRef("pk"), language=get_language()).exclude(
            title=""
        )
        in_force, upcoming = mine.in_force(at), mine.upcoming(at).order_by("effective_at")
        return (
            super()
            .get_queryset(request)
            .annotate(
                called=Coalesce(
                    Subquery(title.order_by("-version__number").values("title")[:1]),
                    "slug",
                    output_field=CharField(),
                ),
                in_force_number=Subquery(in_force.values("number")[:1]),
                in_force_since=Subquery(in_force.values("effective_at")[:1]),
                upcoming_number=Subquery(upcoming.values("number")[:1]),
                upcoming_from=Subquery(upcoming.values("effective_at")[:1]),
                draft_id=Subquery(mine.drafts().values("pk")[:1]),
                draft_number=Subquery(mine.drafts().values("number")[:1]),
            )
        )

    def get_readonly_fields(self, request, obj=None):
        return ("slug",) if obj and obj.versions.filter(published_at__isnull=False).exists() else ()

    def save_model(self, request, obj, form, change):
        verbs.describe_document(obj, by=request.user)

    @admin.display(description=_("document"), ordering="called")
    def title(self, document):
        return document.called

    @admin.display(description=_("in force"), empty_value="–")
    def in_force(self, document):
        return self._since(document.slug, document.in_force_number, document.in_force_since)

    @admin.display(description=_("announced"), empty_value="–")
    def upcoming(self, document):
        return self._since(document.slug, document.upcoming_number, document.upcoming_from)

    def _since(self, slug, number, date):
        if number is None:
            return None
        return render_to_string(
            "admin/legal/document/version.html", {"slug": slug, "number": number, "date": date}
        )

    @admin.display(description=_("draft"), empty_value="–")
    def draft(self, document):
        if document.draft_id is None:
            return None
        address = reverse("admin:legal_version_edit", args=[document.draft_id])
        return format_html(
            '<a href="{}">{}</a>', address, _("Version %(number)s") % {"number": document.draft_number}
        )

    def get_urls(self):
        begin = path(
            "<int:document_id>/next/", self.admin_site.admin_view(self.next_view), name="legal_document_next"
        )
        return [begin, *super().get_urls()]

    def next_view(self, request: HttpRequest, document_id: int) -> HttpResponse:
        """Begin the next version, or go on with the one that is begun."""
        if not request.user.has_perm("legal.add_version"):
            raise PermissionDenied
        document = get_object_or_404(Document, pk=document_id)
        if request.method != "POST":
            return redirect("admin:legal_document_change", document_id)
        draft = verbs.begin_draft(document.slug, by=volunteer(request))
        return redirect("admin:legal_version_edit", draft.pk)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        document = self.get_object(request, object_id) if object_id else None
        context = dict(extra_context or {})
        if document and self.has_view_or_change_permission(request, document):
            at = timezone.now()
            context |= {
                "title": document.called,
                "subtitle": None,
                "versions": [
                    (version, state_in_words(version, at))
                    for version in document.versions.order_by("-number")
                ],
                "may_begin": request.user.has_perm("legal.add_version"),
                "may_edit": request.user.has_perm("legal.change_version"),
            }
        return super().changeform_view(request, object_id, form_url, context)


def state_in_words(version: Version, at: Any) -> str:
    if version.published_at is None:
        return str(_("draft"))
    if Version.objects.upcoming(at).contains(version):
        return str(_("announced"))
    return str(_("in force") if Version.objects.in_force(at).contains(version) else _("superseded"))


@admin.register(Version)
class VersionAdmin(DraftPages):
    """Published versions to read; for the draft, the pages on which it is written, published or thrown away."""

    list_display = ("document", "number", "state", "published_at", "effective_at", "significant", "page")
    list_filter = ("document", "significant")
    list_select_related = ("document",)
    date_hierarchy = "effective_at"

    @admin.display(description=_("state"))
    def state(self, version):
        return state_in_words(version, timezone.now())

    @admin.display(description=_("page"))
    def page(self, version):
        if version.published_at is None:
            address, words = reverse("admin:legal_version_edit", args=[version.pk]), _("Write")
        else:
            address, words = version.get_absolute_url(), _("Read")
        return format_html('<a href="{}">{}</a>', address, words)


@admin.register(Acceptance)
class AcceptanceAdmin(ReadOnly):
    list_display = ("at", "person", "text", "decision", "how")
    list_filter = ("decision", "how", "text__version__document")
    list_select_related = ("person", "text__version__document")
    search_fields = ("person__email", "=person_hash")
    date_hierarchy = "at"
    show_full_result_count = False
