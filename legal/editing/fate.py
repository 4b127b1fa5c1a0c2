"""The desk's pages on which a draft ends: published, or thrown away."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from legal import verbs
from legal.editing.footing import DraftFooting, title_of, volunteer
from legal.editing.forms import PublishForm, SeenForm, readers, usual_effect
from legal.editing.looking import lacks
from legal.models import Version
from legal.verbs import NoSuchDraft, PublicationRefused, RevisedMeanwhile
from legal.verbs.drafting import mark_of, version_before


class FatePages(DraftFooting):
    def publish_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        draft = self._draft(request, version_id)
        if draft is None:
            return self._gone(request, version_id)
        at = timezone.now()
        form = PublishForm(request.POST or None, version=draft, at=at, initial={"seen": mark_of(draft)})
        refused: tuple[str, ...] = ()
        if form.is_bound and form.is_valid():
            try:
                version = verbs.publish_draft(draft.pk, at=at, by=volunteer(request), **form.decision())
            except PublicationRefused as refusal:
                refused = refusal.complaints
            except RevisedMeanwhile as refusal:
                refused = (str(refusal), str(_("Look at it again; here it is as it stands now.")))
                form.data = {**dict(form.data.items()), "seen": mark_of(draft)}
            except NoSuchDraft:
                return self._gone(request, version_id)
            else:
                return self._published(request, version, at)
        lacking = lacks(draft, at=at)
        context = {
            **self._about(request, draft),
            "title": _("Publish version %(number)s of “%(title)s”")
            % {"title": title_of(draft.document), "number": draft.number},
            "form": form,
            "refused": refused,
            "lacking": [sentence for sentence in lacking if sentence not in refused],
            "ready": not lacking,
            "people": readers(draft),
            "usually": usual_effect(draft, significant=True, at=at),
            "texts": draft.texts.order_by("language"),
            "previous": version_before(draft),
        }
        status = 409 if refused else 200
        return TemplateResponse(request, "admin/legal/version/publish.html", context, status=status)

    def _published(self, request: HttpRequest, version: Version, at: datetime) -> HttpResponse:
        link = format_html(
            '<a href="{}">{}</a>', version.get_absolute_url(), _("Read it as everybody sees it")
        )
        done = _("Version %(number)s is published.") % {"number": version.number}
        self.message_user(request, format_html("{} {}", done, link), messages.SUCCESS)
        return redirect("admin:legal_document_change", version.document_id)

    def discard_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        draft = self._draft(request, version_id)
        if draft is None:
            return self._gone(request, version_id)
        form = SeenForm(request.POST or None, initial={"seen": mark_of(draft)})
        refused = ""
        if form.is_bound and form.is_valid():
            try:
                verbs.discard_draft(draft.pk, seen=form.cleaned_data["seen"], by=volunteer(request))
            except RevisedMeanwhile as refusal:
                refused = str(refusal)
                form.data = {"seen": mark_of(draft)}
            except NoSuchDraft:
                return self._gone(request, version_id)
            else:
                self.message_user(request, _("The draft was thrown away."), messages.SUCCESS)
                return redirect("admin:legal_document_change", draft.document_id)
        context = {
            **self._about(request, draft),
            "title": _("Throw away the draft of version %(number)s?") % {"number": draft.number},
            "form": form,
            "refused": refused,
            "texts": draft.texts.order_by("language"),
        }
        status = 409 if refused else 200
        return TemplateResponse(request, "admin/legal/version/discard.html", context, status=status)
