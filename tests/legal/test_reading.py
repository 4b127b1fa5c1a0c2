from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import published

pytestmark = pytest.mark.django_db


def page(path, language="en"):
    return Client(headers={"accept-language": language}).get(path)


class TestADocument:
    def test_is_read_in_the_readers_language(self, terms):
        assert "terms (en)" in page("/legal/terms/").content.decode()
        assert "terms (fr)" in page("/legal/terms/", "fr").content.decode()

    def test_says_which_text_is_authoritative(self, terms):
        assert "This is a translation" in page("/legal/terms/").content.decode()
        assert "authoritative text." in page("/legal/terms/?language=fr").content.decode()

    def test_anchors_its_clauses(self, terms):
        content = page("/legal/terms/").content.decode()
        assert 'id="c6"' in content
        assert 'href="#c6"' in content

    def test_in_one_language_only_is_shown_to_everybody_marked_as_such(self, db):
        published("terms", languages=("fr",))
        assert '<article class="document" lang="fr">' in page("/legal/terms/").content.decode()

    def test_answers_not_modified(self, terms):
        first = page("/legal/terms/")
        client = Client(headers={"accept-language": "en", "if-none-match": first["ETag"]})
        assert client.get("/legal/terms/").status_code == 304

    def test_keeps_its_earlier_versions_readable(self, terms):
        published("terms", at=timezone.now())
        assert "no longer in force" in page("/legal/terms/versions/1/").content.decode()
        assert "in force since" in page("/legal/terms/versions/2/").content.decode()
        assert page("/legal/terms/versions/").content.decode().count("/legal/terms/versions/") >= 2

    def test_announces_a_version_to_come_without_putting_it_in_force(self, terms):
        now = timezone.now()
        published("terms", at=now, effective_at=now + timedelta(days=30))
        assert "takes effect on" in page("/legal/terms/versions/2/").content.decode()
        assert "Version 1, in force" in page("/legal/terms/").content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/legal/nothing/",
        "/legal/nothing/versions/",
        "/legal/terms/versions/9/",
        "/legal/terms/versions/99999999999999999999/",
        "/legal/terms/versions/0/",
    ],
)
def test_what_does_not_exist_is_not_found(terms, path):
    assert page(path).status_code == 404


def test_a_made_up_language_changes_nothing(terms):
    assert page("/legal/terms/?language=%00xx").status_code == 200
