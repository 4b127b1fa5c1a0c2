"""Published texts as files."""

import hashlib
import json
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from legal.verbs import begin_draft
from tests.factories import published

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(terms):
    return published("terms", at=timezone.now(), source="## Shorter\n\nLess.", significant=False)


def get(path, **headers):
    return Client(headers=headers).get(path)


class TestMarkdown:
    def test_is_the_very_bytes_the_fingerprint_was_taken_of(self, terms):
        for text in terms.texts.all():
            answer = get(f"/legal/terms/versions/1.{text.language}.md")
            assert hashlib.sha256(answer.content).hexdigest() == text.sha256
            assert answer["Content-Type"] == "text/markdown; charset=utf-8"
            assert answer["Content-Language"] == text.language
            assert answer["X-Content-Type-Options"] == "nosniff"

    def test_may_be_kept_for_ever(self, terms):
        answer = get("/legal/terms/versions/1.fr.md")
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer["ETag"] == f'"{terms.text_in("fr").sha256}"'
        assert answer["Last-Modified"] == "Mon, 02 Mar 2026 12:00:00 GMT"

    def test_is_one_query(self, terms, django_assert_num_queries):
        with django_assert_num_queries(1):
            get("/legal/terms/versions/1.fr.md")


class TestJson:
    def test_says_all_there_is(self, second):
        said = get("/legal/terms/versions/2.json").json()
        assert (said["document"], said["number"], said["significant"]) == ("terms", 2, False)
        assert said["authoritative_language"] == "fr"
        assert set(said["texts"]) == {"fr", "en"}
        text = said["texts"]["en"]
        assert (text["title"], text["changes"]) == ("terms (en)", "First version.")
        assert hashlib.sha256(text["markdown"].encode()).hexdigest() == text["sha256"]
        assert [clause["ref"] for clause in text["clauses"]] == ["shorter", "personal-data"]

    def test_chains_to_the_version_before(self, second):
        first, said = (get(f"/legal/terms/versions/{number}.json").json() for number in (1, 2))
        assert first["previous_digest"] is None
        assert said["previous_digest"] == first["digest"]

    def test_holds_all_its_fingerprint_was_taken_of(self, second):
        said = get("/legal/terms/versions/2.json").json()
        content = {
            "document": said["document"],
            "number": said["number"],
            "authoritative_language": said["authoritative_language"],
            "significant": said["significant"],
            "published_at": datetime.fromisoformat(said["published_at"]).timestamp(),
            "effective_at": datetime.fromisoformat(said["effective_at"]).timestamp(),
            "previous": said["previous_digest"] or "",
            "texts": sorted(
                [lang, t["title"], t["changes"], t["sha256"]] for lang, t in said["texts"].items()
            ),
        }
        digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
        assert digest == said["digest"]

    def test_tells_moments_in_universal_time(self, second):
        """thunderbird/thunderbird-accounts#705."""
        said = get("/legal/terms/versions/1.json").json()
        assert said["published_at"] == said["effective_at"] == "2026-03-02T12:00:00Z"

    def test_may_be_kept_for_ever(self, terms):
        answer = get("/legal/terms/versions/1.json")
        assert "immutable" in answer["Cache-Control"]
        assert answer["ETag"] == f'"{terms.digest}"'

    def test_is_three_queries_however_many_clauses(self, terms, django_assert_num_queries):
        with django_assert_num_queries(3):
            get("/legal/terms/versions/1.json")


@pytest.mark.parametrize("name", ["1.fr.md", "1.json"])
class TestWhoHasTheFile:
    def test_and_names_its_fingerprint_is_told_it_still_holds(self, terms, name):
        etag = get(f"/legal/terms/versions/{name}")["ETag"]
        again = get(f"/legal/terms/versions/{name}", **{"if-none-match": etag})
        assert (again.status_code, again.content) == (304, b"")

    def test_and_names_its_date_is_told_it_still_holds(self, terms, name):
        modified = get(f"/legal/terms/versions/{name}")["Last-Modified"]
        assert get(f"/legal/terms/versions/{name}", **{"if-modified-since": modified}).status_code == 304

    def test_of_another_text_gets_this_one(self, terms, name):
        answer = get(f"/legal/terms/versions/{name}", **{"if-none-match": '"0000"'})
        assert answer.status_code == 200


class TestWhatIsNotPublished:
    @pytest.mark.parametrize(
        "name", ["2.fr.md", "2.json", "1.de.md", "9.fr.md", "9.json", "1.fr.MD", "1.html"]
    )
    def test_is_not_there_and_not_to_be_remembered_as_missing(self, terms, name):
        begin_draft("terms")
        answer = get(f"/legal/terms/versions/{name}")
        assert answer.status_code == 404
        assert "immutable" not in answer.get("Cache-Control", "")

    def test_yet_is_not_there_either(self, terms):
        later = timezone.now() + timedelta(days=1)
        published("terms", at=later)
        assert get("/legal/terms/versions/2.json").status_code == 404
