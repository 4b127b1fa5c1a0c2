"""The state of the services in the shape that widgets and apps of status pages read."""

import datetime as dt
import json

import pytest
from django.test import Client
from django.utils import timezone
from jsonschema import validate

from services.models import Announcement, Kind, Maintenance, Outage
from services.statuspage import indicator
from tests.factories import a_service
from tests.services.history import seen_up

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)

TEXT = {"type": "string", "minLength": 1}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$"}


def maybe(shape):
    return {"anyOf": [{"type": "null"}, shape]}


def every(**shapes):
    """An object with all of these keys: programs break on a missing one."""
    return {"type": "object", "properties": shapes, "required": list(shapes)}


def listed(shape):
    return {"type": "array", "items": shape}


PAGE = every(id=TEXT, name=TEXT, url=TEXT, time_zone=TEXT, updated_at=MOMENT)
STATUS = every(indicator={"enum": ["none", "minor", "major", "critical", "maintenance"]}, description=TEXT)
COMPONENT = every(
    id=TEXT,
    name=TEXT,
    status={
        "enum": [
            "operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance",
        ]
    },
    created_at=MOMENT,
    updated_at=MOMENT,
    position={"type": "integer"},
    description=maybe(TEXT),
    showcase={"type": "boolean"},
    start_date=maybe({"type": "string"}),
    group_id=maybe(TEXT),
    page_id=TEXT,
    group={"type": "boolean"},
    only_show_if_degraded={"type": "boolean"},
)  # fmt: skip
UPDATE = every(
    id=TEXT,
    status=TEXT,
    body=TEXT,
    incident_id=TEXT,
    created_at=MOMENT,
    updated_at=MOMENT,
    display_at=MOMENT,
    affected_components=listed(every(code=TEXT, name=TEXT, old_status=TEXT, new_status=TEXT)),
    deliver_notifications={"type": "boolean"},
    custom_tweet=maybe(TEXT),
    tweet_id=maybe(TEXT),
)


def incident(states, impacts):
    return every(
        id=TEXT,
        name=TEXT,
        status={"enum": states},
        created_at=MOMENT,
        updated_at=MOMENT,
        monitoring_at=maybe(MOMENT),
        resolved_at=maybe(MOMENT),
        impact={"enum": impacts},
        shortlink=TEXT,
        started_at=MOMENT,
        page_id=TEXT,
        incident_updates={"type": "array", "items": UPDATE, "minItems": 1},
        components=listed(COMPONENT),
    )


INCIDENT = incident(
    ["investigating", "identified", "monitoring", "resolved", "postmortem"],
    ["none", "minor", "major", "critical"],
)
WORK = {
    "allOf": [
        incident(["scheduled", "in_progress", "verifying", "completed"], ["maintenance"]),
        every(scheduled_for=MOMENT, scheduled_until=MOMENT),
    ]
}
LISTS = {
    "status": {"status": STATUS},
    "components": {"components": listed(COMPONENT)},
    "incidents": {"incidents": listed(INCIDENT)},
    "incidents/unresolved": {"incidents": listed(INCIDENT)},
    "scheduled-maintenances": {"scheduled_maintenances": listed(WORK)},
    "scheduled-maintenances/active": {"scheduled_maintenances": listed(WORK)},
    "scheduled-maintenances/upcoming": {"scheduled_maintenances": listed(WORK)},
}
LISTS["summary"] = {
    **LISTS["status"],
    **LISTS["components"],
    **LISTS["incidents"],
    **LISTS["scheduled-maintenances"],
}


def ask(what, language=None):
    answer = Client().get(f"{f'/{language}' if language else ''}/api/v2/{what}.json")
    assert answer.status_code == 200
    return json.loads(answer.content)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def host(now):
    """Files up, mail down and with it webmail, a forge in maintenance; one interruption over, one work to come."""
    files, mail, webmail, forge = (
        a_service(name, position=place)
        for place, name in enumerate(["Nextcloud", "Mail", "Webmail", "Forgejo"])
    )
    a_service("Backups", listed=False)
    for service in (files, mail, webmail, forge):
        seen_up(service, at=now)
    going_on = Outage.objects.create(service=mail, started_at=now - 20 * MINUTE)
    Outage.objects.create(service=webmail, started_at=now - 19 * MINUTE, cause=going_on)
    for minutes, kind in [(15, Kind.BEGIN), (5, Kind.UPDATE)]:
        Announcement.objects.create(
            outage=going_on, kind=kind, title_en=f"Mail, {kind}", published_at=now - minutes * MINUTE
        )
    Outage.objects.create(service=files, started_at=now - 2 * DAY, ended_at=now - 2 * DAY + MINUTE)
    for title, days in [("Disks", 0), ("Network", 3)]:
        work = Maintenance.objects.create(
            title_en=title, text_en="New ones.", starts_at=now + days * DAY, ends_at=now + (days + 1) * DAY,
            published_at=now - DAY, changed_at=now - DAY,
        )  # fmt: skip
        work.services.add(forge)
    return now


