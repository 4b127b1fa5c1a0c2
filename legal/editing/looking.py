"""What a draft looks like: its page, its clauses beside those of the version before, what it lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import nh3
from django.db import transaction
from django.utils.translation import gettext as _

from legal.comparing import Difference, between, segments_of
from legal.diff import Fate
from legal.editing.forms import usual_effect
from legal.models import Text, Version
from legal.readiness import complaints
from legal.verbs import Manuscript, name_clauses, revise_draft
from legal.verbs.drafting import version_before
from legal.writing import ALLOWED_ATTRIBUTES, ALLOWED_TAGS, WritingError, write

NEW = "+"  # chosen for a clause that is none of the version before
MOST_CHOICES = 60  # in one list; a text of which more was rewritten is named by hand


@dataclass(frozen=True)
class Row:
    """A clause of the draft, what it is taken for, and what else it could be."""

    ref: str
    lead: str
    fate: Fate
    reworded: bool
    chosen: str = ""
    choices: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Look:
    """A text of a draft as it would be published."""

    html: str = ""
    error: str = ""  # why it cannot become a page
    difference: Difference | None = None
    rows: Sequence[Row] = ()
    unchanged: Sequence[Row] = ()
    removed: Sequence[Row] = ()
    lacking: Sequence[str] = ()
    uneven: tuple[int, int] | None = None  # numbers of clauses, here and in the authoritative text


def look_at(
    version: Version, language: str, *, against: Version | None, at: datetime, chosen: Mapping[str, str] = {}
) -> Look:
    """The draft's text in `language` beside the version `against`, and what the whole draft lacks."""
    lacking = lacks(version, at=at)
    text = version.texts.filter(language=language).first()
    if text is None:
        return Look(lacking=lacking)
    try:
        write(text.source, language)
    except WritingError as error:
        return Look(error=str(error), lacking=lacking)
    before = against.texts.filter(language=language).first() if against else None
    previous = version_before(version)
    rows = _rows(previous.text_in(language) if previous else None, text, chosen)
    return Look(
        html=for_the_desk(text.html),
        difference=between(segments_of(before), segments_of(text)) if before else None,
        rows=[row for row in rows if row.fate not in (Fate.SAME, Fate.REMOVED)],
        unchanged=[row for row in rows if row.fate == Fate.SAME],
        removed=[row for row in rows if row.fate == Fate.REMOVED],
        lacking=lacking,
        uneven=_uneven(version, text),
    )


def rehearse(
    version_id: int,
    language: str,
    manuscript: Manuscript,
    *,
    names: Mapping[str, str],
    against: Version | None,
    at: datetime,
    by: Any,
) -> tuple[Look, str, str]:
    """What saving would give, with nothing saved: the look, the source with the ids chosen, a refused id."""
    with transaction.atomic():
        text = revise_draft(version_id, language, manuscript, by=by)
        refused = apply_names(text, names, by=by)
        look = look_at(text.version, language, against=against, at=at, chosen=names if refused else {})
        source = Text.objects.get(pk=text.pk).source
        transaction.set_rollback(True)
    return look, source, refused


def apply_names(text: Text, names: Mapping[str, str], *, by: Any) -> str:
    """Carry out the corrections, given by the ids clauses had; the sentence of what is refused, or ""."""
    at = {clause.ref: clause.position for clause in text.clauses.all()}
    gone = [ref for ref in names if ref not in at]
    found = {at[ref]: "" if name == NEW else name for ref, name in names.items() if ref in at}
    if found:
        try:
            name_clauses(text.version_id, text.language, found, by=by)
        except WritingError as error:
            return str(error)
    if gone:
        return _("No clause is called “%(ref)s” any more. Look at the list of clauses again.") % {
            "ref": gone[0]
        }
    return ""


def lacks(version: Version, *, at: datetime) -> list[str]:
    """What keeps the draft from being published, whatever is chosen on the page of publication."""
    effective_at = usual_effect(version, significant=True, at=at)
    return complaints(version, effective_at=effective_at, at=at)


def for_the_desk(html: str) -> str:
    """A page inside another: its ids must not meet those of the desk, its links not lead away from what is typed."""

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "id":
            return f"shown-{value}"
        if tag == "a" and name in ("href", "aria-label"):
            return None if value.startswith("#") or name == "aria-label" else value
        return value

    return nh3.clean(
        html,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        attribute_filter=attribute,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        link_rel="noopener",
    )


def _rows(earlier: Text | None, text: Text, chosen: Mapping[str, str]) -> list[Row]:
    changes = [
        row for row in between(segments_of(earlier) if earlier else [], segments_of(text)).rows if row.ref
    ]
    leads = {clause.ref: clause.lead for clause in earlier.clauses.all()} if earlier else {}
    free = _free(leads, {row.ref: row.fate for row in changes})
    rows = []
    for row in changes:
        choices: list[tuple[str, str]] = []
        if free is not None and row.fate not in (Fate.SAME, Fate.REMOVED):
            known = row.ref in leads
            itself = (
                f"{row.ref}: {leads[row.ref]}"
                if known
                else _("a new clause, called %(ref)s") % {"ref": row.ref}
            )
            others = [(ref, f"{ref}: {lead}") for ref, lead in free.items() if ref != row.ref]
            choices = [
                (row.ref, itself),
                *others,
                *([(NEW, _("none of them: a new clause"))] if known else []),
            ]
        mine = chosen.get(row.ref, row.ref)
        rows.append(Row(row.ref, row.lead, row.fate, row.reworded, chosen=mine, choices=choices))
    return rows


def _free(leads: Mapping[str, str], fates: Mapping[str, Fate]) -> dict[str, str] | None:
    """The earlier clauses a changed one could be: those not found again word for word, or if they are too
    many for a list those not found at all; None if even these are."""
    for taken in ({Fate.SAME}, set(Fate) - {Fate.REMOVED}):
        free = {ref: lead for ref, lead in leads.items() if fates.get(ref) not in taken}
        if len(free) <= MOST_CHOICES:
            return free if leads else None
    return None


def _uneven(version: Version, text: Text) -> tuple[int, int] | None:
    authority = version.texts.filter(language=version.authoritative_language).first()
    if authority is None or authority == text:
        return None
    here, there = text.clauses.count(), authority.clauses.count()
    return (here, there) if here != there else None
