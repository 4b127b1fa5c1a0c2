"""The desk's pages of a draft: writing it, publishing it, throwing it away."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from journal.models import Entry
from legal import verbs
from legal.editing.colliding import Collision, collide
from legal.editing.forms import (
    AuthorityForm,
    DraftForm,
    PublishForm,
    SeenForm,
    readers,
    usual_effect,
)
from legal.editing.looking import Look, apply_names, lacks, look_at, rehearse
from legal.models import Document, Text, Version
from legal.verbs import Manuscript, NoSuchDraft, PublicationRefused, RevisedMeanwhile
from legal.verbs.drafting import mark_of, version_before
from legal.writing import variables

LANGUAGES = dict(settings.LANGUAGES)
SHOWN_WHILE_TYPING = {
    "preview": "preview",
    "difference": "differs",
    "lacking": "checklist",
    "count": "count",
}  # by their place on the page


def volunteer(request: HttpRequest) -> AbstractBaseUser:
    """Whoever asks, at a door that lets nobody in without an account."""
    return cast(AbstractBaseUser, request.user)


def spoken_or_404(language: str) -> None:
    if language not in LANGUAGES:
        raise Http404


def title_of(document: Document) -> str:
    """What a document is called in the reader's language, as far as anybody wrote it down."""
    texts = Text.objects.filter(version__document=document).exclude(title="")
    mine = texts.filter(language=get_language()).order_by("-version__number").first()
    return mine.title if mine else document.slug


def last_saved(draft: Version, language: str) -> tuple[Any, str] | None:
    """When somebody last saved a text of the draft, and who."""
    entries = Entry.objects.about(draft).filter(details__language=language)
    entry = entries.filter(verb__in=["legal.revised", "legal.clauses-named"]).order_by("-id").first()
    if entry is None:
        return None
    person = get_user_model()._default_manager.filter(pk=entry.actor_id).first()
    return entry.at, str(person or "")


