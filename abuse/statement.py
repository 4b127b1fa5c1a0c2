"""The statement of reasons: one record, from which page, letter and JSON are written in the reader's language."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from abuse.dsa import statement_in_dsa_words
from abuse.models import (
    Decision,
    Ground,
    LearnedFrom,
    Sanction,
    SanctionKind,
    Silence,
    WithoutNotice,
)
from services.models import Service

LIST_MARK = re.compile(r"^(?:\d{1,3}[.)]|[-*+]|#{1,6})\s+")
ADDRESS = re.compile(r"<(https?://[^\s<>]+|mailto:[^\s<>]+|[^\s<>@]+@[^\s<>@]+)>")
LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")
STRESS = re.compile(r"(\*{1,3})(?=\S)([^*]+)(?<=\S)\1")


@dataclass(frozen=True)
class Statement:
    """Every sentence is made when it is asked for, so that it speaks the language that is active then."""

    decision: Decision
    sanctions: tuple[Sanction, ...]

    @property
    def measures(self) -> list[str]:
        """What follows, where, from when and for how long: a sentence for each measure."""
        if not self.decision.is_violation:
            return [_("We found that our Terms were not broken. Nothing follows from it.")]
        return [_measure(sanction) for sanction in self.sanctions] or [
            _("No measure is taken. We only tell you what we found.")
        ]

    @property
    def without_notice(self) -> str:
        reasons = [sanction.without_notice for sanction in self.sanctions if sanction.without_notice]
        return _no_notice(reasons[0]) if reasons else ""

    @property
    def source(self) -> str:
        match self.decision.source:
            case LearnedFrom.NOTICE:
                learned = _("Somebody reported it to us. We do not say who.")
            case LearnedFrom.OTHER_NOTICE:
                learned = _("We were told of it by other means than a report on this site.")
            case _own:
                learned = _("We noticed it ourselves, while looking after the services.")
        return learned

    @property
    def tools(self) -> str:
        if self.decision.automated_detection:
            return _("An automatic tool pointed it out. The decision itself was taken by a person.")
        return _("No automatic tool played a part, neither in finding it nor in deciding.")

    @property
    def ground(self) -> str:
        """Which clause, of which version, and whether the person accepted that very text; or which law."""
        decision = self.decision
        if decision.ground == Ground.LAW:
            return _("It breaks the law: %(law)s") % {"law": decision.legal_ground}
        if decision.clause is None:
            return ""
        facts = {
            "ref": decision.clause.ref.upper(),
            "number": decision.clause.text.version.number,
            "date": _day(decision.accepted_at or decision.at),
        }
        if decision.accepted_at:
            return (
                _(
                    "It breaks clause %(ref)s of our Terms, version %(number)d, which you accepted on %(date)s:"
                )
                % facts
            )
        return _("It breaks clause %(ref)s of our Terms, version %(number)d, in force on %(date)s:") % facts

    @property
    def quotation(self) -> str:
        """The clause word for word, as it stands in the text that was accepted."""
        return in_plain_words(self.decision.clause.markdown) if self.decision.clause else ""

    @property
    def law_too(self) -> str:
        if self.decision.ground == Ground.TERMS and self.decision.legal_ground:
            return _("The law forbids it too: %(law)s") % {"law": self.decision.legal_ground}
        return ""

    @property
    def redress(self) -> list[str]:
        until = {"date": _day(self.decision.appeal_until)}
        return [
            _(
                "You can contest this decision free of charge until %(date)s, on your private page. "
                "Somebody who did not take it settles your appeal, and answers you in writing."
            )
            % until,
            _("Whether or not you do, you can go to court whenever you wish."),
        ]

    def in_dsa_words(self) -> dict[str, Any]:
        return statement_in_dsa_words(self.decision, list(self.sanctions))


def in_plain_words(markdown: str) -> str:
    """A passage without its signs, for pages and letters that quote it: every word, and nothing else."""
    text = LIST_MARK.sub("", markdown.strip())
    text = LINK.sub(lambda found: f"{found[1]} ({found[2]})" if "://" in found[2] else found[1], text)
    text = ADDRESS.sub(r"\1", text)
    return re.sub(r"^ {1,4}(?=\S)", "", STRESS.sub(r"\2", text), flags=re.M).strip()


def statement_of(decision: Decision) -> Statement:
    return Statement(decision, tuple(decision.sanctions.all()))


def service_names(slugs: list[str]) -> str:
    """As people know them; one that is offered no longer keeps its short name."""
    names = dict(Service.objects.filter(slug__in=slugs).values_list("slug", "name"))
    return ", ".join(names.get(slug, slug) for slug in slugs)


def _measure(sanction: Sanction) -> str:
    facts = {
        "start": _moment(sanction.starts_at),
        "end": _moment(sanction.ends_at) if sanction.ends_at else "",
        "services": service_names(sanction.services),
    }
    match SanctionKind(sanction.kind):
        case SanctionKind.WARNING:
            return _(
                "This is a warning: nothing is restricted. If it happens again, graver measures may follow."
            )
        case SanctionKind.RESTRICTION if sanction.ends_at:
            return _("From %(start)s until %(end)s, you cannot use these services: %(services)s.") % facts
        case SanctionKind.RESTRICTION:
            return (
                _("From %(start)s, and until we lift it, you cannot use these services: %(services)s.")
                % facts
            )
        case SanctionKind.SUSPENSION if sanction.ends_at:
            return (
                _("Your account is suspended, for all services of this host, from %(start)s until %(end)s.")
                % facts
            )
        case SanctionKind.SUSPENSION:
            return (
                _(
                    "Your account is suspended, for all services of this host, from %(start)s and until we lift it."
                )
                % facts
            )
    return _deletion(sanction, facts)


def _deletion(sanction: Sanction, facts: dict[str, str]) -> str:
    if sanction.executed_at:
        return _("Your account was deleted for good, with what it held at this host, on %(date)s.") % {
            "date": _moment(sanction.executed_at)
        }
    if sanction.approved_at and sanction.has_notice:
        return (
            _("Your account will be deleted for good, with what it holds at this host, on %(start)s.") % facts
        )
    if sanction.approved_at:
        return _("Your account is deleted for good, with what it holds at this host, without further delay.")
    if sanction.has_notice:
        return (
            _(
                "Your account is to be deleted for good, with what it holds at this host, on %(start)s at the "
                "earliest. A second volunteer has to confirm it first; you will be told."
            )
            % facts
        )
    return _(
        "Your account is to be deleted for good, with what it holds at this host, as soon as a second volunteer "
        "has confirmed it."
    )


def _no_notice(reason: str) -> str:
    sentences = {
        WithoutNotice.HARM: _(
            "We did not warn you first, because waiting would have harmed somebody or the services."
        ),
        WithoutNotice.AUTHORITY: _("We did not warn you first, because an authority so ordered."),
        WithoutNotice.NO_CONTACT: _("We did not warn you first, because we had no means of reaching you."),
        WithoutNotice.BULK: _("We did not warn you first, because it was deceptive commercial bulk mailing."),
    }
    return sentences[WithoutNotice(reason)]


def told(decision: Decision) -> bool:
    """Whether the person concerned was, or is to be, written to."""
    return decision.silent_because not in Silence.values


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
