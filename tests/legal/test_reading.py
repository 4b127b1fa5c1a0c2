import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from django.test import Client
from django.utils import timezone

from legal.models import Acceptance, Decision, How, Text, pseudonym
from legal.starters import publish_starters
from legal.verbs import Manuscript, accept, begin_draft, publish
from tests.factories import MUST_SAY, NOON, TERMS, a_person, published

pytestmark = pytest.mark.django_db


FASTER = TERMS.replace("ten minutes", "five minutes")


def page(path, language="en", client=None):
    return (client or Client(headers={"accept-language": language})).get(path)


def read(path, language="en", client=None):
    answer = page(path, language, client)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.fixture
def faster(terms):
    """Version 2 of the Terms, which takes effect in thirty days."""
    now = timezone.now()
    return published("terms", source=FASTER, at=now, effective_at=now + timedelta(days=30))


@pytest.fixture
def shorter(terms):
    """Version 2 of the Terms, in force."""
    return published("terms", source="## Shorter\n\nLess.", at=timezone.now())


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


class TestAVersion:
    def test_in_a_language_has_an_address_of_its_own(self, terms):
        content = read("/legal/terms/versions/1/fr/")
        assert "terms (fr)</h1>" in content
        assert '<article class="document" lang="fr">' in content

    def test_in_a_language_it_does_not_have_is_not_found(self, terms):
        published("terms", languages=("fr",))
        assert page("/legal/terms/versions/2/en/").status_code == 404
        assert page("/legal/terms/versions/2/").status_code == 200

    def test_leads_to_the_other_languages_and_says_which_decides(self, terms):
        content = read("/legal/terms/")
        switch = re.search(r'<nav class="text-languages".*?</nav>', content, re.S)[0]
        assert re.search(
            r'href="/legal/terms/versions/1/fr/" hreflang="fr" lang="fr">Français</a> <span', switch
        )
        assert '<strong lang="en" aria-current="true">English</strong></li>' in switch
        assert switch.count("authoritative") == 1

    def test_tells_of_the_version_to_come(self, faster):
        for address in ["/legal/terms/", "/legal/terms/versions/1/", "/legal/terms/versions/1/fr/"]:
            content = read(address)
            assert "Version 2 takes effect on" in content
            assert 'href="/legal/terms/versions/2/"' in content
            assert 'href="/legal/terms/changes/"' in content

    def test_to_come_says_what_holds_until_then(self, faster):
        content = read("/legal/terms/versions/2/")
        assert "not in force yet" in content
        assert "takes effect on" in content
        assert "Version 2 takes effect" not in content

    def test_no_longer_in_force_leads_to_the_one_that_is(self, shorter):
        content = read("/legal/terms/versions/1/")
        assert 'You are reading an earlier version. <a href="/legal/terms/">Version 2</a>' in content

    def test_alone_and_still_to_come_is_what_the_document_shows(self, db):
        now = timezone.now()
        published("terms", at=now, effective_at=now + timedelta(days=30))
        content = read("/legal/terms/")
        assert "which takes effect on" in content
        assert "no longer" not in content
        assert "Takes effect later" in read("/legal/")

    def test_names_its_files_and_fingerprints(self, shorter):
        content = read("/legal/terms/versions/2/")
        for address in ["2.fr.md", "2.en.md", "2.json", shorter.digest, shorter.previous_digest, "2/en/"]:
            assert f'href="/legal/terms/versions/{address}' in content

    def test_leads_to_what_it_changed(self, shorter):
        assert 'href="/legal/terms/changes/1-2/"' in read("/legal/terms/versions/2/")
        assert "/legal/terms/changes/" not in read("/legal/terms/versions/1/")

    def test_has_a_contents_with_all_its_clauses(self, terms):
        contents = re.search(r'<nav class="contents".*?</nav>', read("/legal/terms/"), re.S)[0]
        refs = [clause.ref for clause in terms.text_in("en").clauses.all()]
        assert re.findall(r'href="#([^"]+)"', contents) == refs


