"""Volunteers say how services are looked at, and see what was seen."""

import datetime as dt

import pytest
from django.utils import timezone

from services.models import Dependency, Judgement, Probe, Service, Watch
from tests.factories import a_service
from tests.services.test_desk import at_the_desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def files():
    return a_service("Nextcloud")


@pytest.fixture
def probe(files):
    return Probe.objects.create(service=files, target="https://cloud.example.org/")


def filled(service, **more):
    return {
        "service": service.pk,
        "protocol": "http",
        "target": "https://cloud.example.org/login",
        "enabled": "on",
        "interval_seconds": 60,
        "timeout_seconds": 8,
        "follows_redirects": "on",
        "security": "starttls",
        "record_type": "A",
        "warns_days": 14,
    } | more


class TestProbesAtTheDesk:
    def test_one_is_added(self, as_mona, files):
        answer = as_mona.post(at_the_desk("probe_add"), filled(files))
        assert answer.status_code == 302
        assert Probe.objects.get().target == "https://cloud.example.org/login"

    def test_one_that_cannot_look_is_refused_beside_the_field(self, as_mona, files):
        answer = as_mona.post(
            at_the_desk("probe_add"), filled(files, target="http://127.0.0.1/", expects_status="ok")
        )
        assert set(answer.context["adminform"].form.errors) == {"target", "expects_status"}

    @pytest.mark.parametrize(
        ("known", "words"),
        [
            ({}, "has not looked yet"),
            ({"outcome": 2, "reason": "refused"}, "has never seen the service work"),
            ({"outcome": 1, "judged_since": 0, "looked_at": 0, "known_until": 60}, "up"),
            ({"outcome": 1, "judged_since": -999, "looked_at": -999, "known_until": -900}, "unknown"),
            (
                {
                    "outcome": 2,
                    "reason": "refused",
                    "words": "ECONN",
                    "judged_since": 0,
                    "judgement": Judgement.DOWN,
                }
                | {"looked_at": 0, "known_until": 60},
                "the connection is refused",
            ),
        ],
    )
    def test_the_list_says_what_is_seen(self, as_mona, probe, known, words):
        now = timezone.now()
        times = {"judged_since", "looked_at", "known_until"}
        Watch.objects.update(
            **{
                name: now + dt.timedelta(seconds=value) if name in times else value
                for name, value in known.items()
            }
        )
        as_mona.cookies["portal_language"] = "en"
        assert words in as_mona.get(at_the_desk("probe_changelist")).content.decode()
        page = as_mona.get(at_the_desk("probe_change", probe.pk)).content.decode()
        assert words in page
        assert known.get("words", "") in page

    def test_a_look_is_asked_for(self, as_mona, probe):
        Watch.objects.update(due_at=timezone.now() + dt.timedelta(hours=1))
        chosen = {"action": "look_now", "_selected_action": [probe.pk]}
        as_mona.post(at_the_desk("probe_changelist"), chosen)
        assert Watch.objects.get().due_at <= timezone.now()

    def test_none_is_removed(self, as_mona, probe):
        assert as_mona.post(at_the_desk("probe_delete", probe.pk), {"post": "yes"}).status_code == 403
        assert Probe.objects.exists()

    def test_the_desk_begins_with_what_is_odd(self, as_mona, probe):
        as_mona.cookies["portal_language"] = "en"
        Watch.objects.update(
            outcome=2, reason="refused", certificate_ends_at=timezone.now() + dt.timedelta(days=3)
        )
        page = as_mona.get("/desk/").content.decode()
        assert "1 probe has never seen its service work" in page
        assert "1 certificate expires soon" in page


class TestTheCatalogueAtTheDesk:
    def described(self, **more):
        return {
            "name": "Nextcloud",
            "slug": "nextcloud",
            "purpose_en": "Your files.",
            "group": "members",
            "position": 1,
            "listed": "on",
            "takes_new_people": "on",
        } | more

    def test_says_what_a_service_needs(self, as_mona):
        names = a_service("Names")
        answer = as_mona.post(at_the_desk("service_add"), self.described(needed=[names.pk]))
        assert answer.status_code == 302
        files = Service.objects.get(slug="nextcloud")
        assert Dependency.objects.get().service == files
        page = at_the_desk("service_change", files.pk)
        assert as_mona.get(page).context["adminform"].form.initial["needed"] == [names.pk]
        as_mona.post(page, self.described())
        assert not Dependency.objects.exists()

    def test_a_circle_is_refused_with_a_sentence(self, as_mona, files):
        names = a_service("Names")
        Dependency.objects.create(service=names, needs=files)
        answer = as_mona.post(
            at_the_desk("service_change", files.pk), self.described(needed=[names.pk]), follow=True
        )
        assert [message.level_tag for message in answer.context["messages"]].count("warning") == 1
        assert Dependency.objects.count() == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"country_code": "France"},
            {"country_code": "fr"},
            {"began_on": "2026-02-01", "ended_on": "2026-01-01"},
            {"server_type": "nano", "provider_type": "outsourced"},
        ],
    )
    def test_what_cannot_be_is_refused(self, as_mona, wrong):
        assert as_mona.post(at_the_desk("service_add"), self.described(**wrong)).status_code == 200
        assert not Service.objects.exists()
