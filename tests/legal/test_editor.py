"""The desk's pages for documents: a draft is begun, written, looked at, published or thrown away."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from journal.models import Entry
from legal.diff import Op, Piece
from legal.editing.colliding import lines_between
from legal.models import Clause, Document, Text, Version
from legal.verbs import (
    Manuscript,
    RevisedMeanwhile,
    begin_draft,
    choose_authoritative,
    discard_draft,
    name_clauses,
    publish_draft,
    revise_draft,
)
from legal.verbs.drafting import mark_of
from legal.writing import WritingError
from tests.factories import MUST_SAY, TERMS, a_person, a_second_factor, published

pytestmark = pytest.mark.django_db

DOCUMENTS = "/desk/legal/document/"
VERSIONS = "/desk/legal/version/"


@pytest.fixture
def draft(terms, mona):
    """The next version of the Terms, with what changed said in both languages."""
    draft = begin_draft("terms", by=mona)
    for language in ("fr", "en"):
        write(draft, language, changes="Clearer words.")
    return draft


def write(draft, language, **changes):
    """Save a text at the verb, with only these things different."""
    now = draft.texts.get(language=language)
    words = {"title": now.title, "changes": now.changes, "source": now.source} | changes
    return revise_draft(draft.pk, language, Manuscript(**words))


def door(draft, name):
    return f"{VERSIONS}{draft.pk}/{name}/"


def typed(draft, language="en", **changes):
    """The form as the page sends it, with these fields changed by hand."""
    text = draft.texts.filter(language=language).first()
    known = Manuscript.of(text) if text else Manuscript("", "", "")
    fields = {"title": known.title, "changes": known.changes, "source": known.source}
    return fields | {"seen": known.mark() if text else ""} | changes


def said(answer):
    """The words of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def a_volunteer(*rights):
    person = a_person("nils@example.org")
    person.is_staff = True
    a_second_factor(person)
    person.save()
    person.user_permissions.set(
        Permission.objects.filter(codename__in=rights, content_type__app_label="legal")
    )
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def refs(draft, language="en"):
    return list(Clause.objects.of(draft, language).values_list("ref", flat=True))


def position(draft, ref, language="en"):
    return Clause.objects.of(draft, language).get(ref=ref).position


class TestTheListOfDocuments:
    def test_tells_what_is_in_force_announced_and_being_written(self, as_mona, mona, terms):
        later = timezone.now() + timedelta(days=9)
        published("terms", at=timezone.now(), effective_at=later)
        begin_draft("terms", by=mona)
        page = said(as_mona.get(DOCUMENTS))
        assert re.search(r"terms \(en\) terms Version 1 , 2 March 2026 Version 2 , .* Version 3 ", page)

    def test_asks_the_database_no_more_for_more_documents(self, as_mona, django_assert_max_num_queries):
        for number in range(5):
            published(f"paper-{number}")
        with django_assert_max_num_queries(12):
            as_mona.get(DOCUMENTS)

    def test_takes_another_kind_of_document(self, as_mona):
        fields = {"slug": "privacy", "in_acceptance_set": "on", "position": "4"}
        assert as_mona.post(f"{DOCUMENTS}add/", fields).status_code == 302
        document = Document.objects.get(slug="privacy")
        assert document.in_acceptance_set
        assert Entry.objects.about(document).of("legal.document-added").exists()

    @pytest.mark.parametrize("slug", ["accept", "ACCEPT", "terms", "two words", ""])
    def test_refuses_an_address_that_is_taken_or_none(self, as_mona, terms, slug):
        answer = as_mona.post(f"{DOCUMENTS}add/", {"slug": slug, "position": "4"})
        assert answer.status_code == 200
        assert Document.objects.count() == 2

    def test_keeps_the_address_of_what_was_published(self, as_mona, terms):
        address = f"{DOCUMENTS}{terms.document_id}/change/"
        as_mona.post(address, {"slug": "conditions", "position": "7"})
        terms.document.refresh_from_db()
        assert (terms.document.slug, terms.document.position) == ("terms", 7)

    def test_lets_nobody_delete_a_document(self, as_mona, terms):
        assert as_mona.post(f"{DOCUMENTS}{terms.document_id}/delete/", {"post": "yes"}).status_code == 403