class TestByDay:
    @pytest.fixture
    def years(self, db):
        published("terms", at=NOON)
        published("terms", at=NOON + timedelta(days=10), effective_at=NOON + timedelta(days=40))

    @pytest.mark.parametrize(
        ("day", "number"),
        [
            ("2026-03-02", 1),
            ("2026-03-12", 1),
            ("2026-04-10", 1),
            ("2026-04-11", 2),
            ("2026-04-12", 2),
            ("2099-01-01", 2),
        ],
    )
    def test_leads_to_the_version_in_force_that_day(self, years, day, number):
        answer = page(f"/legal/terms/versions/on/{day}/")
        assert answer.url == f"/legal/terms/versions/{number}/"

    @pytest.mark.parametrize(
        "day", ["2026-03-01", "1789-07-14", "0001-01-01", "9999-12-31x", "2026-02-30", "2026-3-2"]
    )
    def test_before_the_first_or_on_no_day_is_not_found(self, years, day):
        assert page(f"/legal/terms/versions/on/{day}/").status_code == 404

    def test_on_the_last_day_of_the_calendar_does_not_fail(self, years):
        assert page("/legal/terms/versions/on/9999-12-31/").status_code == 404

    def test_ends_at_midnight_where_the_host_is(self, db):
        published("terms", at=datetime.fromisoformat("2026-03-02T23:30:00+01:00"))
        published("terms", at=datetime.fromisoformat("2026-03-03T00:30:00+01:00"))
        assert page("/legal/terms/versions/on/2026-03-02/").url == "/legal/terms/versions/1/"

    def test_is_asked_for_in_the_list(self, years):
        assert 'name="on"' in read("/legal/terms/versions/")
        answer = page("/legal/terms/versions/?on=2026-03-05")
        assert answer.url == "/legal/terms/versions/on/2026-03-05/"

    @pytest.mark.parametrize("day", ["yesterday", "<b>", "2026-13-01", "%00"])
    def test_is_asked_for_again_when_it_is_none(self, years, day):
        content = read(f"/legal/terms/versions/?on={day}")
        assert "is no date" in content
        assert "“<b>" not in content


class TestByFingerprint:
    def test_of_a_version_leads_to_it(self, shorter):
        for version in shorter.document.versions.all():
            answer = page(f"/legal/terms/versions/{version.digest}/")
            assert answer.url == f"/legal/terms/versions/{version.number}/"

    def test_of_a_text_leads_to_that_very_text(self, shorter):
        for text in Text.objects.filter(version__document__slug="terms"):
            answer = page(f"/legal/terms/versions/{text.sha256.upper()}/")
            assert answer.url == f"/legal/terms/versions/{text.version.number}/{text.language}/"

    def test_of_the_same_words_twice_leads_to_the_first(self, terms):
        published("terms", at=NOON + timedelta(days=1))
        fingerprint = terms.text_in("fr").sha256
        assert page(f"/legal/terms/versions/{fingerprint}/").url == "/legal/terms/versions/1/fr/"

    def test_of_another_document_or_of_nothing_is_not_found(self, terms):
        assert page(f"/legal/legal-notice/versions/{terms.digest}/").status_code == 404
        assert page(f"/legal/terms/versions/{'0' * 64}/").status_code == 404