class ReadOnly(admin.ModelAdmin):
    """What the desk may look at and nobody may change."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class DraftPages(ReadOnly):
    """Doors below a version's own address. Nothing here is kept but through a verb."""

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

    def _draft(self, request: HttpRequest, version_id: int) -> Version | None:
        """The draft, for those who may write; None once it is published or thrown away."""
        if not request.user.has_perm("legal.change_version"):
            raise PermissionDenied
        return Version.objects.drafts().select_related("document").filter(pk=version_id).first()

    # ── Writing ───────────────────────────────────────────────────────────────────────────────────

    def edit_any_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Begin with the text that counts."""
        draft = self._draft(request, version_id)
        if draft is None:
            return self._gone(request, version_id)
        return redirect("admin:legal_version_text", version_id, draft.authoritative_language)

    def edit_view(self, request: HttpRequest, version_id: int, language: str) -> HttpResponse:
        draft = self._draft(request, version_id)
        spoken_or_404(language)
        form = DraftForm(request.POST or None, language=language, initial=self._initial(draft, language))
        if draft is None:
            return self._gone(request, version_id, form)
        if not form.is_bound or not form.is_valid():
            return self._edit_page(request, draft, language, form)
        if "preview" in request.POST:
            return self._previewed(request, draft, language, form)
        manuscript, names = form.manuscript(), form.names()
        try:
            text = verbs.revise_draft(
                draft.pk, language, manuscript, seen=form.cleaned_data["seen"], by=volunteer(request)
            )
        except NoSuchDraft:
            return self._gone(request, version_id, form)
        except RevisedMeanwhile:
            collision = collide(draft, language, manuscript)
            form.put(seen=collision.mark)
            return self._edit_page(request, draft, language, form, collision=collision, status=409)
        if refused := apply_names(text, names, by=volunteer(request)):
            form.put(seen=mark_of(draft, language))
            return self._edit_page(request, draft, language, form, refused=refused, chosen=names, status=409)
        self.message_user(request, _("The draft is saved."), messages.SUCCESS)
        return self._onwards(request, draft, language)

    def _initial(self, draft: Version | None, language: str) -> dict[str, str]:
        text = draft.texts.filter(language=language).first() if draft else None
        if text is None:
            return {"seen": ""}
        manuscript = Manuscript.of(text)
        return {
            "title": manuscript.title,
            "changes": manuscript.changes,
            "source": manuscript.source,
            "seen": manuscript.mark(),
        }

    def _onwards(self, request: HttpRequest, draft: Version, language: str) -> HttpResponseRedirect:
        """Where the button that saved leads."""
        then = request.POST.get("then", "")
        if then == "publish":
            return redirect("admin:legal_version_publish", draft.pk)
        address = reverse(
            "admin:legal_version_text", args=[draft.pk, then if then in LANGUAGES else language]
        )
        return redirect(f"{address}?{request.GET.urlencode()}" if request.GET else address)

    def _previewed(
        self, request: HttpRequest, draft: Version, language: str, form: DraftForm
    ) -> HttpResponse:
        """The page as saving would make it, and nothing saved."""
        try:
            look, source, refused = rehearse(
                draft.pk,
                language,
                form.manuscript(),
                names=form.names(),
                against=self._against(request, draft)[0],
                at=timezone.now(),
                by=volunteer(request),
            )
        except NoSuchDraft:
            return self._gone(request, draft.pk, form)
        form.put(source=source)
        return self._edit_page(
            request, draft, language, form, look=look, refused=refused, chosen=form.names(), unsaved=True
        )

    def preview_view(self, request: HttpRequest, version_id: int, language: str) -> HttpResponse:
        """For the script of the editing page: what saving would give, while somebody types."""
        draft = self._draft(request, version_id)
        spoken_or_404(language)
        form = DraftForm(request.POST, language=language)
        if draft is None or not form.is_valid():
            problem = NoSuchDraft() if draft is None else form.errors.as_text()
            return JsonResponse({"problem": str(problem)}, status=409)
        against, _others = self._against(request, draft)
        try:
            look, _source, _refused = rehearse(
                draft.pk,
                language,
                form.manuscript(),
                names={},
                against=against,
                at=timezone.now(),
                by=volunteer(request),
            )
        except NoSuchDraft as gone:
            return JsonResponse({"problem": str(gone)}, status=409)
        meanwhile = form.cleaned_data["seen"] != mark_of(draft, language)
        both = _("When you save, you see both texts.")
        context = {"look": look, "language": language, "against": against, "draft": draft}
        return JsonResponse(
            {
                **{
                    name: render_to_string(f"admin/legal/version/{template}.html", context)
                    for name, template in SHOWN_WHILE_TYPING.items()
                },
                "problem": f"{RevisedMeanwhile()} {both}" if meanwhile else "",
            }
        )

    def _against(self, request: HttpRequest, draft: Version) -> tuple[Version | None, list[Version]]:
        """The version to compare with, the one in force unless another was asked for, and those to choose from."""
        at = timezone.now()
        mine = Version.objects.filter(document=draft.document)
        known = [*mine.in_force(at), *mine.upcoming(at).order_by("number")]
        wanted = [version for version in known if str(version.number) == request.GET.get("against")]
        return next(iter([*wanted, *known]), None), known

    def _edit_page(
        self,
        request: HttpRequest,
        draft: Version,
        language: str,
        form: DraftForm,
        *,
        look: Look | None = None,
        collision: Collision | None = None,
        refused: str = "",
        chosen: dict[str, str] | None = None,
        unsaved: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        against, known = self._against(request, draft)
        if look is None:
            look = look_at(draft, language, against=against, at=timezone.now(), chosen=chosen or {})
        written = set(draft.texts.values_list("language", flat=True))
        context = {
            **self._about(request, draft),
            "title": _("%(title)s: version %(number)s, draft")
            % {"title": title_of(draft.document), "number": draft.number},
            "form": form,
            "language": language,
            "language_name": LANGUAGES[language],
            "languages": [(code, name, code in written) for code, name in LANGUAGES.items()],
            "authority": AuthorityForm(initial={"language": draft.authoritative_language}),
            "authority_name": LANGUAGES[draft.authoritative_language],
            "look": look,
            "against": against,
            "known": known,
            "previous": version_before(draft),
            "collision": collision,
            "refused": refused,
            "unsaved": unsaved,
            "variables": sorted(variables(language).items()),
            "saved": last_saved(draft, language),
        }
        return TemplateResponse(request, "admin/legal/version/edit.html", context, status=status)

    def _about(self, request: HttpRequest, draft: Version) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "draft": draft,
            "document_title": title_of(draft.document),
        }

    def _gone(self, request: HttpRequest, version_id: int, form: DraftForm | None = None) -> HttpResponse:
        """Say that the draft is no more, and hand back what was typed into it."""
        version = Version.objects.filter(pk=version_id).select_related("document").first()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("This draft is no longer there"),
            "version": version,
            "form": form if form and form.is_bound else None,
        }
        typed = request.method == "POST"
        if version is None and not typed:
            raise Http404
        return TemplateResponse(
            request, "admin/legal/version/gone.html", context, status=409 if typed else 200
        )

    def authority_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        draft = self._draft(request, version_id)
        if draft is None:
            return self._gone(request, version_id)
        form = AuthorityForm(request.POST or None)
        if form.is_valid():
            try:
                verbs.choose_authoritative(draft.pk, form.cleaned_data["language"], by=volunteer(request))
            except NoSuchDraft:
                return self._gone(request, version_id)
            sentence = _("The text in this language counts now: %(language)s.")
            name = LANGUAGES[form.cleaned_data["language"]]
            self.message_user(request, sentence % {"language": name}, messages.SUCCESS)
        return redirect("admin:legal_version_edit", version_id)

    # ── Publishing, throwing away ─────────────────────────────────────────────────────────────────

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

    def _published(self, request: HttpRequest, version: Version, at: Any) -> HttpResponse:
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
