"""What a volunteer narrows the queue by."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from abuse.forms.fields import reportable
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


class ClauseFilter(admin.SimpleListFilter):
    """The clause of the Terms a report names."""

    title = _("clause")
    parameter_name = "clause"

    def lookups(self, request, model_admin):
        clauses = Clause.objects.cited_in_force("terms", timezone.now())
        return [(ref, ref.upper()) for ref in reportable(clauses).values_list("ref", flat=True)]

    def queryset(self, request, queryset):
        return queryset.naming(self.value()) if self.value() else queryset
