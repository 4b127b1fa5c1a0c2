"""Before anything is installed: a Python, a virtual environment, requirements that are what they were."""

import ast
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from chatons_portal.embedded import install
from tests.servers import ROOT

pytestmark = pytest.mark.xdist_group("install")  # they share a virtual environment
SCRIPT = ROOT / "chatons_portal" / "embedded" / "install.py"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    path = tmp_path_factory.mktemp("wheels") / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny.py", "size = 1\n")
        archive.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr(
            "tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tiny-1.0.dist-info/RECORD", "tiny.py,,\n")
    return path


@pytest.fixture(scope="module")
def requirements(wheel):
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    path = wheel.parent / "requirements.txt"
    path.write_text(f"tiny @ {wheel.as_uri()} --hash=sha256:{digest}\n")
    return path


@pytest.fixture(scope="module")
def venv(tmp_path_factory, requirements):
    directory = tmp_path_factory.mktemp("venv") / "here"
    install.install(directory, [requirements])
    return install.Venv(directory)


def as_script(prelude, *arguments):
    words = [str(SCRIPT), *map(str, arguments)]
    code = (
        f"import sys, runpy; {prelude}; sys.argv = {words}; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.stderr.strip(), done.returncode


class TestThePython:
    def test_old_ones_understand_the_script(self):
        tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 5))
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.AnnAssign)]

    def test_too_old_is_one_sentence(self, tmp_path):
        said, code = as_script("sys.version_info = (3, 9, 2, 'final', 0)", tmp_path / "venv")
        assert code == 1
        assert said == (
            "The portal needs Python 3.11 or newer and this is 3.9: install one and say which, "
            "for example make run PYTHON=python3.11."
        )
        assert not (tmp_path / "venv").exists()

    def test_without_venv_is_one_sentence(self, tmp_path, requirements):
        said, code = as_script("sys.modules['ensurepip'] = None", tmp_path / "venv", requirements)
        assert (said, code) == ("Python's venv module is missing: apt-get install python3-venv.", 1)

    def test_without_room_is_one_sentence(self, tmp_path, monkeypatch):
        monkeypatch.setattr(install, "ROOM_WANTED", 2**60)
        with pytest.raises(install.Refused, match="The disk that holds .* is full"):
            install.check_room(tmp_path)


class TestInstalling:
    def test_a_second_time_is_nothing(self, venv, requirements, monkeypatch):
        monkeypatch.setattr(install, "run", lambda *_: pytest.fail("something was run"))
        install.install(venv.directory, [requirements])

    def test_installs(self, venv):
        said = subprocess.run(
            [venv.python, "-c", "import tiny; print(tiny.size)"], capture_output=True, check=True
        )
        assert said.stdout == b"1\n"

    def test_other_contents_are_refused(self, venv, requirements, tmp_path):
        forged = tmp_path / "requirements.txt"
        forged.write_text(requirements.read_text()[:-5] + "0000\n")
        with pytest.raises(install.Refused, match="The requirements could not be installed: .*"):
            install.install(venv.directory, [forged])
        assert not venv.has(forged)
        assert not venv.is_sound()

    def test_interrupted_starts_afresh(self, venv, requirements):
        half = Path(venv.directory, "half")
        half.touch()
        Path(venv.unfinished).touch()
        install.install(venv.directory, [requirements])
        assert venv.is_sound()
        assert venv.has(requirements)
        assert not half.exists()
