"""The Atom feed of a document: RFC 4287 asks what is asserted here."""

from datetime import datetime
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from legal.verbs import begin_draft
from tests.factories import NOON, published

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture
def three(terms):
    published("terms", at=NOON, significant=False)
    published("terms", at=timezone.now(), languages=("fr",))
    return terms


def get(path="/legal/terms/feed.en.atom", **headers):
    return Client(headers=headers).get(path)


def feed(path="/legal/terms/feed.en.atom"):
    return ElementTree.fromstring(get(path).content)


class TestTheFeed:
    def test_is_atom(self, three):
        assert get()["Content-Type"] == "application/atom+xml; charset=utf-8"
        root = feed()
        assert root.tag == f"{ATOM}feed"
        for name in ["id", "title", "updated"]:
            assert len(root.findall(f"{ATOM}{name}")) == 1, name
        assert root.find(f"{ATOM}author/{ATOM}name").text == settings.HOST["name"]
        links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
        assert links["self"] == f"{settings.SITE_URL}/legal/terms/feed.en.atom"
        assert links["alternate"] == f"{settings.SITE_URL}/legal/terms/"

    def test_has_an_entry_for_every_version_newest_first(self, three):
        entries = feed().findall(f"{ATOM}entry")
        assert [entry.find(f"{ATOM}title").text for entry in entries] == [
            "terms (fr), version 3",
            "terms (en), version 2",
            "terms (en), version 1",
        ]
        ids = set()
        for entry in entries:
            for name in ["id", "title", "updated", "summary"]:
                assert entry.find(f"{ATOM}{name}").text, name
            assert datetime.fromisoformat(entry.find(f"{ATOM}updated").text).tzinfo
            assert entry.find(f"{ATOM}link").get("href").startswith(settings.SITE_URL)
            ids.add(entry.find(f"{ATOM}id").text)
        assert len(ids) == 3

    def test_leads_to_pages_that_are_there(self, three):
        for entry in feed().findall(f"{ATOM}entry"):
            for address in [entry.find(f"{ATOM}link").get("href"), entry.find(f"{ATOM}id").text]:
                assert Client().get(address.removeprefix(settings.SITE_URL), follow=True).status_code == 200

    def test_says_what_changed_and_whether_anybody_is_asked(self, three):
        summaries = [entry.find(f"{ATOM}summary").text for entry in feed().findall(f"{ATOM}entry")]
        assert all("First version." in summary and "In effect from" in summary for summary in summaries)
        assert ["editorial" in summary for summary in summaries] == [False, True, False]

    def test_is_in_the_language_of_its_address_whatever_the_reader_prefers(self, three):
        french = ElementTree.fromstring(get("/legal/terms/feed.fr.atom", **{"accept-language": "en"}).content)
        assert french.get(LANG) == "fr"
        assert french.find(f"{ATOM}title").text.startswith("terms (fr)")
        assert feed().get(LANG) == "en"

    def test_can_be_asked_for_again_for_nothing(self, three):
        first = get()
        assert get(**{"if-none-match": first["ETag"]}).status_code == 304
        assert get(**{"if-modified-since": first["Last-Modified"]}).status_code == 304

    def test_is_two_queries_however_many_versions(self, three, django_assert_num_queries):
        with django_assert_num_queries(2):
            get()

    def test_leaves_drafts_out(self, three):
        begin_draft("terms")
        assert len(feed().findall(f"{ATOM}entry")) == 3


@pytest.mark.parametrize("path", ["/legal/nothing/feed.fr.atom", "/legal/terms/feed.de.atom"])
def test_no_document_or_language_no_feed(terms, path):
    assert get(path).status_code == 404


@pytest.mark.parametrize(
    "page", ["/legal/", "/legal/terms/", "/legal/terms/versions/", "/legal/terms/versions/1/fr/"]
)
def test_every_page_of_a_document_names_its_feed(three, page):
    named = '<link rel="alternate" type="application/atom+xml" hreflang="en" href="/legal/terms/feed.en.atom"'
    assert named in get(page, **{"accept-language": "en"}).content.decode()
