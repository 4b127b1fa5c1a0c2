"""Volunteers look after services at the desk; everything there goes through the verbs."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from journal.models import Entry
from services.models import Announcement, Outage, Service
from services.verbs import announce, open_outage
from tests.factories import a_person, a_second_factor, a_service

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def at_the_desk(page, *args):
    return reverse(f"admin:services_{page}", args=args)


def moment(name, at):
    local = timezone.localtime(at)
    return {f"{name}_0": local.strftime("%Y-%m-%d"), f"{name}_1": local.strftime("%H:%M:%S")}


@pytest.fixture
def files():
    return a_service("Nextcloud")


@pytest.fixture
def outage(files):
    at = timezone.now() - HOUR
    return open_outage(files.pk, started_at=at, at=at)


class TestDeclaringAnInterruption:
    def declare(self, client, service, began, **more):
        filled = {
            "service": service.pk,
            **moment("started_at", began),
            "summary_fr": "Disque plein.",
            "tell": "on",
            **more,
        }
        return client.post(at_the_desk("outage_add"), filled | more)

    def test_opens_it_and_tells_everybody(self, as_mona, mona, files):
        answer = self.declare(as_mona, files, timezone.now() - HOUR)
        assert answer.status_code == 302
        outage = Outage.objects.get()
        assert (outage.service, outage.summary_fr) == (files, "Disque plein.")
        assert Announcement.objects.get().outage == outage
        assert Entry.objects.of("services.outage_opened").get().actor_id == mona.pk

    @pytest.mark.parametrize("hours", [1, 9000])
    def test_in_the_future_is_refused_beside_the_field(self, as_mona, files, hours):
        answer = self.declare(as_mona, files, timezone.now() + hours * HOUR)
        assert "started_at" in answer.context["adminform"].form.errors
        assert not Outage.objects.exists()

    def test_twice_is_refused(self, as_mona, outage, files):
        answer = self.declare(as_mona, files, timezone.now())
        assert answer.context["adminform"].form.non_field_errors()
        assert Outage.objects.count() == 1

    def test_that_somebody_declared_a_moment_before_is_a_warning(self, as_mona, outage, files, monkeypatch):
        """The form asked before the other volunteer was done; the verb decides."""
        monkeypatch.setattr("services.forms.OpenOutageForm.clean", lambda form: form.cleaned_data)
        answer = self.declare(as_mona, files, timezone.now())
        assert answer.headers["Location"] == at_the_desk("outage_changelist")
        assert "messages" in as_mona.cookies
        assert Outage.objects.count() == 1

    @pytest.mark.parametrize("junk", ["", "yesterday", "99999-99-99", "\x00"])
    def test_without_a_date_that_exists_is_refused(self, as_mona, files, junk):
        filled = {"service": files.pk, "started_at_0": junk, "started_at_1": junk}
        assert as_mona.post(at_the_desk("outage_add"), filled).status_code == 200
        assert not Outage.objects.exists()


class TestAnInterruptionAtTheDesk:
    def test_cannot_be_edited_or_deleted(self, as_mona, outage):
        page = at_the_desk("outage_change", outage.pk)
        assert as_mona.get(page).status_code == 200
        assert as_mona.post(page, {"summary_fr": "Autre chose"}).status_code == 403
        assert as_mona.post(at_the_desk("outage_delete", outage.pk), {"post": "yes"}).status_code == 403
        outage.refresh_from_db()
        assert outage.summary_fr == ""

    def test_is_closed_with_its_own_small_form(self, as_mona, mona, outage):
        page = at_the_desk("outage_close", outage.pk)
        assert page in as_mona.get(at_the_desk("outage_change", outage.pk)).content.decode()
        assert as_mona.get(page).status_code == 200
        ended = (timezone.now() - HOUR / 2).replace(microsecond=0)
        assert as_mona.post(page, moment("ended_at", ended)).status_code == 302
        outage.refresh_from_db()
        assert outage.ended_at == ended
        assert Entry.objects.of("services.outage_closed").get().actor_id == mona.pk

    @pytest.mark.parametrize("hours", [-2, 1])
    def test_an_end_that_cannot_be_is_refused_beside_the_field(self, as_mona, outage, hours):
        answer = as_mona.post(
            at_the_desk("outage_close", outage.pk), moment("ended_at", timezone.now() + hours * HOUR)
        )
        assert "ended_at" in answer.context["form"].errors
        outage.refresh_from_db()
        assert outage.ended_at is None

    def test_several_are_closed_at_once_and_a_refusal_is_a_warning(self, as_mona, outage):
        other = open_outage(a_service("Forgejo").pk, started_at=outage.started_at, at=outage.started_at)
        chosen = {"action": "close_now", "_selected_action": [outage.pk, other.pk]}
        for _twice in range(2):
            assert as_mona.post(at_the_desk("outage_changelist"), chosen).status_code == 302
        assert not Outage.objects.open(timezone.now()).exists()
        assert Entry.objects.of("services.outage_closed").count() == 2

    @pytest.mark.parametrize("state", ["", "yes", "no", "perhaps"])
    def test_the_list_tells_open_ones_from_closed_ones(self, as_mona, outage, state):
        answer = as_mona.get(at_the_desk("outage_changelist"), {"open": state} if state else {})
        shown = outage.service.name in answer.content.decode().partition("result_list")[2]
        assert shown is (state != "no")


class TestWhoMayWhat:
    def test_a_volunteer_who_may_only_look_cannot_close(self, outage, terms):
        looker = a_person("lena@example.org")
        looker.is_staff = True
        a_second_factor(looker)
        looker.save()
        looker.user_permissions.add(Permission.objects.get(codename="view_outage"))
        client = Client()
        client.force_login(looker)
        assert client.get(at_the_desk("outage_change", outage.pk)).status_code == 200
        assert (
            client.post(
                at_the_desk("outage_close", outage.pk), moment("ended_at", timezone.now())
            ).status_code
            == 403
        )
        outage.refresh_from_db()
        assert outage.ended_at is None

    def test_a_member_does_not_get_in(self, as_sami, outage):
        assert (
            as_sami.post(
                at_the_desk("outage_close", outage.pk), moment("ended_at", timezone.now())
            ).status_code
            == 302
        )
        outage.refresh_from_db()
        assert outage.ended_at is None


class TestAnnouncementsAtTheDesk:
    def test_are_published_at_once_through_the_verb(self, as_mona, mona):
        as_mona.post(at_the_desk("announcement_add"), {"title_fr": "Bonjour", "published_at": "2001-01-01"})
        told = Announcement.objects.get()
        assert timezone.now() - told.published_at < HOUR
        assert Entry.objects.of("services.announced").get().actor_id == mona.pk

    def test_are_reworded_and_stay_where_they_are_in_time(self, as_mona):
        told = announce(title_fr="Bonjuor", at=timezone.now() - HOUR)
        as_mona.post(at_the_desk("announcement_change", told.pk), {"title_fr": "Bonjour"})
        assert Announcement.objects.get().title_fr == "Bonjour"
        assert Announcement.objects.get().published_at == told.published_at
        assert Entry.objects.of("services.announcement_reworded").exists()

    def test_need_a_title(self, as_mona):
        answer = as_mona.post(at_the_desk("announcement_add"), {"text_fr": "Du texte"})
        assert answer.context["adminform"].form.non_field_errors()
        assert not Announcement.objects.exists()

    def test_are_never_deleted(self, as_mona):
        told = announce(title_fr="Bonjour", at=timezone.now())
        assert as_mona.post(at_the_desk("announcement_delete", told.pk), {"post": "yes"}).status_code == 403


class TestTheCatalogueAtTheDesk:
    def filled(self, **more):
        return {
            "slug": "pad",
            "name": "Pad",
            "purpose_fr": "Écrire.",
            "group": "open",
            "position": 1,
            "listed": "on",
        } | more

    def test_a_service_is_added_and_described_with_a_line_in_the_journal(self, as_mona, mona):
        as_mona.post(at_the_desk("service_add"), self.filled())
        service = Service.objects.get()
        as_mona.post(at_the_desk("service_change", service.pk), self.filled(software="Etherpad"))
        service.refresh_from_db()
        assert service.software == "Etherpad"
        verbs = list(Entry.objects.about(service).order_by("pk").values_list("verb", "actor_id"))
        assert verbs == [("services.service_added", mona.pk), ("services.service_described", mona.pk)]

    @pytest.mark.parametrize(
        "more", [{"purpose_fr": ""}, {"name": ""}, {"url": "javascript:alert(1)"}, {"slug": "é à"}]
    )
    def test_what_would_be_wrong_is_refused(self, as_mona, more):
        assert as_mona.post(at_the_desk("service_add"), self.filled(**more)).status_code == 200
        assert not Service.objects.exists()
