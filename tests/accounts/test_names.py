"""A user name is chosen once, and never comes to anybody else."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import verbs
from accounts.models import NameOnceUsed, Reason, Refused, User
from accounts.verbs.naming import NameNotFree
from journal.models import Entry
from tests.factories import a_person, published


@pytest.mark.django_db
class TestChoosing:
    def test_is_done_on_the_account_page_once(self, as_sami, sami):
        assert as_sami.post("/account/name/", {"name": " Sami.B "}).url == "/account/"
        sami.refresh_from_db()
        assert sami.username == "sami.b"
        assert "sami.b" in as_sami.get("/account/").content.decode()
        assert Entry.objects.about(sami).of("accounts.name_chosen").exists()
        as_sami.post("/account/name/", {"name": "other"})
        sami.refresh_from_db()
        assert sami.username == "sami.b"

    @pytest.mark.parametrize(
        "name", ["", "s", "9lives", "-sami", "sämi", "sa mi", "a" * 33, "sami\n", "s/../x", "😺😺"]
    )
    def test_takes_no_other_shape(self, as_sami, sami, name):
        page = as_sami.post("/account/name/", {"name": name})
        sami.refresh_from_db()
        assert (page.status_code == 200 and sami.username is None) or name.strip() == "sami"

    @pytest.mark.parametrize(
        "name", ["admin", "postmaster", "abuse", "root", "Post-Master", "no.reply", "chatons"]
    )
    def test_leaves_to_nobody_what_speaks_for_the_host(self, as_sami, sami, name):
        assert "not free" in as_sami.post("/account/name/", {"name": name}).content.decode()
        sami.refresh_from_db()
        assert sami.username is None

    def test_is_slowed_down_for_whoever_tries_names(self, as_sami):
        pages = [as_sami.post("/account/name/", {"name": "admin"}).content.decode() for _try in range(22)]
        assert "not free" in pages[0]
        assert "try again in an hour" in pages[-1]


@pytest.mark.django_db
class TestANameOnceUsed:
    def test_is_refused_to_somebody_else_in_the_words_of_a_reserved_one(self, sami, zoe):
        verbs.choose_name(sami.pk, name="sami")
        with pytest.raises(NameNotFree) as taken:
            verbs.choose_name(zoe.pk, name="sami")
        with pytest.raises(NameNotFree) as reserved:
            verbs.choose_name(zoe.pk, name="root")
        assert str(taken.value) == str(reserved.value)

    def test_is_refused_when_its_owner_is_erased(self, sami, zoe):
        verbs.choose_name(sami.pk, name="sami")
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=timezone.now())
        with pytest.raises(NameNotFree):
            verbs.choose_name(zoe.pk, name="sami")
        zoe.refresh_from_db()
        assert zoe.username is None

    def test_leaves_a_mark_that_does_not_tell_it(self, sami):
        verbs.choose_name(sami.pk, name="sami")
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=timezone.now())
        assert "sami" not in NameOnceUsed.objects.get().mark
        assert {field.name for field in NameOnceUsed._meta.fields} == {"id", "mark"}

    def test_is_known_again_after_a_change_of_keys(self, sami, zoe, settings):
        verbs.choose_name(sami.pk, name="sami")
        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
        with pytest.raises(NameNotFree):
            verbs.choose_name(zoe.pk, name="sami")

    def test_cannot_be_changed(self, sami):
        verbs.choose_name(sami.pk, name="sami")
        with pytest.raises(Refused, match="stays"):
            verbs.choose_name(sami.pk, name="other")


@pytest.mark.django_db
class TestTheDatabaseItself:
    def test_refuses_another_shape(self, sami):
        with pytest.raises(DatabaseError), transaction.atomic():
            User.objects.filter(pk=sami.pk).update(username="Sami")

    def test_refuses_two_of_one_name(self, sami, zoe):
        User.objects.filter(pk=sami.pk).update(username="sami")
        with pytest.raises(DatabaseError), transaction.atomic():
            User.objects.filter(pk=zoe.pk).update(username="sami")


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_once_one_gets_the_name():
    published("terms")
    people = [a_person("sami@example.org"), a_person("rita@example.org")]
    outcomes = []

    def choose(person):
        try:
            verbs.choose_name(person.pk, name="same")
            outcomes.append("got it")
        except NameNotFree:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=choose, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["got it", "refused"]
