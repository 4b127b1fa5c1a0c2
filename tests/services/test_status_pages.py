"""What everybody can read: what is interrupted, what was, and what was told."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from services import chronicle
from services.models import Announcement, Correction, Outage, Probe, Service
from services.verbs import announce, close_outage, open_outage, plan
from tests.factories import NOON, a_service
from tests.services.history import a_maintenance, a_past

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


def read(name, *args, language="en"):
    return Client(headers={"accept-language": language}).get(reverse(f"services:{name}", args=args))


@pytest.fixture
def files():
    return a_service("Nextcloud")


@pytest.fixture
def past(files):
    outage = open_outage(files.pk, started_at=NOON, at=NOON + 4 * MINUTE, summary_en="Disk full.")
    return close_outage(outage.pk, ended_at=NOON + 65 * MINUTE, at=NOON + 66 * MINUTE)


@pytest.fixture
def present(files):
    at = timezone.now()
    return open_outage(files.pk, started_at=at - 7 * MINUTE, at=at, summary_en="Power cut.")


class TestTheStatusPage:
    def test_says_what_is_known_and_where_it_comes_from(self, files):
        page = read("status").content.decode()
        assert "No interruption is known, as declared by the volunteers." in page
        assert "Nothing was interrupted or announced this month." in page

    def test_shows_what_goes_on(self, present):
        page = read("status").content.decode()
        assert "Power cut." in page
        assert present.get_absolute_url() in page
        assert "Nothing else was interrupted or announced this month." in page
        assert "Nothing was interrupted" not in page

    def test_leads_to_the_months_in_which_something_happened(self, past):
        page = read("status").content.decode()
        assert reverse("services:month", args=[2026, 3]) in page
        assert "Disk full." not in page
        assert "Disk full." in read("month", 2026, 3).content.decode()

    def test_the_newest_comes_first(self, files, past):
        for hours in [3, 9, 6]:
            began = NOON + hours * 60 * MINUTE
            service = a_service(f"after-{hours}")
            close_outage(
                open_outage(service.pk, started_at=began, at=began).pk,
                ended_at=began + MINUTE,
                at=began + MINUTE,
            )
        page = read("month", 2026, 3).content.decode()
        places = [page.index(name) for name in ["after-9", "after-6", "after-3", "Disk full."]]
        assert places == sorted(places)

    def test_an_interruption_belongs_to_the_month_of_the_hosts_own_clock(self, files):
        """Half past eleven at night on 31 January in London is February in Paris."""
        began = dt.datetime(2026, 1, 31, 23, 30, tzinfo=dt.UTC)
        close_outage(open_outage(files.pk, started_at=began, at=began).pk, ended_at=NOON, at=NOON)
        assert read("month", 2026, 2).status_code == 200
        assert read("month", 2026, 1).status_code == 404

    @pytest.mark.parametrize(
        ("year", "month"), [(2026, 13), (0, 1), (9999, 12), (10000, 1), (2026, 0), (2020, 1)]
    )
    def test_a_month_that_does_not_exist_or_had_nothing_is_not_found(self, past, year, month):
        assert read("month", year, month).status_code == 404

    def test_costs_as_many_queries_for_many_outages_as_for_few(self, django_assert_max_num_queries):
        for number in range(12):
            at = timezone.now()
            open_outage(a_service(f"s{number}").pk, started_at=at, at=at)
        with django_assert_max_num_queries(10):
            read("status")
        for outage in Outage.objects.all():
            close_outage(outage.pk, ended_at=outage.started_at + MINUTE, at=outage.started_at + MINUTE)
        with django_assert_max_num_queries(10):
            read("status")

    def test_shows_the_newest_of_the_month_and_leads_to_the_others(self, files):
        at = timezone.now()
        first = chronicle.this_month(at)
        moments = [first + (at - first) / 20 * number for number in range(15)]
        for moment in moments:
            Outage.objects.create(service=files, started_at=moment, ended_at=moment + (at - first) / 40)
        going_on = open_outage(a_service("Forge").pk, started_at=first, at=at)
        page = read("status").content.decode()
        shown = [found.get_absolute_url() in page for found in Outage.objects.filter(service=files)]
        assert shown == [True] * 10 + [False] * 5  # the newest come first
        assert going_on.get_absolute_url() in page
        assert page.count(reverse("services:month", args=[at.year, first.month])) == 2
        month = read("month", at.year, first.month).content.decode()
        assert all(found.get_absolute_url() in month for found in Outage.objects.all())

    def test_of_what_is_part_of_another_none_takes_the_place_of_what_is_not(self, files):
        at = timezone.now()
        first = chronicle.this_month(at)
        part = (at - first) / 100
        hidden = a_service("Names", listed=False)
        root = Outage.objects.create(service=hidden, started_at=first, ended_at=first + part)
        alone = Outage.objects.create(service=files, started_at=first, ended_at=first + part, cause=root)
        cause = Outage.objects.create(service=files, started_at=first + 2 * part, ended_at=first + 3 * part)
        for number in range(15):
            moment = first + (4 + number) * part
            other = a_service(f"other-{number}")
            Outage.objects.create(service=other, started_at=moment, ended_at=moment + part, cause=cause)
        page = read("status").content.decode()
        assert alone.get_absolute_url() in page
        assert cause.get_absolute_url() in page

    @pytest.mark.parametrize("name", ["50 % <b>off</b>", "%(slug)s %s", "\x02name\x03", "a & b"])
    def test_a_name_is_only_a_name(self, name):
        a_service(name, slug="odd")
        page = read("status").content.decode()
        assert f'<a href="/status/services/odd/">{escape(name)}</a>' in page

    def test_shows_the_last_ninety_days_of_each_service(self, files):
        now = timezone.now()
        a_past(files, "u" * 80 + "ddmmn" + "uuuuu", until=now)
        page = read("status").content.decode()
        assert "Of the last 90 days, up all day: 85; interrupted: 2; maintenance: 2; not known: 1." in page
        assert "99.90%" in page

    def test_folds_what_was_taken_along_into_its_cause(self, files):
        now = timezone.now()
        names = Outage.objects.create(service=a_service("Names"), started_at=now - MINUTE)
        taken = Outage.objects.create(service=files, started_at=now, cause=names)
        page = read("status").content.decode()
        assert "Names: interruption" in page
        assert "Nextcloud: interruption" not in page
        assert taken.get_absolute_url() in page

    def test_says_what_is_planned(self, files):
        a_maintenance(files)
        assert "New disks" in read("status").content.decode()
        assert "New disks" in read("service", "nextcloud").content.decode()


class TestThePageOfAService:
    def test_says_what_it_is_for_and_what_it_is_made_of(self):
        a_service(
            "Nextcloud",
            url="https://cloud.example.org/",
            software="Nextcloud Hub",
            version="31.0.2",
            licence="AGPL-3.0",
            source_url="https://github.com/nextcloud",
            registration="free",
            takes_new_people=False,
            server_type="physical",
            provider_type="hostedbay",
            provider_name="Globenet",
            country_code="FR",
            distribution="Debian 12",
        )
        page = read("service", "nextcloud").content.decode()
        for said in [
            "Your files, wherever you are.",
            "https://cloud.example.org/",
            "Nextcloud Hub",
            "31.0.2, AGPL-3.0",
            "https://github.com/nextcloud",
            "takes nobody new at the moment",
            "a physical server, our own machine in a data centre (Globenet), FR",
        ]:
            assert said in page, said

    def test_says_how_its_shares_are_counted_and_what_they_leave_out(self, files):
        a_past(files, "uuumn", until=timezone.now())
        page = read("service", "nextcloud").content.decode()
        assert "100%" in page
        assert "97.93%" in page  # with maintenance counted as an interruption
        assert "23 hours" in page  # not known
        assert "it is never counted as up" in page

    def test_draws_the_time_to_answer_and_says_it(self, files):
        a_past(files, "u" * 90, until=timezone.now())
        page = read("service", "nextcloud").content.decode()
        assert 'class="spark"' in page
        assert "the slowest day had 189 ms" in page

    def test_of_a_service_nobody_looks_at_claims_no_share(self, files):
        page = read("service", "nextcloud").content.decode()
        assert "The portal does not look at this service by itself" in page
        assert "%" not in page.partition("<main")[2].partition("</table>")[0].partition("<details")[0]

    def test_of_a_service_looked_at_from_now_on_says_so(self, files):
        Probe.objects.create(service=files, target="https://cloud.example.org/")
        page = read("service", "nextcloud").content.decode()
        assert "The portal has just begun to look at this service" in page
        assert "does not look" not in page

    def test_shows_its_interruptions(self, past):
        page = read("service", "nextcloud").content.decode()
        assert past.get_absolute_url() in page
        assert "Interrupted for 1 hour and 5 minutes." in page

    def test_of_what_goes_on_says_what_was_told_last(self, files):
        present = Outage.objects.create(service=files, started_at=timezone.now() - 7 * MINUTE)
        for minutes, text in ((6, "We look into it."), (2, "A disk is being replaced."), (-9, "Tomorrow.")):
            at = timezone.now() - minutes * MINUTE
            Announcement.objects.create(
                title_en="News", text_en=text, outage=present, kind="update", published_at=at
            )
        page = read("service", "nextcloud").content.decode()
        assert "A disk is being replaced." in page
        assert "We look into it." not in page
        assert "Tomorrow." not in page

    def test_does_not_name_what_is_not_public_and_was_taken_along(self, past):
        hidden = a_service("Backups", listed=False)
        Outage.objects.create(service=hidden, cause=past, started_at=NOON, ended_at=past.ended_at)
        assert "Backups" not in read("service", "nextcloud").content.decode()

    def test_of_a_service_that_has_ended_stays_with_its_past(self, past, files):
        today = timezone.localdate()
        for day, offered in ((today, True), (today - 24 * 60 * MINUTE, False)):
            Service.objects.filter(pk=files.pk).update(ended_on=day)
            cache.clear()
            assert ("/status/services/nextcloud/" in read("status").content.decode()) is offered
            assert ("/status/services/nextcloud/" in Client().get("/").content.decode()) is offered
        page = read("service", "nextcloud").content.decode()
        assert "Not offered any more" in page
        assert past.get_absolute_url() in page
        assert past.get_absolute_url() in read("month", 2026, 3).content.decode()
        assert read("outage", past.pk).status_code == 200

    def test_of_a_hidden_service_is_not_found(self):
        a_service("Backups", listed=False)
        assert read("service", "backups").status_code == 404

    def test_names_what_volunteers_wrote_and_nothing_as_markup(self, files):
        Service.objects.update(name="<b>Files</b>", purpose_en="<script>1</script>", software="<i>x</i>")
        page = read("service", "nextcloud").content.decode()
        assert "<b>Files" not in page
        assert "<script" not in page
        assert "<i>x" not in page


class TestTheChronicle:
    def test_tells_news_too(self):
        announce(title_en="The library moves", at=NOON)
        assert "The library moves" in read("month", 2026, 3).content.decode()

    def test_leads_from_month_to_month(self, files):
        for month in (1, 3):
            began = NOON.replace(month=month)
            Outage.objects.create(service=files, started_at=began, ended_at=began + MINUTE)
        page = read("month", 2026, 3).content.decode()
        assert f'rel="prev" href="{reverse("services:month", args=[2026, 1])}"' in page
        assert 'rel="next"' not in page

    def test_still_has_what_was_three_years_ago(self, files):
        began = NOON - dt.timedelta(days=1095)
        Outage.objects.create(service=files, started_at=began, ended_at=began + MINUTE)
        assert reverse("services:month", args=[2023, 3]) in read("status").content.decode()
        assert "Nextcloud" in read("month", 2023, 3).content.decode()


class TestThePageOfAnInterruption:
    def test_says_when_for_how_long_and_when_it_was_told(self, past):
        page = read("outage", past.pk).content.decode()
        assert "1 hour and 5 minutes" in page
        assert "PT3900S" in page
        assert "Disk full." in page
        assert "Nextcloud works again" in page

    def test_one_that_goes_on_says_so(self, present):
        page = read("outage", present.pk).content.decode()
        assert "Has lasted" in page
        assert "7 minutes" in page

    def test_in_french_too(self, past):
        assert '<html lang="fr"' in read("outage", past.pk, language="fr").content.decode()

    def test_of_an_internal_service_is_not_public(self):
        hidden = open_outage(a_service("Backups", listed=False).pk, started_at=NOON, at=NOON)
        assert read("outage", hidden.pk).status_code == 404
        assert "Backups" not in read("status").content.decode()
        assert read("month", 2026, 3).status_code == 404

    def test_that_never_was_is_not_found(self):
        assert read("outage", 999).status_code == 404

    def test_shows_its_corrections(self, past):
        Correction.objects.create(
            outage=past, corrected_at=NOON, why="The logs say otherwise.", was_started_at=NOON - MINUTE
        )
        page = read("outage", past.pk).content.decode()
        assert "The logs say otherwise." in page
        assert "2 March 2026 at 12:59" in page

    def test_that_was_joined_to_another_leads_there(self, past):
        Correction.objects.create(
            outage=past, corrected_at=NOON, why="One.", was_started_at=NOON, former_number=999
        )
        answer = read("outage", 999)
        assert (answer.status_code, answer.url) == (301, past.get_absolute_url())

    def test_says_what_it_is_part_of_and_what_it_took_along(self, past):
        webmail = Outage.objects.create(
            service=a_service("Webmail"), started_at=NOON, ended_at=NOON + MINUTE, cause=past
        )
        assert "the interruption of Nextcloud" in read("outage", webmail.pk).content.decode()
        assert "Webmail" in read("outage", past.pk).content.decode()

    def test_does_not_name_a_cause_that_is_not_public(self, past):
        Outage.objects.filter(pk=past.pk).update(
            cause=Outage.objects.create(service=a_service("Names", listed=False), started_at=NOON)
        )
        assert "Names" not in read("outage", past.pk).content.decode()

    def test_says_who_found_it_and_why(self, files):
        found = Outage.objects.create(service=files, started_at=NOON, found_by="probe", reason="timeout")
        assert "a probe: it does not answer in time" in read("outage", found.pk).content.decode()


class TestThePageOfAnAnnouncement:
    def test_says_it_and_leads_to_its_interruption(self, past):
        told = past.announcements.first()
        page = read("announcement", told.pk).content.decode()
        assert told.title_en in page
        assert past.get_absolute_url() in page

    def test_is_not_there_before_its_time(self):
        told = announce(title_en="A surprise", at=timezone.now() + 5 * MINUTE)
        assert read("announcement", told.pk).status_code == 404

    def test_what_volunteers_write_is_never_markup(self):
        told = announce(title_en="<script>alert(1)</script>", text_en="<img src=x onerror=alert(1)>", at=NOON)
        page = read("announcement", told.pk).content.decode() + read("status").content.decode()
        assert "<script>alert" not in page
        assert "<img" not in page


class TestThePageOfAMaintenance:
    def test_says_when_and_what_it_changes(self, files):
        work = a_maintenance(files, begins=NOON, minutes=90, text_en="Files can be read, not written.")
        page = read("maintenance", work.pk).content.decode()
        assert "Files can be read, not written." in page
        assert "2 March 2026 at 13:00" in page
        assert "Nextcloud" in page

    def test_called_off_says_so(self, files):
        work = a_maintenance(files, cancelled_at=NOON)
        assert "Called off" in read("maintenance", work.pk).content.decode()

    def test_that_does_not_give_its_service_back_says_so_until_it_does(self, files):
        at = timezone.now()
        ended_at = at - 2 * MINUTE
        words = {"title_en": "New disks", "starts_at": at - 60 * MINUTE, "ends_at": ended_at}
        work = plan(services=[files], at=at - 90 * MINUTE, **words)
        outage = open_outage(files.pk, started_at=ended_at, at=at)
        page = read("maintenance", work.pk).content.decode()
        assert "Takes longer than planned" in page
        assert outage.get_absolute_url() in page
        assert "New disks: it takes longer than planned" in page
        assert ">Done<" not in page
        close_outage(outage.pk, ended_at=at, at=at)
        cache.clear()
        page = read("maintenance", work.pk).content.decode()
        assert ">Done<" in page
        assert "Takes longer than planned" not in page
        assert "Nextcloud works again" in page

    def test_of_a_hidden_service_only_is_not_found(self):
        work = a_maintenance(a_service("Backups", listed=False))
        assert read("maintenance", work.pk).status_code == 404
        assert read("maintenance", 999).status_code == 404
