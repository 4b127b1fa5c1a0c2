"""The desk's pages on which a draft is written: its texts, how they will look, which of them counts."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.models import Entry
from legal import verbs
from legal.editing.colliding import Collision, collide
from legal.editing.footing import LANGUAGES, DraftFooting, spoken_or_404, title_of, volunteer
from legal.editing.forms import AuthorityForm, DraftForm
from legal.editing.looking import Look, apply_names, look_at, rehearse
from legal.models import Version
from legal.verbs import Manuscript, NoSuchDraft, RevisedMeanwhile
from legal.verbs.drafting import mark_of, version_before
from legal.writing import variables

SHOWN_WHILE_TYPING = {
    "preview": "preview",
    "difference": "differs",
    "lacking": "checklist",
    "count": "count",
}  # by their place on the page


def last_saved(draft: Version, language: str) -> tuple[Any, str] | None:
    """When somebody last saved a text of the draft, and who."""
    entries = Entry.objects.about(draft).filter(details__language=language)
    entry = entries.filter(verb__in=["legal.revised", "legal.clauses-named"]).order_by("-id").first()
    if entry is None:
        return None
    person = get_user_model()._default_manager.filter(pk=entry.actor_id).first()
    return entry.at, str(person or "")


class WritingPages(DraftFooting):
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
