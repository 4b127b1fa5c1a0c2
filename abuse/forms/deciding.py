"""What a volunteer fills in to decide a report, and whoever looks a second time to settle an appeal."""

from datetime import datetime, time, timedelta
from typing import Any, ClassVar, cast

from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from abuse.forms.desk import DeskForm
from abuse.forms.fields import LONGEST_TEXT, ClauseField, Words, breakable
from abuse.models import (
    Appeal,
    Appellant,
    Category,
    Ground,
    LearnedFrom,
    Outcome,
    Ruling,
    SanctionKind,
    Silence,
    Source,
    Ticket,
    Topic,
    WithoutNotice,
)
from abuse.models.decisions import LONGEST_EXPLANATION, LONGEST_FACTS, LONGEST_GROUND
from abuse.verbs import RULINGS, Finding, Measure
from accounts.models import User
from legal.models import Clause
from services.models import Service

# A report through the portal or by mail is a notice of Article 16; what is said by other means is not.
LEARNED_FROM: dict[str, LearnedFrom] = {
    Source.FORM: LearnedFrom.NOTICE,
    Source.MAIL: LearnedFrom.NOTICE,
    Source.OWN: LearnedFrom.OWN,
}
NO_MEASURE = ""
LONGEST_MEASURE_DAYS = 3650
DECISIONS = [
    (Outcome.VIOLATION, _("The Terms or the law were broken")),
    (Outcome.NO_VIOLATION, _("They were not broken")),
]
CONTENT_TYPES = {
    "TEXT": pgettext_lazy("kind of content", "text"),
    "IMAGE": _("pictures"),
    "VIDEO": _("video"),
    "AUDIO": _("sound"),
    "APP": _("software"),
    "PRODUCT": _("something for sale"),
    "SYNTHETIC_MEDIA": _("media made by a machine"),
}


class PersonField(forms.CharField):
    """An account, by its address, its user name or the number that services know it by."""

    def clean(self, value: Any) -> User | None:
        written = super().clean(value).strip().lower().replace("\0", "")
        if not written:
            return None
        owner = EmailAddress.objects.filter(email__iexact=written, verified=True).values("user")
        found = User.objects.filter(Q(email=written) | Q(username=written) | Q(pk__in=owner)).first()
        if found is None:
            raise forms.ValidationError(_("There is no account of this address or name."))
        return found


