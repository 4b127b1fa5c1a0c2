"""When the host itself is down: a copy of the status pages, of which every page works without the portal."""

import datetime as dt
import json
from html.parser import HTMLParser
from pathlib import Path

import feedparser
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from chatons_portal import static_copy
from chatons_portal.static_copy import MARKER, RENEWED_AFTER, export, export_if_changed
from chatons_portal.tasks import copy_status
from services.models import Outage, Service
from services.verbs import announce, close_outage, open_outage
from tests.factories import NOON, a_service
from tests.services.history import a_maintenance, a_past, seen_up

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def host(now):
    """Everything a copy can hold: an interruption that goes on, one of March, work to come, news."""
    files = a_service("Nextcloud", url="https://cloud.example.org/")
    seen_up(files, at=now)
    a_past(files, "u" * 80, until=now)
    close_outage(open_outage(files.pk, started_at=NOON, at=NOON).pk, ended_at=NOON + MINUTE, at=NOON + MINUTE)
    open_outage(a_service("Forgejo").pk, started_at=now - MINUTE, at=now - MINUTE)
    a_service("Backups", listed=False)
    a_maintenance(files)
    announce(title_en="The library moves", title_fr="La bibliothèque déménage", at=now)
    return files


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "copy"


def files_in(folder):
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


