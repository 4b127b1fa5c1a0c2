"""The published documents as a tree of files, fit for a public repository: what is written, and what is read back.

`<kind>/<number>.<language>.md` holds one text, word for word, under all that is known of it; `index.json` and
`README.md` list them. Nothing in it depends on when it was written, so that writing it again changes no byte.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from legal.folder import Folder, NotOurs
from legal.frontmatter import SourceFile, compose, read
from legal.models import Document, Text, Version
from legal.writing import WritingError

FORMAT = "chatons-portal legal archive 1"
INDEX = "index.json"
README = "README.md"
OUR_PATH = re.compile(r"[-\w]+/\d{3,}\.[a-zA-Z-]+\.md", re.ASCII)


@dataclass
class Written:
    files: int = 0
    changed: int = 0
    removed: int = 0
    left_alone: tuple[str, ...] = ()


def tree(at: datetime) -> dict[str, str]:
    """The files of the archive as of `at`, by their paths."""
    documents = [
        (
            document,
            list(document.versions.published(at).order_by("number").prefetch_related("texts__clauses")),
        )
        for document in Document.objects.all()
    ]
    documents = [(document, versions) for document, versions in documents if versions]
    files: dict[str, str] = {}
    for document, versions in documents:
        for version in versions:
            version.document = document
            for text in _in_order(version):
                text.version = version
                files[path_of(text)] = compose(facts_of(text), text.markdown)
    index = {
        "format": FORMAT,
        "documents": [_indexed(document, versions) for document, versions in documents],
        "files": {path: _sha256(content) for path, content in files.items()},
    }
    files[README] = _readme(documents)
    files[INDEX] = json.dumps(index, ensure_ascii=False, indent=2) + "\n"
    return files


def path_of(text: Text) -> str:
    return f"{text.version.document.slug}/{text.version.number:03}.{text.language}.md"


def facts_of(text: Text) -> dict[str, str]:
    """Everything that is known of a text, in words."""
    version = text.version
    return {
        "title": text.title,
        "kind": version.document.slug,
        "must_be_accepted": _said(version.document.in_acceptance_set),
        "position": str(version.document.position),
        "number": str(version.number),
        "language": text.language,
        "authoritative": _said(text.is_authoritative),
        "published": _moment(version.published_at),
        "effective": _moment(version.effective_at),
        "significant": _said(version.significant),
        "changes": text.changes,
        "sha256": text.sha256,
        "previous": version.previous_digest,
        "digest": version.digest,
        "clauses": " ".join(clause.ref for clause in text.clauses.all()),
    }


def _indexed(document: Document, versions: Iterable[Version]) -> dict[str, Any]:
    return {
        "kind": document.slug,
        "must_be_accepted": document.in_acceptance_set,
        "position": document.position,
        "versions": [
            {
                "number": version.number,
                "published": _moment(version.published_at),
                "effective": _moment(version.effective_at),
                "significant": version.significant,
                "authoritative": version.authoritative_language,
                "previous": version.previous_digest,
                "digest": version.digest,
                "texts": [
                    {
                        "language": text.language,
                        "title": text.title,
                        "changes": text.changes,
                        "sha256": text.sha256,
                        "file": path_of(text),
                    }
                    for text in _in_order(version)
                ],
            }
            for version in versions
        ],
    }


def _readme(documents: list[tuple[Document, list[Version]]]) -> str:
    with override(settings.LANGUAGE_CODE):
        lines = [
            "# " + _("Documents of %(host)s") % {"host": _plain(settings.HOST["name"])},
            "",
            _(
                "Every published version, word for word. The SHA-256 of a text is that of everything after the "
                "empty line that follows its second line of dashes. The digest of a version covers its texts, "
                "its dates and the digest of the version before it. [index.json](index.json) says the same to programs."
            ),
        ]
        for document, versions in documents:
            title = versions[-1].text_in(settings.LANGUAGE_CODE).title
            lines += ["", f"## {_plain(title)} (`{document.slug}`)", ""]
            for version in reversed(versions):
                lines.append("- " + _listed(version))
        return "\n".join(lines) + "\n"


def _listed(version: Version) -> str:
    texts = []
    for text in _in_order(version):
        link = f"[{text.language}]({path_of(text)})"
        texts.append(
            _("%(link)s (authoritative)") % {"link": link}
            if text.is_authoritative and version.texts.all()[1:]
            else link
        )
    return _(
        "Version %(number)d, published on %(published)s, in effect from %(effective)s: %(texts)s. "
        "Digest `%(digest)s`"
    ) % {
        "number": version.number,
        "published": _moment(version.published_at)[:10],
        "effective": _moment(version.effective_at)[:10],
        "texts": ", ".join(texts),
        "digest": version.digest,
    }


def _in_order(version: Version) -> list[Text]:
    return sorted(
        version.texts.all(), key=lambda text: (text.language != version.authoritative_language, text.language)
    )


def _plain(words: str) -> str:
    """Words that Markdown shows as they are."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", " ".join(words.split()))


