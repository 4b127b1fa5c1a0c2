"""Texts volunteers send often: whoever may change them, changes them for everybody."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from abuse.models import Preset


@admin.register(Preset)
class PresetAdmin(admin.ModelAdmin):
    list_display = ("name", "topic")
    list_filter = ("topic",)
    search_fields = ("name", "text_fr", "text_en")
    fieldsets = (
        (None, {"fields": ("name", "topic")}),
        (
            _("Texts"),
            {
                "fields": ("text_fr", "text_en"),
                "description": _(
                    "The one in the language of the ticket is offered. What stands between ### signs must be "
                    "filled in before it can be sent."
                ),
            },
        ),
    )
