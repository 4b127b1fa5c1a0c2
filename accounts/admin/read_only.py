"""What the pages of the desk about unused accounts have in common: rows that only verbs change."""

from typing import Any

from django.contrib import admin
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from accounts.models import User


class ReadOnly(admin.ModelAdmin):
    """Rows that only verbs change."""

    show_full_result_count = False
    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Read only, even for those who may use the verbs."""
        return super().change_view(
            request,
            object_id,
            form_url,
            {"show_save": False, "show_save_and_continue": False, **(extra_context or {})},
        )

    def ask(
        self, request: HttpRequest, form: Form, *, title: Any, button: Any, intro: Any = ""
    ) -> HttpResponse:
        """A page with one form, in the desk's look."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "button": button,
            "intro": intro,
        }
        return TemplateResponse(request, "admin/accounts/ask.html", context)


def volunteer(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def link_to(person_id: int) -> str:
    """The account by its number; its page asks for a reason."""
    return format_html(
        '<a href="{}">{}</a>', reverse("admin:accounts_user_change", args=[person_id]), person_id
    )
