"""The demonstration: a believable host, made once, never among real people."""

import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from abuse.models import Appeal, Decision, Sanction, SanctionKind, State, Ticket
from accounts.models import User
from chatons_portal.demo import RealHost, fill
from journal.models import Entry
from legal.models import Acceptance, Version
from legal.starters import publish_starters
from outbox.models import Letter
from services.models import Maintenance, Outage, Probe, Service
from tests.factories import NOON, a_person
from transparency.moderation import moderation

pytestmark = pytest.mark.django_db

WRITTEN = [Service, Outage, Version, User, Acceptance, Ticket, Entry]


def rows():
    return [model.objects.count() for model in WRITTEN]


def services():
    assert Service.objects.listed().count() >= 10
    assert Outage.objects.open(NOON).count() == 1
    assert Maintenance.objects.upcoming(NOON).count() > 2
    assert not Probe.objects.exists(), "nothing is looked at that is not there"


def accounts_that_were_suspended():
    suspended = Sanction.objects.filter(kind=SanctionKind.SUSPENSION)
    assert suspended.count() == 5
    assert not suspended.filter(ends_at__gt=NOON).exists()
    assert Decision.objects.filter(clause__ref="u6", accepted_at__isnull=False).count() == 6
    assert [appeal.outcome for appeal in Appeal.objects.order_by("filed_at")] == ["upheld", ""]


def figures():
    """Not all too small to be published."""
    assert set(Ticket.objects.values_list("state", flat=True)) == set(State.values)
    shown = moderation(NOON - timedelta(days=365), NOON)
    published = [row for row in (*shown.topics, *shown.clauses, *shown.outcomes) if row.cell.number]
    assert {"abuse", "question"} <= {row.key for row in published}


def acceptances():
    """Nobody accepted what did not exist yet."""
    terms = Version.objects.filter(document__slug="terms")
    assert terms.in_force(NOON).get().number == 2
    assert terms.filter(effective_at__gt=NOON).count() == 1
    accepted = Acceptance.objects.filter(text__version__document__slug="terms")
    assert set(accepted.values_list("text__version__number", flat=True)) == {1, 2}
    for acceptance in Acceptance.objects.select_related("text__version", "person"):
        assert acceptance.text.version.effective_at <= acceptance.at <= NOON
        assert acceptance.person.joined_at <= acceptance.at


def letters():
    """None leaves."""
    assert not Letter.objects.exists()


class TestOnAnEmptyHost:
    def test_everything_is_there_to_look_at(self, subtests):
        """Filled once: it takes longer than to look at all of it."""
        fill(at=NOON)
        for look in (services, accounts_that_were_suspended, figures, acceptances, letters):
            with subtests.test(look.__name__):
                look()

    def test_a_second_run_changes_nothing(self):
        fill(at=NOON)
        before = rows()
        assert fill(at=NOON) is None
        assert rows() == before

    def test_probes_look_at_the_portal_itself_where_they_may(self, settings):
        settings.PROBE_INSIDE = ["*"]
        fill(at=NOON)
        looked_at = Probe.objects.values_list("target", flat=True).distinct()
        assert set(looked_at) == {settings.SITE_URL + page for page in ("/health/", "/not-there/")}
        assert (
            Probe.objects.get(target__endswith="/not-there/").service.outages.filter(ended_at=None).exists()
        )

    def test_its_pages_open_and_its_passwords_work(self, capsys):
        call_command("demo")
        told = capsys.readouterr().out
        for language, words in [("fr", "Fichiers"), ("en", "Keep, find and share")]:
            assert words in Client(headers={"accept-language": language}).get("/").content.decode()
        email, password = next(line.split()[:2] for line in told.splitlines() if "mona@" in line)
        visitor = Client()
        visitor.post("/accounts/login/", {"login": email, "password": password})
        code = re.search(r"\b\d{8}\b", told)[0]
        visitor.post("/accounts/2fa/authenticate/", {"code": code})
        assert visitor.get("/desk/").status_code == 200
        link = next(
            line.split("http://localhost:8000")[1] for line in told.splitlines() if "/contact/" in line
        )
        assert Client().get(link).status_code == 200
        call_command("demo")
        assert "nothing was changed" in capsys.readouterr().out


def test_tables_that_are_missing_are_said_in_a_sentence():
    MigrationRecorder(connection).migration_qs.filter(app="accounts").delete()
    with pytest.raises(CommandError, match="manage.py migrate"):
        call_command("demo")


class TestOnAHostThatStartedAlready:
    def test_the_documents_that_are_out_stay_and_get_a_next_version(self):
        now = timezone.now()
        publish_starters(at=now)
        fill(at=now)
        terms = Version.objects.filter(document__slug="terms")
        assert terms.in_force(now).get().number == 1
        assert terms.count() == 2

    def test_real_people_are_left_alone(self):
        a_person("marie@quelque-part.fr")
        before = rows()
        with pytest.raises(RealHost):
            fill(at=NOON)
        with pytest.raises(CommandError, match="--force"):
            call_command("demo")
        assert rows() == before

    def test_unless_told_otherwise(self):
        a_person("marie@quelque-part.fr")
        assert fill(at=NOON, force=True)