class TestBeginning:
    def begin(self, client, document):
        return client.post(f"{DOCUMENTS}{document.pk}/next/")

    def test_the_next_version_copies_the_last_and_leads_to_its_page(self, as_mona, terms):
        answer = self.begin(as_mona, terms.document)
        draft = Version.objects.drafts().get()
        assert answer.url == door(draft, "edit")
        assert as_mona.get(answer.url).url == f"{door(draft, 'edit')}fr/"
        assert refs(draft) == refs(terms)

    def test_twice_goes_on_with_the_same_draft(self, as_mona, terms):
        assert self.begin(as_mona, terms.document).url == self.begin(as_mona, terms.document).url
        assert Version.objects.drafts().count() == 1

    def test_of_a_new_kind_of_document_is_an_empty_page(self, as_mona, terms):
        document = Document.objects.create(slug="privacy")
        page = as_mona.get(self.begin(as_mona, document).url, follow=True)
        assert "There is no text in" in said(page)
        answer = as_mona.post(
            page.request["PATH_INFO"], {"title": "Vie privée", "source": "Mot.", "seen": ""}
        )
        assert answer.status_code == 302
        assert Text.objects.get(version__document=document).title == "Vie privée"

    def test_is_offered_by_a_button_and_does_nothing_when_only_looked_at(self, as_mona, terms):
        address = f"{DOCUMENTS}{terms.document_id}/"
        assert "Write the next version" in said(as_mona.get(f"{address}change/"))
        assert as_mona.get(f"{address}next/").status_code == 302
        assert not Version.objects.drafts().exists()


class TestSaving:
    def test_keeps_every_word_and_comes_back(self, as_mona, mona, draft):
        words = typed(draft, title=" Terms ", source="## Été {#ete}\r\n\r\n  «Œuvre» 🐈\x00\r\n")
        answer = as_mona.post(f"{door(draft, 'edit')}en/", words)
        assert answer.url == f"{door(draft, 'edit')}en/"
        text = draft.texts.get(language="en")
        assert (text.title, text.source) == ("Terms", "## Été {#ete}\n\n  «Œuvre» 🐈\n")
        assert Entry.objects.about(draft).of("legal.revised").first().actor_id == mona.pk
        assert f"Last saved by {mona.email}" in said(as_mona.get(answer.url))

    @pytest.mark.parametrize(
        ("then", "where"), [("fr", "edit/fr/"), ("publish", "publish/"), ("x", "edit/en/")]
    )
    def test_leads_where_the_button_says(self, as_mona, draft, then, where):
        answer = as_mona.post(f"{door(draft, 'edit')}en/", typed(draft, then=then))
        assert answer.url == f"{VERSIONS}{draft.pk}/{where}"

    def test_keeps_what_cannot_be_published_and_says_why(self, as_mona, draft):
        answer = as_mona.post(
            f"{door(draft, 'edit')}en/", typed(draft, source="Chez {{ host_dog }}."), follow=True
        )
        assert draft.texts.get(language="en").source == "Chez {{ host_dog }}."
        assert "This text cannot become a page yet The variable “host_dog” is unknown" in said(answer)

    def test_refuses_too_long_a_title_and_keeps_what_was_typed(self, as_mona, draft):
        words = typed(draft, title="T" * 201, source="Typed <b>text</b>.")
        page = as_mona.post(f"{door(draft, 'edit')}en/", words).content.decode()
        assert "Typed &lt;b&gt;text&lt;/b&gt;." in page
        assert "T" * 201 in page
        assert "at most 200 characters" in page
        assert "maxlength" not in page  # browsers would cut a pasted text without a word
        assert "Typed" not in draft.texts.get(language="en").source

    def test_the_same_words_again_is_no_event(self, as_mona, draft):
        before = Entry.objects.about(draft).count()
        as_mona.post(f"{door(draft, 'edit')}en/", typed(draft))
        assert Entry.objects.about(draft).count() == before

    def test_takes_a_text_as_long_as_any(self, as_mona, draft):
        source = "\n\n".join(f"{n}. **Clause {n}.** " + "é mot " * 55 for n in range(1, 301))
        assert len(source.encode()) > 100_000
        answer = as_mona.post(f"{door(draft, 'edit')}en/", typed(draft, source=source), follow=True)
        assert answer.status_code == 200
        assert len(refs(draft)) == 300

    def test_in_a_language_nobody_speaks_is_not_found(self, as_mona, draft):
        assert as_mona.get(f"{door(draft, 'edit')}de/").status_code == 404


