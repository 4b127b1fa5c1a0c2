"""`make lint`: is each compiled catalogue what its source says, and is every message translated?"""

import gettext
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def catalogue(path: Path) -> dict[object, str]:
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)._catalog


def complaints(source: Path, folder: Path) -> list[str]:
    name = source.relative_to(ROOT)
    fresh, compiled = folder / "fresh.mo", source.with_suffix(".mo")
    checked = subprocess.run(
        ["msgfmt", "--check-format", "-o", fresh, source], capture_output=True, text=True
    )
    if checked.returncode:
        return [checked.stderr.strip()]
    found = []
    if not compiled.exists() or catalogue(compiled) != catalogue(fresh):
        found.append(f"{name} is newer than its compiled form: make messages.")
    if source.parent.parent.name != "en":  # English is the source's own words
        said = subprocess.run(
            ["msgfmt", "--statistics", "-o", fresh, source], capture_output=True, text=True
        ).stderr
        if "fuzzy" in said or "untranslated" in said:
            found.append(f"{name} is not complete: {said.strip()}")
    return found


def main() -> int:
    if not shutil.which("msgfmt"):
        print("msgfmt is missing: apt-get install gettext.")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        found = [
            one
            for source in ROOT.glob("locale/*/LC_MESSAGES/*.po")
            for one in complaints(source, Path(folder))
        ]
    print("\n".join(found) or "Messages are complete and compiled.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
