"""One verb erases a person, and looking everywhere afterwards finds nobody."""

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.test import Client

from abuse.models import Ticket
from accounts import verbs
from accounts.holdings import holdings
from accounts.models import Erasure, Export, Reason, Session, User
from journal.models import Entry, Role
from legal.models import Acceptance
from outbox.models import Letter
from tests.abuse.writing import a_question, a_report
from tests.accounts.leaving import NAME, SECOND_ADDRESS, USER_NAME, WARNED, a_copy, a_life_here, later
from tests.accounts.scanning import places_that_mention
from tests.factories import NOON, PASSWORD, a_person, published

# What still names somebody afterwards, and why (docs/retention.md).
EXCEPTIONS = {
    "abuse_report.what",  # the words of a report stay as they were given: decisions about others stand on them
    "outbox_letter.recipient",  # the letter that says it is done, until it has left
}


@pytest.mark.django_db(transaction=True)
class TestNothingIsLeft:
    def test_in_any_table_file_or_cached_value(self):
        published("terms")
        sami, mona = a_person("sami@example.org"), a_person("mona@example.org", staff=True)
        a_life_here(sami, desk=mona)
        traces = (sami.email, SECOND_ADDRESS, NAME, USER_NAME, str(sami.sub))
        before = places_that_mention(*traces)
        assert {place.partition(".")[0] for place in before if "." in place} >= {
            "accounts_user",
            "accounts_session",
            "accounts_export",
            "account_emailaddress",
            "abuse_ticket",
            "abuse_report",
            "abuse_message",
            "django_admin_log",
            "outbox_letter",
        }
        assert [place for place in before if place.startswith("cache")], "the session is cached"

        verbs.erase(sami.pk, reason=Reason.CLOSED, at=later(days=1))

        assert places_that_mention(*traces) == EXCEPTIONS
        assert (
            Letter.objects.exclude(recipient="").filter(recipient=sami.email).get().kind == "accounts_erased"
        )

    def test_of_sessions_that_other_machines_have_in_their_cache(self):
        published("terms")
        sami = a_person()
        browser = Client()
        browser.force_login(sami)
        key = f"django.contrib.sessions.cached_db{browser.session.session_key}"
        assert cache.get(key)
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        assert cache.get(key) is None
        assert "/login/" in browser.get("/account/").url


