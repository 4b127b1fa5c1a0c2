"""A copy of the status pages as files, to be served from elsewhere when the host itself is down.

Each page is the one the portal serves, with links that lead within the copy where the copy has what they lead to, and
to the portal's own address where it has not. Nothing in it needs the portal, a server, or a program.
"""

import datetime as dt
import hashlib
import json
import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.handlers.wsgi import WSGIRequest
from django.urls import resolve, reverse
from django.utils.translation import get_language_info, override

from chatons_portal.public import request_of_nobody
from journal.models import Entry
from services import chronicle
from services.models import Announcement, Maintenance, Service
from services.views.api import ANSWERS

MARKER = ".status-copy.json"
"""Lies in a folder that is ours: which files are, and what they were made of."""

RENEWED_AFTER = dt.timedelta(minutes=5)
STALE_AFTER = dt.timedelta(minutes=15)
"""After this a page of the copy says by itself that it does not know how things are now."""

NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

LINK = re.compile(r'\b(href|src|action)="([^"]*)"')
STYLE_LINK = re.compile(r'url\("?([^")]+)"?\)')


class NotOurs(Exception):
    """The folder holds files that no copy wrote."""


@dataclass(frozen=True)
class Page:
    """One address of the portal and the file its copy becomes."""

    address: str
    file: str
    language: str | None = None  # None: a file, the same for every reader
    live: bool = False  # says how things are now


@dataclass(frozen=True)
class Shown:
    """What templates know of the copy they are rendered for (`request.static_copy`)."""

    at: dt.datetime
    home: str
    languages: list[tuple[str, str, str]]
    stale_seconds: int | None


@dataclass
class Written:
    files: int = 0
    changed: int = 0
    removed: int = 0
    kept: dict[str, str] = field(default_factory=dict)


# ── What is copied ────────────────────────────────────────────────────────────────────────────────


def pages(at: dt.datetime) -> list[Page]:
    """Every page of the state and the chronicle in every language, and the files for programs."""
    found = [
        Page(address, f"{language}/{file}", language, live)
        for language, _name in settings.LANGUAGES
        for address, file, live in _readable(at)
    ]
    return [*found, *(Page(address, file) for address, file in _files())]


def _readable(at: dt.datetime) -> Iterator[tuple[str, str, bool]]:
    yield reverse("services:status"), "index.html", True
    yield reverse("transparency:interruptions"), "figures/interruptions.html", False
    for slug in Service.objects.listed().values_list("slug", flat=True):
        yield reverse("services:service", args=[slug]), f"services/{slug}.html", True
    for month in chronicle.months(at):
        yield (
            reverse("services:month", args=[month.year, month.month]),
            f"{month.year}/{month.month:02}.html",
            False,
        )
    for outage in chronicle.public_outages(at).only("pk", "started_at", "ended_at"):
        yield outage.get_absolute_url(), f"interruptions/{outage.pk}.html", outage.is_open(at)
    for work in Maintenance.objects.public().filter(published_at__lte=at).only("pk"):
        yield work.get_absolute_url(), f"maintenance/{work.pk}.html", False
    for told in Announcement.objects.published(at).public().only("pk"):
        yield told.get_absolute_url(), f"announcements/{told.pk}.html", False


def _files() -> Iterator[tuple[str, str]]:
    """Named as they are on the portal, so that programs find them below another address."""
    for what in ANSWERS:
        yield reverse("statuspage:api", args=[what]), f"api/v2/{what}.json"
    yield reverse("transparency:interruptions-json"), "figures/interruptions.json"
    slugs = list(Service.objects.listed().values_list("slug", flat=True))
    for language, _name in settings.LANGUAGES:
        for what in ANSWERS:
            yield (
                reverse("statuspage:api-in", args=[language, what]),
                f"{language}/api/v2/{what}.json",
            )
        yield reverse("services:host-badge", args=[language]), f"badge.{language}.svg"
        for extension in ("atom", "rss", "json"):
            yield reverse(f"services:feed-{extension}", args=[language]), f"feed.{language}.{extension}"
        yield reverse("services:calendar", args=[language]), f"maintenance.{language}.ics"
        for slug in slugs:
            for extension in ("atom", "rss"):
                feed = reverse(f"services:service-feed-{extension}", args=[slug, language])
                yield feed, f"services/{slug}/feed.{language}.{extension}"
            calendar = reverse("services:service-calendar", args=[slug, language])
            yield calendar, f"services/{slug}/maintenance.{language}.ics"
            yield reverse("services:badge", args=[slug, language]), f"badges/{slug}.{language}.svg"
            yield reverse("services:shields", args=[slug, language]), f"badges/{slug}.{language}.json"


