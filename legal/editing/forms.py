"""What volunteers fill in to write and publish a version."""

from datetime import datetime, time, timedelta
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from legal.models import Document, Version
from legal.verbs import Manuscript, is_told, people_to_tell
from legal.verbs.drafting import version_before


class Source(forms.CharField):
    """Words kept as they were written. Without `maxlength` in the page: browsers cut what is pasted and say nothing."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")

    def validate(self, value: str) -> None:
        """A draft may be unfinished; what it lacks is told beside it, not refused."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class DocumentForm(forms.ModelForm):
    class Meta:
        model = Document
        fields: ClassVar[Any] = ("slug", "in_acceptance_set", "position")

    def clean_slug(self) -> str:
        """Refuse an address under which the portal has another page."""
        slug = self.cleaned_data["slug"].lower()
        try:
            found = resolve(reverse("legal:document", args=[slug]))
        except Resolver404:
            found = None
        if found is None or found.url_name != "document":
            raise forms.ValidationError(
                _("The portal has a page of its own at /legal/%(slug)s/. Choose another address.")
                % {"slug": slug}
            )
        return slug


class DraftForm(forms.Form):
    """One text of a draft."""

    use_required_attribute = False

    title = Source(label=gettext_lazy("Title"), max_length=200)
    changes = Source(
        label=gettext_lazy("What changed"),
        help_text=gettext_lazy(
            "One or two sentences for everybody: what is different from the version before, and why."
            " People read them in the letter and in the history."
        ),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    source = Source(
        label=gettext_lazy("Text, in Markdown"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "true"}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("title", "changes", "source"):
            self.fields[name].widget.attrs["lang"] = language

    def manuscript(self) -> Manuscript:
        cleaned = self.cleaned_data
        return Manuscript(cleaned["title"].strip(), cleaned["changes"].strip(), cleaned["source"])

    def names(self) -> dict[str, str]:
        """What each clause is said to be, by the id under which the page showed it."""
        fields = self.data.items()
        chosen = {key.removeprefix("name-"): str(value) for key, value in fields if key.startswith("name-")}
        return {ref: name for ref, name in chosen.items() if name and name != ref}

    def put(self, **values: str) -> None:
        """Change what the page shows in a field when it comes back."""
        self.data = {**dict(self.data.items()), **values}


class AuthorityForm(forms.Form):
    language = forms.ChoiceField(
        label=gettext_lazy("Language that counts"),
        help_text=gettext_lazy("Where the two texts differ, this one decides; the other is a translation."),
        choices=settings.LANGUAGES,
    )


class SeenForm(forms.Form):
    """A decision about a draft as it stood on the page."""

    seen = forms.CharField(widget=forms.HiddenInput)


class PublishForm(SeenForm):
    significant = forms.TypedChoiceField(
        label=gettext_lazy("What kind of change is it?"),
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        initial="yes",
    )
    effective_on = forms.DateField(
        label=gettext_lazy("Date on which it takes effect"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, version: Version, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version = version
        self.at = at
        if version.number == 1:
            del self.fields["significant"]
            self.fields["effective_on"].help_text = _("If you leave it empty: at once.")
            return
        cast(forms.ChoiceField, self.fields["significant"]).choices = [
            ("yes", _significant_in_words(version)),
            (
                "no",
                _(
                    "Editorial: spelling, a link, a clearer sentence; the meaning stays."
                    " Nobody is written to, and nobody has to accept again. It appears in the history."
                ),
            ),
        ]
        self.fields["effective_on"].help_text = self._if_left_empty()

    def _if_left_empty(self) -> str:
        later, sooner = (
            usual_effect(self.version, significant=significant, at=self.at) for significant in (True, False)
        )
        dates = {
            "later": formats.date_format(timezone.localdate(later)),
            "sooner": formats.date_format(timezone.localdate(sooner)),
        }
        if sooner == self.at:
            return (
                _(
                    "If you leave it empty: on %(later)s for a significant change, at once for an editorial one."
                )
                % dates
            )
        if dates["sooner"] == dates["later"]:
            return _("If you leave it empty: on %(later)s, with the version it follows.") % dates
        return (
            _(
                "If you leave it empty: on %(later)s for a significant change, on %(sooner)s for an editorial one."
            )
            % dates
        )

    def decision(self) -> dict[str, Any]:
        """The keywords of the verb."""
        significant = self.cleaned_data.get("significant", True)
        on = self.cleaned_data["effective_on"]
        if on is None:
            effective_at = usual_effect(self.version, significant=significant, at=self.at)
        elif on == timezone.localdate(self.at):
            effective_at = self.at
        else:
            effective_at = timezone.make_aware(datetime.combine(on, time()))
        return {"significant": significant, "effective_at": effective_at, "seen": self.cleaned_data["seen"]}


def usual_effect(version: Version, *, significant: bool, at: datetime) -> datetime:
    """When a version takes effect unless somebody chooses: a significant one leaves people time to read it.

    Never before the version it follows.
    """
    if significant and version.number > 1:
        day = timezone.localdate(at) + timedelta(days=settings.LEGAL_NOTICE_DAYS)
        at = timezone.make_aware(datetime.combine(day, time()))
    previous = version_before(version)
    return max(at, previous.effective_at) if previous and previous.effective_at else at


def readers(version: Version) -> int:
    """How many people publishing this draft as a significant change would write to."""
    as_published = Version(document=version.document, number=version.number, significant=True)
    return people_to_tell().count() if is_told(as_published) else 0


def _significant_in_words(version: Version) -> str:
    if not version.document.in_acceptance_set:
        return _(
            "Significant: it changes what people count on. This document is not among those that have to be"
            " accepted, so nobody is written to."
        )
    count = readers(version)
    return ngettext(
        "Significant: it changes rights or duties. %(count)s person is written to,"
        " and has to accept it once it takes effect.",
        "Significant: it changes rights or duties. %(count)s people are written to,"
        " and have to accept it once it takes effect.",
        count,
    ) % {"count": formats.number_format(count, force_grouping=True)}
