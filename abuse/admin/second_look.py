"""Looking a second time at what was decided: sanctions that hold or wait, appeals that wait for their answer."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from abuse import verbs
from abuse.admin.deciding import me
from abuse.cards import card_of
from abuse.dossier import dossier_of
from abuse.forms import SettleAppealForm
from abuse.models import Appeal, Decision, Refused, Sanction
from abuse.restrictions import restrictions_by_service


class SecondLookAdmin(admin.ModelAdmin):
    """Lists that are read; what is done has buttons of its own, each an address that only takes POST."""

    list_per_page = 50
    show_full_result_count = False
    verbs: tuple[str, ...] = ()

    class Media:
        css = {"all": ["portal/desk-tickets.css"]}

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        name = self.opts.model_name
        doors = [
            path(
                f"<int:pk>/{verb}/",
                self.admin_site.admin_view(getattr(self, f"{verb}_view")),
                name=f"abuse_{name}_{verb}",
            )
            for verb in self.verbs
        ]
        return [*doors, *super().get_urls()]

    def may_act(self, request: HttpRequest) -> bool:
        return request.user.has_perm("abuse.change_ticket")

    def _do(
        self, request: HttpRequest, pk: int, verb: Callable[..., Any], done: Any, **words: Any
    ) -> HttpResponse:
        """Run a verb and come back; a refusal is shown as such."""
        here = reverse(f"admin:abuse_{self.opts.model_name}_change", args=[pk])
        if not self.may_act(request):
            raise PermissionDenied
        get_object_or_404(self.model, pk=pk)
        if request.method == "POST":
            try:
                verb(pk, by=me(request), at=timezone.now(), **words)
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                self.message_user(request, done, messages.SUCCESS)
        return redirect(here)

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        status = context.pop("status", 200)
        return TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "may_act": self.may_act(request),
                **context,
            },
            status=status,
        )


def whole(decision_id: int) -> Decision:
    return Decision.objects.with_all().select_related("by").get(pk=decision_id)


class StandingFilter(admin.SimpleListFilter):
    """Without a choice, what waits for somebody or holds."""

    title = _("where it stands")
    parameter_name = "standing"

    def lookups(self, request, model_admin):
        return [("second", _("waits for a second volunteer")), ("in_force", _("in force"))]

    def queryset(self, request, queryset):
        match self.value():
            case "second":
                return queryset.proposed()
            case "in_force":
                return queryset.in_force(timezone.now())
        return queryset


@admin.register(Sanction)
class SanctionAdmin(SecondLookAdmin):
    list_display = ("shown_decision", "kind", "person", "shown_standing", "starts_at", "ends_at")
    list_display_links = ("shown_decision",)
    list_filter = (StandingFilter, "kind", "without_notice")
    list_select_related = ("decision", "person")
    search_fields = ("person__email",)
    ordering = ("-decided_at",)
    verbs = ("confirm", "refuse", "lift")

    def get_urls(self):
        door = path(
            "in-force/", self.admin_site.admin_view(self.in_force_view), name="abuse_sanction_in_force"
        )
        return [door, *super().get_urls()]

    def get_queryset(self, request):
        return Sanction.objects.with_standing(timezone.now())

    def in_force_view(self, request: HttpRequest) -> HttpResponse:
        """To whom each service is closed at this moment."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        groups = restrictions_by_service(timezone.now())
        return self._page(
            request,
            "admin/abuse/sanction/in_force.html",
            title=_("Restrictions in force"),
            groups=groups,
            any=any(people for _name, people in groups),
        )

    @admin.display(description=_("decision"), ordering="decision")
    def shown_decision(self, sanction):
        return sanction.decision.number

    @admin.display(description=_("where it stands"))
    def shown_standing(self, sanction):
        return render_to_string("abuse/standing.html", {"sanction": sanction})

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        sanction = self.get_object(request, object_id)
        if sanction is None:
            raise Http404
        decision = whole(sanction.decision_id)
        return self._page(
            request,
            "admin/abuse/sanction/sanction.html",
            title=_("Sanction of decision %(number)s") % {"number": decision.number},
            sanction=sanction,
            decision=decision,
            card=card_of(decision, timezone.now()),
        )

    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._do(request, pk, verbs.confirm_deletion, _("The deletion is confirmed."))

    def refuse_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._do(
            request, pk, verbs.refuse_deletion, _("The deletion is not confirmed: the account stays.")
        )

    def lift_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._do(request, pk, verbs.lift, _("The sanction is lifted."))


class PendingFilter(admin.SimpleListFilter):
    """Without a choice, those that wait for their answer."""

    title = _("answer")
    parameter_name = "answer"

    def lookups(self, request, model_admin):
        return [("settled", _("settled")), ("all", _("all"))]

    def choices(self, changelist):
        pending, *others = super().choices(changelist)
        return [{**pending, "display": _("waits for its answer")}, *others]

    def queryset(self, request, queryset):
        match self.value():
            case "settled":
                return queryset.settled()
            case "all":
                return queryset
        return queryset.pending()


@admin.register(Appeal)
class AppealAdmin(SecondLookAdmin):
    list_display = ("shown_decision", "side", "filed_at", "shown_decider", "outcome", "settled_at")
    list_display_links = ("shown_decision",)
    list_filter = (PendingFilter, "side", "outcome")
    list_select_related = ("decision", "decided_by")
    ordering = ("filed_at",)
    verbs = ("settle",)

    @admin.display(description=_("decision"), ordering="decision")
    def shown_decision(self, filed):
        return filed.decision.number

    @admin.display(description=_("decided by"))
    def shown_decider(self, filed):
        return filed.decided_by.short_name if filed.decided_by else _("somebody who left")

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        filed = self.get_object(request, object_id)
        if filed is None:
            raise Http404
        return self._appeal(request, filed, SettleAppealForm(appeal=filed))

    def settle_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.may_act(request):
            raise PermissionDenied
        filed = get_object_or_404(Appeal, pk=pk)
        here = reverse("admin:abuse_appeal_change", args=[pk])
        if request.method != "POST":
            return redirect(here)
        form = SettleAppealForm(request.POST, appeal=filed)
        if form.is_valid():
            try:
                verbs.settle_appeal(pk, by=me(request), at=timezone.now(), **form.cleaned_data)
            except Refused as refusal:
                filed.refresh_from_db()
                form.add_error(None, str(refusal))
            else:
                self.message_user(request, _("The appeal is settled, and everybody told."), messages.SUCCESS)
                return redirect(here)
        return self._appeal(request, filed, form)

    def _appeal(self, request: HttpRequest, filed: Appeal, form: SettleAppealForm) -> HttpResponse:
        decision = whole(filed.decision_id)
        return self._page(
            request,
            "admin/abuse/appeal/appeal.html",
            title=_("Appeal against decision %(number)s") % {"number": decision.number},
            appeal=filed,
            files=filed.attachments.listed(),
            decision=decision,
            ticket=decision.ticket,
            report=decision.ticket.reports.first(),
            card=card_of(decision, timezone.now()),
            conversation=decision.ticket.messages.select_related("by"),
            dossier=dossier_of(decision.ticket, timezone.now()),
            form=form,
            status=409 if form.non_field_errors() else 200,
        )
