"""The doors below a version's own address at the desk."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from legal.editing.fate import FatePages
from legal.editing.writing import WritingPages


class DraftPages(WritingPages, FatePages):
    def get_urls(self):
        views: list[tuple[str, str, Callable[..., HttpResponse]]] = [
            ("edit", "edit/", self.edit_any_view),
            ("text", "edit/<slug:language>/", self.edit_view),
            ("preview", "preview/<slug:language>/", require_POST(self.preview_view)),
            ("authority", "authority/", self.authority_view),
            ("publish", "publish/", self.publish_view),
            ("discard", "discard/", self.discard_view),
        ]
        doors = [
            path(
                f"<int:version_id>/{address}", self.admin_site.admin_view(view), name=f"legal_version_{name}"
            )
            for name, address, view in views
        ]
        return [*doors, *super().get_urls()]
