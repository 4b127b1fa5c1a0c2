"""One clock says when somebody was last seen, and by what."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Source, User
from accounts.verbs import touch
from tests.accounts.leaving import later
from tests.factories import NOON, PASSWORD

pytestmark = pytest.mark.django_db


def seen(person):
    person.refresh_from_db()
    return person.last_seen_at, person.last_seen_through


def writes(queries):
    return [query["sql"] for query in queries if 'UPDATE "accounts_user"' in query["sql"]]


class TestBeingSeen:
    def test_is_first_of_all_opening_the_account(self, sami):
        assert seen(sami) == (NOON, Source.SIGN_UP)

    def test_is_written_down_with_what_saw_them(self, sami):
        assert touch(sami.pk, "nextcloud", later(days=3))
        assert seen(sami) == (later(days=3), "nextcloud")

    def test_is_written_once_a_day(self, sami):
        touch(sami.pk, Source.PORTAL, later(days=3))
        assert not touch(sami.pk, Source.SIGN_IN, later(days=3, hours=23))
        assert seen(sami) == (later(days=3), Source.PORTAL)
        assert touch(sami.pk, Source.SIGN_IN, later(days=4))

    def test_asks_nothing_of_a_row_at_hand(self, sami, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert not touch(sami, Source.PORTAL, later(hours=23))

    def test_never_goes_back(self, sami):
        touch(sami.pk, Source.PORTAL, later(days=3))
        assert not touch(sami.pk, "nextcloud", later(days=1))
        assert seen(sami) == (later(days=3), Source.PORTAL)

    def test_of_somebody_who_is_gone_is_nothing(self, sami):
        number = sami.pk
        sami.delete()
        assert not touch(number, "nextcloud", later(days=3))


class TestThePortal:
    @pytest.fixture
    def long_ago(self, sami):
        User.objects.filter(pk=sami.pk).update(last_seen_at=timezone.now() - timedelta(days=200))
        return sami

    def test_sees_who_signs_in(self, long_ago):
        Client().post("/accounts/login/", {"login": long_ago.email, "password": PASSWORD})
        at, source = seen(long_ago)
        assert at > timezone.now() - timedelta(minutes=1)
        assert source == Source.SIGN_IN

    def test_sees_who_comes_back_with_a_session_and_writes_once(self, as_sami, long_ago):
        User.objects.filter(pk=long_ago.pk).update(last_seen_at=timezone.now() - timedelta(days=2))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            as_sami.get("/account/")
            as_sami.get("/account/")
        assert len(writes(queries.captured_queries)) == 1
        assert seen(long_ago)[1] == Source.PORTAL

    def test_does_not_look_at_who_reads_a_public_page(self, as_sami, long_ago):
        User.objects.filter(pk=long_ago.pk).update(last_seen_at=timezone.now() - timedelta(days=2))
        as_sami.get("/status/")
        assert seen(long_ago)[0] < timezone.now() - timedelta(days=1)

    def test_sees_nobody_who_tried_a_wrong_password(self, long_ago):
        Client().post("/accounts/login/", {"login": long_ago.email, "password": "wrong"})
        assert seen(long_ago)[0] < timezone.now() - timedelta(days=100)


class TestTheDatabase:
    @pytest.mark.parametrize(
        "columns",
        [
            {"noticed_at": NOON},
            {"noticed_at": NOON - timedelta(days=1)},
            {"disabled_at": later(days=1)},
            {"noticed_at": later(days=2), "disabled_at": later(days=1)},
        ],
    )
    def test_refuses_notices_of_the_seen_and_disabling_without_notice(self, sami, columns):
        with pytest.raises(DatabaseError), transaction.atomic():
            User.objects.filter(pk=sami.pk).update(**columns)