class Links(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.found = []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        self.found += [(tag, value) for name, value in attributes if name in {"href", "src", "action"}]


class TestEveryPage:
    @pytest.fixture
    def copied(self, host, folder, now):
        export(folder, at=now)
        return {name: path for name, path in files_in(folder).items() if name.endswith(".html")}

    def test_is_there_in_both_languages(self, copied):
        for language in ("fr", "en"):
            for page in [
                "index",
                "services/nextcloud",
                "services/forgejo",
                "2026/03",
                "figures/interruptions",
            ]:
                assert f"{language}/{page}.html" in copied
        assert "index.html" in copied

    def test_leads_only_to_files_that_are_there_or_out(self, copied):
        ways_out = ("https://cloud.example.org/", settings.SITE_URL + "/")
        for page in copied.values():
            for tag, link in Links(page).found:
                if link.startswith(ways_out):
                    assert tag in {"a", "form"}, f"{page} needs {link}"
                    continue
                target = (page.parent / link.partition("#")[0]).resolve() if link[0] != "#" else page
                assert target.is_file(), f"{page} leads to {link}"

    def test_never_leads_to_the_portal_for_what_the_copy_has(self, copied):
        for page in copied.values():
            out = [
                link for _tag, link in Links(page).found if link.startswith(f"{settings.SITE_URL}/status/")
            ]
            assert all("/subscribe/" in link for link in out), out

    def test_is_read_in_the_other_language_one_click_away(self, copied):
        links = [link for _tag, link in Links(copied["fr/services/nextcloud.html"]).found]
        assert "../../en/services/nextcloud.html" in links

    def test_says_that_it_is_a_copy(self, copied):
        assert all("This is a copy" in page.read_text() for name, page in copied.items() if "en/" in name)

    def test_of_how_things_are_now_knows_when_it_is_too_old(self, copied):
        assert "data-stale-seconds" in copied["en/index.html"].read_text()
        assert "data-stale-seconds" in copied["en/services/nextcloud.html"].read_text()
        assert "data-stale-seconds" not in copied["en/2026/03.html"].read_text()

    def test_is_grey_until_a_browser_has_found_it_fresh(self, copied):
        """Without JavaScript a page cannot tell how old it is: then nothing in it is green."""
        for name in ("index.html", "en/index.html", "en/services/nextcloud.html"):
            assert '<body class="is-stale">' in copied[name].read_text()
        assert "<body>" in copied["en/2026/03.html"].read_text()

    def test_holds_nothing_of_what_is_not_public(self, copied, folder):
        assert "Backups" not in "".join(page.read_text() for page in copied.values())
        assert not any("backups" in name for name in files_in(folder))

    def test_comes_with_its_style_and_letters(self, copied, folder):
        names = " ".join(files_in(folder))
        for needed in ["portal/portal.", "portal/status.", "portal/copy.", ".woff2"]:
            assert needed in names


class TestFilesForPrograms:
    def test_lie_where_clients_look(self, host, folder, now):
        export(folder, at=now)
        assert json.loads((folder / "api/v2/summary.json").read_text())["status"]["indicator"] == "major"
        assert (folder / "badges/nextcloud.fr.svg").is_file()
        assert feedparser.parse((folder / "feed.en.atom").read_text()).bozo == 0
        assert "BEGIN:VCALENDAR" in (folder / "maintenance.fr.ics").read_text()

    def test_lead_to_the_copy_when_it_says_where_it_is_served(self, host, folder, now):
        export(folder, at=now, url="https://status.example.net/")
        summary = json.loads((folder / "api/v2/summary.json").read_text())
        assert summary["page"]["url"] == "https://status.example.net"
        (incident,) = summary["incidents"]
        assert incident["shortlink"].startswith("https://status.example.net/fr/interruptions/")
        assert (folder / incident["shortlink"].removeprefix("https://status.example.net/")).is_file()


class TestWriting:
    def test_again_writes_only_what_changed(self, host, folder, now):
        first = export(folder, at=now)
        assert first.changed == first.files
        again = export(folder, at=now + dt.timedelta(seconds=1))
        assert 0 < again.changed < first.files

    def test_what_is_gone_goes(self, host, folder, now):
        export(folder, at=now)
        Service.objects.filter(slug="forgejo").update(listed=False)
        assert export(folder, at=now).removed > 0
        assert not (folder / "en/services/forgejo.html").exists()

    def test_a_file_that_was_lost_comes_back(self, host, folder, now):
        export(folder, at=now)
        (folder / "en/index.html").unlink()
        export(folder, at=now)
        assert (folder / "en/index.html").is_file()

    def test_a_folder_of_somebody_else_is_left_alone(self, folder, now):
        folder.mkdir()
        (folder / "thesis.odt").write_text("years of work")
        with pytest.raises(CommandError, match="holds files that this command did not write"):
            call_command("export_status", folder)
        assert list(files_in(folder)) == ["thesis.odt"]

    def test_one_that_was_killed_half_way_is_taken_up(self, host, folder, now, monkeypatch):
        put, written = static_copy._put, []

        def killed(*args):
            if len(written) == 7:
                raise KeyboardInterrupt
            written.append(args)
            put(*args)

        monkeypatch.setattr(static_copy, "_put", killed)
        with pytest.raises(KeyboardInterrupt):
            export(folder, at=now)
        monkeypatch.undo()
        export(folder, at=now)
        kept = json.loads((folder / MARKER).read_text())["files"]
        assert set(kept) == set(files_in(folder)) - {MARKER}

    def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(self, host, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(CommandError, match="Not a directory"):
            call_command("export_status", tmp_path / "file" / "copy")

    def test_leaves_no_half_written_file(self, host, folder, now):
        export(folder, at=now)
        assert not [name for name in files_in(folder) if Path(name).name.startswith(".") and name != MARKER]


class TestTheClock:
    def test_writes_when_something_changed(self, host, folder, now):
        assert export_if_changed(folder, at=now)
        assert export_if_changed(folder, at=now + MINUTE) is None
        close_outage(Outage.objects.get(ended_at=None).pk, ended_at=now, at=now)
        assert export_if_changed(folder, at=now + MINUTE)

    def test_writes_when_a_look_went_another_way(self, host, folder, now):
        export(folder, at=now)
        assert export_if_changed(folder, at=now + 3 * MINUTE)  # by then the last look is too old

    def test_renews_what_gets_old(self, host, folder, now):
        export(folder, at=now)
        assert export_if_changed(folder, at=now + RENEWED_AFTER)

    def test_does_nothing_unless_a_folder_is_named(self, host, folder, settings):
        copy_status()
        assert not folder.exists()
        settings.STATUS_COPY_DIR = str(folder)
        copy_status()
        assert (folder / "index.html").is_file()
