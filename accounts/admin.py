import json

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import verbs
from accounts.forms import LookForm, OpenSealedForm
from accounts.models import Erasure, SealedRecord, User
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

    list_display = ("email", "joined_at", "last_login", "language", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff", "language")
    search_fields = ("email", "=sub")
    date_hierarchy = "joined_at"
    show_full_result_count = False
    readonly_fields = ("email", "sub", "joined_at", "last_login", "accepted_through", "closes_at")
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
                    "sub",
                )
            },
        ),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
    )

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
        """Clause C2: a record is opened for a reason, and its owner reads which."""
        person = self.get_object(request, object_id)
        if (
            person
            and self.has_view_or_change_permission(request, person)
            and not verbs.has_reason(person, by=request.user, at=timezone.now())
        ):
            return redirect("admin:accounts_user_look", person.pk)
        return super().change_view(request, object_id, form_url, extra_context)

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


@admin.register(Erasure)
class ErasureAdmin(admin.ModelAdmin):
    list_display = ("at", "reason", "clause", "rows")
    list_filter = ("reason",)
    date_hierarchy = "at"
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(SealedRecord)
class SealedRecordAdmin(admin.ModelAdmin):
    """That there are some, and until when; what is in one is seen by giving an address and a reason."""

    list_display = ("category", "sealed_at", "expires_at")
    list_display_links = None
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return obj is None and request.user.is_superuser

    def has_module_permission(self, request):
        return request.user.is_superuser

    def get_urls(self):
        door = path("open/", self.admin_site.admin_view(self.open), name="accounts_sealedrecord_open")
        return [door, *super().get_urls()]

    def open(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = OpenSealedForm(request.POST or None)
        opened = None
        if form.is_valid():
            records = verbs.open_sealed(**form.cleaned_data, by=request.user, at=timezone.now())
            opened = [json.dumps(record, indent=2, ensure_ascii=False) for record in records]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Open what is kept of an address"),
            "opts": self.opts,
            "form": form,
            "opened": opened,
            "law": settings.SEALED_BECAUSE,
        }
        return TemplateResponse(request, "admin/accounts/sealedrecord/open.html", context)
