from allauth.account.models import EmailAddress
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from accounts import verbs
from accounts.forms import LookForm
from accounts.models import User
from accounts.standing import standing_of
from journal.verbs import record


class AddressInline(admin.TabularInline):
    model = EmailAddress
    fields = ("email", "verified", "primary")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Accounts are opened and left by people themselves; the desk says who works it."""

    # No address before a reason is given (clause C2); whoever knows one finds its account by it.
    list_display = ("number", "username", "joined_at", "last_seen_at", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff", "language")
    search_fields = ("=email", "=emailaddress__email", "=username", "=sub", "=pk")
    search_help_text = _("A whole e-mail address, a whole user name or an account number.")
    ordering = ("-joined_at", "-pk")
    date_hierarchy = "joined_at"
    show_full_result_count = False
    readonly_fields = (
        "email",
        "username",
        "sub",
        "joined_at",
        "last_login",
        "accepted_through",
        "closes_at",
        "unused",
    )
    inlines = (AddressInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "email",
                    "language",
                    "joined_at",
                    "last_login",
                    "accepted_through",
                    "closes_at",
                    "username",
                    "sub",
                )
            },
        ),
        (_("If nobody uses it"), {"fields": ("unused",)}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
    )

    @admin.display(description=_("number"), ordering="pk")
    def number(self, person):
        return person.pk

    @admin.display(description=_("Due or not, and why"))
    def unused(self, person):
        sentences = standing_of(person, timezone.now()).sentences()
        return format_html_join(mark_safe("<br>"), "{}", ((sentence,) for sentence in sentences))

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        """Only an administrator gives rights, or nobody could be trusted with less than all of them."""
        rights = (
            () if request.user.is_superuser else ("is_staff", "is_superuser", "groups", "user_permissions")
        )
        return (*self.readonly_fields, *rights)

    def get_urls(self):
        door = path("<int:person_id>/look/", self.admin_site.admin_view(self.look), name="accounts_user_look")
        return [door, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return self.asked_why(request, object_id) or super().change_view(
            request, object_id, form_url, extra_context
        )

    def history_view(self, request, object_id, extra_context=None):
        return self.asked_why(request, object_id) or super().history_view(request, object_id, extra_context)

    def asked_why(self, request, object_id):
        """Clause C2: a record is opened for a reason, and its owner reads which. None when it was given."""
        person = self.get_object(request, object_id)
        if (
            person
            and self.has_view_or_change_permission(request, person)
            and not verbs.has_reason(person, by=request.user, at=timezone.now())
        ):
            return redirect("admin:accounts_user_look", person.pk)
        return None

    def look(self, request, person_id):
        person = get_object_or_404(User, pk=person_id)
        if not self.has_view_or_change_permission(request, person):
            raise PermissionDenied
        form = LookForm(request.POST or None)
        if form.is_valid():
            verbs.look_at(person.pk, **form.cleaned_data, by=request.user)
            return redirect("admin:accounts_user_change", person.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Why do you look?"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/accounts/user/look.html", context)

    def log_change(self, request, obj, message):
        """Into the journal rather than Django's own log, which would keep the address for ever."""
        return record("accounts.changed", obj, actor=request.user, changes=message)