class TestLooking:
    def test_shows_the_page_the_difference_the_clauses_and_what_lacks(self, as_mona, draft):
        write(
            draft,
            "en",
            source=f"{TERMS.replace('ten minutes', 'nine minutes')}\n\n{MUST_SAY['terms']}",
            changes="",
        )
        page = as_mona.get(f"{door(draft, 'edit')}en/").content.decode()
        assert re.search(r"<del>ten</del>\s*<ins>nine</ins>", page)
        assert 'id="shown-c6"' in page
        assert 'id="difference-c6"' in page
        assert 'id="c6"' not in page
        assert "1 thing keeps this draft from being published" in page
        assert "does not say what changed" in page
        assert "{{ host_name }}" in page

    def test_without_saving_shows_what_saving_would_give_and_keeps_nothing(self, as_mona, draft):
        before = mark_of(draft), Entry.objects.count()
        words = typed(draft, source="## Quite new {#new}\n\nWords.", preview="yes")
        answer = as_mona.post(f"{door(draft, 'edit')}en/", words)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert 'id="shown-new"' in page
        assert "Nothing of it is saved yet" in page
        assert words["seen"] in page
        assert (mark_of(draft), Entry.objects.count()) == before

    def test_while_typing_answers_a_script_and_keeps_nothing(self, as_mona, draft):
        before = mark_of(draft), Entry.objects.count()
        shown = as_mona.post(
            f"{door(draft, 'preview')}en/", typed(draft, source="## Quite new\n\n<script>x</script>")
        ).json()
        assert 'id="shown-quite-new"' in shown["preview"]
        assert "<script" not in shown["preview"]
        assert "Added" in shown["difference"]
        assert "personal data" in shown["lacking"]
        assert shown["problem"] == ""
        assert (mark_of(draft), Entry.objects.count()) == before

    def test_while_typing_tells_that_somebody_saved_meanwhile(self, as_mona, draft):
        words = typed(draft)
        write(draft, "en", title="Theirs")
        assert "Somebody else" in as_mona.post(f"{door(draft, 'preview')}en/", words).json()["problem"]

    def test_while_typing_tells_what_is_wrong(self, as_mona, draft):
        answer = as_mona.post(f"{door(draft, 'preview')}en/", typed(draft, title="T" * 201))
        assert (answer.status_code, "200 characters" in answer.json()["problem"]) == (409, True)
        words = typed(draft)
        discard_draft(draft.pk, by=None)
        answer = as_mona.post(f"{door(draft, 'preview')}en/", words)
        assert (answer.status_code, "no longer there" in answer.json()["problem"]) == (409, True)

    def test_is_asked_for_by_post_only(self, as_mona, draft):
        assert as_mona.get(f"{door(draft, 'preview')}en/").status_code == 405

    def test_links_of_the_preview_open_elsewhere(self, as_mona, draft):
        write(draft, "en", source="[Somewhere](https://example.org/) is **far**.\n\n## Here {#here}")
        page = as_mona.get(f"{door(draft, 'edit')}en/").content.decode()
        assert re.search(r'<a href="https://example.org/"[^>]* target="_blank"', page)
        assert 'href="#here"' not in page

    def test_compares_with_an_announced_version_when_asked(self, as_mona, terms, mona):
        later = timezone.now() + timedelta(days=9)
        published(
            "terms", at=timezone.now(), effective_at=later, source=TERMS.replace("No spam", "No spam at all")
        )
        draft = begin_draft("terms", by=mona)
        page = said(as_mona.get(f"{door(draft, 'edit')}en/"))
        assert "What changes from version 1" in page
        page = said(as_mona.get(f"{door(draft, 'edit')}en/?against=2"))
        assert "Every word is the same as in version 2." in page

    def test_warns_of_a_translation_with_another_number_of_clauses(self, as_mona, draft):
        write(draft, "en", source=f"{TERMS}\n\n7. **One more.** Here.\n\n{MUST_SAY['terms']}")
        page = said(as_mona.get(f"{door(draft, 'edit')}en/"))
        assert "This text has 9 clauses, the one in French, which counts, has 8." in page
        assert "This text has" not in said(as_mona.get(f"{door(draft, 'edit')}fr/"))


