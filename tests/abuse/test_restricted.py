"""Who may not use a service: what its jobs ask, and what the desk sees."""

import json
import os
import re
import subprocess
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from abuse.models import SanctionKind
from abuse.verbs import lift
from accounts.models import User
from tests.abuse.test_suspension import suspended
from tests.factories import a_person, a_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def services(terms):
    return [a_service("Nextcloud"), a_service("Mail")]


@pytest.fixture
def sami(sami):
    User.objects.filter(pk=sami.pk).update(username="sami")
    return User.objects.get(pk=sami.pk)


def ask(service="nextcloud", **how):
    out, err = StringIO(), StringIO()
    call_command("restricted", service, stdout=out, stderr=err, **how)
    return (json.loads(out.getvalue()) if how.get("json") else out.getvalue().splitlines()), err.getvalue()


class TestTheCommand:
    def test_names_who_is_restricted_there_and_nowhere_else(self, services, mona, sami):
        suspended(mona, sami, kind=SanctionKind.RESTRICTION, services=["nextcloud"])
        assert ask("nextcloud") == (["sami"], "")
        assert ask("mail") == ([], "")

    def test_names_the_suspended_for_every_service(self, services, mona, sami):
        suspended(mona, sami)
        assert ask("nextcloud")[0] == ask("mail")[0] == ["sami"]

    def test_forgets_them_the_moment_it_is_over_or_lifted(self, services, mona, sami):
        decision = suspended(mona, sami)
        lift(decision.sanctions.get().pk, by=mona, at=timezone.now())
        suspended(mona, sami, since=timedelta(days=40))
        assert ask()[0] == []

    def test_names_nobody_twice_and_says_until_when(self, services, mona, sami):
        suspended(mona, sami, kind=SanctionKind.RESTRICTION, services=["nextcloud"], days=60)
        decision = suspended(mona, sami)
        [one] = ask(json=True)[0]["restricted"]
        assert (one["username"], one["email"], one["sub"]) == ("sami", "sami@example.org", str(sami.sub))
        assert (one["kind"], one["decision"]) == ("suspension", decision.number)
        assert one["until"] > (timezone.now() + timedelta(days=50)).isoformat()

    def test_says_that_an_end_is_not_set(self, services, mona, sami):
        suspended(mona, sami, days=None)
        assert ask(json=True)[0]["restricted"][0]["until"] is None

    def test_knows_those_without_a_user_name_by_their_address(self, services, mona, sami):
        suspended(mona, a_person("zoe@example.org"))
        names, said = ask()
        assert names == []
        assert "1 more have no user name" in said
        assert ask(by="email")[0] == ["zoe@example.org"]

    def test_of_an_unknown_service_is_an_error_and_no_list(self, services):
        out = StringIO()
        with pytest.raises(CommandError, match="no service “nexcloud”. There are: mail, nextcloud"):
            call_command("restricted", "nexcloud", stdout=out)
        assert out.getvalue() == ""


class TestTheScriptOfTheDocs:
    def test_disables_and_enables_what_changed_and_repeats_what_failed(self, tmp_path):
        text = (settings.BASE_DIR / "docs" / "restrictions.md").read_text()
        script = re.search(r"```sh\n(#!/bin/sh.*?)```", text, re.S)[1]
        script = script.replace("/var/lib/restrictions", str(tmp_path))
        script = re.sub(r"sudo -u portal \S+ \S+ restricted nextcloud", "answer", script)
        script = re.sub(r"sudo -u www-data php \S+occ", "occ", script)
        for name, body in {
            "answer": f"cat {tmp_path}/now",
            "occ": f'echo "$*" >> {tmp_path}/done; [ ! -e {tmp_path}/broken ]',
        }.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
            (tmp_path / name).chmod(0o755)
        done = tmp_path / "done"

        def run(*names):
            done.write_text("")
            (tmp_path / "now").write_text("".join(f"{name}\n" for name in names))
            env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
            code = subprocess.run(["sh", "-c", script], env=env, check=False).returncode
            return code, done.read_text().splitlines()

        assert run("sami", "zoe") == (0, ["user:disable sami", "user:disable zoe"])
        assert run("sami", "zoe") == (0, [])
        (tmp_path / "broken").touch()
        assert run("zoe")[0] != 0
        (tmp_path / "broken").unlink()
        assert run("zoe") == (0, ["user:enable sami"])
        (tmp_path / "answer").write_text("#!/bin/sh\nexit 1\n")
        assert run() == (1, [])
        assert (tmp_path / "nextcloud").read_text() == "zoe\n"


class TestTheDesk:
    def test_sees_them_by_service(self, services, mona, sami, as_mona):
        zoe = a_person("zoe@example.org")
        suspended(mona, zoe)
        suspended(mona, sami, kind=SanctionKind.RESTRICTION, services=["nextcloud"])
        page = as_mona.get("/desk/abuse/sanction/in-force/").content.decode()
        assert page.index("zoe@example.org") < page.index("Nextcloud</h2>") < page.index("sami@example.org")
        assert "/desk/abuse/sanction/in-force/" in as_mona.get("/desk/abuse/sanction/").content.decode()

    def test_is_told_when_there_are_none(self, terms, as_mona):
        page = as_mona.get("/desk/abuse/sanction/in-force/").content.decode()
        assert "No service is closed to anybody." in page

    def test_needs_the_right(self, terms, as_sami):
        assert as_sami.get("/desk/abuse/sanction/in-force/").status_code in (302, 403)

    def test_asks_few_questions_however_many_there_are(
        self, services, mona, as_mona, django_assert_max_num_queries
    ):
        for number in range(12):
            suspended(mona, a_person(f"p{number}@example.org"), kind=SanctionKind.RESTRICTION)
        with django_assert_max_num_queries(12):
            as_mona.get("/desk/abuse/sanction/in-force/")
