"""What the desk sees of the runs over unused accounts, and what is to come."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import verbs
from accounts.admin.read_only import ReadOnly, volunteer
from accounts.forecast import chart, forecast
from accounts.forms import WhyForm
from accounts.models import Notice, PurgeRun, Refused


@admin.register(PurgeRun)
class PurgeRunAdmin(ReadOnly):
    """The runs, what is to come, and the two buttons: go on, and stop."""

    list_display = (
        "began_at",
        "state",
        "noticed",
        "reminded",
        "disabled",
        "erased",
        "failed",
        "released_why",
    )
    date_hierarchy = "began_at"
    fields = readonly_fields = (
        "began_at",
        "looked_at",
        "ended_at",
        "brake",
        "wanted",
        "done",
        "allowed",
        "released_at",
        "released_by_id",
        "released_why",
    )
    change_list_template = "admin/accounts/purgerun/change_list.html"

    @admin.display(description=_("state"))
    def state(self, run: PurgeRun) -> Any:
        if run.brake:
            return run.get_brake_display()
        return pgettext_lazy("inactivity run", "done") if run.ended_at else _("under way")

    @admin.display(description=_("first letters"))
    def noticed(self, run: PurgeRun) -> int:
        return run.done.get("noticed", 0)

    @admin.display(description=_("further letters"))
    def reminded(self, run: PurgeRun) -> int:
        return run.done.get("reminded", 0)

    @admin.display(description=_("disabled"))
    def disabled(self, run: PurgeRun) -> int:
        return run.done.get("disabled", 0)

    @admin.display(description=_("erased"))
    def erased(self, run: PurgeRun) -> int:
        return run.done.get("erased", 0)

    @admin.display(description=_("did not arrive"))
    def failed(self, run: PurgeRun) -> int:
        return run.done.get("failed", 0)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("forecast/", view(self.forecast), name="accounts_purgerun_forecast"),
            path("halt/", view(self.halt), name="accounts_purgerun_halt"),
            path("<int:run_id>/release/", view(self.release), name="accounts_purgerun_release"),
            *super().get_urls(),
        ]

    def forecast(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        months = forecast(now)
        last = PurgeRun.objects.first()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Accounts nobody uses"),
            "opts": self.opts,
            "months": months,
            "chart": chart(months),
            "due": verbs.count_due(now),
            "waiting": last if last and last.waits else None,
            "because": last.because if last and last.waits else "",
            "unreachable": Notice.objects.unreachable().count(),
            "on": settings.INACTIVITY_PURGE,
            "may_change": self.has_change_permission(request),
        }
        return TemplateResponse(request, "admin/accounts/purgerun/forecast.html", context)

    def halt(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = WhyForm(request.POST or None)
        if form.is_valid():
            verbs.halt(**form.cleaned_data, by=volunteer(request), at=timezone.now())
            messages.success(request, _("Everything stands still until somebody releases it."))
            return redirect("admin:accounts_purgerun_forecast")
        intro = _(
            "No letter is written, nothing is disabled or erased for want of use, until somebody releases it."
        )
        return self.ask(request, form, title=_("Stop everything"), button=_("Stop everything"), intro=intro)

    def release(self, request: HttpRequest, run_id: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        run = get_object_or_404(PurgeRun, pk=run_id)
        form = WhyForm(request.POST or None)
        if form.is_valid():
            try:
                verbs.release(run.pk, **form.cleaned_data, by=volunteer(request), at=timezone.now())
                messages.success(request, _("It goes on: a run begins now."))
            except Refused as refusal:
                messages.warning(request, str(refusal))
            return redirect("admin:accounts_purgerun_forecast")
        return self.ask(request, form, title=_("Let it go on"), button=_("Let it go on"), intro=run.because)
