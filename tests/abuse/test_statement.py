"""The statement of reasons: one record, as words in either language and in those of the DSA's schema."""

import json
from itertools import product

import jsonschema
import pytest
from django.utils import translation

from abuse.dsa import DATA, statement_in_dsa_words
from abuse.models import Category, Decision, Ground, LearnedFrom, Outcome, SanctionKind, WithoutNotice
from abuse.statement import in_plain_words, statement_of
from abuse.verbs import carry_out_deletions, confirm_deletion
from tests.abuse.sanctioning import a_decision, a_finding, a_measure, another_volunteer
from tests.abuse.writing import later
from tests.factories import a_service

pytestmark = pytest.mark.django_db


def as_json_schema():
    """The saved description of fields, made into a schema a validator understands."""
    saved = json.loads(DATA.read_text())
    properties = {}
    for field in saved["fields"]:
        name, kind = field["name"], field["type"]
        keys = saved["enums"].get(name)
        if isinstance(keys, dict) and "$same_as" in keys:
            keys = saved["enums"][keys["$same_as"]]
        one = {"type": "string"}
        if "enum" in kind and name not in ("territorial_scope", "content_language"):
            one = {"enum": list(keys)}
        elif kind == "date":
            one = {"type": "string", "pattern": r"^20[0-3]\d-[01]\d-[0-3]\d$"}
        if field["max_length"]:
            one["maxLength"] = field["max_length"]
        properties[name] = {"type": "array", "items": one, "minItems": 1} if "array" in kind else one
    properties["puid"]["pattern"] = "^[a-zA-Z0-9-_]+$"
    conditions = [
        {"if": {"properties": {name: test}, "required": [name]}, "then": {"required": needed}}
        for name, test, needed in [
            (
                "decision_ground",
                {"const": "DECISION_GROUND_ILLEGAL_CONTENT"},
                ["illegal_content_legal_ground", "illegal_content_explanation"],
            ),
            (
                "decision_ground",
                {"const": "DECISION_GROUND_INCOMPATIBLE_CONTENT"},
                ["incompatible_content_ground", "incompatible_content_explanation"],
            ),
            ("content_type", {"contains": {"const": "CONTENT_TYPE_OTHER"}}, ["content_type_other"]),
            (
                "decision_visibility",
                {"contains": {"const": "DECISION_VISIBILITY_OTHER"}},
                ["decision_visibility_other"],
            ),
        ]
    ]
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "required": [field["name"] for field in saved["fields"] if field["required"] == "always"],
        "anyOf": [
            {"required": [f"decision_{name}"]} for name in ("visibility", "monetary", "provision", "account")
        ],
        "allOf": conditions,
    }


def words_of(decision):
    return statement_in_dsa_words(decision, list(decision.sanctions.all()))


@pytest.fixture
def valid():
    validator = jsonschema.Draft202012Validator(as_json_schema())
    return lambda decision: [error.message for error in validator.iter_errors(words_of(decision))]


class TestInTheWordsOfTheDsa:
    @pytest.mark.parametrize("kinds", [[], *([kind] for kind in SanctionKind), [30, 40], [20, 30]])
    @pytest.mark.parametrize("days", [None, 30])
    @pytest.mark.parametrize("ground", Ground)
    def test_every_measure_on_every_ground_is_valid(self, mona, sami, valid, kinds, days, ground):
        finding = a_finding(ground=ground, legal_ground="Code pénal" if ground == Ground.LAW else "")
        measures = [a_measure(SanctionKind(kind), days=days) for kind in kinds]
        assert valid(a_decision(mona, sami, *measures, finding=finding)) == []

    @pytest.mark.parametrize(("category", "source"), product(Category, LearnedFrom))
    def test_every_category_and_source_is_valid(self, mona, sami, valid, category, source):
        finding = a_finding(category=category, source=source, automated_detection=True)
        assert valid(a_decision(mona, sami, a_measure(), finding=finding)) == []

    def test_texts_at_their_limits_are_valid(self, mona, sami, valid):
        finding = a_finding(
            ground=Ground.LAW,
            legal_ground="é" * 500,
            facts="é" * 5000,
            explanation="é" * 2000,
            content_types=["CONTENT_TYPE_TEXT", "CONTENT_TYPE_IMAGE"],
        )
        assert valid(a_decision(mona, sami, a_measure(), finding=finding)) == []

    def test_what_lacks_something_is_not(self, mona, sami):
        words = words_of(a_decision(mona, sami, a_measure()))
        validator = jsonschema.Draft202012Validator(as_json_schema())
        for name in ("decision_facts", "decision_ground", "decision_account", "incompatible_content_ground"):
            assert list(validator.iter_errors({key: words[key] for key in words if key != name})), name

    def test_a_suspension_says_its_end_and_a_deletion_that_it_is_for_good(self, mona, sami):
        words = words_of(a_decision(mona, sami, a_measure(days=30)))
        assert words["decision_account"] == "DECISION_ACCOUNT_SUSPENDED"
        assert words["end_date_account_restriction"] == "2026-04-01"
        words = words_of(a_decision(mona, sami, a_measure(SanctionKind.DELETION)))
        assert words["decision_account"] == "DECISION_ACCOUNT_TERMINATED"
        assert "end_date_account_restriction" not in words

    def test_leads_to_the_clause(self, mona, sami):
        words = words_of(a_decision(mona, sami, a_measure()))
        assert words["decision_ground_reference_url"].endswith("#u6")

    def test_names_nobody(self, mona, sami):
        said = json.dumps(words_of(a_decision(mona, sami, a_measure())))
        assert not any(name in said for name in ("sami", "mona", "rita", sami.sub.hex))


