"""Notes are for volunteers only: no page, letter or copy of anybody else has them."""

import pytest
from django.db import DatabaseError, transaction

from abuse.models import Note, Refused, State
from abuse.verbs import forget, note
from accounts.holdings import holdings
from outbox.models import Letter
from tests.abuse.writing import a_ticket, later

pytestmark = pytest.mark.django_db
SECRET = "She cried wolf twice."


class TestANote:
    @pytest.mark.parametrize("state", State)
    def test_is_kept_in_every_state_and_changes_nothing(self, mona, state):
        ticket = a_ticket(state, by=mona)
        note(ticket.pk, text=SECRET, by=mona, at=later(hours=5))
        before = (ticket.state, ticket.revision)
        ticket.refresh_from_db()
        assert (ticket.state, ticket.revision) == before
        assert ticket.notes.get().by == mona

    @pytest.mark.parametrize("state", State)
    def test_is_read_at_the_desk_and_nowhere_else(self, client, as_mona, mona, state):
        ticket = a_ticket(state, by=mona)
        letters = Letter.objects.count()
        note(ticket.pk, text=SECRET, by=mona, at=later(hours=5))
        assert SECRET in as_mona.get(f"/desk/abuse/ticket/{ticket.pk}/change/").content.decode()
        assert SECRET not in client.get(ticket.private_path()).content.decode()
        assert Letter.objects.count() == letters

    def test_is_in_no_copy_but_of_whoever_wrote_it(self, mona, sami):
        ticket = a_ticket(State.OPEN, by=mona, email=sami.email)
        note(ticket.pk, text=SECRET, by=mona, at=later(hours=5))
        with_it = {
            (person.email, holding.name)
            for person in (sami, mona)
            for holding in holdings()
            for row in holding.rows(person)
            if SECRET in str(getattr(row, "body", ""))
        }
        assert with_it == {(mona.email, "abuse/notes")}

    def test_is_forgotten_with_the_words_of_its_ticket(self, mona):
        ticket = a_ticket(State.CLOSED, by=mona)
        note(ticket.pk, text=SECRET, by=mona, at=later(hours=5))
        forget(later(days=900))
        assert ticket.notes.get().body is None
        with pytest.raises(Refused, match=ticket.number):
            note(ticket.pk, text=SECRET, by=mona, at=later(days=901))

    def test_is_never_rewritten_nor_removed_the_database_sees_to_it(self, mona):
        ticket = a_ticket(State.OPEN, by=mona)
        note(ticket.pk, text=SECRET, by=mona, at=later(hours=5))
        for refused in (lambda: Note.objects.update(body="Nothing."), lambda: Note.objects.all().delete()):
            with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
                refused()
