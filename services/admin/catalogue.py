"""What the host offers."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import URLField
from django.utils.translation import gettext_lazy as _

from services import verbs
from services.forms import ServiceForm
from services.models import Service

WHAT = ("name", "slug", "purpose_fr", "purpose_en", "url", "group", "position", "listed")
PEOPLE = ("registration", "takes_new_people", "guide_url", "contact_url", "legal_url", "began_on", "ended_on")
SOFTWARE = (
    "software",
    "software_url",
    "version",
    "licence",
    "source_url",
    "install_type",
    "technical_guide_url",
)
MACHINE = ("server_type", "provider_type", "provider_name", "distribution", "country_code")


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin):
    form = ServiceForm
    list_display = (
        "name",
        "group",
        "software",
        "version",
        "licence",
        "takes_new_people",
        "listed",
        "position",
    )
    list_filter = ("group", "registration", "takes_new_people", "listed")
    search_fields = ("name", "software")
    prepopulated_fields = {"slug": ["name"]}
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    fieldsets = (
        (None, {"fields": WHAT}),
        (_("For whom"), {"fields": PEOPLE}),
        (_("What runs"), {"fields": SOFTWARE}),
        (_("Where it runs"), {"fields": MACHINE}),
        (_("What it needs"), {"fields": ("needed",)}),
    )

    def save_model(self, request, obj, form, change):
        verbs.describe_service(obj, by=request.user)
        try:
            verbs.say_what_it_needs(
                obj.pk, {service.pk for service in form.cleaned_data["needed"]}, by=request.user
            )
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.WARNING)

    def has_delete_permission(self, request, obj=None):
        return False  # A service that stops is unlisted: its history stays.
