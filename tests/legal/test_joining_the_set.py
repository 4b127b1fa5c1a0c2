import pytest
from django.utils import timezone

from legal.verbs import describe_document
from tests.factories import NOON, published

pytestmark = pytest.mark.django_db


def test_a_document_that_joins_the_set_is_asked_of_everybody(as_sami, mona):
    privacy = published("privacy", at=NOON, in_acceptance_set=False).document
    assert as_sami.get("/account/").status_code == 200
    privacy.in_acceptance_set = True
    describe_document(privacy, by=mona)
    page = as_sami.get("/account/", follow=True)
    assert page.redirect_chain[-1][0].startswith("/legal/accept/")
    assert "privacy (" in page.content.decode()


def test_a_document_described_anew_asks_nobody(as_sami, mona, terms):
    terms.document.position = 3
    describe_document(terms.document, by=mona)
    published("report", at=timezone.now(), in_acceptance_set=False)
    assert as_sami.get("/account/").status_code == 200
