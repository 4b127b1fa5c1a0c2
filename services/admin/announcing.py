"""What was told, and telling more."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.models import Letter, Trouble, server_name
from services import verbs
from services.forms import AnnounceForm
from services.models import Announcement, Subscriber
from services.verbs.spreading import open_channels, webhook_mark

WORDS = ("title_fr", "title_en", "text_fr", "text_en")


@admin.register(Announcement)
class AnnouncementAdmin(admin.ModelAdmin):
    list_display = ("heading", "kind", "published_at", "outage", "maintenance", "loud")
    list_filter = ("kind", "loud")
    list_select_related = ("outage__service", "maintenance")
    date_hierarchy = "published_at"
    about = ("kind", "outage", "maintenance", "loud", "published_at", "reworded_at")

    @admin.display(description=_("title"), ordering="published_at")
    def heading(self, announcement: Announcement) -> str:
        return announcement.title

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = ModelForm if obj else AnnounceForm
        return super().get_form(request, obj, change=change, **{"form": form, **kwargs})

    def get_fields(self, request, obj=None):
        return (*WORDS, *self.about) if obj else AnnounceForm.Meta.fields

    def get_readonly_fields(self, request, obj=None):
        return self.about if obj else ()

    def has_delete_permission(self, request, obj=None):
        return False  # What was said stays said; it can be reworded.

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:  # somebody else told it meanwhile
            self.message_user(request, " ".join(refusal.messages), messages.WARNING)
            return redirect(reverse("admin:services_announcement_changelist"))

    def save_model(self, request, obj, form, change):
        if change:
            said = {name: getattr(obj, name) for name in WORDS}
            verbs.reword(obj.pk, **said, at=timezone.now(), by=request.user)
        else:
            obj.pk = verbs.announce(**form.cleaned_data, at=timezone.now(), by=request.user).pk

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        ways = {"ways": ways_out(), "subscribers": Subscriber.objects.count()}
        return super().changelist_view(request, {**(extra_context or {}), **ways})


def ways_out() -> list[dict[str, Any]]:
    """Each open channel, and each webhook by itself."""
    troubles: dict[str, list[Trouble]] = {}
    for trouble in Trouble.objects.order_by("began_at"):
        troubles.setdefault(trouble.channel, []).append(trouble)
    ways = []
    for channel in ("email", *open_channels()):
        for address in settings.WEBHOOKS if channel == "webhook" else [""]:
            of_it = [one for one in troubles.get(channel, []) if not address or one.address in ("", address)]
            ways.append(_way(channel, address, of_it[0] if of_it else None))
    return ways


def _way(channel: str, address: str, trouble: Trouble | None) -> dict[str, Any]:
    """What waits, what was given up lately, and since when its server takes nothing."""
    ours = Letter.objects.filter(kind="services_told", channel=channel)
    if address:
        ours = ours.filter(key__endswith=f":{webhook_mark(address)}")
    return {
        "name": server_name(channel, address),
        "trouble": trouble,
        "waiting": ours.unsettled().count(),
        "refused": ours.unsettled().filter(attempts__gt=0).count(),
        "given_up": ours.given_up().exclude(last_error="").count(),
        "last": ours.sent().order_by("-sent_at").values_list("sent_at", flat=True).first(),
        "letters": f"{reverse('admin:outbox_letter_changelist')}?channel={channel}&state=waiting",
    }
