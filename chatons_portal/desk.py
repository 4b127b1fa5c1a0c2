"""The volunteers' desk: Django's admin, behind the portal's own sign-in."""

from datetime import datetime
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from abuse.models import Appeal, Sanction, State, Ticket
from accounts.models import Notice, PurgeRun, User
from accounts.second_factor import has_second_factor
from outbox.models import Letter, Trouble
from services.models import Outage, Watch


class DeskList(ModelAdmin):
    """What all lists of the desk have in common: they are called by what they hold, and are narrowed down by what they
    offer and by nothing else.

    Django takes any field of the row (`?password__startswith=…`), and so gives away, letter by letter, what no page
    shows: the addresses of people, the codes in letters that wait.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        field = lookup.split("__")[0]
        offered: set[Any] = {self.date_hierarchy, "pk", self.opts.pk.name}
        for each in self.get_list_filter(request):
            if lookup == getattr(each, "parameter_name", None):
                return True  # ours, though a field is called the same: nothing of the field is asked
            offered.add(each[0] if isinstance(each, list | tuple) else each)
        hidden = {each.name for each in self.opts.get_fields()} | {each.attname for each in self.opts.fields}
        return (field in offered or field not in hidden) and super().lookup_allowed(lookup, value, request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Django would glue "View" to the word; in French that needs an article it cannot know."""
        title = {"title": capfirst(self.opts.verbose_name)} if object_id else {}
        return super().changeform_view(request, object_id, form_url, {**title, **(extra_context or {})})


class DeskSite(AdminSite):
    site_header = _("The desk")
    site_title = _("The desk")
    index_title = _("What is on the desk")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Whichever app it comes from, it becomes a list of the desk."""
        wanted = admin_class or ModelAdmin
        super().register(model_or_iterable, type(wanted.__name__, (DeskList, wanted), {}), **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """A password alone opens no desk: whoever has a second factor was asked for it at sign-in."""
        return super().has_permission(request) and not lacks_second_factor(request.user)

    @method_decorator(login_not_required)
    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if lacks_second_factor(request.user):
            return redirect("accounts:desk-needs-two-factor")
        return super().login(request, extra_context)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        waiting = waiting_for(request.user, timezone.now())
        return super().index(request, {**(extra_context or {}), "waiting": waiting})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Teams and their rights last: the operator sets them once, the other lists are daily bread."""
        return sorted(
            super().get_app_list(request, app_label), key=lambda app: bool(app["app_label"] == "auth")
        )

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """One place to change a password: the one that tells its owner by letter."""
        return redirect("account_change_password")


def lacks_second_factor(person: User | AnonymousUser) -> bool:
    return settings.DESK_NEEDS_TWO_FACTOR and person.is_authenticated and not has_second_factor(person)


def waiting_for(person: User | AnonymousUser, at: datetime) -> list[tuple[str, str]]:
    """What a volunteer should see first: sentences, each with the page to go to, most pressing first."""
    found: list[tuple[str, str]] = []
    if person.has_perm("abuse.view_ticket"):
        queue = reverse("admin:abuse_ticket_changelist")
        if late := Ticket.objects.overdue(at).count():
            found.append((ngettext("%d ticket is late.", "%d tickets are late.", late) % late, queue))
        if new := Ticket.objects.filter(state=State.NEW).count():
            words = ngettext("%d new ticket waits for somebody.", "%d new tickets wait for somebody.", new)
            found.append((words % new, queue))
    if person.has_perm("abuse.view_appeal") and (appeals := Appeal.objects.pending().count()):
        words = ngettext("%d appeal waits for its answer.", "%d appeals wait for their answer.", appeals)
        found.append((words % appeals, reverse("admin:abuse_appeal_changelist")))
    if person.has_perm("abuse.view_sanction") and (proposed := Sanction.objects.proposed().count()):
        words = ngettext(
            "%d deletion waits for a second volunteer.", "%d deletions wait for a second volunteer.", proposed
        )
        found.append((words % proposed, reverse("admin:abuse_sanction_changelist") + "?standing=second"))
    if person.has_perm("outbox.view_letter"):
        letters = reverse("admin:outbox_letter_changelist")
        for trouble in Trouble.objects.order_by("began_at"):
            words = gettext("%(server)s has taken no letters since %(since)s.")
            since = date_format(localtime(trouble.began_at), "DATETIME_FORMAT")
            found.append((words % {"server": trouble.name, "since": since}, letters))
        if lost := Letter.objects.given_up().count():
            words = ngettext("%d letter was given up.", "%d letters were given up.", lost)
            found.append((words % lost, letters))
    if person.has_perm("accounts.view_purgerun"):
        last = PurgeRun.objects.first()
        if last and last.waits:
            words = (
                gettext("The look at accounts nobody uses was stopped, and asks: %s.")
                % last.get_brake_display()
            )
            found.append((words, reverse("admin:accounts_purgerun_forecast")))
        if lost := Notice.objects.unreachable().count():
            words = ngettext(
                "%d person under notice cannot be reached by letter.",
                "%d people under notice cannot be reached by letter.",
                lost,
            )
            found.append((words % lost, reverse("admin:accounts_notice_changelist") + "?unreachable=yes"))
    if person.has_perm("services.view_outage") and (down := Outage.objects.open(at).count()):
        words = ngettext("%d interruption is open.", "%d interruptions are open.", down)
        found.append((words % down, reverse("admin:services_outage_changelist")))
    if person.has_perm("services.view_probe"):
        found += _what_probes_say(at)
    return found


def _what_probes_say(at: datetime) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    probes = reverse("admin:services_probe_changelist")
    if odd := Watch.objects.never_worked().count():
        words = ngettext(
            "%d probe has never seen its service work: is there a mistake in it?",
            "%d probes have never seen their service work: is there a mistake in them?",
            odd,
        )
        found.append((words % odd, probes))
    if soon := Watch.objects.expiring(at).count():
        words = ngettext("%d certificate expires soon.", "%d certificates expire soon.", soon)
        found.append((words % soon, probes + "?o=5"))
    return found


class GroupAdmin(ModelAdmin):
    """Rights by team. A plain list to choose from: Django's widget of two lists is lost on screen readers."""

    search_fields = ("name",)
    ordering = ("name",)
