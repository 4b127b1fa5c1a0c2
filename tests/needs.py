"""Install what the tests need from Debian, when we are root on one; say what will be missing otherwise.

Runs before the virtual environment exists: standard library only, one apt call, nothing when nothing is missing.
"""

import glob
import os
import shutil
import subprocess
import sys

CREATE_NO_CLUSTER = "/etc/postgresql-common/createcluster.conf"


def missing():
    """Debian packages by what they bring that is not there yet."""
    servers = [
        path for path in glob.glob("/usr/lib/postgresql/*/bin/postgres") if int(path.split("/")[4]) >= 15
    ]
    if not servers:
        yield "postgresql"
    if not (shutil.which("redis-server") or shutil.which("valkey-server")):
        yield "redis-server"
    if not any(map(shutil.which, ["chromium-headless-shell", "chromium", "google-chrome"])):
        yield "chromium-headless-shell"
    if not os.path.exists("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"):
        yield "fonts-dejavu-core"
    if not shutil.which("msgfmt"):
        yield "gettext"


def offered(package):
    """Ubuntu, for one, has no chromium-headless-shell."""
    policy = subprocess.run(["apt-cache", "policy", package], stdout=subprocess.PIPE, text=True)
    return "Candidate:" in policy.stdout and "Candidate: (none)" not in policy.stdout


def main():
    packages = list(missing())
    if not packages or os.geteuid() != 0 or not shutil.which("apt-get"):
        return 0
    print("Installing for the tests: " + " ".join(packages), flush=True)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive", UCF_FORCE_CONFFOLD="1")
    quiet = {"env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    updated = subprocess.run(["apt-get", "update", "-qq"], **quiet)
    packages = [package for package in packages if offered(package)]
    if "postgresql" in packages and not os.path.exists(CREATE_NO_CLUSTER):
        # The tests have a cluster of their own; the package would make and start one for the whole machine.
        os.makedirs(os.path.dirname(CREATE_NO_CLUSTER), exist_ok=True)
        with open(CREATE_NO_CLUSTER, "w") as configuration:
            configuration.write("create_main_cluster = false\n")
    keep = ["-o", "Dpkg::Options::=--force-confold"]
    done = subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *keep, *packages], **quiet
    )
    if done.returncode:
        # Not the end: the servers also come as wheels, and what cannot run then is reported.
        print(updated.stdout + done.stdout)
        print("apt-get could not install all of it; the tests go on without.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
