"""What the law obliges a host to keep: sealed, opened for a reason, gone by itself."""

import pytest
from django.db import IntegrityError, transaction

from accounts import verbs
from accounts.models import Reason, Refused, SealedRecord
from accounts.sealing import KeyIsGone, seal, unseal
from accounts.tasks import forget
from journal.models import Entry
from tests.accounts.leaving import SECOND_ADDRESS, later
from tests.accounts.scanning import places_that_mention
from tests.factories import NOON, a_person

pytestmark = pytest.mark.django_db

WHY = "requisition 2026-117"


@pytest.fixture
def gone(sami):
    """Sami's account, erased at noon on 2 March."""
    sami.emailaddress_set.create(email=SECOND_ADDRESS, verified=True)
    verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
    return sami


def look(by, address, at=NOON):
    return verbs.open_sealed(address=address, reason=WHY, by=by, at=at)


class TestASealedRecord:
    def test_holds_the_addresses_and_the_date_of_joining_and_no_more(self, gone, mona):
        (content,) = look(mona, gone.email)
        assert content["accounts/account"] == [{"email": gone.email, "joined_at": "2026-03-02T12:00:00Z"}]
        assert {row["email"] for row in content["accounts/addresses"]} == {gone.email, SECOND_ADDRESS}
        assert set(content) == {"accounts/account", "accounts/addresses", "erased_at"}

    @pytest.mark.parametrize("address", [SECOND_ADDRESS, " Sami@Example.ORG "])
    def test_is_found_by_any_address_however_it_is_written(self, gone, mona, address):
        assert len(look(mona, address)) == 1

    def test_cannot_be_read_in_the_database(self, gone):
        places = places_that_mention(gone.email, SECOND_ADDRESS)
        assert not [place for place in places if "sealed" in place]

    def test_cannot_be_read_without_the_key(self, gone, mona, settings):
        settings.SEALING_KEYS = ["another key than the one it was sealed with"]
        assert look(mona, gone.email) == []
        with pytest.raises(KeyIsGone):
            unseal(SealedRecord.objects.get().content)

    def test_is_opened_with_an_older_key_too(self, gone, mona, settings):
        settings.SEALING_KEYS = ["a new key", settings.SECRET_KEY]
        assert len(look(mona, gone.email)) == 1

    def test_is_not_made_where_the_law_asks_for_none(self, sami, settings):
        settings.SEALED_ACCOUNT_DAYS = 0
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        assert not SealedRecord.objects.exists()

    def test_lasts_for_a_while_the_database_sees_to_it(self, db):
        with pytest.raises(IntegrityError, match="for_a_while"), transaction.atomic():
            SealedRecord.objects.create(
                category="account", finders=[], content=seal({}), sealed_at=NOON, expires_at=NOON
            )


class TestOpening:
    def test_is_journalled_with_its_reason(self, gone, mona):
        look(mona, gone.email)
        entry = Entry.objects.of("accounts.sealed_opened").get()
        assert (entry.actor_id, entry.about_id) == (mona.pk, str(SealedRecord.objects.get().pk))
        assert entry.details == {"reason": WHY, "found": 1}

    def test_is_journalled_when_nothing_was_found(self, mona):
        assert look(mona, "nobody@example.org") == []
        assert Entry.objects.of("accounts.sealed_opened").get().details["found"] == 0

    def test_is_for_administrators_only(self, gone, zoe):
        zoe.is_staff = True
        with pytest.raises(Refused):
            look(zoe, gone.email)
        assert not Entry.objects.of("accounts.sealed_opened").exists()


class TestItsEnd:
    def test_comes_by_itself(self, gone):
        assert verbs.forget_sealed(later(days=365, seconds=-1)) == 0
        assert verbs.forget_sealed(later(days=365)) == 1

    def test_holds_although_the_clock_stands_still(self, gone, mona):
        assert look(mona, gone.email, at=later(days=365)) == []

    def test_is_the_clocks_work(self, sami):
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=later(days=-3650))
        forget()
        assert not SealedRecord.objects.exists()


class TestAtTheDesk:
    PAGE = "/desk/accounts/sealedrecord/"

    def test_the_list_shows_nobody(self, as_mona, gone):
        page = as_mona.get(self.PAGE).content.decode()
        assert "Open what is kept of an address" in page
        assert gone.email not in page
        number = SealedRecord.objects.get().pk
        assert as_mona.get(f"{self.PAGE}{number}/change/").status_code in (302, 403)

    def test_it_opens_for_an_address_and_a_reason(self, as_mona, gone):
        answer = as_mona.post(f"{self.PAGE}open/", {"address": gone.email, "reason": WHY})
        assert SECOND_ADDRESS in answer.content.decode()
        assert "no-store" in answer["Cache-Control"] or "no-cache" in answer["Cache-Control"]

    def test_it_does_not_open_without_a_reason(self, as_mona, gone):
        answer = as_mona.post(f"{self.PAGE}open/", {"address": gone.email, "reason": ""})
        assert SECOND_ADDRESS not in answer.content.decode()
        assert not Entry.objects.of("accounts.sealed_opened").exists()

    def test_it_is_closed_to_other_volunteers(self, client, terms, gone):
        vera = a_person("vera@example.org")
        vera.is_staff = True
        vera.save()
        client.force_login(vera)
        assert client.get(self.PAGE).status_code in (302, 403)
        answer = client.post(f"{self.PAGE}open/", {"address": gone.email, "reason": WHY})
        assert answer.status_code in (302, 403)
        assert not Entry.objects.of("accounts.sealed_opened").exists()