# ── How it is made ────────────────────────────────────────────────────────────────────────────────


def render(page: Page, shown: Shown | None) -> bytes:
    """The body the portal would answer with; a page in the language of its file."""
    asked = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": page.address,
            "SERVER_NAME": urlsplit(settings.SITE_URL).hostname or "localhost",
            "SERVER_PORT": "80",
            "wsgi.input": BytesIO(),
        }
    )
    asked.resolver_match = match = resolve(page.address)
    with override(page.language or settings.LANGUAGE_CODE):
        request = request_of_nobody(asked, known=False)
        request.static_copy = shown  # type: ignore[attr-defined]
        answer = match.func(request, *match.args, **match.kwargs)
    if answer.status_code != 200:
        raise LookupError(f"{page.address} answered with {answer.status_code}.")
    return answer.content


class Copy:
    """One copy being made: knows which address becomes which file, and which style sheets and fonts it needs."""

    def __init__(self, at: dt.datetime, url: str = "") -> None:
        self.at, self.url = at, url.rstrip("/")
        self.pages = pages(at)
        self.files = {(page.language, page.address): page.file for page in self.pages}
        self.static: dict[str, bytes] = {}

    def bodies(self) -> Iterator[tuple[str, bytes]]:
        """File and content, the pages everybody opens last: by then all they lead to is there."""
        everything = [(page, page.file) for page in reversed(self.pages)]
        first = next(page for page in self.pages if page.language == settings.LANGUAGE_CODE)
        for page, file in [*everything, (first, "index.html")]:
            if page.language is None:
                yield file, self.elsewhere(render(page, None).decode()).encode()
            else:
                yield file, self.linked(render(page, self.shown(page, file)).decode(), page, file).encode()

    def shown(self, page: Page, file: str) -> Shown:
        here = posixpath.dirname(file)
        home = self.files[page.language, reverse("services:status")]
        return Shown(
            self.at,
            posixpath.relpath(home, here or "."),
            [
                (
                    code,
                    get_language_info(code)["name_local"],
                    posixpath.relpath(self.files[code, page.address], here or "."),
                )
                for code, _name in settings.LANGUAGES
            ],
            int(STALE_AFTER.total_seconds()) if page.live else None,
        )

    def linked(self, html: str, page: Page, file: str) -> str:
        """The page with every link of its own leading to a file of the copy, or out to the portal."""
        here = posixpath.dirname(file) or "."

        def lead(found: re.Match[str]) -> str:
            name, said = found[1], unescape(found[2])
            if not said.startswith("/") or said.startswith("//"):
                return found[0]
            parts = urlsplit(said)
            target = self.target(parts.path, page.language)
            if target is None:
                return f'{name}="{escape(settings.SITE_URL + said)}"'
            anchor = f"#{parts.fragment}" if parts.fragment else ""
            return f'{name}="{escape(posixpath.relpath(target, here) + anchor)}"'

        return LINK.sub(lead, html)

    def target(self, path: str, language: str | None) -> str | None:
        if path.startswith(settings.STATIC_URL):
            return self.take_along(path.removeprefix(settings.STATIC_URL))
        return self.files.get((language, path)) or self.files.get((None, path))

    def take_along(self, name: str) -> str:
        """A style sheet, script or picture, with what it leads to itself."""
        file = f"static/{name}"
        if file not in self.static:
            with staticfiles_storage.open(name) as source:
                self.static[file] = body = source.read()
            if name.endswith(".css"):
                for link in STYLE_LINK.findall(body.decode()):
                    if not link.startswith(("data:", "#")):
                        self.take_along(posixpath.normpath(posixpath.join(posixpath.dirname(name), link)))
        return file

    def elsewhere(self, text: str) -> str:
        """Links in files for programs are whole addresses: those of the copy, if it says where it is served from."""
        if not self.url:
            return text
        language = settings.LANGUAGE_CODE
        return re.sub(
            re.escape(settings.SITE_URL) + r'(/[^"<>\s]*)?',
            lambda found: (
                f"{self.url}/{target}"
                if (target := self.target(found[1] or "", language))
                else found[0]
                if found[1]
                else self.url
            ),
            text,
        )


