"""Refusing, accepting ahead, receipts: what a decision leaves behind."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import User
from journal.models import Entry
from legal.models import Acceptance, Decision, How, Text, Version
from legal.verbs import DocumentsChanged, accept, refuse, send_receipts
from legal.verbs.accepting import accepted_through
from outbox.models import Letter
from tests.factories import NOON, a_person, published

DAY = timedelta(days=1)
LATER = NOON + 30 * DAY

pytestmark = pytest.mark.django_db


def texts(at, language="fr"):
    return Text.objects.to_accept(at, language)


def decisions(person):
    rows = Acceptance.objects.filter(person=person).order_by("pk")
    return [(r.text.version.document.slug, r.text.version.number, r.decision) for r in rows]


class TestRefusing:
    def test_leaves_a_row_beside_what_was_accepted_before(self, sami):
        published("terms", at=LATER)
        rows = refuse(sami, texts(LATER), how=How.INTERSTITIAL, at=LATER)
        assert [(r.text.version.number, r.decision, r.sha256) for r in rows] == [
            (2, Decision.REFUSED, texts(LATER)[1].sha256)
        ]
        assert decisions(sami)[-1] == ("terms", 2, "refused")
        assert ("legal-notice", 1, "accepted") in decisions(sami)
        sami.refresh_from_db()
        assert (sami.accepted_through, sami.refused_through) == (NOON, LATER)
        assert Entry.objects.about(sami).of("legal.refused").get().actor_id == sami.pk

    def test_twice_is_one_row_and_one_letter(self, sami):
        published("terms", at=LATER)
        for hour in (0, 1):
            refuse(sami, texts(LATER), how=How.INTERSTITIAL, at=LATER + timedelta(hours=hour))
        assert decisions(sami).count(("terms", 2, "refused")) == 1
        assert Letter.objects.filter(kind="legal_refusal").count() == 1

    def test_can_be_followed_by_accepting(self, sami):
        published("terms", at=LATER)
        refuse(sami, texts(LATER), how=How.INTERSTITIAL, at=LATER)
        accept(sami, texts(LATER), how=How.INTERSTITIAL, at=LATER + DAY)
        sami.refresh_from_db()
        assert (sami.accepted_through, sami.refused_through) == (LATER, None)
        assert ("terms", 2, "refused") in decisions(sami)
        assert ("terms", 2, "accepted") in decisions(sami)

    def test_something_else_than_what_is_asked_is_refused_itself(self, sami):
        before = decisions(sami)
        shown = texts(NOON)
        published("terms", at=LATER)
        with pytest.raises(DocumentsChanged):
            refuse(sami, shown, how=How.INTERSTITIAL, at=LATER)
        assert decisions(sami) == before

    def test_is_final_evidence_too(self, sami):
        published("terms", at=LATER)
        refuse(sami, texts(LATER), how=How.INTERSTITIAL, at=LATER)
        refused = pytest.raises(DatabaseError, match="append-only")
        with connection.cursor() as cursor, refused, transaction.atomic():
            cursor.execute("UPDATE legal_acceptance SET decision = 'accepted' WHERE decision = 'refused'")


class TestAcceptingAhead:
    @pytest.fixture
    def upcoming(self, terms):
        return published("terms", at=NOON + DAY, effective_at=LATER)

    def test_reaches_to_the_date_of_effect(self, sami, upcoming):
        accept(sami, texts(LATER), how=How.INTERSTITIAL, at=NOON + 2 * DAY, through=LATER)
        sami.refresh_from_db()
        assert sami.accepted_through == LATER
        assert Version.objects.required_through(LATER) <= sami.accepted_through

    def test_takes_the_set_of_that_date_and_no_other(self, sami, upcoming):
        with pytest.raises(DocumentsChanged):
            accept(sami, texts(NOON + DAY), how=How.INTERSTITIAL, at=NOON + 2 * DAY, through=LATER)

    def test_does_not_count_for_what_is_published_afterwards_and_takes_effect_before(self, sami, upcoming):
        accept(sami, texts(LATER), how=How.INTERSTITIAL, at=NOON + 2 * DAY, through=LATER)
        between = published(
            "legal-notice", source="Another.", at=NOON + 3 * DAY, effective_at=NOON + 10 * DAY
        )
        sami.refresh_from_db()
        assert sami.accepted_through < between.effective_at

    def test_does_not_count_for_what_is_published_afterwards_and_takes_effect_on_the_same_day(
        self, sami, upcoming
    ):
        accept(sami, texts(LATER), how=How.INTERSTITIAL, at=NOON + 2 * DAY, through=LATER)
        published("legal-notice", source="Another.", at=NOON + 3 * DAY, effective_at=LATER)
        sami.refresh_from_db()
        assert sami.accepted_through < LATER
        accept(sami, texts(LATER), how=How.INTERSTITIAL, at=NOON + 4 * DAY, through=LATER)
        sami.refresh_from_db()
        assert sami.accepted_through == LATER

    def test_is_remembered_when_something_in_between_is_accepted_later(self, sami, upcoming):
        accept(sami, texts(LATER), how=How.INTERSTITIAL, at=NOON + 2 * DAY, through=LATER)
        between = published(
            "legal-notice", source="Another.", at=NOON + 3 * DAY, effective_at=NOON + 10 * DAY
        )
        accept(sami, texts(between.effective_at), how=How.INTERSTITIAL, at=between.effective_at)
        sami.refresh_from_db()
        assert sami.accepted_through == LATER


def test_the_column_says_what_the_evidence_says(terms):
    """After all these, `accepted_through` is what could be computed anew from the append-only rows."""
    early = a_person("early@example.org")
    published("terms", at=NOON + DAY, effective_at=LATER)
    accept(early, texts(LATER), how=How.INTERSTITIAL, at=NOON + 2 * DAY, through=LATER)
    late = a_person("late@example.org", at=NOON + 3 * DAY)
    published("legal-notice", source="Another.", at=NOON + 4 * DAY)
    published("legal-notice", source="An editor was here.", at=NOON + 5 * DAY, significant=False)
    new = a_person("new@example.org", at=NOON + 6 * DAY)
    refuse(late, texts(NOON + 6 * DAY), how=How.INTERSTITIAL, at=NOON + 6 * DAY)
    reached = {}
    for person in (early, late, new):
        person.refresh_from_db()
        assert person.accepted_through == accepted_through(person), person.email
        reached[person.email.partition("@")[0]] = person.accepted_through
    assert reached == {"early": NOON, "late": NOON, "new": NOON + 4 * DAY}


class TestAReceipt:
    def test_names_versions_hashes_and_links_that_last(self, sami):
        published("terms", at=LATER, title="Conditions")
        rows = accept(sami, texts(LATER), how=How.INTERSTITIAL, at=LATER)
        letter = Letter.objects.get(kind="legal_receipt", recipient=sami.email)
        assert letter.language == "fr"
        for row in rows:
            assert row.sha256 in letter.body
            assert row.text.title in letter.body
            assert f"{row.text.get_absolute_url()}" in letter.body

    def test_is_one_letter_for_one_act(self, sami):
        published("terms", at=LATER)
        for hour in (0, 1):
            accept(sami, texts(LATER), how=How.INTERSTITIAL, at=LATER + timedelta(hours=hour))
        send_receipts(sami, since=NOON + DAY)
        assert Letter.objects.filter(kind="legal_receipt").count() == 1

    def test_is_not_written_for_what_was_imported(self, zoe):
        accept(zoe, texts(NOON), how=How.IMPORT, at=NOON)
        send_receipts(zoe, since=NOON)
        assert Acceptance.objects.filter(person=zoe).exists()
        assert not Letter.objects.exists()

    def test_that_cannot_be_sent_does_not_undo_the_act(self, zoe):
        User.objects.filter(pk=zoe.pk).update(email="not an address")
        zoe.refresh_from_db()
        assert accept(zoe, texts(NOON), how=How.INTERSTITIAL, at=NOON)
        assert not Letter.objects.exists()

    def test_of_a_refusal_says_where_to_go_from_there(self, sami):
        published("terms", at=LATER)
        refuse(sami, texts(LATER), how=How.INTERSTITIAL, at=LATER)
        assert "/legal/refused/" in Letter.objects.get(kind="legal_refusal").body


def test_the_account_page_lists_what_was_accepted_and_refused_with_its_text_as_it_was(as_sami, sami):
    refused = published("terms", at=timezone.now() - DAY, source="Shorter. {#i0}")
    refuse(sami, texts(timezone.now()), how=How.INTERSTITIAL, at=timezone.now())
    page = as_sami.get("/account/").content.decode()
    for row in Acceptance.objects.filter(person=sami):
        assert row.text.get_absolute_url() in page
        assert as_sami.get(row.text.get_absolute_url()).status_code == 200
    assert "refused when the portal asked" in page
    assert "accepted at sign-up" in page
    old = (
        Acceptance.objects.filter(person=sami, text__version__document__slug="terms", text__version__number=1)
        .get()
        .text
    )
    assert old.version != refused
    assert "Nothing is sold" in as_sami.get(old.get_absolute_url()).content.decode()
