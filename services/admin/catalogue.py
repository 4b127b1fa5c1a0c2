"""What the host offers."""

from django.contrib import admin
from django.db.models import URLField

from services import verbs
from services.models import Service


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin):
    list_display = ("name", "group", "software", "licence", "listed", "position")
    list_filter = ("group", "listed")
    search_fields = ("name", "software")
    prepopulated_fields = {"slug": ["name"]}
    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    def save_model(self, request, obj, form, change):
        verbs.describe_service(obj, by=request.user)

    def has_delete_permission(self, request, obj=None):
        return False  # A service that stops is unlisted: its history stays.
