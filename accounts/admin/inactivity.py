"""What the desk sees and does about accounts nobody uses: notices, holds, runs, and what is to come."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import verbs
from accounts.forecast import chart, forecast
from accounts.forms import HoldForm, LookIntoForm, WhyForm
from accounts.models import Hold, Notice, PurgeRun, Refused, Reminder, User
from accounts.schedule import ERASING


class ReadOnly(admin.ModelAdmin):
    """Rows that only verbs change."""

    show_full_result_count = False
    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Read only, even for those who may use the verbs."""
        return super().change_view(
            request,
            object_id,
            form_url,
            {"show_save": False, "show_save_and_continue": False, **(extra_context or {})},
        )

    def ask(
        self, request: HttpRequest, form: Form, *, title: Any, button: Any, intro: Any = ""
    ) -> HttpResponse:
        """A page with one form, in the desk's look."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "button": button,
            "intro": intro,
        }
        return TemplateResponse(request, "admin/accounts/ask.html", context)


def volunteer(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def link_to(person_id: int) -> str:
    """The account by its number; its page asks for a reason."""
    return format_html(
        '<a href="{}">{}</a>', reverse("admin:accounts_user_change", args=[person_id]), person_id
    )


class ReminderInline(admin.TabularInline):
    """Not the address: nobody gave a reason here."""

    model = Reminder
    fields = readonly_fields = ("stage", "written_at", "given_at", "failed_at", "failure")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


class UnreachableFilter(admin.SimpleListFilter):
    title = _("waits for a volunteer")
    parameter_name = "unreachable"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("yes"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.unreachable() if self.value() else queryset


@admin.register(Notice)
class NoticeAdmin(ReadOnly):
    list_display = (
        "number",
        "account",
        "began_at",
        "next",
        "next_at",
        "erases_at",
        "unreachable_since",
    )
    list_filter = (UnreachableFilter,)
    fields = readonly_fields = (
        "account",
        "began_at",
        "next",
        "next_at",
        "disables_at",
        "erases_at",
        "unreachable_since",
        "let_go_on_at",
    )
    inlines = (ReminderInline,)
    change_form_template = "admin/accounts/notice/change_form.html"

    @admin.display(description=_("number"), ordering="pk")
    def number(self, notice: Notice) -> int:
        return notice.pk

    @admin.display(description=_("account"), ordering="person_id")
    def account(self, notice: Notice) -> str:
        return link_to(notice.person_id)

    @admin.display(description=_("next"), ordering="-next_stage")
    def next(self, notice: Notice) -> Any:
        if notice.next_stage == ERASING:
            return _("erasing")
        if notice.next_stage == 0:
            return _("disabling")
        return _("letter %(days)d days before") % {"days": notice.next_stage}

    def get_urls(self) -> list[Any]:
        door = path(
            "<int:notice_id>/look-into/",
            self.admin_site.admin_view(self.look_into),
            name="accounts_notice_look_into",
        )
        return [door, *super().get_urls()]

    def look_into(self, request: HttpRequest, notice_id: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        notice = get_object_or_404(Notice, pk=notice_id)
        form = LookIntoForm(request.POST or None)
        if form.is_valid():
            act = {
                "again": lambda **how: verbs.try_letters_again(notice.pk, **how),
                "met": lambda **how: verbs.met(notice.person_id, **how),
                "go_on": lambda **how: verbs.let_go_on(notice.pk, **how),
            }[form.cleaned_data["what"]]
            try:
                act(words=form.cleaned_data["words"], by=volunteer(request), at=timezone.now())
                messages.success(request, _("Done, and written in the journal."))
            except Refused as refusal:
                messages.warning(request, str(refusal))
            return redirect("admin:accounts_notice_changelist")
        intro = _(
            "Letters to this person do not arrive, and nothing happens to the account until somebody looks into it. "
            "Is there another way to reach them?"
        )
        return self.ask(
            request, form, title=_("Somebody who cannot be reached"), button=_("Decide"), intro=intro
        )


@admin.register(Hold)
class HoldAdmin(ReadOnly):
    list_display = ("number", "account", "why", "began_at", "until", "by_id", "released_at")
    fields = readonly_fields = ("account", "why", "began_at", "until", "by_id", "released_at")
    actions = ("release",)

    @admin.display(description=_("number"), ordering="pk")
    def number(self, hold: Hold) -> int:
        return hold.pk

    @admin.display(description=_("account"), ordering="person_id")
    def account(self, hold: Hold) -> str:
        return link_to(hold.person_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.add_hold")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = HoldForm(request.POST or None)
        if form.is_valid():
            try:
                verbs.hold(**form.cleaned_data, by=volunteer(request), at=timezone.now())
                messages.success(request, _("The account is out of the clock’s reach."))
                return redirect("admin:accounts_hold_changelist")
            except Refused as refusal:
                form.add_error(None, str(refusal))
        intro = _(
            "No letter is written to this account and nothing is erased for want of use while it is held."
        )
        return self.ask(request, form, title=_("Hold an account"), button=_("Hold it"), intro=intro)

    @admin.action(description=_("Release"), permissions=["change"])
    def release(self, request: HttpRequest, holds: QuerySet[Hold]) -> None:
        for hold in holds:
            try:
                verbs.release_hold(hold.pk, by=volunteer(request), at=timezone.now())
                messages.success(request, _("Hold %d is over.") % hold.pk)
            except Refused as refusal:
                messages.warning(request, str(refusal))


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
        return _("done") if run.ended_at else _("under way")

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
