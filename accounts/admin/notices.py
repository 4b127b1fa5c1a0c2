"""What the desk sees and does about those who are under notice, and those who are held out of the clock’s reach."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import verbs
from accounts.admin.read_only import ReadOnly, link_to, volunteer
from accounts.forms import HoldForm, LookIntoForm
from accounts.models import Hold, Notice, Refused, Reminder
from accounts.schedule import ERASING


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