class TestTheDifference:
    def test_is_word_by_word_in_the_clauses_that_changed(self, faster):
        content = read("/legal/terms/changes/1-2/")
        assert "Before <del>ten</del><ins>five</ins> minutes have passed." in content
        assert content.count('class="change ') == 1

    def test_folds_what_did_not_change(self, faster):
        content = read("/legal/terms/changes/1-2/")
        assert re.search(r'<details class="unchanged" lang="en">\s*<summary>3 clauses unchanged', content)

    def test_tells_what_happened_in_a_word_and_a_shape(self, shorter):
        content = read("/legal/terms/changes/1-2/")
        for fate, word in [("added", "Added"), ("removed", "Removed")]:
            assert re.search(
                rf'<span class="fate fate--{fate}"><svg [^>]*aria-hidden="true">.*?</svg> {word}</span>',
                content,
            )

    def test_of_two_far_apart_tells_every_step(self, shorter):
        published("terms", at=timezone.now(), source=FASTER, significant=False)
        content = read("/legal/terms/changes/1-3/")
        assert "<strong>Version 2:</strong>" in content
        assert "<strong>Version 3:</strong>" in content
        assert "nobody has to accept again" in content

    def test_is_read_in_either_language(self, faster):
        assert "Translations are compared" in read("/legal/terms/changes/1-2/en/")
        french = read("/legal/terms/changes/1-2/fr/")
        assert "The authoritative texts are compared." in french
        assert '<div class="difference" lang="fr">' in french

    def test_backwards_or_of_one_version_leads_to_what_makes_sense(self, faster):
        assert page("/legal/terms/changes/2-1/").url == "/legal/terms/changes/1-2/"
        assert page("/legal/terms/changes/2-1/fr/").url == "/legal/terms/changes/1-2/fr/"
        assert page("/legal/terms/changes/2-2/").url == "/legal/terms/versions/2/"

    def test_is_chosen_in_the_list(self, faster):
        assert 'name="from"' in read("/legal/terms/versions/")
        assert page("/legal/terms/changes/?from=1&to=2").url == "/legal/terms/changes/1-2/"
        assert page("/legal/terms/changes/?from=x&to=2").status_code == 302

    def test_of_texts_with_the_same_words_says_so(self, terms):
        published("terms", at=NOON + timedelta(days=1))
        assert "letter for letter" in read("/legal/terms/changes/1-2/")
        published("terms", at=NOON + timedelta(days=2), source=TERMS.replace("**", ""))
        assert "only the presentation changed" in read("/legal/terms/changes/2-3/")

    def test_of_texts_in_no_common_language_is_said_to_be_impossible(self, db):
        published("terms", languages=("fr",))
        published("terms", languages=("en",))
        assert "no language in common" in read("/legal/terms/changes/1-2/")
        assert page("/legal/terms/changes/1-2/fr/").status_code == 404

    @pytest.mark.parametrize("pair", ["1-9", "0-1", "9-9", "1-99999999999999999999", "1-2/de"])
    def test_with_what_is_not_there_is_not_found(self, faster, pair):
        assert page(f"/legal/terms/changes/{pair}/").status_code == 404


class TestWhatChangedForMe:
    def test_is_told_from_the_version_i_accepted(self, as_sami, faster):
        later = timezone.now()
        published(
            "terms",
            source=FASTER + "\n\n## New {#new}\n\nMore.",
            at=later,
            effective_at=later + timedelta(days=60),
        )
        content = read("/legal/terms/changes/", client=as_sami)
        assert "You accepted version 1 on 2 March 2026." in content
        assert "<del>ten</del><ins>five</ins>" in content
        assert '<section class="change change--added" id="new"' in content

    def test_is_nothing_when_i_accepted_the_latest(self, as_sami):
        assert "Nothing has changed for you since." in read("/legal/terms/changes/", client=as_sami)

    def test_is_kept_by_nobody_else(self, as_sami, faster):
        answer = page("/legal/terms/changes/", client=as_sami)
        assert "private" in answer["Cache-Control"]
        assert "Cookie" in answer["Vary"]
        assert "You accepted" not in page("/legal/terms/changes/1-2/").content.decode()

    def test_counts_the_last_time_i_accepted(self, as_sami, sami, shorter):
        now = timezone.now()
        accept(sami, Text.objects.to_accept(now, "en"), how=How.INTERSTITIAL, at=now)
        assert "You accepted version 2" in read("/legal/terms/changes/", client=as_sami)

    def test_does_not_count_what_i_refused(self, as_sami, sami, shorter):
        text = shorter.text_in("en")
        Acceptance.objects.create(
            person=sami,
            person_hash=pseudonym(sami),
            text=text,
            sha256=text.sha256,
            decision=Decision.REFUSED,
            how=How.INTERSTITIAL,
            at=timezone.now(),
        )
        assert "You accepted version 1" in read("/legal/terms/changes/", client=as_sami)

    def test_is_told_to_strangers_from_the_one_in_force(self, faster, as_zoe):
        for client in [Client(), as_zoe]:
            answer = client.get("/legal/terms/changes/")
            assert answer.url == "/legal/terms/changes/1-2/"
            assert "private" in answer["Cache-Control"]

    def test_is_told_to_strangers_over_all_that_is_to_come(self, faster):
        published("terms", at=timezone.now(), effective_at=faster.effective_at + timedelta(days=1))
        assert page("/legal/terms/changes/").url == "/legal/terms/changes/1-3/"

    def test_is_told_to_strangers_from_the_one_before(self, shorter):
        assert page("/legal/terms/changes/").url == "/legal/terms/changes/1-2/"

    def test_is_nothing_while_there_is_one_version(self, terms):
        assert "one version only" in read("/legal/terms/changes/")