class DecideForm(DeskForm):
    verb = "decide"

    outcome = forms.ChoiceField(label=_("What was found"), choices=DECISIONS, widget=forms.RadioSelect)
    subject = PersonField(
        label=_("Account concerned"),
        help_text=_("Its e-mail address or its user name."),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    facts = Words(
        label=_("The facts"),
        help_text=_(
            "What happened, where and when. Do not name who reported it: the person concerned reads this."
        ),
        rows=6,
        max_length=LONGEST_FACTS,
        required=False,
    )
    source = forms.ChoiceField(label=_("How we learned of it"), choices=LearnedFrom.choices)
    automated_detection = forms.BooleanField(label=_("An automatic tool pointed it out."), required=False)
    ground = forms.ChoiceField(
        label=_("What it breaks"), choices=Ground.choices, initial=Ground.TERMS, widget=forms.RadioSelect
    )
    clause = ClauseField(
        label=_("Clause"),
        help_text=_("It is quoted as this person accepted it, even if it reads otherwise today."),
        queryset=Clause.objects.none(),
        to_field_name="ref",
        required=False,
        empty_label=_("None"),
    )
    legal_ground = Words(
        label=_("Law"),
        help_text=_("For example: Penal Code, article 323-1."),
        max_length=LONGEST_GROUND,
        required=False,
    )
    explanation = Words(
        label=_("Why the facts break it"),
        rows=4,
        max_length=LONGEST_EXPLANATION,
        required=False,
    )
    category = forms.ChoiceField(
        label=_("What it is about"), choices=Category.choices, initial=Category.OTHER
    )
    content_types = forms.MultipleChoiceField(
        label=_("What it is made of"),
        help_text=_("Nothing chosen: the use of an account, rather than something published."),
        choices=list(CONTENT_TYPES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    kind = forms.TypedChoiceField(
        label=_("Measure"),
        choices=[(NO_MEASURE, _("none: we only say what we found")), *SanctionKind.choices],
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        required=False,
        initial=NO_MEASURE,
    )
    services = forms.MultipleChoiceField(
        label=_("Services restricted"), widget=forms.CheckboxSelectMultiple, required=False
    )
    notice_days = forms.IntegerField(
        label=_("Days of prior notice"),
        help_text=_(
            "0: it begins at once. A deletion leaves its days of grace in any case, unless it cannot wait."
        ),
        min_value=0,
        max_value=365,
        initial=7,
        required=False,
    )
    without_notice = forms.ChoiceField(
        label=_("Why without prior notice"),
        choices=[("", _("there is prior notice")), *WithoutNotice.choices],
        required=False,
    )
    days = forms.IntegerField(
        label=_("How many days it lasts"),
        help_text=_("For a restriction or a suspension. Empty: until it is lifted."),
        min_value=1,
        max_value=LONGEST_MEASURE_DAYS,
        required=False,
    )
    suspend_meanwhile = forms.BooleanField(
        label=_("Until the deletion, the account is suspended."),
        help_text=_("At once: say why without prior notice."),
        required=False,
    )
    silent_because = forms.ChoiceField(
        label=_("Is the person told?"),
        choices=[("", _("yes, by letter, with the reasons")), *[(s.value, s.label) for s in Silence]],
        required=False,
    )
    unfounded = forms.BooleanField(label=_("The report was manifestly unfounded."), required=False)
    text = Words(
        label=_("A word to whoever reported it"),
        help_text=_("May stay empty. They learn the outcome in any case, and nothing of the measure."),
        rows=3,
        max_length=LONGEST_TEXT,
        required=False,
    )

    finding_fields: ClassVar[tuple[str, ...]] = (
        "facts",
        "explanation",
        "ground",
        "legal_ground",
        "source",
        "automated_detection",
        "category",
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        report = ticket.reports.first()
        kwargs["initial"] = {
            "subject": ticket.subject.email if ticket.subject else "",
            "clause": report.clause_ref if report else "",
            "source": LEARNED_FROM.get(report.source, LearnedFrom.OTHER_NOTICE) if report else "",
            "ground": Ground.LAW if ticket.topic == Topic.ILLEGAL else Ground.TERMS,
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, ticket=ticket, **kwargs)
        clauses = breakable(Clause.objects.cited_in_force("terms", timezone.now()))
        cast(ClauseField, self.fields["clause"]).queryset = clauses.select_related("text__version")
        services = Service.objects.values_list("slug", "name")
        cast(forms.MultipleChoiceField, self.fields["services"]).choices = list(services)

    def clean(self) -> dict[str, Any]:
        """The keywords of the verb, once everything is there that the chosen outcome needs."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        found = cleaned["outcome"] == Outcome.VIOLATION
        if found:
            self._ask_for_what_is_missing(cleaned)
            if self.errors:
                return cleaned
        words: dict[str, Any] = {
            "outcome": cleaned["outcome"],
            "subject": cleaned["subject"],
            "finding": Finding(
                **{name: cleaned[name] for name in self.finding_fields},
                clause_ref=cleaned["clause"].ref if cleaned["clause"] else "",
                content_types=[f"CONTENT_TYPE_{kind}" for kind in cleaned["content_types"]],
            ),
            "measures": self._measures(cleaned) if found else [],
            "silent_because": cleaned["silent_because"] if found else "",
            "unfounded": cleaned["unfounded"] and not found,
            "text": cleaned["text"],
        }
        return words | {"seen": cleaned["seen"]}

    def _ask_for_what_is_missing(self, cleaned: dict[str, Any]) -> None:
        needed = {"facts": _("Say what happened."), "explanation": _("Say why the facts break it.")}
        if cleaned["ground"] == Ground.TERMS:
            needed["clause"] = _("Choose the clause of the Terms that was broken.")
        else:
            needed["legal_ground"] = _("Name the law that was broken.")
        if cleaned["kind"]:
            needed["subject"] = _("A measure needs an account. Say which one the ticket is about.")
        if cleaned["kind"] == SanctionKind.RESTRICTION:
            needed["services"] = _("Choose the services that are restricted.")
        if self._begins_at_once(cleaned):
            needed["without_notice"] = _("What begins at once needs a reason for not saying so beforehand.")
        for name, sentence in needed.items():
            if not cleaned.get(name):
                self.add_error(name, str(sentence))

    def _begins_at_once(self, cleaned: dict[str, Any]) -> bool:
        kind = cleaned["kind"]
        if not kind or kind == SanctionKind.WARNING:
            return False
        if kind == SanctionKind.DELETION:
            return bool(cleaned["suspend_meanwhile"])
        return not cleaned["notice_days"]

    def _measures(self, cleaned: dict[str, Any]) -> list[Measure]:
        if not cleaned["kind"]:
            return []
        kind, now, reason = SanctionKind(cleaned["kind"]), timezone.now(), cleaned["without_notice"]
        notice = timedelta(days=cleaned["notice_days"] or 0)
        if kind == SanctionKind.DELETION and (notice or not reason or cleaned["suspend_meanwhile"]):
            notice = max(notice, timedelta(days=settings.SANCTION_DELETION_GRACE_DAYS))
        starts_at = now if kind == SanctionKind.WARNING else now + notice
        lasts = timedelta(days=cleaned["days"]) if cleaned["days"] else None
        ends = lasts and kind in (SanctionKind.RESTRICTION, SanctionKind.SUSPENSION)
        measures = [
            Measure(
                kind=kind,
                starts_at=starts_at,
                ends_at=starts_at + lasts if lasts and ends else None,
                services=cleaned["services"] if kind == SanctionKind.RESTRICTION else (),
                without_notice="" if notice else reason,
            )
        ]
        if kind == SanctionKind.DELETION and cleaned["suspend_meanwhile"]:
            meanwhile = Measure(kind=SanctionKind.SUSPENSION, starts_at=now, without_notice=reason)
            measures.insert(0, meanwhile)
        return measures


class SettleAppealForm(forms.Form):
    """The written answer to an appeal, by somebody who did not take the decision."""

    outcome = forms.ChoiceField(label=_("After a second look"), widget=forms.RadioSelect)
    ends_on = forms.DateField(
        label=_("New end of the measure"),
        help_text=_(
            "For a decision that is softened. A deletion is lifted; a restriction or suspension ends that day."
        ),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    text = Words(
        label=_("Your answer"),
        help_text=_("Whoever contested it reads this, on their private page and by letter: say why."),
        rows=7,
        max_length=LONGEST_TEXT,
    )

    def __init__(self, *args: Any, appeal: Appeal, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_settle_%s", **kwargs})
        side = Appellant(appeal.side)
        sentences = {
            Ruling.UPHELD: _("The decision was right: it stands"),
            Ruling.AMENDED: _("The measure was too harsh: it is softened"),
            Ruling.OVERTURNED: _("The decision was wrong: what followed from it is lifted")
            if side == Appellant.SUBJECT
            else _("The decision was wrong: the ticket is open again"),
        }
        choices = [(ruling.value, words) for ruling, words in sentences.items() if ruling in RULINGS[side]]
        cast(forms.ChoiceField, self.fields["outcome"]).choices = choices
        if side == Appellant.REPORTER:
            del self.fields["ends_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        ends_on = cleaned.pop("ends_on", None)
        if ends_on and cleaned.get("outcome") == Ruling.AMENDED:
            start_of_day = datetime.combine(ends_on, time.min)
            cleaned["ends_at"] = timezone.make_aware(start_of_day)
        return cleaned
