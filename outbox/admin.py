"""What waits, what was given up and why. Neither words nor subjects: a letter may hold a code that opens an account."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from outbox import verbs
from outbox.models import Letter, Trouble


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("waiting", _("waiting")), ("sent", _("sent")), ("given_up", _("given up"))]

    def queryset(self, request, queryset):
        rows = {"waiting": queryset.unsettled, "sent": queryset.sent, "given_up": queryset.given_up}
        return rows.get(self.value() or "", queryset.all)()


@admin.register(Letter)
class LetterAdmin(admin.ModelAdmin):
    list_display = ["id", "kind", "state", "recipient", "attempts", "next_try_at", "last_error", "created_at"]
    list_filter = [StateFilter, "kind", "channel", "priority"]
    fields = readonly_fields = (
        "kind",
        "channel",
        "language",
        "priority",
        "state",
        "recipient",
        "created_at",
        "due_at",
        "expires_at",
        "next_try_at",
        "attempts",
        "last_error",
        "sent_at",
        "given_up_at",
    )
    ordering = ["-id"]
    actions = ["try_again"]
    show_full_result_count = False

    @admin.display(description=_("state"))
    def state(self, letter: Letter) -> str:
        if letter.sent_at:
            return gettext("sent")
        return gettext("given up") if letter.given_up_at else gettext("waiting")

    @admin.action(description=_("Try again to send what was given up"), permissions=["try_again"])
    def try_again(self, request: HttpRequest, letters: QuerySet[Letter]) -> None:
        tried = 0
        for letter in letters:
            try:
                verbs.try_again(letter.pk, by=request.user)
                tried += 1
            except verbs.CannotTryAgain as refusal:
                messages.warning(request, str(refusal))
        if tried:
            messages.success(
                request,
                ngettext("%(number)d letter waits again.", "%(number)d letters wait again.", tried)
                % {"number": tried},
            )

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        waiting = Letter.objects.waiting(timezone.now())
        troubles = [
            {"trouble": trouble, "waiting": trouble.letters(waiting).count()}
            for trouble in Trouble.objects.order_by("began_at")
        ]
        return super().changelist_view(request, {"troubles": troubles, **(extra_context or {})})

    def has_try_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("outbox.change_letter")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False
