"""Documents that were kept in a git repository: each change of the file was a version.

The main line is followed (the first parent of each merge): what stood there is what people could read. Nothing of
the repository is executed and nothing is fetched for it: no hook, no configured program, no missing object.
"""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import override

from legal.editions import LONGEST_CHANGES, Edition, Sheet, Wishes, flag, moment, sheet_of
from legal.frontmatter import SourceFile, parse
from legal.writing import WritingError

Fact = TypeVar("Fact")
LARGEST_BYTES = 2_000_000
NO_FILE = {"120000", "160000"}  # symbolic links, submodules
HARMLESS = [
    *("--no-pager", "--literal-pathspecs", "--no-optional-locks", "--no-replace-objects"),
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.attributesFile="),
    *("-c", "protocol.allow=never"),  # a partial clone would fetch what it lacks, by core.sshCommand
]


@dataclass(frozen=True)
class Step:
    """One commit that changed a file: its state afterwards, or None once it was gone."""

    commit: str
    at: datetime
    message: str
    path: str
    blob: str | None


@dataclass(frozen=True)
class History:
    editions: list[Edition]
    remarks: list[str]  # what made no version, and why


def history_of(
    repository: Path, files: Mapping[str, str], wishes: Wishes, *, by_committer_date: bool = False
) -> History:
    """The editions of a document, oldest first, from the files that hold its languages. Raises WritingError.

    The first language named is the authoritative one.
    """
    git = Git(repository)
    steps = {
        language: {step.commit: step for step in git.steps(path, by_committer_date=by_committer_date)}
        for language, path in files.items()
    }
    blobs = git.blobs({step.blob for one in steps.values() for step in one.values() if step.blob})
    standing: dict[str, Sheet] = {}
    editions: list[Edition] = []
    remarks: list[str] = []
    for commit in git.main_line():
        moved = {language: one[commit] for language, one in steps.items() if commit in one}
        said = {
            language: file
            for language, step in moved.items()
            if (file := _file_at(step, blobs, remarks)) is not None
        }
        if not said:
            continue
        step = next(iter(moved.values()))
        standing = {language: _told(sheet, step) for language, sheet in standing.items()}
        for language, file in said.items():
            sheet = sheet_of(file, language, wishes)
            standing[language] = sheet if sheet.changes else _told(sheet, step)
        sheets = tuple(standing[language] for language in files if language in standing)
        if sheets[0].language != next(iter(files)):
            continue  # a translation that was there before what it translates
        edition = Edition(
            kind=wishes.kind,
            sheets=sheets,
            authoritative=sheets[0].language,
            published_at=step.at,
            effective_at=_heeded(moment, said, "effective", remarks),
            significant=_heeded(flag, said, "significant", remarks),
            in_acceptance_set=wishes.in_acceptance_set,
        )
        if edition.significant is None:
            edition = replace(edition, significant=wishes.significant)
        editions.append(_after(editions[-1] if editions else None, edition))
    if not editions:
        raise WritingError(
            _("%(path)s holds no text at any commit of %(repository)s.")
            % {"path": next(iter(files.values())), "repository": repository}
        )
    return History(editions, remarks)


def _file_at(step: Step, blobs: Mapping[str, bytes], remarks: list[str]) -> SourceFile | None:
    """What stood in the file after that commit. Nothing, and a remark, once it was gone or empty: a document
    cannot be taken back, and what stood before goes on standing."""
    where = _("%(path)s at commit %(commit)s") % {"path": step.path, "commit": step.commit[:12]}
    if step.blob is None:
        remarks.append(_("%(where)s: the file is gone. No version.") % {"where": where})
        return None
    file = parse(blobs[step.blob], where, foreign=True)
    if not file.text:
        remarks.append(_("%(where)s: the file is empty. No version.") % {"where": where})
        return None
    return file


def _heeded(
    fact: Callable[[SourceFile, str], Fact | None],
    files: Mapping[str, SourceFile],
    name: str,
    remarks: list[str],
) -> Fact | None:
    """What front matter says, if it says it in a way we know: nobody can mend the past."""
    for file in files.values():
        try:
            if (said := fact(file, name)) is not None:
                return said
        except WritingError as error:
            remarks.append(_("%(complaint)s Passed over.") % {"complaint": error})
    return None


def _told(sheet: Sheet, step: Step) -> Sheet:
    """What changed is what the commit says."""
    said = subject(step.message)
    if not said:
        with override(sheet.language):
            said = _("Commit %(commit)s.") % {"commit": step.commit[:12]}
    return replace(sheet, changes=said)


def subject(message: str) -> str:
    """The first line of a commit's message; a merge is told by the first line of its own, if it has one."""
    lines = [" ".join(line.split()) for line in message.splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].startswith(("Merge branch ", "Merge pull request ", "Merge remote")):
        lines = lines[1:]
    said = "".join(c for c in lines[0] if c.isprintable()) if lines else ""
    return said if len(said) <= LONGEST_CHANGES else said[: LONGEST_CHANGES - 1].rstrip() + "…"


def _after(previous: Edition | None, edition: Edition) -> Edition:
    """The edition at its place in the order of the commits. Raises WritingError.

    It cannot have bound anybody before it was published, nor before the one it replaces would have.
    """
    assert edition.published_at
    effective_at = max(edition.effective_at or edition.published_at, edition.published_at)
    if previous and previous.published_at and previous.effective_at:
        if edition.published_at < previous.published_at:
            raise WritingError(
                _(
                    "%(where)s is dated %(date)s, before %(previous)s of %(earlier)s, which it follows. "
                    "Where authors' dates are out of order, --committer-date may help."
                )
                % {
                    "where": edition.where,
                    "date": edition.published_at.isoformat(),
                    "previous": previous.where,
                    "earlier": previous.published_at.isoformat(),
                }
            )
        effective_at = max(effective_at, previous.effective_at)
    return replace(edition, effective_at=effective_at)