class TestInWords:
    @pytest.mark.parametrize(
        ("kind", "days", "said"),
        [
            (SanctionKind.WARNING, None, "nothing is restricted"),
            (SanctionKind.RESTRICTION, 30, "you cannot use these services: Nextcloud"),
            (SanctionKind.RESTRICTION, None, "until we lift it"),
            (SanctionKind.SUSPENSION, 30, "until 1 April 2026"),
            (SanctionKind.SUSPENSION, None, "until we lift it"),
            (SanctionKind.DELETION, None, "as soon as a second volunteer"),
        ],
    )
    def test_say_measure_scope_and_duration(self, mona, sami, kind, days, said):
        a_service()
        statement = statement_of(a_decision(mona, sami, a_measure(kind, days=days)))
        assert said in statement.measures[0]

    def test_say_when_a_deletion_with_notice_comes(self, mona, sami):
        measure = a_measure(SanctionKind.DELETION, starts_at=later(days=14), without_notice="")
        statement = statement_of(a_decision(mona, sami, measure))
        assert "16 March 2026" in statement.measures[0]
        assert statement.without_notice == ""

    def test_say_of_a_deletion_that_cannot_wait_what_becomes_of_it_and_never_a_day_gone_by(self, mona, sami):
        nils = another_volunteer()
        decision = a_decision(mona, sami, a_measure(SanctionKind.DELETION))
        sanction = confirm_deletion(decision.sanctions.get().pk, by=nils, at=later(days=3))
        assert "without further delay" in statement_of(decision).measures[0]
        carry_out_deletions(later(days=4))
        said = statement_of(Decision.objects.get(pk=sanction.decision_id)).measures[0]
        assert said.startswith("Your account was deleted for good")
        assert "6 March 2026" in said

    def test_quote_a_clause_nobody_accepted_as_it_is_in_force_that_day(self, mona, zoe):
        ground = statement_of(a_decision(mona, zoe, a_measure())).ground
        assert ground.endswith("version 1, in force on 2 March 2026:")

    @pytest.mark.parametrize("reason", WithoutNotice)
    def test_say_why_there_was_no_notice(self, mona, sami, reason):
        statement = statement_of(a_decision(mona, sami, a_measure(without_notice=reason)))
        assert statement.without_notice.startswith("We did not warn you first, because ")

    def test_quote_the_clause_and_the_date_it_was_accepted(self, mona, sami):
        statement = statement_of(a_decision(mona, sami, a_measure()))
        assert statement.ground.startswith(
            "It breaks clause U6 of our Terms, version 1, which you accepted on 2 March"
        )
        assert statement.quotation == "No abuse. No spam, no hogging."

    def test_say_until_when_it_can_be_contested(self, mona, sami):
        statement = statement_of(a_decision(mona, sami, a_measure()))
        assert "2 September 2026" in statement.redress[0]
        assert "court" in statement.redress[1]

    def test_speak_the_language_that_is_active(self, mona, sami):
        statement = statement_of(a_decision(mona, sami, a_measure()))
        with translation.override("fr"):
            french = " ".join([*statement.measures, statement.ground, statement.source, *statement.redress])
        assert "2 mars 2026" in french

    def test_of_no_violation_is_that_nothing_follows(self, mona, sami):
        a_decision(mona, sami, outcome=Outcome.NO_VIOLATION)
        assert "Nothing follows" in statement_of(Decision.objects.get()).measures[0]


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        (
            "6. **No abuse.** It is *us* to judge:\n\n   - spam;\n   - hogging.",
            "No abuse. It is us to judge:\n\n- spam;\n- hogging.",
        ),
        (
            "## A title\n\nSee [here](/contact/) or [there](https://example.org).",
            "A title\n\nSee here or there (https://example.org).",
        ),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("So it says: <https://example.org/a>, 1 < 2 > 0.", "So it says: https://example.org/a, 1 < 2 > 0."),
    ],
)
def test_a_clause_is_quoted_without_the_signs_of_its_markdown(markdown, plain):
    assert in_plain_words(markdown) == plain