# ── Where it is put ───────────────────────────────────────────────────────────────────────────────


def export(folder: Path, *, at: dt.datetime, url: str = "") -> Written:
    """Write the copy into `folder`: only what changed, each file whole or not at all, what is gone removed.

    Raises NotOurs: there is something in the folder that no copy wrote.
    """
    before = _marker(folder)
    if before is None and folder.exists() and any(folder.iterdir()):
        raise NotOurs(
            f"{folder} holds files that this command did not write. Name a new or empty folder, or that of an "
            "earlier copy."
        )
    known = (before or {}).get("files", {})
    written = Written()
    seen = made_of(at)  # before the pages: what changes meanwhile is for the next copy
    copy = Copy(at, url)
    # From the first file on the folder is ours: killed half-way, the next copy goes on.
    _mark(folder, NEVER, "", {**{page.file: "" for page in copy.pages}, **known})
    for file, body in copy.bodies():
        for needed in [name for name in copy.static if name not in written.kept]:
            _put(folder, needed, copy.static[needed], known, written)
        _put(folder, file, body, known, written)
    for gone in known.keys() - written.kept.keys():
        (folder / gone).unlink(missing_ok=True)
        written.removed += 1
    _mark(folder, at, seen, written.kept)
    return written


def export_if_changed(folder: Path, *, at: dt.datetime, url: str = "") -> Written | None:
    """For the clock: write the copy when something changed, or when what it says of now is getting old."""
    before = _marker(folder)
    if before and before["made_of"] == made_of(at) and _age(before, at) < RENEWED_AFTER:
        return None
    return export(folder, at=at, url=url)


def made_of(at: dt.datetime) -> str:
    """Another one whenever something happened that the pages tell: a state, or a line of the journal on services."""
    states = [(service.slug, service.state) for service in Service.objects.listed().with_state(at)]
    newest = (
        Entry.objects.filter(verb__startswith="services.")
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    told = Announcement.objects.published(at).count()
    return hashlib.sha256(json.dumps([states, newest, told]).encode()).hexdigest()


def _marker(folder: Path) -> dict[str, Any] | None:
    try:
        return json.loads((folder / MARKER).read_text())
    except FileNotFoundError:
        return None


def _age(marker: dict[str, Any], at: dt.datetime) -> dt.timedelta:
    return at - dt.datetime.fromisoformat(marker["written_at"])


def _mark(folder: Path, at: dt.datetime, seen: str, files: dict[str, str]) -> None:
    marker = {"written_at": at.isoformat(), "made_of": seen, "files": files}
    _replace(folder / MARKER, json.dumps(marker, indent=1).encode())


def _put(folder: Path, file: str, body: bytes, known: dict[str, str], written: Written) -> None:
    written.files += 1
    written.kept[file] = digest = hashlib.sha256(body).hexdigest()
    if known.get(file) != digest or not (folder / file).exists():
        _replace(folder / file, body)
        written.changed += 1


def _replace(path: Path, body: bytes) -> None:
    """A web server reads either the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(body)
    beside.chmod(0o644)
    beside.replace(path)
