"""The kinds of fields our forms are made of."""

import re
import unicodedata
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.core.cache import cache
from django.db.models import Case, QuerySet, When
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from legal.models import Clause
from outbox.verbs import can_be_written_to
from services.models import Service

PROMISES = [f"c{number}" for number in range(1, 9)]  # nobody but the host can break them
REPORTABLE = [f"u{number}" for number in range(5, 10)]  # the duties somebody else can see broken
REMEMBERED_SECONDS = 10
LONGEST_TEXT = 10_000  # characters
LONGEST_LIST = 4_000
# Control characters and halves of characters (categories Cc and Cs), but for line ends and tabulators in longer texts.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
UNWRITABLE_ON_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Offered(NamedTuple):
    ref: str
    lead: str
    pk: int


def reportable(clauses: QuerySet[Clause]) -> QuerySet[Clause]:
    """Those a report may name. A host whose own Terms have other ids offers all their clauses."""
    duties = clauses.filter(ref__in=REPORTABLE)
    return duties if duties.exists() else clauses


def breakable(clauses: QuerySet[Clause]) -> QuerySet[Clause]:
    """Those a decision may cite: first what is reported most; of our starter Terms not what the host promises."""
    clauses = clauses.filter(is_heading=False)
    if clauses.filter(ref__in=REPORTABLE).exists():
        clauses = clauses.exclude(ref__in=PROMISES)
    return clauses.order_by(Case(When(ref__in=REPORTABLE, then=0), default=1), "position")


def offered_clauses(at: datetime) -> list[Offered]:
    """What a form lets people choose, asked of the database once in a few seconds."""
    key = f"abuse.clauses:{get_language()}"
    found = cache.get(key)
    if found is None:
        clauses = reportable(Clause.objects.cited_in_force("terms", at)).order_by("position")
        found = [Offered(*row) for row in clauses.values_list("ref", "lead", "pk")]
        cache.set(key, found, REMEMBERED_SECONDS)
    return found


class Words(forms.CharField):
    """Free text, kept as it was written but for what no page, letter or database can carry.

    NUL and other control characters are dropped, line ends made one kind. There is no `maxlength` in
    the page: browsers cut a pasted text there without a word, where we can say that it is too long.
    """

    def __init__(self, *, rows: int = 0, **kwargs: Any) -> None:
        if rows:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**kwargs)
        self.lines = bool(rows)

    def to_python(self, value: Any) -> str:
        text = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
        text = (UNWRITABLE if self.lines else UNWRITABLE_ON_A_LINE).sub("", text).strip()
        return text if any(unicodedata.category(c)[0] in "LNPS" for c in text) else ""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class Name(Words):
    """Who somebody says they are; nobody has to."""

    def __init__(self, **kwargs: Any) -> None:
        usual: dict[str, Any] = {
            "label": _("Your name"),
            "max_length": 200,
            "required": False,
            "widget": forms.TextInput(attrs={"autocomplete": "name"}),
        }
        super().__init__(**usual | kwargs)


class Where(Words):
    """The places something was seen at, one per line."""

    def __init__(self, **kwargs: Any) -> None:
        usual: dict[str, Any] = {
            "label": _("Where exactly?"),
            "help_text": _("One per line: a web address, a mailbox, the name of an account."),
            "rows": 4,
            "max_length": LONGEST_LIST,
            "required": False,
        }
        super().__init__(**usual | kwargs)


class ServiceField(forms.ModelChoiceField):
    """One of the services everybody is shown, or none."""

    def __init__(self, **kwargs: Any) -> None:
        usual: dict[str, Any] = {
            "label": _("Which service?"),
            "queryset": Service.objects.listed(),
            "to_field_name": "slug",
            "empty_label": _("None of these, or I do not know"),
            "required": False,
        }
        super().__init__(**usual | kwargs)


class Address(forms.EmailField):
    """One plain address the outbox can write to: quoted names and bare numbers, though legal, cannot be."""

    def __init__(self, **kwargs: Any) -> None:
        usual: dict[str, Any] = {
            "label": _("Your e-mail address"),
            "help_text": _(
                "To get a receipt and our answer by letter. Without it, only your private page shows the answer."
            ),
            "max_length": 254,
            "required": False,
            "widget": forms.EmailInput(attrs={"autocomplete": "email"}),
        }
        super().__init__(**usual | kwargs)

    def run_validators(self, value: str) -> None:
        super().run_validators(value)
        if value and not can_be_written_to(value):
            raise forms.ValidationError(_("We cannot write to this kind of address."))


class ClauseField(forms.ModelChoiceField):
    def label_from_instance(self, clause: Clause) -> str:
        return f"{clause.ref.upper()}. {clause.lead}"


class OfferedClauseField(forms.ChoiceField):
    """A clause of the Terms in force that somebody may say is broken; None when they do not know."""

    def __init__(self, **kwargs: Any) -> None:
        # Asked for when the list is shown, or something was chosen: most reports choose nothing.
        super().__init__(required=False, choices=self._choices, **kwargs)

    @staticmethod
    def _choices() -> list[tuple[str, Any]]:
        offered = offered_clauses(timezone.now())
        return [("", _("I do not know")), *((c.ref, f"{c.ref.upper()}. {c.lead}") for c in offered)]

    def clean(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        ref = super().clean(value)
        numbers = {clause.ref: clause.pk for clause in offered_clauses(timezone.now())}
        return Clause.objects.select_related("text__version").filter(pk=numbers.get(ref, 0)).first()
