"""What people wrote to the host, in numbers: nobody is recognised in them, and forgetting does not change them."""

import datetime as dt
import json
from collections import defaultdict
from itertools import product

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from abuse.models import SanctionKind, Ticket
from abuse.verbs import Notice, Sender, forget, forget_reporter, open_ticket, settle, take, triage
from tests.abuse.sanctioning import a_decision, a_measure
from tests.abuse.writing import RITA, a_clause, a_question, a_report, later
from tests.factories import NOON
from transparency.masking import FEWEST, masked, masked_total
from transparency.moderation import as_json, moderation, period, years

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


class TestMasking:
    def test_a_number_under_five_is_not_said(self):
        cells = masked({"a": 4, "b": 3, "c": 4, "d": 0, "e": 9})
        assert {key: cell.number for key, cell in cells.items()} == {
            **dict.fromkeys("abc"),
            "d": 0,
            "e": 9,
        }

    def test_one_alone_could_be_worked_out_so_others_are_left_out(self):
        cells = masked({"a": 1, "b": 7, "c": 7, "d": 20})
        assert {key: cell.number for key, cell in cells.items()} == {**dict.fromkeys("abc"), "d": 20}

    def test_where_no_sum_is_told_nothing_else_is_left_out(self):
        cells = masked({"a": 1, "b": 7, "c": 0}, sum_is_told=False)
        assert {key: cell.number for key, cell in cells.items()} == {"a": None, "b": 7, "c": 0}

    @pytest.mark.parametrize(("rows", "most"), [(1, 12), (2, 20), (3, 14), (4, 10)])
    def test_none_under_five_can_be_worked_out_from_the_others_their_sum_and_the_rule(self, rows, most):
        """Of all that may lie behind what is published, no two agree on a number under five."""
        behind = defaultdict(list)
        for counts in product(range(most + 1), repeat=rows):
            if sum(counts) <= most:
                table = dict(enumerate(counts))
                behind[(*masked(table).values(), masked_total(table))].append(counts)
        for possible in behind.values():
            for numbers in zip(*possible, strict=True):
                assert len(set(numbers)) > 1 or not 0 < numbers[0] < FEWEST

    @given(st.dictionaries(st.text(max_size=3), st.integers(0, 60), max_size=8))
    def test_what_is_said_is_true(self, counts):
        for key, cell in masked(counts).items():
            assert cell.number in (None, counts[key])
            assert cell.number is None or not 0 < cell.number < FEWEST


class TestWhatWeFoundOurselves:
    def test_was_not_received_and_is_counted_apart(self, mona, terms):
        for number in range(6):
            notice = Notice(what="So.", clause=a_clause())
            words = {"sender": Sender(language="fr"), "topic": "abuse", "by": mona, "at": NOON}
            open_ticket(notice, source="own", submission=f"own{number}", **words)
            open_ticket(notice, source="post", submission=f"post{number}", **words)
        figures = as_json(moderation(NOON - DAY, NOON + DAY))
        assert (figures["received"], figures["opened_for_what_we_found"]) == (6, 6)
        assert figures["received_by_topic"]["abuse"] == figures["reports_by_clause"]["u6"] == 6


@pytest.fixture
def a_year(mona, terms):
    """Twelve reports and six questions; each looked at after an hour, decided after two."""
    for number in range(12):
        ticket = a_report(clause=a_clause() if number < 7 else None, at=NOON + number * DAY)
        take(ticket.pk, by=mona, at=NOON + number * DAY + HOUR)
        settle(ticket.pk, outcome="referred", by=mona, at=NOON + number * DAY + 2 * HOUR)
    for number in range(6):
        ticket = a_question(at=NOON + number * DAY)
        triage(ticket.pk, outcome="spam", by=mona, at=NOON + number * DAY + HOUR)


@pytest.mark.django_db
class TestTheNumbers:
    def test_are_those_of_the_rows(self, a_year):
        said = as_json(moderation(NOON, later(days=365)))
        assert said["received"] == 18
        assert said["received_by_topic"]["abuse"] == 12
        assert said["received_by_topic"]["question"] == 6
        assert said["reports_by_clause"] == {"u6": 7}
        assert said["closed_by_outcome"]["referred"] == 12
        assert said["closed_by_outcome"]["spam"] == 6
        assert (said["appeals"], said["appeals_share_overturned"]) == (0, None)
        assert said["time_to_first_look"] == {"median_seconds": 3600, "ninth_decile_seconds": 3600}
        assert said["time_to_decision"] == {"median_seconds": 7200, "ninth_decile_seconds": 7200}

    def test_tell_measures_by_kind_and_by_clause(self, mona, sami):
        for number in range(9):
            at = NOON + number * DAY
            a_decision(mona, sami, a_measure(SanctionKind.WARNING, at=at), at=at)
        a_decision(mona, sami, a_measure(at=at), at=at)
        said = as_json(moderation(NOON, later(days=365)))
        assert said["measures_by_kind"] == {
            "warning": None,
            "restriction": 0,
            "suspension": None,
            "deletion": 0,
        }
        assert said["measures_by_clause"] == {"u6": 10}

    def test_leave_out_the_clauses_where_their_mere_names_would_tell(self, mona, sami):
        a_decision(mona, sami, a_measure())
        said = as_json(moderation(NOON, later(days=365)))
        assert set(said["measures_by_kind"].values()) == {None}
        assert said["measures_by_clause"] == {}

    def test_are_of_their_period(self, a_year):
        assert moderation(later(days=400), later(days=500)).received.number == 0
        assert moderation(NOON, NOON + 3 * DAY).received.number == 6

    def test_forgetting_does_not_change_them(self, a_year):
        before = as_json(moderation(NOON, later(days=365)))
        forget_reporter([RITA], at=later(days=200))
        assert forget(later(days=2000)) == 12  # the six questions went with their writer
        assert as_json(moderation(NOON, later(days=365))) == before

    def test_too_few_to_time_are_not_timed(self, mona):
        ticket = a_report()
        take(ticket.pk, by=mona, at=later(hours=1))
        assert moderation(NOON, later(days=365)).first_look.median is None

    def test_years_are_those_of_the_host(self, a_year):
        assert years(dt.datetime(2028, 1, 1, 3, tzinfo=dt.UTC))[0] == 2028
        begin, end = period(2027, later(days=4000))
        assert (timezone.localtime(begin).month, timezone.localtime(end).year) == (1, 2028)


@pytest.mark.django_db
class TestThePage:
    @pytest.mark.parametrize("question", ["", "?year=1", "?year=x", "?year=99999999999", "?year=\0"])
    def test_opens_for_anybody_whatever_is_asked(self, client, a_year, question):
        assert client.get(f"/figures/{question}").status_code == 200
        assert client.get(f"/figures/figures.json{question}").status_code == 200

    def test_names_nobody(self, client, a_year):
        Ticket.objects.update(opened_at=timezone.now() - DAY, closed_at=timezone.now())
        page = client.get("/figures/").content.decode() + client.get("/figures/figures.json").content.decode()
        for secret in (RITA, "mona@example.org", "A thousand letters"):
            assert secret not in page
        assert json.loads(client.get("/figures/figures.json").content)["received"] == 18
