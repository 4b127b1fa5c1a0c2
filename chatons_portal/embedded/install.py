"""Make the virtual environment and fill it with the hashed requirements. Standard library only.

Runs as a script before anything is installed, so it must be understood by every Python 3 there is:
no f-strings, no annotations, no `match`.

    python3 install.py VENV REQUIREMENTS...
"""

import fcntl
import hashlib
import os
import subprocess
import sys

OLDEST = (3, 11)
ROOM_WANTED = 600 * 1024 * 1024  # bytes, for a first installation


class Refused(Exception):
    """Its text says in one sentence what to do."""


def check_python(version=sys.version_info):
    if tuple(version[:2]) < OLDEST:
        raise Refused(
            "The portal needs Python %d.%d or newer and this is %d.%d: install one and say which, "
            "for example make run PYTHON=python3.11." % (OLDEST + tuple(version[:2]))
        )


def check_venv():
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Refused("Python's venv module is missing: apt-get install python3-venv.")


def check_room(directory):
    found = os.statvfs(directory)
    free = found.f_bavail * found.f_frsize
    if free < ROOM_WANTED:
        raise Refused(
            "The disk that holds %s is full: %d MB are free and the installation needs %d; make room and start again."
            % (directory, free // 2**20, ROOM_WANTED // 2**20)
        )


def fingerprint(requirements):
    """What a finished installation is known by: this Python and the exact text of the file."""
    with open(str(requirements), "rb") as text:
        return hashlib.sha256(sys.version.encode() + text.read()).hexdigest()


class Venv:
    def __init__(self, directory):
        self.directory = str(directory)
        self.python = os.path.join(self.directory, "bin", "python")
        self.unfinished = os.path.join(self.directory, "unfinished")

    def stamp(self, requirements):
        return os.path.join(self.directory, "installed-" + os.path.basename(str(requirements)))

    def has(self, requirements):
        try:
            with open(self.stamp(requirements)) as stamp:
                return stamp.read() == fingerprint(requirements)
        except OSError:
            return False

    def is_sound(self):
        """False when an installation was interrupted in it, or its Python is gone, other, or without pip."""
        if os.path.exists(self.unfinished) or not os.path.exists(self.python):
            return False
        ask = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
        asked = subprocess.Popen([self.python, "-c", ask], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return asked.communicate()[0].decode().strip() == "%d.%d" % sys.version_info[:2]

    def make(self):
        check_venv()
        parent = os.path.dirname(os.path.abspath(self.directory))
        check_room(parent)
        say("Making the virtual environment ...")
        run(
            [sys.executable, "-m", "venv", "--clear", self.directory],
            "The virtual environment could not be made",
        )

    def install(self, files):
        say("Installing %s ..." % " and ".join(os.path.basename(str(file)) for file in files))
        open(self.unfinished, "w").close()
        command = [
            self.python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
        ]
        command += ["--no-warn-script-location", "--require-hashes"]
        for file in files:
            command += ["-r", str(file)]
        run(command, "The requirements could not be installed")
        for file in files:
            with open(self.stamp(file), "w") as stamp:
                stamp.write(fingerprint(file))
        os.remove(self.unfinished)


def run(command, failure):
    # Bytecode is written although the environment says otherwise: without it each start takes seconds more.
    environment = dict(os.environ, PIP_ROOT_USER_ACTION="ignore")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    said = process.communicate()[0].decode("utf-8", "replace").strip()
    if process.returncode == 0:
        return
    if "No space left on device" in said or "Disk quota exceeded" in said:
        raise Refused("The disk is full: make room (about 600 MB) and start again.")
    errors = (
        [line for line in said.splitlines() if line.upper().startswith("ERROR")] or said.splitlines() or [""]
    )
    raise Refused("%s: %s" % (failure, errors[-1].strip()))


def say(text):
    print(text)
    sys.stdout.flush()


def install(directory, files):
    """Bring `directory` to hold all of `files`; quick when it does. What was interrupted starts afresh."""
    with open(str(files[0])) as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # two that start at once take turns
        install_in_turn(Venv(directory), files)


def install_in_turn(venv, files):
    sound = os.path.exists(venv.python) and not os.path.exists(venv.unfinished)
    missing = [file for file in files if not venv.has(file)]
    if sound and not missing:
        return
    if not venv.is_sound():
        if os.path.realpath(sys.prefix) == os.path.realpath(venv.directory):
            raise Refused("%s is not whole: run make install" % venv.directory)
        venv.make()
        missing = files
    venv.install(missing)


def main(arguments):
    try:
        check_python()
        install(arguments[0], arguments[1:])
    except Refused as refused:
        return str(refused)
    except KeyboardInterrupt:
        return "Interrupted; the next run takes it up again."
    except EnvironmentError as error:
        return "%s: %s; make room or give back its ownership, and start again." % (
            error.filename,
            error.strerror,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