@pytest.mark.django_db
class TestErasing:
    def test_is_written_down_without_saying_whose_it_was(self, sami):
        a_report(email=sami.email)
        erasure = verbs.erase(sami.pk, reason=Reason.INACTIVE, at=NOON, warned=WARNED)
        assert (erasure.reason, erasure.clause, erasure.at) == (Reason.INACTIVE, "s2", NOON)
        assert erasure.rows["accounts.User"] == 1
        assert erasure.rows["abuse.Ticket"] == 1
        assert sami.email not in str(erasure.rows)
        assert str(sami.pk) not in {field.attname for field in Erasure._meta.fields}

    def test_is_a_line_of_the_journal(self, sami):
        verbs.erase(sami.pk, reason=Reason.SANCTION, at=NOON, role=Role.DESK)
        entry = Entry.objects.of("accounts.erased").get()
        assert (entry.about_id, entry.role, entry.details) == (
            str(sami.pk),
            Role.DESK,
            {"reason": "sanction", "clause": "s1"},
        )

    def test_leaves_the_evidence_of_what_was_accepted(self, sami):
        hashes = set(Acceptance.objects.by(sami).values_list("sha256", "person_hash"))
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        assert set(Acceptance.objects.filter(person=None).values_list("sha256", "person_hash")) == hashes

    def test_lets_the_address_sign_up_again_as_somebody_new(self, sami):
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        again = a_person(sami.email)
        assert again.sub != sami.sub
        assert again.pk != sami.pk
        assert not Ticket.objects.written_from([sami.email]).exists()

    def test_leaves_everybody_else_alone(self, sami, mona):
        zoe = a_person("zoe@example.org")
        a_question(email=zoe.email)
        a_copy(zoe)
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        assert User.objects.filter(pk=zoe.pk).exists()
        assert Ticket.objects.written_from([zoe.email]).count() == 1
        assert Export.objects.of(zoe).exists()
        assert Letter.objects.filter(recipient=zoe.email).exists()

    def test_takes_no_ticket_of_an_address_that_was_never_proved(self, sami):
        sami.emailaddress_set.create(email="rita@example.org", verified=False)
        a_report(email="rita@example.org")
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        assert Ticket.objects.written_from(["rita@example.org"]).count() == 1

    def test_takes_letters_that_wait_with_it(self, sami):
        a_question(email=sami.email)
        waiting = Letter.objects.unsettled().get(recipient=sami.email, kind="abuse_receipt")
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        waiting.refresh_from_db()
        assert (waiting.recipient, waiting.body, waiting.subject) == ("", "", "")
        assert waiting.given_up_at == NOON

    def test_ends_a_sign_in_that_was_half_done(self, terms):
        person = a_person("half@example.org", confirmed=False)
        Client().post("/accounts/login/", {"login": person.email, "password": PASSWORD})
        assert Session.objects.filter(person_id=person.pk).exists()
        verbs.erase(person.pk, reason=Reason.CLOSED, at=NOON)
        assert not Session.objects.filter(person_id=person.pk).exists()

    def test_empties_the_titles_in_the_log_of_the_administration(self, sami, mona):
        LogEntry.objects.log_actions(mona.pk, [sami], 2, change_message=[{"object": sami.email}])
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        entry = LogEntry.objects.get()
        assert (entry.object_repr, entry.change_message) == ("", "")

    def test_twice_finds_nobody_and_writes_nothing(self, sami):
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        before = (Erasure.objects.count(), Entry.objects.count(), Letter.objects.count())
        with pytest.raises(User.DoesNotExist):
            verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        assert (Erasure.objects.count(), Entry.objects.count(), Letter.objects.count()) == before

    def test_that_fails_half_way_leaves_everything(self, sami, monkeypatch):
        a_report(email=sami.email)
        before = (Entry.objects.count(), Letter.objects.exclude(recipient="").count())

        def fail(*_args, **_kwargs):
            raise DatabaseError("no space left")

        monkeypatch.setattr("accounts.verbs.erasing.write_all", fail)
        with pytest.raises(DatabaseError), transaction.atomic():
            verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        assert User.objects.filter(pk=sami.pk).exists()
        assert Ticket.objects.written_from([sami.email]).exists()
        assert (Entry.objects.count(), Letter.objects.exclude(recipient="").count()) == before


@pytest.mark.django_db
class TestAnErasure:
    @pytest.mark.parametrize("change", [{"reason": "sanction"}, {"rows": {}}])
    def test_is_not_rewritten(self, sami, change):
        erasure = verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Erasure.objects.filter(pk=erasure.pk).update(**change)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            erasure.delete()

    def test_is_seen_at_the_desk_and_not_changed_there(self, sami, as_mona):
        erasure = verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        assert as_mona.get("/desk/accounts/erasure/").status_code == 200
        assert as_mona.post(f"/desk/accounts/erasure/{erasure.pk}/change/", {}).status_code == 403
        assert as_mona.get("/desk/accounts/erasure/add/").status_code == 403


class TestTheRegister:
    def test_knows_every_kind_of_row_that_points_at_people(self):
        pointing = {
            model._meta.label
            for model in apps.get_models()
            for field in model._meta.get_fields()
            if field.is_relation and not field.auto_created and field.related_model is User
        }
        assert pointing <= {holding.model._meta.label for holding in holdings()}
        assert {"legal.Acceptance", "accounts.Export", "abuse.Ticket", "admin.LogEntry"} <= pointing

    def test_says_of_each_what_goes_or_what_stays_and_why(self):
        for holding in holdings():
            assert str(holding.title)
            assert str(holding.removed) or str(holding.kept), holding.name

    def test_has_its_rule_of_retention_for_each(self, settings):
        table = (settings.BASE_DIR / "docs" / "retention.md").read_text()
        for holding in holdings():
            assert f"`{holding.model._meta.label}`" in table
