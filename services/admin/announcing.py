"""What was told, and telling more."""

from django.contrib import admin
from django.utils import timezone

from services import verbs
from services.models import Announcement


@admin.register(Announcement)
class AnnouncementAdmin(admin.ModelAdmin):
    fields = ("title_fr", "title_en", "text_fr", "text_en", "outage", "published_at")
    list_display = ("title", "published_at", "outage")
    list_select_related = ("outage__service",)
    date_hierarchy = "published_at"

    def get_readonly_fields(self, request, obj=None):
        return ("published_at", "outage") if obj else ("published_at",)

    def has_delete_permission(self, request, obj=None):
        return False  # What was said stays said; it can be reworded.

    def save_model(self, request, obj, form, change):
        said = {name: getattr(obj, name) for name in ("title_fr", "title_en", "text_fr", "text_en")}
        if change:
            verbs.reword(obj.pk, **said, by=request.user)
        else:
            obj.pk = verbs.announce(**said, outage=obj.outage, at=timezone.now(), by=request.user).pk