class TestNamingClauses:
    ADDED = TERMS.replace(
        "5. **Nothing illegal.** The law holds here too. {#u5}",
        "5. **Be kind.** To each other.\n6. **Lawful.** Obey.",
    )

    @pytest.fixture
    def reworded(self, draft):
        write(draft, "fr", source=f"{self.ADDED}\n\n(fr)\n\n{MUST_SAY['terms']}")
        return draft

    def test_offers_the_clauses_that_are_not_word_for_word_the_same(self, as_mona, reworded):
        page = as_mona.get(f"{door(reworded, 'edit')}fr/").content.decode()
        select = page[page.index('<select name="name-lawful"') :].split("</select>")[0]
        assert re.findall(r'value="([^"]*)"', select) == ["lawful", "u5"]
        assert 'name="name-c6"' not in page

    @pytest.mark.parametrize(
        ("clauses", "rewritten", "choices"), [(50, 50, 51), (100, 100, 2), (100, 10, 11)]
    )
    def test_offers_no_endless_lists(self, as_mona, mona, terms, clauses, rewritten, choices):
        def source(kind):
            said = [kind if n < rewritten else "the same" for n in range(clauses)]
            return "\n".join(
                f"{n}. **Rule {n}.** Says {say} thing {n}. {{#r{n}}}" for n, say in enumerate(said)
            )

        published("paper", in_acceptance_set=False, source=source("one"))
        draft = begin_draft("paper", by=mona)
        write(draft, "fr", source=source("another") + "\n\n(fr)")
        page = as_mona.get(f"{door(draft, 'edit')}fr/").content.decode()
        select = page[page.index('<select name="name-r3"') :].split("</select>")[0]
        assert select.count("<option") == choices

    def test_of_a_text_written_all_anew_is_left_to_the_author(self, as_mona, mona, terms):
        published(
            "paper",
            in_acceptance_set=False,
            source="\n".join(f"{n}. **Rule {n}.** {{#r{n}}}" for n in range(100)),
        )
        draft = begin_draft("paper", by=mona)
        write(draft, "fr", source="\n".join(f"{n}. **Other {n}.** {{#o{n}}}" for n in range(100)))
        page = as_mona.get(f"{door(draft, 'edit')}fr/")
        assert "lists to choose from would be endless" in said(page)
        assert b'<select name="name-' not in page.content

    def test_writes_the_id_chosen_into_the_text(self, as_mona, reworded):
        as_mona.post(f"{door(reworded, 'edit')}fr/", typed(reworded, "fr", **{"name-lawful": "u5"}))
        assert "6. **Lawful.** Obey. {#u5}" in reworded.texts.get(language="fr").source
        assert position(reworded, "u5", "fr") == 6
        named = Entry.objects.about(reworded).of("legal.clauses-named").get()
        assert named.details["names"] == {"6": "u5"}

    def test_and_saves_what_was_typed_in_the_same_go(self, as_mona, reworded):
        words = typed(reworded, "fr", **{"name-lawful": "u5"})
        words["source"] = "Un mot avant.\n\n1. **New one.** {#n1}\n\n" + words["source"]
        as_mona.post(f"{door(reworded, 'edit')}fr/", words)
        source = reworded.texts.get(language="fr").source
        assert source.startswith("Un mot avant.")
        assert "6. **Lawful.** Obey. {#u5}" in source

    def test_makes_a_clause_a_new_one(self, as_mona, draft):
        changed = draft.texts.get(language="fr").source.replace(
            "No spam, no hogging. {#u6}", "No spam, no nagging."
        )
        write(draft, "fr", source=changed)
        assert "u6" in refs(draft, "fr")
        as_mona.post(f"{door(draft, 'edit')}fr/", typed(draft, "fr", **{"name-u6": "+"}))
        assert "No spam, no nagging. {#no-abuse}" in draft.texts.get(language="fr").source
        assert "u6" not in refs(draft, "fr")

    def test_lets_two_clauses_change_places(self, mona, draft):
        c1, c6 = position(draft, "c1", "fr"), position(draft, "c6", "fr")
        name_clauses(draft.pk, "fr", {c1: "c6", c6: "c1"}, by=mona)
        assert (position(draft, "c6", "fr"), position(draft, "c1", "fr")) == (c1, c6)

    def test_refuses_an_id_that_another_clause_has_and_keeps_the_text(self, as_mona, reworded):
        words = typed(reworded, "fr", title="Kept", **{"name-lawful": "c6"})
        answer = as_mona.post(f"{door(reworded, 'edit')}fr/", words)
        assert answer.status_code == 409
        assert "The id “c6” is used twice." in said(answer)
        text = reworded.texts.get(language="fr")
        assert (text.title, "Obey. {#" in text.source) == ("Kept", False)
        assert text.clauses.filter(ref="lawful").exists()
        again = re.search(r'name="seen" value="(\w+)"', answer.content.decode())[1]
        assert again == mark_of(reworded, "fr")

    @pytest.mark.parametrize("ref", ["Not An Id", "{#u5}", "x" * 61, "é"])
    def test_refuses_what_is_no_id(self, mona, draft, ref):
        before = mark_of(draft)
        with pytest.raises(WritingError):
            name_clauses(draft.pk, "fr", {0: ref}, by=mona)
        assert mark_of(draft) == before

    def test_refuses_a_clause_that_is_not_there(self, as_mona, mona, draft):
        with pytest.raises(WritingError, match="no such clause"):
            name_clauses(draft.pk, "fr", {99: "u5"}, by=mona)
        answer = as_mona.post(f"{door(draft, 'edit')}fr/", typed(draft, "fr", **{"name-gone": "u5"}))
        assert "No clause is called “gone” any more." in said(answer)

    def test_in_a_preview_shows_the_text_with_the_id_and_keeps_nothing(self, as_mona, reworded):
        words = typed(reworded, "fr", preview="yes", **{"name-lawful": "u5"})
        assert "Obey. {#u5}" in as_mona.post(f"{door(reworded, 'edit')}fr/", words).content.decode()
        assert "u5" not in refs(reworded, "fr")

    @pytest.mark.parametrize(
        ("source", "at", "expected"),
        [
            ("## Title ##\n\nText", 0, "## Title {#x}\n\nText\n"),
            ("Title\n---", 0, "Title {#x}\n---\n"),
            ("1. one\n   two  \n\n   more\n2. last", 0, "1. one\n   two {#x}\n\n   more\n2. last\n"),
            ("Words\nmore. {#old}", 0, "Words\nmore. {#x}\n"),
            ("- star {#s}\n- plain", 0, "- star {#x}\n- plain\n"),
        ],
    )
    def test_writes_it_as_an_author_would(self, mona, draft, source, at, expected):
        write(draft, "fr", source=source)
        text = name_clauses(draft.pk, "fr", {at: "x"}, by=mona)
        assert text.source == expected
        assert text.clauses.get(position=at).ref == "x"

    def test_is_followed_by_the_translations(self, as_mona, mona, draft):
        source = f"{TERMS}\n\n7. **Sept.** Mot.\n\n{MUST_SAY['terms']}"
        for language in ("fr", "en"):
            write(draft, language, source=source)
        name_clauses(draft.pk, "fr", {position(draft, "sept", "fr"): "u7"}, by=mona)
        assert refs(draft, "en") == refs(draft, "fr")
        assert "u7" in refs(draft, "en")


