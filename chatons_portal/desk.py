"""The volunteers' desk: Django's admin, behind the portal's own sign-in."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _


class DeskSite(AdminSite):
    site_header = _("The desk")
    site_title = _("The desk")
    index_title = _("What is on the desk")

    login = method_decorator(secure_admin_login)(AdminSite.login)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """One place to change a password: the one that tells its owner by letter."""
        return redirect("account_change_password")


class GroupAdmin(ModelAdmin):
    """Rights by team. A plain list to choose from: Django's widget of two lists is lost on screen readers."""

    search_fields = ("name",)
    ordering = ("name",)
