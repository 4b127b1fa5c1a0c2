"""A statement of reasons in the words of the EU's DSA Transparency Database (Article 17 of Regulation (EU) 2022/2065).

Nothing is sent there: a host of this size does not have to. The schema, saved in `data/`, shows that a statement is
whole. It wants no personal data, while facts are written by volunteers: the file is for the person concerned alone.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from abuse.models import Decision, Ground, LearnedFrom, Sanction, SanctionKind

DATA = Path(__file__).parent / "data" / "dsa_statement_of_reasons.json"
SOURCES = {
    LearnedFrom.NOTICE: "SOURCE_ARTICLE_16",
    LearnedFrom.OTHER_NOTICE: "SOURCE_TYPE_OTHER_NOTIFICATION",
    LearnedFrom.OWN: "SOURCE_VOLUNTARY",
}
# The clauses of the starter Terms that have a keyword of their own.
KEYWORDS = {"u7": "KEYWORD_GOODS_SERVICES_NOT_PERMITTED", "u9": "KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING"}
WITHOUT_CONTENT = ["CONTENT_TYPE_OTHER"]


@cache
def schema() -> dict[str, Any]:
    saved: dict[str, Any] = json.loads(DATA.read_text())
    return saved


def content_types() -> dict[str, str]:
    found: dict[str, str] = schema()["enums"]["content_type"]
    return found


def statement_in_dsa_words(decision: Decision, sanctions: list[Sanction]) -> dict[str, Any]:
    """The statement as the schema wants it; `problems` finds nothing in it."""
    subject = decision.subject
    joined = timezone.localdate(subject.joined_at if subject else decision.at)
    content_date = decision.content_date or joined
    return {
        "puid": decision.uid.hex,
        **_measures(sanctions),
        "decision_facts": decision.facts or "",
        **_ground(decision),
        "content_type": decision.content_types or WITHOUT_CONTENT,
        **({} if decision.content_types else {"content_type_other": "Use of an account"}),
        "category": f"STATEMENT_CATEGORY_{decision.category}",
        **_keyword(decision),
        "content_date": content_date.isoformat(),
        "application_date": timezone.localdate(
            min([s.starts_at for s in sanctions], default=decision.at)
        ).isoformat(),
        "source_type": SOURCES[LearnedFrom(decision.source)],
        "automated_detection": "Yes" if decision.automated_detection else "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
        "account_type": "ACCOUNT_TYPE_PRIVATE",
    }


def _measures(sanctions: list[Sanction]) -> dict[str, Any]:
    by_kind = {SanctionKind(sanction.kind): sanction for sanction in sanctions}
    words: dict[str, Any] = {}
    if SanctionKind.DELETION in by_kind:
        words["decision_account"] = "DECISION_ACCOUNT_TERMINATED"
        words["decision_provision"] = "DECISION_PROVISION_TOTAL_TERMINATION"
    elif suspension := by_kind.get(SanctionKind.SUSPENSION):
        words["decision_account"] = "DECISION_ACCOUNT_SUSPENDED"
        words |= _end("end_date_account_restriction", suspension)
    if (restriction := by_kind.get(SanctionKind.RESTRICTION)) and "decision_provision" not in words:
        words["decision_provision"] = "DECISION_PROVISION_PARTIAL_SUSPENSION"
        words |= _end("end_date_service_restriction", restriction)
    if not words:
        # The schema has no word for a warning, and wants one measure at least.
        words["decision_visibility"] = ["DECISION_VISIBILITY_OTHER"]
        words["decision_visibility_other"] = "Warning. Nothing is restricted." if by_kind else "No measure."
    return words


def _end(name: str, sanction: Sanction) -> dict[str, str]:
    """Left out, a restriction has no end set."""
    return {name: timezone.localdate(sanction.ends_at).isoformat()} if sanction.ends_at else {}


def _ground(decision: Decision) -> dict[str, Any]:
    if decision.ground == Ground.LAW:
        return {
            "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
            "illegal_content_legal_ground": decision.legal_ground,
            "illegal_content_explanation": decision.explanation or "",
        }
    clause = decision.clause
    assert clause
    quoted = f"{clause.ref.upper()}. {clause.lead}"
    return {
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "decision_ground_reference_url": f"{settings.SITE_URL}{clause.text.get_absolute_url()}#{clause.ref}",
        "incompatible_content_ground": quoted[: limits()["incompatible_content_ground"]],
        "incompatible_content_explanation": decision.explanation or "",
        "incompatible_content_illegal": "Yes" if decision.legal_ground else "No",
    }


def _keyword(decision: Decision) -> dict[str, Any]:
    """Only where the keyword belongs to the category that was chosen."""
    keyword = KEYWORDS.get(decision.clause.ref if decision.clause else "", "")
    fitting = schema()["keywords_by_category"].get(f"STATEMENT_CATEGORY_{decision.category}", [])
    return {"category_specification": [keyword]} if keyword in fitting else {}


@cache
def limits() -> dict[str, int]:
    return {field["name"]: field["max_length"] for field in schema()["fields"] if field["max_length"]}