class TestTwoAuthors:
    def test_the_second_is_told_and_loses_nothing(self, as_mona, draft):
        words = typed(draft, source="Mine, typed for an hour.")
        nils = a_person("nils@example.org", staff=True)
        theirs = Manuscript("Theirs", "Clearer words.", "Nils was here.")
        revise_draft(draft.pk, "en", theirs, by=nils)
        answer = as_mona.post(f"{door(draft, 'edit')}en/", words)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "Mine, typed for an hour.</textarea>" in page
        assert "nils@example.org saved it at" in page
        assert re.search(r"<del>[^<]*Nils", page)
        assert "<del>Theirs</del>" in page
        assert draft.texts.get(language="en").source == "Nils was here."

    def test_may_then_save_knowingly(self, as_mona, draft):
        words = typed(draft, source="Mine.")
        write(draft, "en", source="Theirs.")
        page = as_mona.post(f"{door(draft, 'edit')}en/", words).content.decode()
        words["seen"] = re.search(r'name="seen" value="(\w+)"', page)[1]
        assert as_mona.post(f"{door(draft, 'edit')}en/", words).status_code == 302
        assert draft.texts.get(language="en").source == "Mine."

    def test_on_two_languages_do_not_meet(self, as_mona, draft):
        words = typed(draft, "en", source="Mine.")
        write(draft, "fr", source="À moi.")
        assert as_mona.post(f"{door(draft, 'edit')}en/", words).status_code == 302

    def test_a_form_without_a_mark_is_no_way_around(self, as_mona, draft):
        assert (
            as_mona.post(f"{door(draft, 'edit')}en/", typed(draft, source="Mine.", seen="")).status_code
            == 409
        )

    def test_a_long_text_is_compared_in_a_moment(self, as_mona, draft):
        line = "Every word of this long text is there many times. "
        words = typed(draft, source="\n\n".join(line * 3 + str(n) for n in range(600)))
        write(draft, "en", source="\n\n".join(line * 3 + str(n + n % 2) for n in range(600)))
        answer = as_mona.post(f"{door(draft, 'edit')}en/", words)
        assert answer.status_code == 409
        assert len(answer.content) < 1_000_000

    def test_two_long_texts_with_little_in_common_are_shown_one_after_the_other(self):
        theirs, mine = "alpha beta " * 1000, "alpha gamma " * 1000
        assert lines_between(theirs, mine) == [Piece(Op.REMOVE, theirs), Piece(Op.ADD, mine)]

    @pytest.mark.parametrize("fate", ["threw this draft away", "published"])
    def test_what_was_typed_into_a_draft_that_is_gone_is_handed_back(self, as_mona, mona, draft, fate):
        words = typed(draft, source="Typed in vain?")
        if fate == "published":
            publish_draft(draft.pk, at=timezone.now(), significant=False, by=mona)
        else:
            discard_draft(draft.pk, by=mona)
        answer = as_mona.post(f"{door(draft, 'edit')}en/", words)
        assert answer.status_code == 409
        assert "Typed in vain?</textarea>" in answer.content.decode()
        assert fate in said(answer)


