"""One ticket: a page to read it, from which every verb is reached."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from abuse import verbs
from abuse.admin.deciding import DecidingAdmin
from abuse.admin.files import FilesAdmin, handed_in
from abuse.admin.opening import OpeningAdmin
from abuse.admin.queue import QueueAdmin
from abuse.admin.reading import what_is_known
from abuse.dossier import reporter_of
from abuse.forms import (
    AskForm,
    CautionForm,
    DeskForm,
    HoldForm,
    MuteForm,
    NoteForm,
    ReleaseForm,
    ReopenForm,
    SettleForm,
    TakeForm,
    TriageForm,
    UnmuteForm,
)
from abuse.models import Refused, State, Ticket
from accounts.models import User

ACTS: dict[str, tuple[Callable[..., Any], type[DeskForm], Promise]] = {
    "take": (verbs.take, TakeForm, _("Ticket %(number)s is yours.")),
    "ask": (verbs.ask, AskForm, _("They were written to; ticket %(number)s waits for their answer.")),
    "settle": (verbs.settle, SettleForm, _("Ticket %(number)s is closed.")),
    "triage": (verbs.triage, TriageForm, _("Ticket %(number)s was put aside.")),
    "reopen": (verbs.reopen, ReopenForm, _("Ticket %(number)s is open again.")),
    "note": (verbs.note, NoteForm, _("Your note is kept on ticket %(number)s.")),
    "caution": (verbs.caution, CautionForm, _("They are warned; it stands on ticket %(number)s.")),
    "mute": (verbs.mute, MuteForm, _("Their reports are not examined for that time; they were told.")),
    "unmute": (verbs.unmute, UnmuteForm, _("Their reports are examined again; they were told.")),
    "hold": (verbs.hold, HoldForm, _("What was said in ticket %(number)s is held.")),
    "release": (verbs.release, ReleaseForm, _("Ticket %(number)s is not held any more.")),
}


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)


@admin.register(Ticket)
class TicketAdmin(FilesAdmin, DecidingAdmin, OpeningAdmin, QueueAdmin):
    def get_urls(self):
        doors = [
            path(
                f"<int:ticket_id>/{name}/",
                self.admin_site.admin_view(self._door(name)),
                name=f"abuse_ticket_{name}",
            )
            for name in ACTS
        ]
        looking = path(
            "<int:ticket_id>/looking/",
            self.admin_site.admin_view(self.looking_view),
            name="abuse_ticket_looking",
        )
        return [*doors, looking, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Read a ticket. Nothing is edited here: the forms on the page go to the verbs' own addresses."""
        if not self.has_view_permission(request) or request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        ticket = self.get_object(request, unquote(object_id))
        if ticket is None:
            raise Http404
        return self._page(request, ticket)

    def looking_view(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        """Say again that one is still there (a script does, once a minute), and hear who else is."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return redirect("admin:abuse_ticket_change", ticket_id)
        ticket = get_object_or_404(Ticket, pk=ticket_id)
        verbs.glance(ticket_id, by=_me(request), at=timezone.now())
        return TemplateResponse(
            request, "admin/abuse/ticket/looking.html", {"others": self._others(request, ticket)}
        )

    def _door(self, name: str) -> Callable[..., HttpResponse]:
        verb, form_class, done = ACTS[name]

        def view(request: HttpRequest, ticket_id: int) -> HttpResponse:
            return self._act(request, ticket_id, verb, form_class, done)

        return view

    def _act(
        self,
        request: HttpRequest,
        ticket_id: int,
        verb: Callable[..., Any],
        form_class: type[DeskForm],
        done: Promise,
    ) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        ticket = get_object_or_404(self.get_queryset(request), pk=ticket_id)
        here = reverse("admin:abuse_ticket_change", args=[ticket_id])
        if request.method != "POST":
            return redirect(here)
        form = form_class(request.POST, ticket=ticket)
        if form.is_valid():
            try:
                verb(ticket_id, by=request.user, at=timezone.now(), **form.cleaned_data)
            except Refused as refusal:
                ticket = self.get_queryset(request).get(pk=ticket_id)
                form.look_again(ticket)
                form.add_error(None, str(refusal))
            else:
                self.message_user(request, str(done) % {"number": ticket.number}, messages.SUCCESS)
                return redirect(here)
        return self._page(request, ticket, refused=form)

    def _possible(self, request: HttpRequest, ticket: Ticket) -> list[type[DeskForm]]:
        """The forms the state of a ticket leaves room for, in the order they are shown."""
        if not self.has_change_permission(request) or ticket.forgotten_at:
            return []
        others = ticket.handler != request.user
        writable = ticket.subject_id is not None or not ticket.was_found_by_us
        keeping = ReleaseForm if ticket.held_until else HoldForm
        possible: dict[State, list[type[DeskForm]]] = {
            State.NEW: [TakeForm, TriageForm, NoteForm],
            State.OPEN: [
                *([TakeForm] if others else []),
                *([AskForm] if writable else []),
                SettleForm,
                NoteForm,
            ],
            State.WAITING: [TakeForm, NoteForm],
            State.CLOSED: [ReopenForm, NoteForm],
        }
        return [*possible[State(ticket.state)], *self._about_reporter(ticket), keeping]

    def _about_reporter(self, ticket: Ticket) -> list[type[DeskForm]]:
        """The next step with whoever often sends manifestly unfounded reports."""
        known = reporter_of(ticket, timezone.now())
        steps: list[tuple[bool, type[DeskForm]]] = [
            (known.mute is not None, UnmuteForm),
            (known.may_be_muted, MuteForm),
            (known.may_be_cautioned, CautionForm),
        ]
        return [next_step for possible, next_step in steps if possible][:1]

    def _others(self, request: HttpRequest, ticket: Ticket) -> Any:
        return ticket.glances.fresh(timezone.now()).exclude(by=_me(request)).select_related("by")

    def _page(self, request: HttpRequest, ticket: Ticket, refused: DeskForm | None = None) -> HttpResponse:
        """The ticket with the forms its state allows; one that was refused comes back filled in."""
        forms: dict[str, DeskForm] = {}
        for form_class in self._possible(request, ticket):
            mine = refused if isinstance(refused, form_class) else None
            forms[form_class.verb] = mine or form_class(initial={"seen": ticket.revision}, ticket=ticket)
        verbs.glance(ticket.pk, by=_me(request), at=timezone.now())
        context = {
            **self.admin_site.each_context(request),
            **what_is_known(ticket),
            "opts": self.opts,
            "title": _("Ticket %(number)s") % {"number": ticket.number},
            **handed_in(ticket),
            "forms": forms,
            "refused": refused if refused and refused.verb not in forms else None,
            "others": self._others(request, ticket),
        }
        status = 409 if refused and refused.non_field_errors() else 200
        return TemplateResponse(request, "admin/abuse/ticket/ticket.html", context, status=status)
