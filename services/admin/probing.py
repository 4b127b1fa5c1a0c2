"""How services are looked at, and what is seen."""

from django.contrib import admin, messages
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from services import verbs
from services.models import Probe, Protocol, Watch

ALWAYS = ("service", "protocol", "target", "enabled", "interval_seconds", "timeout_seconds")
WEB_PAGE = ("expects_status", "expects_text", "expects_json", "follows_redirects", "http_version")
OTHERS = ("security", "record_type", "resolver", "warns_days")
SEEN = ("state", "seen", "looked", "latency", "certificate")


def shown(moment):
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT") if moment else "–"


@admin.register(Probe)
class ProbeAdmin(admin.ModelAdmin):
    list_display = ("service", "target", "state", "reason", "certificate")
    list_display_links = ("target",)
    list_filter = ("enabled", "protocol", "watch__judgement")
    list_select_related = ("service", "watch")
    search_fields = ("target", "service__name")
    actions = ("look_now",)
    readonly_fields = SEEN
    fieldsets = (
        (None, {"fields": ALWAYS}),
        (_("What is expected of a web page, or of the records of a name"), {"fields": WEB_PAGE}),
        (_("Mail, names, certificates"), {"fields": OTHERS}),
        (_("What it sees"), {"fields": SEEN}),
    )

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.fieldsets[:3]

    @admin.display(description=_("state"), ordering="watch__judgement")
    def state(self, probe):
        at, watch = timezone.now(), probe.watch
        if not probe.enabled:
            return _("not in use")
        if watch.outcome is None:
            return _("has not looked yet")
        if watch.judged_since is None:
            return _("has never seen the service work: is there a mistake in it?")
        if watch.known_until is None or watch.known_until < at:
            return _("unknown")
        return watch.get_judgement_display()

    @admin.display(description=_("last look"))
    def reason(self, probe):
        return probe.watch.get_reason_display() or probe.watch.get_outcome_display()

    @admin.display(description=_("last look"))
    def seen(self, probe):
        watch = probe.watch
        if watch.outcome is None:
            return "–"
        reason = watch.get_reason_display() or watch.get_outcome_display()
        return f"{reason} ({watch.words})" if watch.words else reason

    @admin.display(description=_("last known"), ordering="watch__looked_at")
    def looked(self, probe):
        return shown(probe.watch.looked_at)

    @admin.display(description=_("answers in"))
    def latency(self, probe):
        return "–" if probe.watch.latency_ms is None else f"{probe.watch.latency_ms} ms"

    @admin.display(description=_("certificate valid until"), ordering="watch__certificate_ends_at")
    def certificate(self, probe):
        return shown(probe.watch.certificate_ends_at)

    def has_delete_permission(self, request, obj=None):
        return False  # What it saw would go with it; a probe that is not wanted is put out of use.

    def save_model(self, request, obj, form, change):
        verbs.describe_probe(obj, at=timezone.now(), by=request.user)
        if obj.protocol in {Protocol.HTTP, Protocol.TLS} and obj.target.startswith("http:"):
            self.message_user(
                request, _("Over http:// anybody on the way can answer instead."), messages.WARNING
            )

    @admin.action(description=_("Look now"), permissions=["change"])
    def look_now(self, request, queryset):
        count = Watch.objects.filter(probe__in=queryset).update(due_at=timezone.now())
        words = ngettext("%d look is taken in a moment.", "%d looks are taken in a moment.", count) % count
        self.message_user(request, words)
