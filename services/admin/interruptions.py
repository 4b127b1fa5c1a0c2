"""Interruptions are opened, told and closed."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from services import verbs
from services.forms import CloseOutageForm, CorrectOutageForm, MergeOutagesForm, OpenOutageForm
from services.models import Outage
from services.wording import duration_in_words


class OpenNow(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "open"

    def lookups(self, request, model_admin):
        return [("yes", _("going on")), ("no", _("over"))]

    def queryset(self, request, queryset):
        at = timezone.now()
        if self.value() == "yes":
            return queryset.open(at)
        return queryset.closed(at) if self.value() == "no" else queryset


@admin.register(Outage)
class OutageAdmin(admin.ModelAdmin):
    form = OpenOutageForm
    list_display = ("service", "started_at", "ended_at", "lasted", "found_by", "reason", "cause")
    list_filter = (OpenNow, "found_by", "service")
    list_select_related = ("service", "cause__service")
    date_hierarchy = "started_at"
    actions = ("close_now", "merge")

    @admin.display(description=_("lasted"))
    def lasted(self, outage):
        return duration_in_words(outage.lasted(timezone.now()))

    @admin.display(description=_("corrections"))
    def corrected(self, outage):
        return "\n".join(
            f"{date_format(localtime(one.corrected_at), 'SHORT_DATETIME_FORMAT')}: {one.why}"
            for one in outage.corrections.all()
        )

    def get_fields(self, request, obj=None):
        if obj:
            return (
                *("service", "started_at", "ended_at", "lasted", "found_by", "reason", "cause"),
                *("corrected", "summary_fr", "summary_en"),
            )
        return ("service", "started_at", "summary_fr", "summary_en", "tell")

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj) if obj else ()

    def has_change_permission(self, request, obj=None):
        return False  # An interruption is opened and closed, never edited.

    def has_delete_permission(self, request, obj=None):
        return False

    def has_close_permission(self, request):
        return request.user.has_perm("services.change_outage")

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (
            ValidationError
        ) as refusal:  # Somebody else declared it between the form's question and the verb's.
            self.message_user(request, " ".join(refusal.messages), messages.WARNING)
            return redirect(reverse("admin:services_outage_changelist"))

    def save_model(self, request, obj, form, change):
        opened = verbs.open_outage(
            obj.service_id,
            started_at=obj.started_at,
            summary_fr=obj.summary_fr,
            summary_en=obj.summary_en,
            tell=form.cleaned_data["tell"],
            at=timezone.now(),
            by=request.user,
        )
        obj.pk = opened.pk

    @admin.action(description=_("The chosen interruptions are over now"), permissions=["close"])
    def close_now(self, request, queryset):
        for outage in queryset:
            try:
                at = timezone.now()
                verbs.close_outage(outage.pk, ended_at=at, at=at, by=request.user)
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.WARNING)
            else:
                self.message_user(
                    request, _("%(service)s works again.") % {"service": outage.service}, messages.SUCCESS
                )

    @admin.action(description=_("The chosen interruptions were one"), permissions=["close"])
    def merge(self, request, queryset):
        chosen = ",".join(str(outage.pk) for outage in queryset)
        return redirect(f"{reverse('admin:services_outage_merge')}?outages={chosen}")

    def get_urls(self):
        door = self.admin_site.admin_view
        own = [
            path("<int:outage_id>/close/", door(self.close), name="services_outage_close"),
            path("<int:outage_id>/correct/", door(self.correct), name="services_outage_correct"),
            path("<int:outage_id>/tell/", door(self.tell), name="services_outage_tell"),
            path("merge/", door(self.join), name="services_outage_merge"),
        ]
        return [*own, *super().get_urls()]

    def tell(self, request, outage_id):
        """Everybody hears of it now, without waiting for the clock."""
        if not request.user.has_perm("services.add_announcement") or request.method != "POST":
            raise PermissionDenied
        get_object_or_404(Outage, pk=outage_id)
        told = verbs.tell_now(outage_id, at=timezone.now(), by=request.user)
        words = (
            _("Everybody is told.") if told else _("There is nothing to tell: it was told, or it is over.")
        )
        self.message_user(request, words, messages.SUCCESS if told else messages.WARNING)
        return redirect(reverse("admin:services_outage_change", args=[outage_id]))

    def correct(self, request, outage_id):
        """The page of one question: when was it really, and why?"""
        if not self.has_close_permission(request):
            raise PermissionDenied
        outage = get_object_or_404(Outage.objects.select_related("service"), pk=outage_id)
        initial = {"started_at": outage.started_at, "ended_at": outage.ended_at}
        form = CorrectOutageForm(request.POST or None, initial=initial)
        if form.is_valid():
            try:
                verbs.correct_outage(outage_id, **form.cleaned_data, at=timezone.now(), by=request.user)
            except ValidationError as refusal:
                form.add_error(None, refusal.messages)
            else:
                self.message_user(request, _("The correction is visible on its page."), messages.SUCCESS)
                return redirect(reverse("admin:services_outage_change", args=[outage_id]))
        return self.ask(request, form, _("Correct the times"), outage=outage, button=_("Correct"))

    def join(self, request):
        """The page of one question: which of them stays?"""
        if not self.has_close_permission(request):
            raise PermissionDenied
        numbers = [int(part) for part in request.GET.get("outages", "").split(",") if part.isdigit()][:100]
        outages = Outage.objects.filter(pk__in=numbers).select_related("service").order_by("started_at")
        if len(outages) < 2:
            self.message_user(request, _("Choose two interruptions at least."), messages.WARNING)
            return redirect(reverse("admin:services_outage_changelist"))
        form = MergeOutagesForm(outages, request.POST or None, initial={"kept": outages[0].pk})
        if form.is_valid():
            kept, why = form.cleaned_data["kept"], form.cleaned_data["why"]
            try:
                verbs.merge_outages(kept.pk, numbers, why=why, at=timezone.now(), by=request.user)
            except ValidationError as refusal:
                form.add_error(None, refusal.messages)
            else:
                self.message_user(request, _("They are one now."), messages.SUCCESS)
                return redirect(reverse("admin:services_outage_change", args=[kept.pk]))
        return self.ask(request, form, _("Join interruptions"), outages=outages, button=_("Join"))

    def ask(self, request, form, title, **more):
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/services/outage/ask.html", context | more)

    def close(self, request, outage_id):
        """The page of one question: when did it end?"""
        if not self.has_close_permission(request):
            raise PermissionDenied
        outage = get_object_or_404(Outage.objects.select_related("service"), pk=outage_id)
        form = CloseOutageForm(request.POST or None)
        if form.is_valid():
            try:
                verbs.close_outage(outage_id, **form.cleaned_data, at=timezone.now(), by=request.user)
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                self.message_user(
                    request, _("%(service)s works again.") % {"service": outage.service}, messages.SUCCESS
                )
                return redirect(reverse("admin:services_outage_changelist"))
        return self.ask(
            request, form, _("Close an interruption"), outage=outage, button=_("Close, and tell everybody")
        )