class TestTheShape:
    @pytest.mark.parametrize("what", LISTS)
    def test_has_every_key_programs_ask_for(self, host, what):
        validate(ask(what), every(page=PAGE, **LISTS[what]))

    @pytest.mark.parametrize("what", LISTS)
    def test_is_whole_on_a_host_without_anything(self, what):
        validate(ask(what), every(page=PAGE, **LISTS[what]))

    def test_may_be_read_by_any_site(self):
        assert Client().get("/api/v2/summary.json")["Access-Control-Allow-Origin"] == "*"
        # Also when it is served from the shelf.
        assert Client().get("/api/v2/summary.json")["Access-Control-Allow-Origin"] == "*"

    @pytest.mark.parametrize(
        "what", ["subscribers", "incidents/", "../summary", "incidents/1", "summary.json"]
    )
    def test_of_anything_else_is_not_found(self, what):
        assert Client().get(f"/api/v2/{what}.json").status_code == 404

    def test_speaks_the_hosts_language_or_that_of_the_address(self, host):
        assert ask("components", "en")["components"][1]["description"] == "Your files, wherever you are."
        assert ask("components", "fr") == {**ask("components"), "page": ask("components", "fr")["page"]}
        assert Client().get("/de/api/v2/summary.json").status_code == 404


class TestComponents:
    def test_say_how_each_service_is(self, host):
        said = {one["name"]: one["status"] for one in ask("components")["components"] if not one["group"]}
        assert said == {
            "Nextcloud": "operational",
            "Mail": "major_outage",
            "Webmail": "major_outage",
            "Forgejo": "under_maintenance",
        }

    def test_never_call_operational_what_nobody_knows(self, now):
        seen_up(a_service("Nextcloud"), at=now - 12 * MINUTE)
        _group, files = ask("components")["components"]
        assert (files["status"], files["state"]) == ("degraded_performance", "unknown")
        assert ask("status")["status"]["indicator"] == "minor"

    def test_stand_in_their_group(self, host):
        group, *members = ask("components")["components"]
        assert group["group"]
        assert group["components"] == [one["id"] for one in members]
        assert {one["group_id"] for one in members} == {group["id"]}

    def test_name_no_service_that_is_not_listed(self, host):
        assert "Backups" not in json.dumps([ask(what) for what in LISTS])


class TestTheIndicator:
    @pytest.mark.parametrize(
        ("states", "said"),
        [
            ([], "none"),
            (["up", "unwatched", "suspect"], "none"),
            (["up", "maintenance"], "maintenance"),
            (["unknown", "maintenance"], "minor"),
            (["unknown", "down"], "major"),
            (["recovering", "up"], "major"),
            (["down", "recovering"], "critical"),
        ],
    )
    def test_is_the_worst_of_all(self, states, said):
        assert indicator(states) == said


class TestIncidents:
    def test_are_the_interruptions_newest_first(self, host):
        assert [one["name"] for one in ask("incidents", "en")["incidents"]] == [
            "Mail, begin",
            "Interruption of Nextcloud",
        ]

    def test_of_a_crowd_are_one(self, host):
        (mail,) = ask("incidents/unresolved")["incidents"]
        assert [one["name"] for one in mail["components"]] == ["Mail", "Webmail"]
        assert mail["impact"] == "major"

    def test_tell_what_was_told_newest_first(self, host):
        (mail,) = ask("incidents/unresolved")["incidents"]
        assert [one["status"] for one in mail["incident_updates"]] == ["identified", "investigating"]
        assert mail["status"] == "identified"
        assert mail["resolved_at"] is None

    def test_that_were_not_announced_have_a_beginning_and_an_end_all_the_same(self, host):
        over = ask("incidents")["incidents"][1]
        assert [one["status"] for one in over["incident_updates"]] == ["resolved", "investigating"]
        assert over["status"] == "resolved"

    def test_in_the_summary_are_those_that_go_on(self, host):
        assert len(ask("summary")["incidents"]) == 1

    def test_of_a_hidden_cause_stand_for_themselves(self, now):
        names = Outage.objects.create(service=a_service("Names", listed=False), started_at=now - DAY)
        Outage.objects.create(service=a_service("Mail"), started_at=now - DAY, cause=names)
        (mail,) = ask("incidents/unresolved", "en")["incidents"]
        assert mail["name"] == "Interruption of Mail"


class TestMaintenance:
    def test_goes_on_or_is_to_come(self, host):
        assert [w["name"] for w in ask("scheduled-maintenances/active")["scheduled_maintenances"]] == [
            "Disks"
        ]
        (network,) = ask("scheduled-maintenances/upcoming")["scheduled_maintenances"]
        assert (network["name"], network["status"]) == ("Network", "scheduled")

    def test_called_off_or_of_a_hidden_service_is_not_told(self, host):
        Maintenance.objects.filter(title_en="Network").update(cancelled_at=host)
        work = Maintenance.objects.get(title_en="Disks")
        work.services.set([a_service("Hidden", listed=False)])
        assert ask("scheduled-maintenances")["scheduled_maintenances"] == []


class TestWhatItCosts:
    @pytest.mark.parametrize("what", LISTS)
    def test_ten_queries_at_most(self, host, what, django_assert_max_num_queries):
        with django_assert_max_num_queries(10):
            Client().get(f"/api/v2/{what}.json")
