"""Maintenance is planned, moved, called off and finished; routines begin and stop."""

import datetime as dt

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from services import verbs
from services.forms import PlanForm, RescheduleForm, RoutineForm
from services.models import Maintenance, Routine

ENDINGS = {
    "call-off": (
        verbs.call_off,
        _("Call it off"),
        _("It does not take place. Everybody who was told is told so."),
    ),
    "finish": (verbs.finish, _("It is finished"), _("It is over from now on, and everybody is told.")),
    "overrun": (
        verbs.overrun,
        _("It takes longer"),
        _(
            "Its time is over, and its services do not work yet: since its end they are interrupted, and everybody is "
            "told. Those that a probe sees working are not."
        ),
    ),
}
LATE_FOR = dt.timedelta(days=1)  # what is not back after that is another matter


class WhenFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "when"

    def lookups(self, request, model_admin):
        return [
            ("coming", _("to come")),
            ("now", _("going on")),
            ("over", _("over")),
            ("off", _("called off")),
        ]

    def queryset(self, request, queryset):
        at = timezone.now()
        found = {
            "coming": queryset.upcoming,
            "now": queryset.going_on,
            "over": queryset.over,
        }
        if self.value() == "off":
            return queryset.filter(cancelled_at__isnull=False)
        chosen = self.value() or ""
        return found[chosen](at) if chosen in found else queryset


@admin.register(Maintenance)
class MaintenanceAdmin(admin.ModelAdmin):
    list_display = ("heading", "starts_at", "ends_at", "state")
    list_filter = (WhenFilter, "services")
    date_hierarchy = "starts_at"
    said_fields = ("title_fr", "title_en", "text_fr", "text_en", "quiet")

    @admin.display(description=_("title"), ordering="starts_at")
    def heading(self, maintenance: Maintenance) -> str:
        return maintenance.title

    @admin.display(description=_("state"))
    def state(self, maintenance: Maintenance) -> str:
        at = timezone.now()
        if maintenance.cancelled_at:
            return gettext("called off")
        if maintenance.starts_at > at:
            return gettext("to come")
        return gettext("going on") if maintenance.is_going_on(at) else gettext("over")

    @admin.display(description=_("services"))
    def concerned(self, maintenance: Maintenance) -> str:
        return ", ".join(service.name for service in maintenance.services.all())

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(
            request, obj, change=change, **{"form": RescheduleForm if obj else PlanForm, **kwargs}
        )

    def get_fields(self, request, obj=None):
        if obj:
            return ("concerned", "starts_at", "ends_at", "finished_at", "cancelled_at", *self.said_fields)
        return PlanForm.Meta.fields

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return ()
        fixed = ("concerned", "finished_at", "cancelled_at", *self.said_fields)
        return fixed if self._can_move(obj) else (*fixed, "starts_at", "ends_at")

    def _can_move(self, maintenance: Maintenance) -> bool:
        until = maintenance.finished_at or maintenance.ends_at
        return maintenance.cancelled_at is None and until > timezone.now()

    def _ending(self, maintenance: Maintenance, at: dt.datetime) -> str | None:
        if self._can_move(maintenance):
            return "finish" if maintenance.starts_at <= at else "call-off"
        until = maintenance.finished_at or maintenance.ends_at
        return "overrun" if maintenance.cancelled_at is None and until > at - LATE_FOR else None

    def has_delete_permission(self, request, obj=None):
        return False  # What was published stays; it can be called off.

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        maintenance = self.get_object(request, object_id) if object_id else None
        at = timezone.now()
        ending = maintenance and self.has_change_permission(request) and self._ending(maintenance, at)
        if maintenance and ending:
            extra_context = {
                **(extra_context or {}),
                "ending": reverse("admin:services_maintenance_end", args=[maintenance.pk, ending]),
                "ending_words": ENDINGS[ending][1],
            }
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (
            ValidationError
        ) as refusal:  # it was moved, or ended, between the form's question and the verb's
            self.message_user(request, " ".join(refusal.messages), messages.WARNING)
            return redirect(reverse("admin:services_maintenance_changelist"))

    def save_model(self, request, obj, form, change):
        at = timezone.now()
        if change:
            verbs.reschedule(obj.pk, starts_at=obj.starts_at, ends_at=obj.ends_at, at=at, by=request.user)
        else:
            obj.pk = verbs.plan(**form.cleaned_data, at=at, by=request.user).pk

    def get_urls(self):
        end = path(
            "<int:maintenance_id>/<slug:ending>/",
            self.admin_site.admin_view(self.end),
            name="services_maintenance_end",
        )
        *specific, anything = super().get_urls()
        return [*specific, end, anything]

    def end(self, request, maintenance_id, ending):
        """The page of one question: really?"""
        if not self.has_change_permission(request) or ending not in ENDINGS:
            raise PermissionDenied
        maintenance = get_object_or_404(Maintenance, pk=maintenance_id)
        verb, title, words = ENDINGS[ending]
        if request.method == "POST":
            try:
                verb(maintenance_id, at=timezone.now(), by=request.user)
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.WARNING)
            else:
                self.message_user(request, gettext("Done: everybody is told."), messages.SUCCESS)
            return redirect(reverse("admin:services_maintenance_change", args=[maintenance_id]))
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "words": words,
            "opts": self.opts,
            "maintenance": maintenance,
        }
        return TemplateResponse(request, "admin/services/maintenance/end.html", context)


@admin.register(Routine)
class RoutineAdmin(admin.ModelAdmin):
    form = RoutineForm
    list_display = ("heading", "rhythm", "begins_at", "minutes", "first_day", "last_day", "stopped_at")
    actions = ("stop",)

    @admin.display(description=_("title"), ordering="first_day")
    def heading(self, routine: Routine) -> str:
        return routine.title

    @admin.display(description=_("services"))
    def concerned(self, routine: Routine) -> str:
        return ", ".join(service.name for service in routine.services.all())

    def get_fields(self, request, obj=None):
        fields = RoutineForm.Meta.fields
        return ("concerned", *fields[1:], "stopped_at") if obj else fields

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj) if obj else ()

    def has_change_permission(self, request, obj=None):
        return False  # One that changes is stopped, and another one begun: people were told of this one.

    def has_delete_permission(self, request, obj=None):
        return False

    def has_stop_permission(self, request):
        return request.user.has_perm("services.change_routine")

    def save_model(self, request, obj, form, change):
        verbs.begin_routine(obj, form.cleaned_data["services"], at=timezone.now(), by=request.user)

    @admin.action(description=_("The chosen routines do not come back"), permissions=["stop"])
    def stop(self, request, queryset):
        for routine in queryset:
            try:
                verbs.stop_routine(routine.pk, at=timezone.now(), by=request.user)
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.WARNING)
            else:
                self.message_user(
                    request,
                    gettext("%(routine)s does not come back.") % {"routine": routine},
                    messages.SUCCESS,
                )
