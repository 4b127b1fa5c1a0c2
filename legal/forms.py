"""The part of a form that shows what has to be decided on, and holds the person to exactly that."""

from datetime import datetime
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from legal.models import Text, same_set

SALT = "legal.shown"


class AcceptanceForm(forms.Form):
    """`shown` carries the very texts the page displayed; if others are in force by the time the answer
    comes, the page is shown again with those, and nothing is accepted.

    After `is_valid()`, `texts` is what to accept; `shown_texts` is what the page displays.
    """

    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    accept = forms.BooleanField(
        label=_("I have read these documents and accept them."),
        error_messages={
            "required": _("Tick this box to accept the documents; without that we cannot go on.")
        },
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts: list[Text] = []
        self.shown_texts = Text.objects.to_accept(at, get_language() or "")
        self.fields["shown"].initial = signing.dumps([text.pk for text in self.shown_texts], salt=SALT)
        if not self.shown_texts:
            self.fields.pop("shown")
            self.fields.pop("accept", None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.shown_texts:
            self.texts = self._texts_shown(cleaned.get("shown", ""))
            if not same_set(self.texts, self.shown_texts):
                self._show_again()
                self.add_error(
                    None,
                    _(
                        "The documents changed while you were reading. Here is what is in force now: please look again."
                    ),
                )
        return cleaned

    def _texts_shown(self, shown: str) -> list[Text]:
        try:
            pks = signing.loads(shown, salt=SALT)
        except signing.BadSignature:
            return []
        return list(Text.objects.filter(pk__in=pks).select_related("version__document"))

    def _show_again(self) -> None:
        """Let the page that comes back carry today's documents, with nothing ticked."""
        again: dict[str, Any] = {name: self.data[name] for name in self.data}
        again[self.add_prefix("shown")] = self.fields["shown"].initial
        again.pop(self.add_prefix("accept"), None)
        self.data = again


class RefusalForm(AcceptanceForm):
    """The same texts, refused: nothing to tick."""

    accept = None  # type: ignore[assignment] # Django's way to leave a field of the parent out
