"""A restored backup does not bring the erased back."""

import os
import subprocess
import sys
from datetime import timedelta

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from accounts import verbs
from accounts.models import Erasure, Reason, User
from accounts.tasks import write_out_erasures
from accounts.verbs.remembering import erasures_file
from chatons_portal.embedded.postgres import installations
from journal.models import Entry, Role
from outbox.models import Letter
from tests.accounts.leaving import WARNED
from tests.accounts.unseen import before_limit, day, every_day, gone, unseen
from tests.factories import NOON, a_person, published


@pytest.fixture(autouse=True)
def a_folder_of_its_own(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


def brought_back(person):
    """The row as an older backup has it."""
    back = User(email=person.email, sub=person.sub, language="fr", joined_at=NOON)
    back.save()
    return back


@pytest.mark.django_db
class TestTheFile:
    def test_has_a_line_for_each_erasure_and_says_nothing_of_anybody(self, sami):
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        assert verbs.write_out() == 1
        line = erasures_file().read_text().strip()
        assert line == f"2026-03-02T12:00:00+00:00 closed {Erasure.objects.get().mark}"
        assert str(sami.sub) not in line
        assert sami.email not in line
        assert oct(erasures_file().stat().st_mode)[-3:] == "600"

    def test_is_written_once_and_caught_up(self, sami):
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        write_out_erasures()
        assert verbs.write_out() == 0
        verbs.erase(a_person("zoe@example.org").pk, reason=Reason.INACTIVE, at=NOON, warned=WARNED)
        assert verbs.write_out() == 1
        assert len(erasures_file().read_text().split()) == 6

    def test_survives_a_line_that_was_cut_off(self, sami):
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        verbs.write_out()
        whole = erasures_file().read_text()
        erasures_file().write_text(whole[:-20])
        assert verbs.write_out() == 1
        assert whole.strip() in erasures_file().read_text()

    def test_is_not_needed_to_start_with(self, db):
        assert verbs.write_out() == 0
        assert not erasures_file().exists()


@pytest.mark.django_db
class TestReapplying:
    def test_erases_whoever_came_back_and_nobody_else(self, sami, mona):
        verbs.erase(sami.pk, reason=Reason.INACTIVE, at=NOON, warned=WARNED)
        verbs.write_out()
        brought_back(sami)
        letters = Letter.objects.filter(kind="accounts_erased").count()
        assert verbs.reapply_erasures(NOON).erased == 1
        assert list(User.objects.all()) == [mona]
        assert Erasure.objects.filter(reason=Reason.INACTIVE, clause="s2").count() == 2
        assert Entry.objects.of("accounts.erased").filter(role=Role.OPERATOR).count() == 1
        assert Letter.objects.filter(kind="accounts_erased").exclude(recipient="").count() <= letters

    def test_twice_finds_nobody(self, sami):
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        verbs.write_out()
        assert verbs.reapply_erasures(NOON).erased == 0

    def test_leaves_somebody_new_with_the_same_address(self, sami):
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        verbs.write_out()
        again = a_person(sami.email)
        assert verbs.reapply_erasures(NOON).erased == 0
        assert User.objects.filter(pk=again.pk).exists()

    def test_can_be_tried_first(self, sami, capsys):
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        verbs.write_out()
        brought_back(sami)
        call_command("reapply_erasures", "--dry-run")
        assert capsys.readouterr().out == (
            "1 accounts would be erased again.\n0 notices and 0 closings would begin anew.\n"
        )
        assert User.objects.filter(email=sami.email).exists()

    def test_of_the_only_administrator_waits_for_another_and_holds_up_nobody(self, sami, mona, capsys):
        """A backup from before somebody took over: its administrator had left since."""
        ada = a_person("ada@example.org", staff=True)
        for person in (mona, sami):
            verbs.erase(person.pk, reason=Reason.CLOSED, at=NOON)
        verbs.write_out()
        ada.delete()
        alone = brought_back(mona)
        User.objects.filter(pk=alone.pk).update(is_superuser=True)
        brought_back(sami)
        call_command("reapply_erasures")
        assert "1 accounts erased again.\n" in (said := capsys.readouterr().out)
        assert "first_administrator --promote" in said

    def test_gives_whoever_was_under_notice_the_whole_notice_anew(self, terms):
        """They may have been seen since the backup was made."""
        lou = unseen()
        every_day(before_limit(60), before_limit(0))
        assert User.objects.get(pk=lou.pk).disabled_at
        assert verbs.reapply_erasures(day(366)).notices == 1
        assert not User.objects.get(pk=lou.pk).disabled_at
        every_day(day(367), day(367 + 89))
        assert not gone(lou)
        every_day(day(367 + 90), day(367 + 91))
        assert gone(lou)

    def test_gives_whoever_was_leaving_their_days_again_and_says_so(self, sami):
        """They may have changed their mind since the backup was made."""
        verbs.ask_to_close(sami.pk, at=NOON)
        later = NOON + timedelta(days=40)
        assert verbs.reapply_erasures(later).closings == 1
        assert verbs.carry_out_closings(later) == 0
        sami.refresh_from_db()
        assert sami.closes_at == later + timedelta(days=14)
        assert Letter.objects.filter(kind="accounts_closing", recipient=sami.email).count() == 2


def the_tool(name):
    """A program of PostgreSQL at least as new as the server."""
    for installation in installations():
        if (installation.bin / name).exists() and installation.major >= connection.pg_version // 10_000:
            return installation.bin / name
    pytest.skip(f"{name} is not on this machine")


def addresses_in(parameters):
    with psycopg.connect(**parameters) as other:
        return [row[0] for row in other.execute("SELECT email FROM accounts_user ORDER BY email")]


@pytest.mark.django_db(transaction=True)
def test_a_real_backup_restored_brings_nobody_back(tmp_path, settings):
    published("terms")
    sami, zoe = a_person("sami@example.org"), a_person("zoe@example.org")
    here = connection.settings_dict
    reach = ["-h", here["HOST"], "-U", here["USER"]]
    backup, restored = tmp_path / "backup", f"{here['NAME']}_restored"
    subprocess.run([the_tool("pg_dump"), *reach, "-Fc", "-f", backup, here["NAME"]], check=True)
    verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
    verbs.write_out()

    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{restored}"')
    try:
        subprocess.run([the_tool("pg_restore"), *reach, "-d", restored, backup], check=True)
        parameters = {"host": here["HOST"], "user": here["USER"], "dbname": restored}
        assert addresses_in(parameters) == [sami.email, zoe.email]
        done = subprocess.run(
            [sys.executable, "manage.py", "reapply_erasures"],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {
                "VAR_DIR": str(settings.VAR_DIR),
                "DATABASE_URL": f"postgres://{here['USER']}@/{here['HOST']}/{restored}",
            },
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert done.stdout.startswith("1 accounts erased again.\n")
        assert addresses_in(parameters) == [zoe.email]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{restored}" WITH (FORCE)')
