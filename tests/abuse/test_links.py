"""The private link can be written again, though only its hash is kept."""

import uuid

import pytest

from abuse.links import derive_token, fingerprint, token_of
from abuse.models import Ticket
from tests.abuse.writing import a_report

pytestmark = pytest.mark.django_db


class TestTheToken:
    def test_has_at_least_128_bits_and_needs_no_escaping(self):
        token = derive_token(uuid.uuid4())
        assert len(token) == 24  # six bits a character
        assert token.replace("-", "").replace("_", "").isalnum()

    def test_is_in_no_column_of_the_ticket(self, terms):
        ticket = a_report()
        token = ticket.private_path().split("/")[2]
        row = Ticket.objects.filter(pk=ticket.pk).values_list().get()
        assert not [value for value in row if token in str(value)]
        assert ticket.token_hash == fingerprint(token)

    def test_opens_its_ticket_and_no_other(self, terms):
        mine, other = a_report(), a_report()
        token = mine.private_path().split("/")[2]
        assert Ticket.objects.behind(token).get() == mine
        assert not Ticket.objects.behind(token.swapcase()).exists()
        assert not Ticket.objects.behind(token + "A").exists()
        assert other.private_path() != mine.private_path()


class TestWhenTheKeyChanges:
    def test_links_given_before_still_open(self, terms, settings):
        ticket = a_report()
        token = ticket.private_path().split("/")[2]
        settings.SECRET_KEY = "another"
        assert Ticket.objects.behind(token).get() == ticket

    def test_letters_can_write_them_again_while_the_old_key_is_a_fallback(self, terms, settings):
        ticket = a_report()
        before = ticket.private_path()
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
        assert ticket.private_path() == before
        assert a_report().private_path() != before

    def test_without_the_old_key_nothing_wrong_is_written(self, terms, settings):
        ticket = a_report()
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", []
        assert token_of(ticket.link_seed, ticket.token_hash) is None
        assert ticket.private_path() is None
