"""The volunteers' desk for tickets: a queue, and one page per ticket from which every verb is reached."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from abuse import verbs
from abuse.forms import AnswerForm, CloseForm, DeskForm, ReopenForm, TakeForm
from abuse.models import Outcome, Refused, State, Ticket
from abuse.numbers import read_number
from legal.models import Clause


class TurnFilter(admin.SimpleListFilter):
    """Whose turn it is. Without a choice, what a volunteer came for: the desk's own turn."""

    title = _("turn")
    parameter_name = "turn"

    def lookups(self, request, model_admin):
        return [
            ("late", _("ours, and late")),
            ("waiting", _("theirs")),
            ("closed", _("nobody's: closed")),
            ("all", _("all tickets")),
        ]

    def choices(self, changelist):
        ours, *others = super().choices(changelist)
        return [{**ours, "display": _("ours")}, *others]

    def queryset(self, request, queryset):
        match self.value():
            case "late":
                return queryset.overdue(timezone.now())
            case "waiting":
                return queryset.waiting()
            case "closed":
                return queryset.closed()
            case "all":
                return queryset
        if request.GET.get("q"):
            return queryset  # whoever searches looks everywhere
        return queryset.at_the_desk()


class HandlerFilter(admin.SimpleListFilter):
    title = _("handled by")
    parameter_name = "handled"

    def lookups(self, request, model_admin):
        return [("me", _("me")), ("nobody", _("nobody")), ("others", _("others"))]

    def queryset(self, request, queryset):
        match self.value():
            case "me":
                return queryset.handled_by(request.user)
            case "nobody":
                return queryset.filter(handler=None)
            case "others":
                return queryset.exclude(handler=None).exclude(handler=request.user)
        return queryset


@admin.register(Ticket)
class TicketAdmin(admin.ModelAdmin):
    list_display = ("number", "words", "topic", "clause", "age", "shown_state", "handler")
    list_display_links = ("number", "words")
    list_filter = (TurnFilter, "topic", HandlerFilter, "outcome", "language")
    list_select_related = ("handler",)
    list_per_page = 50
    search_fields = ("reporter_email", "reports__what", "reports__where", "messages__body")
    search_help_text = _("A number such as 42-X, a web address, an e-mail address or words.")
    ordering = ("opened_at",)
    show_full_result_count = False
    actions = ("take_chosen", "put_aside_as_spam")

    class Media:
        css = {"all": ["portal/desk-tickets.css"]}

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    # ── The queue ─────────────────────────────────────────────────────────────────────────────────

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": _("Tickets")})

    def get_queryset(self, request):
        return Ticket.objects.summarised(timezone.now())

    def get_search_results(self, request, queryset, search_term):
        if read_number(search_term) is not None:
            return queryset.numbered(search_term), False
        return super().get_search_results(request, queryset, search_term.replace("\0", ""))

    @admin.display(description=_("number"), ordering="pk")
    def number(self, ticket):
        return ticket.number

    @admin.display(description=_("first words"))
    def words(self, ticket):
        return Truncator(" ".join((ticket.first_words or "").split())).chars(70)

    @admin.display(description=_("clause"), empty_value="–")
    def clause(self, ticket):
        return (ticket.cited or "").upper() or None

    @admin.display(description=_("age"), ordering="opened_at")
    def age(self, ticket):
        return timesince(ticket.opened_at, depth=1)

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, ticket):
        return render_to_string("admin/abuse/ticket/state.html", {"ticket": ticket})

    @admin.action(description=_("Take the chosen tickets"), permissions=["change"])
    def take_chosen(self, request, queryset):
        self._each(request, queryset, verbs.take, _("Ticket %(number)s is yours."))

    @admin.action(description=_("Put the chosen tickets aside as unwanted messages"), permissions=["change"])
    def put_aside_as_spam(self, request, queryset):
        self._each(
            request, queryset, verbs.close, _("Ticket %(number)s was put aside."), outcome=Outcome.SPAM
        )

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Ticket],
        verb: Callable[..., Ticket],
        done: Any,
        **how: Any,
    ) -> None:
        for pk in queryset.values_list("pk", flat=True):
            try:
                ticket = verb(pk, by=request.user, at=timezone.now(), **how)
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
            else:
                self.message_user(request, done % {"number": ticket.number}, messages.SUCCESS)

    # ── One ticket ────────────────────────────────────────────────────────────────────────────────

    def get_urls(self):
        doors = [
            path(f"<int:ticket_id>/{verb}/", self.admin_site.admin_view(view), name=f"abuse_ticket_{verb}")
            for verb, view in [
                ("take", self.take_view),
                ("answer", self.answer_view),
                ("close", self.close_view),
                ("reopen", self.reopen_view),
            ]
        ]
        return [*doors, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Read a ticket. Nothing is edited here: the forms on the page go to the verbs' own addresses."""
        if not self.has_view_permission(request) or request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        ticket = self.get_object(request, unquote(object_id))
        if ticket is None:
            raise Http404
        return self._page(request, ticket)

    def take_view(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        return self._act(request, ticket_id, verbs.take, TakeForm, _("Ticket %(number)s is yours."))

    def answer_view(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        return self._act(request, ticket_id, verbs.answer, AnswerForm, _("Ticket %(number)s was answered."))

    def close_view(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        return self._act(request, ticket_id, verbs.close, CloseForm, _("Ticket %(number)s is closed."))

    def reopen_view(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        return self._act(request, ticket_id, verbs.reopen, ReopenForm, _("Ticket %(number)s is open again."))

    def _act(
        self,
        request: HttpRequest,
        ticket_id: int,
        verb: Callable[..., Ticket],
        form_class: type[DeskForm],
        done: Any,
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
                self.message_user(request, done % {"number": ticket.number}, messages.SUCCESS)
                return redirect(here)
        return self._page(request, ticket, refused=form)

    def _possible(self, request: HttpRequest, ticket: Ticket) -> list[type[DeskForm]]:
        if not self.has_change_permission(request) or ticket.forgotten_at:
            return []
        match State(ticket.state):
            case State.NEW:
                return [TakeForm, CloseForm]
            case State.CLOSED:
                return [ReopenForm]
        others = ticket.handler != request.user
        return [TakeForm, AnswerForm, CloseForm] if others else [AnswerForm, CloseForm]

    def _page(self, request: HttpRequest, ticket: Ticket, refused: DeskForm | None = None) -> HttpResponse:
        """The ticket with the forms its state allows; one that was refused comes back filled in."""
        report = ticket.reports.select_related("terms").first()
        forms: dict[str, DeskForm] = {}
        for form_class in self._possible(request, ticket):
            mine = refused if isinstance(refused, form_class) else None
            forms[form_class.verb] = mine or form_class(initial={"seen": ticket.revision}, ticket=ticket)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Ticket %(number)s") % {"number": ticket.number},
            "ticket": ticket,
            "report": report,
            "clause": report
            and report.terms
            and Clause.objects.of(report.terms).filter(ref=report.clause_ref).first(),
            "conversation": ticket.messages.select_related("by"),
            "forms": forms,
            "refused": refused if refused and refused.verb not in forms else None,
        }
        status = 409 if refused and refused.non_field_errors() else 200
        return TemplateResponse(request, "admin/abuse/ticket/ticket.html", context, status=status)
