"""Feeds and calendars as their standards have them, whatever services and hosts are called."""

import datetime as dt
import re
from collections import Counter
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from services.verbs import announce, call_off, open_outage, plan
from tests.factories import a_service

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
HOSTILE = [
    "Files & <b>photos</b>",
    "]]> &amp; 'q' \"q\"",
    "Été\u202e; à, l’œuvre\\n",
    "🦊 \u2028 fox",
    "x" * 50 + "; DTEND:1970",
]
HOST = 'The & <i>Friends</i>; "of", ]]>'
ATOM, RSS_SELF = "{http://www.w3.org/2005/Atom}", "{http://www.w3.org/2005/Atom}link"
SITE = "https://portal.example.org"
PLACES = ["", *(f"services/s{number}/" for number in range(len(HOSTILE)))]
everywhere = pytest.mark.parametrize("language", ["fr", "en"])


@pytest.fixture
def told(settings):
    settings.SITE_URL, settings.HOST = SITE, settings.HOST | {"name": HOST}
    now = timezone.now().replace(microsecond=0)
    for number, name in enumerate(HOSTILE):
        service = a_service(name, slug=f"s{number}")
        open_outage(
            service.pk, started_at=now - HOUR, at=now, summary_fr="<p>&\n\n]]>", summary_en="<p>&\n\n]]>"
        )
        starts_at = now + (number + 1) * HOUR
        work = plan(
            services=[service],
            starts_at=starts_at,
            ends_at=starts_at + HOUR,
            at=now,
            title_fr=f"Travaux ; {name}",
            title_en=f"Work; {name}",
            text_en="BEGIN:VEVENT\nEND:VCALENDAR\\ " + "é" * 200,
        )
    call_off(work.pk, at=now + HOUR / 60)
    announce(title_fr="Seulement en français", at=now)


def read(path):
    answer = Client().get(f"/status/{path}")
    assert answer.status_code == 200, path
    return answer.content


def one(element, name):
    (found,) = element.findall(name)
    assert (found.text or "").strip() or found.attrib or len(found), name
    return found


def rfc3339(text):
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\+\d\d:\d\d|Z)", text)
    return dt.datetime.fromisoformat(text)


@everywhere
class TestAtom:
    """RFC 4287, sections 4.1 and 4.2."""

    def test_has_what_it_must_once(self, told, language):
        for place in PLACES:
            path = f"{place}feed.{language}.atom"
            feed = ET.fromstring(read(path))
            assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == language
            one(one(feed, f"{ATOM}author"), f"{ATOM}name")
            links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
            assert links == {"self": f"{SITE}/status/{path}", "alternate": f"{SITE}/status/"}
            entries = feed.findall(f"{ATOM}entry")
            assert entries
            for element in [feed, *entries]:
                assert one(element, f"{ATOM}id").text.startswith(f"{SITE}/status/")
                one(element, f"{ATOM}title")
            moments = [rfc3339(one(entry, f"{ATOM}updated").text) for entry in entries]
            assert moments == sorted(moments, reverse=True)
            assert rfc3339(one(feed, f"{ATOM}updated").text) == moments[0]
            assert Counter(one(entry, f"{ATOM}id").text for entry in entries).most_common(1)[0][1] == 1
            for entry in entries:
                assert entry.find(f"{ATOM}link").attrib["rel"] == "alternate"  # there is no content
                assert one(entry, f"{ATOM}summary").get("type") == "html"

    def test_without_an_entry_does_not_change(self, language):
        a_service("Quiet")
        first, second = (
            read(f"services/quiet/feed.{language}.atom"),
            read(f"services/quiet/feed.{language}.atom"),
        )
        assert first == second
        assert rfc3339(one(ET.fromstring(first), f"{ATOM}updated").text).year == 2000


@everywhere
class TestRss:
    """RSS 2.0 with the advice of the RSS Advisory Board."""

    def test_has_what_it_must_once(self, told, language):
        for place in PLACES:
            path = f"{place}feed.{language}.rss"
            channel = one(ET.fromstring(read(path)), "channel")
            for name in ("title", "link", "description"):
                one(channel, name)
            assert one(channel, "language").text == language
            assert one(channel, RSS_SELF).attrib == {"rel": "self", "href": f"{SITE}/status/{path}"}
            items = channel.findall("item")
            assert items
            moments = [parsedate_to_datetime(one(item, "pubDate").text) for item in items]
            assert moments == sorted(moments, reverse=True)
            assert parsedate_to_datetime(one(channel, "lastBuildDate").text) == moments[0]
            identities = [one(item, "guid").text for item in items]
            assert len(set(identities)) == len(identities)
            for item in items:
                assert one(item, "guid").get("isPermaLink") == "true"
                assert one(item, "guid").text == one(item, "link").text
                assert one(item, "description").text.startswith("<p>")
                assert "<p><p>" not in item.find("description").text  # escaped, as the HTML it is


@everywhere
class TestACalendar:
    """RFC 5545, sections 3.1, 3.6.1 and 3.8."""

    def test_has_what_it_must_and_nothing_slips_out_of_its_line(self, told, language):
        for place in PLACES:
            raw = read(f"{place}maintenance.{language}.ics")
            assert raw.count(b"\n") == raw.count(b"\r\n")
            assert max(len(line) for line in raw.split(b"\r\n")) <= 75
            lines = raw.decode().replace("\r\n ", "").split("\r\n")
            # Text escapes its commas and semicolons; what we do not send needs no organizer.
            for line in lines:
                if re.match("(X-WR-CALNAME|NAME|SUMMARY|DESCRIPTION|PRODID)[:;]", line):
                    assert not re.search(r"(?<!\\)[;,]", line.partition(":")[2]), line
            assert not [line for line in lines if line.startswith("METHOD")]
            begun = Counter(line for line in lines if line.startswith(("BEGIN:", "END:")))
            events = Calendar.from_ical(raw).walk("VEVENT")
            assert (
                begun["BEGIN:VEVENT"] == begun["END:VEVENT"] == len(events) == (1 if place else len(HOSTILE))
            )
            for event in events:
                assert {"uid", "dtstamp", "dtstart", "dtend", "summary", "sequence", "status"} <= {
                    name.lower() for name in event
                }
                assert event.decoded("dtstart") < event.decoded("dtend")
                assert event.decoded("dtstamp") == event.decoded("last-modified")
            assert len({str(event["uid"]) for event in events}) == len(events)
