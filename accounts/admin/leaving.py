import json

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import verbs
from accounts.forms import OpenSealedForm
from accounts.models import Erasure, SealedRecord


@admin.register(Erasure)
class ErasureAdmin(admin.ModelAdmin):
    list_display = ("at", "reason", "clause", "warned_at", "rows")
    list_filter = ("reason",)
    date_hierarchy = "at"
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(SealedRecord)
class SealedRecordAdmin(admin.ModelAdmin):
    """That there are some, and until when; what is in one is seen by giving an address and a reason."""

    list_display = ("category", "sealed_at", "expires_at")
    list_display_links = None
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return obj is None and request.user.is_superuser

    def has_module_permission(self, request):
        return request.user.is_superuser

    def get_urls(self):
        door = path("open/", self.admin_site.admin_view(self.open), name="accounts_sealedrecord_open")
        return [door, *super().get_urls()]

    def open(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = OpenSealedForm(request.POST or None)
        opened = None
        if form.is_valid():
            records = verbs.open_sealed(**form.cleaned_data, by=request.user, at=timezone.now())
            opened = [json.dumps(record, indent=2, ensure_ascii=False) for record in records]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Open what is kept of an address"),
            "opts": self.opts,
            "form": form,
            "opened": opened,
            "law": settings.SEALED_BECAUSE,
        }
        return TemplateResponse(request, "admin/accounts/sealedrecord/open.html", context)