def _moment(at: datetime | None) -> str:
    assert at
    return at.astimezone(UTC).isoformat()


def _said(truth: bool) -> str:
    return "true" if truth else "false"


def _sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def files_of(folder: Path) -> list[SourceFile]:
    """The texts of an archive, as its index lists them. Raises WritingError."""
    index = folder / INDEX
    try:
        listed = _index(index.read_bytes())
    except FileNotFoundError as error:
        raise WritingError(
            _("%(path)s holds no %(index)s: it is no export of a portal. Name its files instead.")
            % {"path": folder, "index": INDEX}
        ) from error
    except (OSError, NotOurs) as error:
        raise WritingError(f"{index}: {error}") from error
    for path in listed:
        if (folder / path).is_symlink() or (folder / path).parent.is_symlink():
            raise WritingError(_("%(path)s is a link, no text.") % {"path": folder / path})
    return [read(folder / path) for path in listed]


def _index(content: bytes) -> dict[str, str]:
    """The files of an archive and their SHA-256. Raises NotOurs."""
    try:
        index = json.loads(content)
        ours = index["format"] == FORMAT
        listed = {str(path): str(sha256) for path, sha256 in index["files"].items()} if ours else {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotOurs(_("this index was not written by a portal.")) from error
    if not ours:
        raise NotOurs(_("this index was not written by a portal."))
    for path in listed:
        if not OUR_PATH.fullmatch(path):
            raise NotOurs(_("“%(path)s” is no path of an export.") % {"path": path})
    return listed


def write_tree(files: dict[str, str], folder: Path, *, dry_run: bool = False) -> Written:
    """Make `folder` hold these files, and none that an earlier export wrote and this one did not. Raises NotOurs.

    Below the folder no symbolic link is followed; a file that somebody changed since is no longer ours to remove.
    """
    if not dry_run:
        folder.mkdir(parents=True, exist_ok=True)
    if not folder.exists():
        return Written(files=len(files), changed=len(files))
    with Folder(folder) as top:
        before = _written_before(top, folder)
        for path in files:
            if path not in before and top.holds(path):
                raise NotOurs(
                    _("%(path)s is there and no export wrote it. Move it away, or choose another folder.")
                    % {"path": folder / path}
                )
        written = Written(files=len(files))
        stale = {path: sha256 for path, sha256 in before.items() if path not in files and top.holds(path)}
        changed_since = tuple(
            path for path, sha256 in stale.items() if hashlib.sha256(top.read(path)).hexdigest() != sha256
        )
        for path, content in files.items():  # the index last: until then the old one says what is ours
            if not top.holds(path) or top.read(path) != content.encode():
                written.changed += 1
                if not dry_run:
                    top.write(path, content.encode())
        for path in stale:
            if path not in changed_since:
                written.removed += 1
                if not dry_run:
                    top.remove(path)
    written.left_alone = changed_since
    return written


def _written_before(top: Folder, folder: Path) -> dict[str, str]:
    """What an earlier export wrote into the folder. Raises NotOurs when the folder is somebody else's."""
    if not top.holds(INDEX):
        others = [name for name in sorted(os.listdir(top.descriptor)) if not name.startswith(".")]
        if others:
            raise NotOurs(
                _("%(folder)s holds other things (%(name)s…) and no earlier export. Name an empty folder.")
                % {"folder": folder, "name": others[0]}
            )
        return {}
    try:
        return {INDEX: "", README: ""} | _index(top.read(INDEX))
    except NotOurs as error:
        raise NotOurs(f"{folder / INDEX}: {error}") from error