class TestTheTextThatCounts:
    def test_is_chosen(self, as_mona, draft):
        as_mona.post(door(draft, "authority"), {"language": "en"})
        draft.refresh_from_db()
        assert draft.authoritative_language == "en"
        assert as_mona.get(door(draft, "edit")).url.endswith("/en/")

    def test_gives_the_others_its_ids(self, mona, draft):
        write(draft, "fr", source="1. **Un.** A.\n2. **Deux.** B.")
        write(draft, "en", source="1. **One.** A.\n2. **Two.** B.")
        assert refs(draft, "en") == ["un", "deux"]
        choose_authoritative(draft.pk, "en", by=mona)
        assert refs(draft, "en") == refs(draft, "fr") == ["one", "two"]

    def test_is_one_of_the_sites_languages(self, as_mona, mona, draft):
        as_mona.post(door(draft, "authority"), {"language": "de"})
        draft.refresh_from_db()
        assert draft.authoritative_language == "fr"
        with pytest.raises(ValueError, match="de"):
            choose_authoritative(draft.pk, "de", by=mona)


class TestPublishing:
    def publish(self, client, draft, **fields):
        return client.post(door(draft, "publish"), {"seen": mark_of(draft), "significant": "yes"} | fields)

    def test_is_a_page_of_its_own_that_says_what_happens(self, as_mona, draft):
        people = [a_person(f"person-{n}@example.org", accepted=False) for n in range(3)]
        people[0].is_active = False
        people[0].save()
        page = said(as_mona.get(door(draft, "publish")))
        assert "3 people with an account are written to" in page
        assert "Clearer words." in page
        assert "Nothing is lacking" in page
        assert not draft.published_at

    def test_a_significant_change_leaves_time_to_read_it(self, as_mona, draft, settings):
        settings.LEGAL_NOTICE_DAYS = 12
        answer = self.publish(as_mona, draft)
        assert answer.url == f"{DOCUMENTS}{draft.document_id}/change/"
        draft.refresh_from_db()
        days = timezone.localdate(draft.effective_at) - timezone.localdate()
        assert (draft.significant, days) == (True, timedelta(days=12))

    def test_an_editorial_one_takes_effect_at_once(self, as_mona, draft):
        self.publish(as_mona, draft, significant="no")
        draft.refresh_from_db()
        assert (draft.significant, draft.effective_at) == (False, draft.published_at)

    @pytest.mark.parametrize(("significant", "days"), [("yes", 0), ("yes", 3), ("no", 40)])
    def test_takes_effect_on_the_date_chosen(self, as_mona, draft, significant, days):
        on = timezone.localdate() + timedelta(days=days)
        self.publish(as_mona, draft, significant=significant, effective_on=on.isoformat())
        draft.refresh_from_db()
        assert draft.published_at
        assert timezone.localdate(draft.effective_at) == on

    def test_usually_never_takes_effect_before_the_version_it_follows(self, as_mona, terms, mona):
        later = timezone.now() + timedelta(days=90)
        published("terms", at=timezone.now(), effective_at=later)
        draft = begin_draft("terms", by=mona)
        for language in ("fr", "en"):
            write(draft, language, changes="A comma.")
        self.publish(as_mona, draft, significant="no")
        draft.refresh_from_db()
        assert draft.effective_at == later

    @pytest.mark.parametrize("on", ["2020-01-01", "never", "0000-99-99"])
    def test_is_refused_with_a_sentence_for_a_date_in_the_past_or_none(self, as_mona, draft, on):
        answer = self.publish(as_mona, draft, effective_on=on, significant="no")
        assert answer.status_code in (200, 409)
        assert "Choose a later date." in said(answer) or "Enter a valid date." in said(answer)
        assert f'value="{on}"' in answer.content.decode()
        assert re.search(r'value="no"[^>]* checked', answer.content.decode())
        draft.refresh_from_db()
        assert draft.published_at is None

    def test_is_refused_with_every_sentence_while_something_lacks(self, as_mona, draft):
        write(draft, "en", changes="", source="Nothing about it.")
        looked_at = as_mona.get(door(draft, "publish"))
        assert "Publish version 2</button>" not in looked_at.content.decode()
        for page in (looked_at, self.publish(as_mona, draft)):
            assert "does not say what changed" in said(page)
            assert "says nothing about personal data" in said(page)
        draft.refresh_from_db()
        assert draft.published_at is None

    def test_publishes_only_what_was_read(self, as_mona, draft):
        seen = mark_of(draft)
        write(draft, "en", changes="Everything is sold.")
        answer = self.publish(as_mona, draft, seen=seen)
        assert answer.status_code == 409
        assert "Somebody else changed this draft" in said(answer)
        assert "Everything is sold." in said(answer)
        with pytest.raises(RevisedMeanwhile):
            publish_draft(draft.pk, at=timezone.now(), seen=seen)
        again = re.search(r'name="seen" value="([\w-]+)"', answer.content.decode())[1]
        assert self.publish(as_mona, draft, seen=again).status_code == 302

    def test_twice_publishes_once(self, as_mona, draft):
        seen = mark_of(draft)
        self.publish(as_mona, draft, seen=seen)
        answer = self.publish(as_mona, draft, seen=seen)
        assert "was published meanwhile" in said(answer)
        assert Version.objects.filter(document=draft.document).count() == 2

    def test_of_a_first_version_writes_to_nobody_and_asks_no_kind(self, as_mona, mona, terms):
        document = Document.objects.create(slug="privacy", in_acceptance_set=True)
        draft = begin_draft("privacy", by=mona)
        for language in ("fr", "en"):
            revise_draft(draft.pk, language, Manuscript("Privacy", "First version.", "Words."))
        page = as_mona.get(door(draft, "publish"))
        assert "Nobody is written to." in said(page)
        assert 'name="significant"' not in page.content.decode()
        as_mona.post(door(draft, "publish"), {"seen": mark_of(draft)})
        draft.refresh_from_db()
        assert (draft.significant, draft.effective_at) == (True, draft.published_at)
        assert document.versions.in_force(timezone.now()).get() == draft

    def test_of_what_need_not_be_accepted_writes_to_nobody(self, as_mona, mona, terms):
        published("report", in_acceptance_set=False)
        draft = begin_draft("report", by=mona)
        for language in ("fr", "en"):
            write(draft, language, changes="Other machines.")
        assert "nobody is written to" in said(as_mona.get(door(draft, "publish")))