class TestDrafts:
    """Nobody outside the desk reads them."""

    def test_are_on_no_public_page(self, terms, as_sami):
        draft = begin_draft("terms")
        for address in [
            "/legal/terms/versions/2/",
            "/legal/terms/versions/2/fr/",
            "/legal/terms/changes/1-2/",
            "/legal/terms/changes/1-2/fr/",
        ]:
            assert page(address).status_code == 404
            assert page(address, client=as_sami).status_code == 404
        assert "versions/2/" not in read("/legal/terms/versions/")
        Text.objects.filter(version=draft).update(sha256="d" * 64)
        assert page(f"/legal/terms/versions/{'d' * 64}/").status_code == 404


class TestTheDatabaseIsAskedOnce:
    @pytest.mark.parametrize(
        ("address", "queries"),
        [
            ("/legal/", 2),
            ("/legal/terms/", 3),
            ("/legal/terms/versions/", 2),
            ("/legal/terms/versions/1/", 3),
            ("/legal/terms/versions/1/fr/", 3),
            ("/legal/terms/changes/1-2/", 6),
            ("/legal/terms/versions/on/2026-03-02/", 1),
        ],
    )
    def test_for_each_thing(self, faster, address, queries, django_assert_num_queries):
        with django_assert_num_queries(queries) as asked:
            page(address)
        assert len({query["sql"] for query in asked.captured_queries}) == queries

    def test_for_the_texts_of_a_difference_only_the_first_time(self, faster, django_assert_num_queries):
        page("/legal/terms/changes/1-2/")
        with django_assert_num_queries(2):  # a query string keeps it out of the shared pages
            assert "<del>ten</del>" in read("/legal/terms/changes/1-2/?again")

    def test_however_many_versions_there_are(self, terms, django_assert_num_queries):
        for days in range(1, 6):
            published("terms", at=NOON + timedelta(days=days))
        with django_assert_num_queries(2):
            page("/legal/terms/versions/")


class TestLastModified:
    def test_is_when_the_document_last_changed(self, terms):
        assert page("/legal/terms/")["Last-Modified"] == "Mon, 02 Mar 2026 12:00:00 GMT"

    def test_counts_what_takes_effect_as_much_as_what_comes_out(self, terms):
        published("terms", at=NOON + timedelta(days=1), effective_at=NOON + timedelta(days=9))
        for address in ["/legal/terms/", "/legal/terms/versions/", "/legal/terms/changes/1-2/", "/legal/"]:
            assert page(address)["Last-Modified"] == "Wed, 11 Mar 2026 12:00:00 GMT"

    def test_is_never_a_day_to_come(self, faster):
        day = parsedate_to_datetime(page("/legal/terms/")["Last-Modified"])
        assert day == faster.published_at.replace(microsecond=0)

    def test_lets_a_reader_who_has_it_keep_it(self, terms):
        for address in ["/legal/", "/legal/terms/", "/legal/terms/versions/", "/legal/terms/versions/1/fr/"]:
            seen = page(address)["Last-Modified"]
            asked = Client(headers={"if-modified-since": seen, "accept-language": "en"})
            assert asked.get(address).status_code == 304
            before = Client(headers={"if-modified-since": "Mon, 02 Mar 2026 11:59:59 GMT"})
            assert before.get(address).status_code == 200

    def test_of_a_page_seen_in_another_language_does_not_hide_this_one(self, terms):
        french = page("/legal/terms/", "fr")
        both = {"if-none-match": french["ETag"], "if-modified-since": french["Last-Modified"]}
        assert Client(headers={"accept-language": "en", **both}).get("/legal/terms/").status_code == 200


