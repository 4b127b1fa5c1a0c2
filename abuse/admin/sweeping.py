"""Several tickets put aside at once, and made new again at once."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from abuse import verbs
from abuse.forms import NumberField
from abuse.models import Outcome, Refused, Sweep, Ticket
from accounts.models import User

MOST_AT_ONCE = 500


class RepeatsForm(forms.Form):
    duplicate_of = NumberField(
        label=_("They repeat ticket"), required=True, help_text=_("Its number, such as 42-X.")
    )


class SweepAdmin(admin.ModelAdmin):
    def get_urls(self):
        undo = path(
            "sweeps/<int:sweep_id>/undo/",
            self.admin_site.admin_view(self.undo_view),
            name="abuse_ticket_undo",
        )
        return [undo, *super().get_urls()]

    @admin.action(description=_("Put the chosen tickets aside as unwanted messages"), permissions=["change"])
    def put_aside_as_spam(self, request, queryset):
        self._sweep(request, queryset, outcome=Outcome.SPAM)

    @admin.action(description=_("Put the chosen tickets aside as already reported…"), permissions=["change"])
    def put_aside_as_duplicates(self, request, queryset):
        form = RepeatsForm(request.POST if "duplicate_of" in request.POST else None)
        if form.is_valid():
            self._sweep(request, queryset, outcome=Outcome.DUPLICATE, **form.cleaned_data)
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Already reported"),
            "tickets": queryset[:MOST_AT_ONCE],
            "form": form,
        }
        return TemplateResponse(request, "admin/abuse/ticket/repeats.html", context)

    def _sweep(self, request: HttpRequest, queryset: QuerySet[Ticket], **how: Any) -> None:
        chosen = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            too_many = _("Nothing was done: choose at most %(number)d tickets at once.")
            self.message_user(request, too_many % {"number": MOST_AT_ONCE}, messages.WARNING)
            return
        _sweep, refusals = verbs.sweep_aside(chosen, by=cast(User, request.user), at=timezone.now(), **how)
        for refusal in refusals:
            self.message_user(request, str(refusal), messages.WARNING)
        if done := len(chosen) - len(refusals):
            sentence = ngettext(
                "%(number)d ticket was put aside.", "%(number)d tickets were put aside.", done
            )
            self.message_user(request, sentence % {"number": done}, messages.SUCCESS)

    def undo_view(self, request: HttpRequest, sweep_id: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        sweep = get_object_or_404(Sweep, pk=sweep_id)
        if request.method == "POST":
            try:
                done = verbs.undo_sweep(sweep.pk, by=cast(User, request.user), at=timezone.now())
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
            else:
                sentence = ngettext(
                    "%(number)d ticket is new again.", "%(number)d tickets are new again.", done
                )
                self.message_user(request, sentence % {"number": done}, messages.SUCCESS)
        return redirect("admin:abuse_ticket_changelist")