class Git:
    """A repository, only ever read."""

    def __init__(self, repository: Path) -> None:
        self.repository = repository.resolve()
        self.environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_TERMINAL_PROMPT": "0",
            # Only the folder that was named, not whatever repository it may lie in.
            "GIT_CEILING_DIRECTORIES": str(self.repository.parent),
        }
        if not self.repository.is_dir():
            raise WritingError(_("%(path)s is no folder.") % {"path": repository})
        if self.run("rev-parse", "--is-shallow-repository").strip() == b"true":
            raise WritingError(
                _("%(path)s holds only the end of its history. Fetch the rest: git fetch --unshallow")
                % {"path": repository}
            )

    def run(self, *arguments: str, said: bytes = b"") -> bytes:
        """What git answers. Raises WritingError with git's own words."""
        whose = ["-c", f"safe.directory={self.repository}", "-c", f"safe.directory={self.repository}/.git"]
        try:
            answer = subprocess.run(
                ["git", *HARMLESS, *whose, *arguments],
                cwd=self.repository,
                env=self.environment,
                input=said,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise WritingError(_("git is not installed. Install it to import a history.")) from error
        if answer.returncode:
            words = answer.stderr.decode(errors="replace").strip().splitlines() or [str(answer.returncode)]
            fatal = next((line for line in words if line.startswith("fatal: ")), words[0])
            raise WritingError(
                _("git cannot read %(path)s: %(words)s")
                % {"path": self.repository, "words": fatal.removeprefix("fatal: ")}
            )
        return answer.stdout

    def main_line(self) -> list[str]:
        """Its commits, oldest first."""
        return self.run("rev-list", "--first-parent", "--reverse", "HEAD", "--").decode().split()

    def steps(self, path: str, *, by_committer_date: bool) -> list[Step]:
        """The commits that changed the file, newest first, through its renames; a copy begins a history."""
        answer = self.run(
            *("log", "--first-parent", "--diff-merges=first-parent", "--follow", "--find-renames"),
            *("--raw", "--no-abbrev", "-z", "--no-color", "--no-ext-diff"),
            "--no-show-signature",  # or else the program that gpg.program names would run
            *("--no-textconv", "--no-relative", "--encoding=UTF-8", "--format=%H %at %ct%n%B"),
            *("HEAD", "--", path),
        )
        steps = []
        pieces = iter(answer.split(b"\0"))
        head = b""
        for piece in pieces:
            change = piece.lstrip(b"\n")
            if not change.startswith(b":"):
                head = piece
                continue
            _old_mode, mode, _old, blob, fate = change[1:].decode().split(" ")
            now = next(pieces)
            if fate[0] in "RC":
                now = next(pieces)
            steps.append(_step(head, now.decode(errors="replace"), mode, blob, by_committer_date))
            if fate[0] == "C":
                break
        if not steps:
            raise WritingError(
                _("%(path)s is at no commit of %(repository)s.")
                % {"path": path, "repository": self.repository}
            )
        return steps

    def blobs(self, wanted: set[str]) -> dict[str, bytes]:
        asked = "".join(f"{blob}\n" for blob in sorted(wanted)).encode()
        for line in self.run("cat-file", "--batch-check", said=asked).decode().splitlines():
            blob, *facts = line.split()
            if facts[0] != "blob":
                raise WritingError(
                    _("%(repository)s lacks a part of itself (%(blob)s). Fetch it whole: git clone --mirror")
                    % {"repository": self.repository, "blob": blob}
                )
            if int(facts[1]) > LARGEST_BYTES:
                raise WritingError(
                    _("A state of the file (%(blob)s) has %(size)s bytes: that is no document.")
                    % {"blob": blob, "size": facts[1]}
                )
        return _contents(self.run("cat-file", "--batch", said=asked))


def _step(head: bytes, path: str, mode: str, blob: str, by_committer_date: bool) -> Step:
    first, _newline, message = head.decode(errors="replace").lstrip("\n").partition("\n")
    commit, author_time, committer_time = first.split(" ")
    where = _("%(path)s at commit %(commit)s") % {"path": path, "commit": commit[:12]}
    if mode in NO_FILE:
        raise WritingError(_("%(where)s is a link, no text.") % {"where": where})
    try:
        at = datetime.fromtimestamp(int(committer_time if by_committer_date else author_time), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise WritingError(_("%(where)s has no date that can be read.") % {"where": where}) from error
    return Step(commit, at, message, path, None if set(blob) == {"0"} else blob)


def _contents(answer: bytes) -> dict[str, bytes]:
    """What `git cat-file --batch` printed, by the id of each blob."""
    found = {}
    position = 0
    while position < len(answer):
        head_ends = answer.index(b"\n", position)
        blob, _type, size = answer[position:head_ends].decode().split()
        begins = head_ends + 1
        found[blob] = answer[begins : begins + int(size)]
        position = begins + int(size) + 1
    return found


def paired(files: Sequence[str], languages: Sequence[str]) -> dict[str, str]:
    """Which file holds which language: the first --file goes with the first --lang. Raises WritingError."""
    if not files or len(files) != len(languages):
        raise WritingError(_("Give one --lang for each --file, in the same order."))
    if len(set(languages)) < len(languages):
        raise WritingError(_("Give each language once."))
    return dict(zip(languages, files, strict=True))
