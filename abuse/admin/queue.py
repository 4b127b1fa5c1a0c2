"""The queue: what waits, since when, and whose turn it is."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from abuse import verbs
from abuse.models import Outcome, Refused, Ticket
from abuse.numbers import read_number


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


class QueueAdmin(admin.ModelAdmin):
    """The list of tickets, and what can be done to several at once."""

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
            request, queryset, verbs.triage, _("Ticket %(number)s was put aside."), outcome=Outcome.SPAM
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