class TestThrowingAway:
    def test_asks_first(self, as_mona, draft):
        assert "cannot be brought back" in said(as_mona.get(door(draft, "discard")))
        assert Version.objects.drafts().exists()

    def test_then_leaves_only_a_line_in_the_journal(self, as_mona, mona, draft):
        answer = as_mona.post(door(draft, "discard"), {"seen": mark_of(draft)})
        assert answer.url == f"{DOCUMENTS}{draft.document_id}/change/"
        assert not Version.objects.drafts().exists()
        assert Entry.objects.of("legal.discarded").get().actor_id == mona.pk

    def test_throws_away_only_what_was_seen(self, as_mona, draft):
        seen = mark_of(draft)
        write(draft, "en", source="An hour's work.")
        answer = as_mona.post(door(draft, "discard"), {"seen": seen})
        assert answer.status_code == 409
        assert Version.objects.drafts().exists()


DOORS = ["edit", "edit/en", "preview/en", "authority", "publish", "discard"]


class TestRights:
    def test_without_any_nothing_of_it_is_seen(self, draft):
        nils = a_volunteer()
        assert "/desk/legal/" not in nils.get("/desk/").content.decode()
        for address in (
            DOCUMENTS,
            VERSIONS,
            "/desk/legal/acceptance/",
            f"{DOCUMENTS}{draft.document_id}/change/",
        ):
            assert nils.get(address).status_code == 403, address

    @pytest.mark.parametrize("name", DOORS)
    @pytest.mark.parametrize(
        "rights", [(), ("view_version", "view_document", "change_document", "add_version")]
    )
    def test_to_write_are_needed_at_every_door(self, draft, name, rights):
        nils, before = a_volunteer(*rights), mark_of(draft)
        fields = typed(draft, source="Mine.") | {"language": "en", "significant": "no"}
        if name in ("publish", "discard"):
            fields["seen"] = mark_of(draft)
        assert nils.post(door(draft, name), fields).status_code == 403
        assert nils.get(door(draft, name)).status_code in (403, 405)
        draft.refresh_from_db()
        assert (mark_of(draft), draft.published_at, draft.authoritative_language) == (before, None, "fr")

    def test_to_begin_are_needed(self, terms):
        nils = a_volunteer("view_document", "change_version")
        page = nils.get(f"{DOCUMENTS}{terms.document_id}/change/")
        assert "Write the next version" not in said(page)
        assert nils.post(f"{DOCUMENTS}{terms.document_id}/next/").status_code == 403
        assert not Version.objects.drafts().exists()

    def test_to_write_are_enough(self, draft):
        nils = a_volunteer("view_document", "change_version", "add_version")
        assert nils.get(f"{door(draft, 'edit')}en/").status_code == 200
        assert nils.post(f"{door(draft, 'edit')}en/", typed(draft, source="Words.")).status_code == 302

    @pytest.mark.parametrize("name", DOORS)
    def test_a_member_and_a_stranger_find_the_doors_closed(self, as_sami, draft, name):
        for client in (as_sami, Client()):
            assert client.post(door(draft, name)).status_code in (302, 403)