class TestWhatPeopleComplainedOfElsewhere:
    def test_terms_that_need_a_sign_in_to_be_read(self, faster):
        """mastodon/mastodon#36182."""
        for address in everything_public(faster):
            assert Client().get(address, follow=True).status_code == 200, address

    def test_links_inside_the_terms_that_lead_back_to_the_page_that_asks(self, db):
        """gitlab-org/gitlab#30409."""
        publish_starters(at=timezone.now())
        client = Client(headers={"accept-language": "en"})
        client.force_login(a_person("zoe@example.org", accepted=False))
        assert client.get("/account/").url.startswith("/legal/accept/")
        followed = set()
        for slug in ["terms", "legal-notice", "technical-report"]:
            article = re.search(
                r'<article class="document".*</article>', read(f"/legal/{slug}/", client=client), re.S
            )[0]
            for address in re.findall(r'href="(/[^"#]*)', article):
                assert client.get(address).status_code == 200, address
                followed.add(address)
        assert "/contact/" in followed
        assert "/legal/legal-notice/" in followed

    def test_what_changed_that_cannot_be_seen_before_accepting(self, faster, as_zoe):
        """thunderbird/thunderbird-accounts#705."""
        for address in everything_public(faster):
            assert as_zoe.get(address, follow=True).redirect_chain[-1:] != [("/legal/accept/", 302)], address

    def test_partly_translated_terms_whose_authoritative_text_nobody_finds(self, terms):
        """WeblateOrg/weblate#2506."""
        published("terms", languages=("fr",), at=NOON + timedelta(days=1))
        assert "This is the authoritative text." in read("/legal/terms/")
        assert '<article class="document" lang="fr">' in read("/legal/terms/")
        assert '<div class="difference" lang="fr">' in read("/legal/terms/changes/1-2/")
        assert 'lang="fr" aria-current="true">Français' not in read("/legal/terms/versions/1/")

    def test_a_corrected_spelling_that_looks_like_new_terms(self, terms):
        """WeblateOrg/hosted#1, nextcloud/terms_of_service#188."""
        published("terms", source=TERMS.replace("hogging", "greed"), at=timezone.now(), significant=False)
        for address in ["/legal/terms/versions/", "/legal/terms/changes/1-2/", "/legal/terms/feed.en.atom"]:
            assert "An editorial change: nobody has to accept again." in read(address)

    def test_a_change_announced_by_nobody(self, faster):
        """mastodon/mastodon#35086: an upcoming change is on the document itself, with its date and its words."""
        day = timezone.localtime(faster.effective_at)
        for address in ["/legal/terms/", "/legal/"]:
            assert f"{day.day} {day:%B %Y}" in read(address)
            assert 'href="/legal/terms/changes/"' in read(address)

    def test_which_version_somebody_accepted(self, terms, as_sami):
        """thunderbird/thunderbird-accounts#705: the fingerprint in a receipt leads to the words themselves."""
        fingerprint = terms.text_in("fr").sha256
        published("terms", source="## Shorter\n\nLess.", at=timezone.now())
        found = as_sami.get(f"/legal/terms/versions/{fingerprint}/", follow=True)
        assert found.status_code == 200
        assert "Nothing is sold." in found.content.decode()


def everything_public(version):
    texts = version.document.versions.earliest("number").texts.all()
    return [
        "/legal/",
        "/legal/terms/",
        "/legal/terms/changes/",
        "/legal/terms/changes/1-2/",
        "/legal/terms/changes/1-2/fr/",
        "/legal/terms/feed.fr.atom",
        "/legal/terms/versions/",
        "/legal/terms/versions/on/2026-03-02/",
        *(f"/legal/terms/versions/{text.sha256}/" for text in texts),
        *(f"/legal/terms/versions/{number}/{rest}" for number in (1, 2) for rest in ("", "fr/", "en/")),
        *(
            f"/legal/terms/versions/{number}.{rest}"
            for number in (1, 2)
            for rest in ("fr.md", "en.md", "json")
        ),
    ]


def test_words_that_look_like_markup_stay_words(terms):
    text = Manuscript(
        "Terms & <b>conditions</b>", "Now <i>better</i>.", f"## A <script>\n\n<b>x</b>\n\n{MUST_SAY['terms']}"
    )
    publish("terms", {"fr": text, "en": text}, authoritative="fr", at=timezone.now())
    for address in ["/legal/", "/legal/terms/", "/legal/terms/versions/", "/legal/terms/changes/1-2/"]:
        content = read(address)
        assert "<script" not in content
        assert "<b>" not in content
        assert "<i>" not in content
