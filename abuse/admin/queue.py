"""The queue: what waits, since when, and whose turn it is."""

from collections.abc import Callable
from datetime import timedelta
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
from abuse.admin.filters import ClauseFilter, HandlerFilter, TurnFilter
from abuse.admin.sweeping import SweepAdmin
from abuse.models import Refused, Sweep, Ticket
from abuse.numbers import read_number
from abuse.searching import found

MOST_SWEEPS = 20
JUST_NOW = timedelta(
    hours=1
)  # a volunteer's own stands above the queue for so long; then in the list below it


class QueueAdmin(SweepAdmin):
    """The list of tickets, and what can be done to several at once."""

    list_display = ("number", "words", "matter", "age", "standing")
    list_display_links = ("number", "words")
    list_filter = (TurnFilter, "topic", ClauseFilter, HandlerFilter, "outcome")
    list_select_related = ("handler",)
    list_per_page = 50
    search_fields = ("reporter_email", "reports__what", "reports__where", "messages__body")
    search_help_text = _("A number such as 42-X, a web address, an e-mail address or words.")
    show_full_result_count = False
    actions = ("take_chosen", "put_aside_as_spam", "put_aside_as_duplicates")

    class Media:
        css = {"all": ["portal/desk-tickets.css"]}

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        at = timezone.now()
        sweeps = list(Sweep.objects.undoable(at).select_related("by")[:MOST_SWEEPS])
        just_now = [s for s in sweeps if s.by == request.user and s.at > at - JUST_NOW][:1]
        earlier = [sweep for sweep in sweeps if sweep not in just_now]
        context = {"title": _("Tickets"), "just_now": just_now, "earlier": earlier}
        return super().changelist_view(request, context)

    def get_queryset(self, request):
        at = timezone.now()
        return Ticket.objects.summarised(at).watched(at, but_by=request.user)

    def get_ordering(self, request):
        """What is due first, comes first; of what is not due, the latest."""
        match request.GET.get("turn"):
            case "waiting":
                return ("due_at",)
            case "closed":
                return ("-closed_at",)
            case "all":
                return ("-opened_at",)
        return ("-opened_at",) if request.GET.get("q") else ("awaits_desk_since",)

    def get_search_results(self, request, queryset, search_term):
        if read_number(search_term) is not None:
            return queryset.numbered(search_term), False
        return (found(queryset, search_term) if search_term.strip() else queryset), False

    @admin.display(description=_("number"), ordering="pk")
    def number(self, ticket):
        return ticket.number

    @admin.display(description=_("first words"))
    def words(self, ticket):
        first = Truncator(" ".join((ticket.first_words or "").split())).chars(70)
        return f"{first} (× {ticket.heard})" if ticket.heard > 1 else first

    @admin.display(description=_("topic"), ordering="topic")
    def matter(self, ticket):
        return " · ".join(filter(None, [ticket.get_topic_display(), (ticket.cited or "").upper()]))

    @admin.display(description=_("age and due date"), ordering="awaits_desk_since")
    def age(self, ticket):
        age = timesince(ticket.opened_at, depth=1)
        return render_to_string("admin/abuse/ticket/age.html", {"ticket": ticket, "age": age})

    @admin.display(description=_("state, handled by"), ordering="state")
    def standing(self, ticket):
        return render_to_string("admin/abuse/ticket/standing.html", {"ticket": ticket})

    @admin.action(description=_("Take the chosen tickets"), permissions=["change"])
    def take_chosen(self, request, queryset):
        self._each(request, queryset, verbs.take, _("Ticket %(number)s is yours."))

    def _each(
        self, request: HttpRequest, queryset: QuerySet[Ticket], verb: Callable[..., Ticket], done: Any
    ) -> None:
        for pk in queryset.order_by("pk").values_list("pk", flat=True):
            try:
                ticket = verb(pk, by=request.user, at=timezone.now())
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
            else:
                self.message_user(request, done % {"number": ticket.number}, messages.SUCCESS)