class TestWhatIsPublished:
    def test_is_only_read(self, as_mona, terms):
        address = f"{VERSIONS}{terms.pk}/change/"
        page = as_mona.get(address).content.decode()
        assert 'name="_save"' not in page
        assert as_mona.post(address, {"number": "9"}).status_code == 403
        assert as_mona.post(f"{VERSIONS}{terms.pk}/delete/", {"post": "yes"}).status_code == 403
        terms.refresh_from_db()
        assert terms.number == 1

    @pytest.mark.parametrize("name", ["edit", "edit/en", "publish", "discard", "authority"])
    def test_has_no_door_to_write_by(self, as_mona, terms, name):
        for answer in (as_mona.get(door(terms, name)), as_mona.post(door(terms, name), {"language": "en"})):
            assert "what is published stays as it is" in said(answer)
        assert Version.objects.get(pk=terms.pk).fingerprint() == terms.digest

    def test_a_version_that_never_was_is_not_found(self, as_mona, terms):
        assert as_mona.get(f"{VERSIONS}999999/edit/").status_code == 404
        assert as_mona.get(f"{VERSIONS}999999/publish/").status_code == 404

    def test_acceptances_are_only_read(self, as_mona, sami):
        row = sami.acceptances.first()
        address = f"/desk/legal/acceptance/{row.pk}/"
        assert as_mona.get(f"{address}change/").status_code == 200
        assert as_mona.post(f"{address}change/", {"decision": "refused"}).status_code == 403
        assert as_mona.post(f"{address}delete/", {"post": "yes"}).status_code == 403
        assert as_mona.get("/desk/legal/acceptance/add/").status_code == 403

    def test_and_drafts_are_listed_with_their_state(self, as_mona, draft):
        page = said(as_mona.get(VERSIONS))
        assert "draft" in page
        assert "in force" in page
        assert f"{door(draft, 'edit')}" in as_mona.get(VERSIONS).content.decode()
