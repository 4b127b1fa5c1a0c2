from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from legal.models import Acceptance, Document, Version


class ReadOnly(admin.ModelAdmin):
    """What the desk may look at and nobody may change."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Document)
class DocumentAdmin(admin.ModelAdmin):
    list_display = ("slug", "in_acceptance_set", "position")

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Version)
class VersionAdmin(ReadOnly):
    list_display = ("document", "number", "published_at", "effective_at", "significant", "public_page")
    list_filter = ("document", "significant")
    list_select_related = ("document",)
    date_hierarchy = "effective_at"

    @admin.display(description=_("public page"))
    def public_page(self, version):
        return format_html('<a href="{}">{}</a>', version.get_absolute_url(), _("Read"))


@admin.register(Acceptance)
class AcceptanceAdmin(ReadOnly):
    list_display = ("at", "person", "text", "decision", "how")
    list_filter = ("decision", "how", "text__version__document")
    list_select_related = ("person", "text__version__document")
    search_fields = ("person__email", "=person_hash")
    date_hierarchy = "at"
    show_full_result_count = False
