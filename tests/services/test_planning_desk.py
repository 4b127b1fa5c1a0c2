"""Volunteers plan, move and end maintenance, tell more, and see how it leaves."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from outbox.models import Letter, Trouble
from services.models import Announcement, Kind, Maintenance, Outage, Routine
from services.verbs import announce, open_outage, plan
from tests.factories import a_service
from tests.services.test_desk import at_the_desk, moment

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
WORDS = {"title_fr": "Disques", "title_en": "Disks", "text_fr": "", "text_en": ""}


@pytest.fixture
def files():
    return a_service("Nextcloud")


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def maintenance(files, now):
    return plan(
        services=[files], starts_at=now + HOUR, ends_at=now + 2 * HOUR, at=now - HOUR, title_en="Disks"
    )


class TestPlanning:
    def plan(self, client, now, *services, begins=1, ends=2, **more):
        window = moment("starts_at", now + begins * HOUR) | moment("ends_at", now + ends * HOUR)
        chosen = {"services": [service.pk for service in services]}
        return client.post(at_the_desk("maintenance_add"), {**WORDS, **window, **chosen, **more})

    def test_publishes_and_tells(self, as_mona, files, now):
        assert self.plan(as_mona, now, files).status_code == 302
        maintenance = Maintenance.objects.get()
        assert list(maintenance.services.all()) == [files]
        assert maintenance.starts_at == now + HOUR
        assert Announcement.objects.get().kind == Kind.PLANNED

    def test_quietly_tells_nobody(self, as_mona, files, now):
        self.plan(as_mona, now, files, quiet="on")
        assert Maintenance.objects.get().quiet
        assert not Announcement.objects.exists()

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"begins": 2, "ends": 1}, "ends after it begins"),
            ({"begins": -3, "ends": -2}, "over already"),
            ({"title_fr": "", "title_en": ""}, "a title"),
            ({"ends": 2000}, "a month at most"),
            ({"services": []}, "Say which services"),
            ({"starts_at_0": "soon"}, "valid date"),
        ],
    )
    def test_nonsense_is_refused_with_words(self, as_mona, files, now, more, words):
        answer = self.plan(as_mona, now, files, **more)
        assert answer.status_code == 200
        assert words in answer.text
        assert not Maintenance.objects.exists()


class TestAMaintenanceAtTheDesk:
    def test_is_moved(self, as_mona, maintenance, now):
        page = at_the_desk("maintenance_change", maintenance.pk)
        assert "Call it off" in as_mona.get(page).text
        later = moment("starts_at", now + 30 * HOUR) | moment("ends_at", now + 31 * HOUR)
        assert as_mona.post(page, later).status_code == 302
        maintenance.refresh_from_db()
        assert maintenance.starts_at == now + 30 * HOUR
        assert Announcement.objects.filter(kind=Kind.UPDATE).count() == 1

    def test_is_called_off_after_a_question(self, as_mona, maintenance):
        page = at_the_desk("maintenance_end", maintenance.pk, "call-off")
        assert "does not take place" in as_mona.get(page).text
        maintenance.refresh_from_db()
        assert maintenance.cancelled_at is None
        as_mona.post(page)
        maintenance.refresh_from_db()
        assert maintenance.cancelled_at
        answer = as_mona.post(page, follow=True)
        assert "was called off" in answer.text

    def test_is_finished_once_it_goes_on(self, as_mona, files, now):
        going_on = plan(
            services=[files], starts_at=now - HOUR, ends_at=now + HOUR, at=now - 2 * HOUR, title_en="Disks"
        )
        assert "It is finished" in as_mona.get(at_the_desk("maintenance_change", going_on.pk)).text
        as_mona.post(at_the_desk("maintenance_end", going_on.pk, "finish"))
        going_on.refresh_from_db()
        assert going_on.finished_at

    def test_takes_longer_once_its_time_is_over(self, as_mona, files, now):
        over = plan(
            services=[files], starts_at=now - HOUR, ends_at=now - HOUR / 2, at=now - HOUR, title_en="Disks"
        )
        address = at_the_desk("maintenance_end", over.pk, "overrun")
        assert address in as_mona.get(at_the_desk("maintenance_change", over.pk)).text
        as_mona.post(address)
        assert Outage.objects.get().started_at == over.ends_at
        assert "or their interruption is open" in as_mona.post(address, follow=True).text
        assert Outage.objects.count() == 1

    def test_that_is_over_cannot_be_moved(self, as_mona, files, now):
        over = plan(
            services=[files],
            starts_at=now - 3 * HOUR,
            ends_at=now - HOUR,
            at=now - 9 * HOUR,
            title_en="Disks",
        )
        page = as_mona.get(at_the_desk("maintenance_change", over.pk))
        assert "starts_at_0" not in page.text
        assert "finish/" not in page.text

    def test_no_other_end_than_these(self, as_mona, maintenance):
        assert as_mona.post(at_the_desk("maintenance_end", maintenance.pk, "explode")).status_code == 403

    @pytest.mark.parametrize("when", ["coming", "now", "over", "off", ""])
    def test_is_found_by_its_state(self, as_mona, maintenance, when):
        page = as_mona.get(at_the_desk("maintenance_changelist"), {"when": when})
        assert (page.context["cl"].result_count == 1) == (when in ("coming", ""))


class TestARoutineAtTheDesk:
    def test_begins_and_stops(self, as_mona, files, now):
        filled = {
            **WORDS,
            "services": [files.pk],
            "rhythm": "weekly",
            "first_day": timezone.localdate() + dt.timedelta(days=3),
            "begins_at": "05:00",
            "minutes": 30,
        }
        assert as_mona.post(at_the_desk("routine_add"), filled).status_code == 302
        routine = Routine.objects.get()
        assert routine.occurrences.count() == 9
        assert as_mona.get(at_the_desk("routine_change", routine.pk)).status_code == 200
        action = {"action": "stop", "_selected_action": [routine.pk]}
        as_mona.post(at_the_desk("routine_changelist"), action)
        assert not routine.occurrences.kept().exists()


class TestTellingMore:
    def test_about_an_interruption_looking_back(self, as_mona, files, now):
        outage = open_outage(files.pk, started_at=now - HOUR, at=now)
        filled = {**WORDS, "outage": outage.pk, "kind": "post_mortem", "loud": "on"}
        assert as_mona.post(at_the_desk("announcement_add"), filled).status_code == 302
        told = Announcement.objects.get(kind=Kind.POST_MORTEM)
        assert told.thread.kind == Kind.BEGIN
        assert as_mona.get(at_the_desk("announcement_change", told.pk)).status_code == 200

    def test_about_two_things_is_refused(self, as_mona, files, maintenance, now):
        outage = open_outage(files.pk, started_at=now - HOUR, at=now)
        filled = {**WORDS, "outage": outage.pk, "maintenance": maintenance.pk, "kind": "update"}
        answer = as_mona.post(at_the_desk("announcement_add"), filled)
        assert answer.status_code == 200
        assert "one thing" in answer.text

    def test_at_once_what_the_clock_would_tell_later(self, as_mona, mona, files, now):
        outage = open_outage(files.pk, started_at=now, at=now, tell=False)
        assert "Tell everybody now" in as_mona.get(at_the_desk("outage_change", outage.pk)).text
        page = at_the_desk("outage_tell", outage.pk)
        assert as_mona.get(page).status_code == 403
        assert "Everybody is told." in as_mona.post(page, follow=True).text
        assert "nothing to tell" in as_mona.post(page, follow=True).text
        assert Announcement.objects.get().outage == outage

    def test_can_wait_for_the_clock(self, as_mona, files, now):
        filled = {"service": files.pk, **moment("started_at", now), "summary_fr": "Disque plein."}
        as_mona.post(at_the_desk("outage_add"), filled)
        assert Outage.objects.get()
        assert not Announcement.objects.exists()


class TestHowItLeaves:
    def test_a_channel_that_stays_broken_is_shown(self, as_mona, settings, now):
        settings.MASTODON_URL, settings.MASTODON_TOKEN = "https://fedi.example.org", "a-token"
        announce(title_en="We move", at=now)
        page = at_the_desk("announcement_changelist")
        assert "1 is on its way" in as_mona.get(page).text
        Trouble.objects.create(channel="mastodon", began_at=now, seen_at=now, words="401 revoked")
        shown = as_mona.get(page).text
        assert "broken since" in shown
        assert "401 revoked" in shown

    def test_of_several_webhooks_the_broken_one_is_shown_by_itself(self, as_mona, settings, now):
        settings.WEBHOOKS = ["https://well.example.org/", "https://ill.example.org/"]
        settings.WEBHOOK_SECRET = "between us"
        announce(title_en="We move", at=now)
        well, ill = Letter.objects.filter(channel="webhook").order_by("-recipient")
        emptied = {"recipient": "", "subject": "", "body": ""}
        Letter.objects.filter(pk=well.pk).update(sent_at=now, **emptied)
        Letter.objects.filter(pk=ill.pk).update(attempts=3, last_error="500")
        Trouble.objects.create(
            channel="webhook", address=ill.recipient, began_at=now, seen_at=now, words="500 Internal"
        )
        shown = as_mona.get(at_the_desk("announcement_changelist")).text
        ways = [
            way.partition("</li>")[0] for way in shown.split("<li>") if "webhook" in way.partition("</li>")[0]
        ]
        assert ["broken since" in way for way in ways] == [False, True]
        assert "well.example.org" in ways[0]
        assert "all is out" in ways[0]
        assert "500 Internal" in ways[1]
        for page in (reverse("admin:index"), reverse("admin:outbox_letter_changelist")):
            assert "webhook ill.example.org/" in as_mona.get(page).text

    def test_a_refusal_and_what_was_given_up_are_shown(self, as_mona, settings, now):
        settings.WEBHOOKS, settings.WEBHOOK_SECRET = ["https://hook.example.org/"], "between us"
        announce(title_en="We move", at=now)
        letter = Letter.objects.get(channel="webhook")
        Letter.objects.filter(pk=letter.pk).update(attempts=2, last_error="500")
        page = at_the_desk("announcement_changelist")
        assert "is tried again" in as_mona.get(page).text
        Letter.objects.filter(pk=letter.pk).update(given_up_at=now)
        assert "1 was given up" in as_mona.get(page).text
