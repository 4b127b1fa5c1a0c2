"""A copy of everything the portal holds of somebody, for them and nobody else."""

import json
import re
import uuid
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.test import Client
from django.utils import timezone, translation

from accounts import verbs
from accounts.archive import Broken, called, check
from accounts.holdings import field_of, holdings
from accounts.models import Export, Reason, Refused, User
from accounts.tasks import forget, make_exports, try_export
from journal.models import Entry
from outbox.models import Letter
from tests.abuse.writing import a_question, a_report, meanwhile
from tests.accounts.leaving import a_copy, just_typed_the_password, later, opened
from tests.factories import NOON, PASSWORD, a_person, published

pytestmark = pytest.mark.django_db


def in_language(language, holding, name):
    with translation.override(language):
        return called(field_of(holding.model, name))


class TestACopy:
    def test_opens_and_every_json_parses(self, sami):
        names = check(bytes(a_copy(sami).content))
        assert set(names) == {"index.html"} | {f"{holding.name}.json" for holding in holdings()}

    def test_holds_what_every_app_holds(self, sami, mona):
        a_report(email=sami.email, what="They sell watches.", name="Sami")
        a_question(email=sami.email.upper(), message="How do I leave?")
        files = opened(a_copy(sami))
        assert json.loads(files["accounts/account.json"])[0]["email"] == sami.email
        assert json.loads(files["accounts/addresses.json"])[0]["verified"] is True
        assert len(json.loads(files["legal/acceptances.json"])) == 2
        assert json.loads(files["abuse/reports.json"])[0]["what"] == "They sell watches."
        assert json.loads(files["abuse/messages.json"])[0]["body"] == "How do I leave?"
        assert {row["verb"] for row in json.loads(files["journal/entries.json"])} >= {"legal.accepted"}
        assert json.loads(files["outbox/letters.json"])

    def test_holds_no_secret(self, sami):
        browser = Client()
        browser.post("/accounts/login/", {"login": sami.email, "password": PASSWORD})
        Client().post("/accounts/password/reset/", {"email": sami.email})
        reset = Letter.objects.get(kind="account_password_reset_key", recipient=sami.email).body
        everything = "".join(opened(a_copy(sami)).values())
        assert sami.password not in everything
        assert browser.session.session_key not in everything
        assert re.search(r"key/(\S+)/", reset)[1] not in everything

    def test_holds_nothing_of_anybody_else(self, sami):
        zoe = a_person("zoe@example.org")
        sami.emailaddress_set.create(email="rita@example.org", verified=False)
        for address in (zoe.email, "rita@example.org"):
            a_question(email=address, message="This is between us.")
        everything = "".join(opened(a_copy(sami)).values())
        assert zoe.email not in everything
        assert "between us" not in everything

    def test_of_a_volunteer_names_nobody_they_dealt_with(self, mona, sami):
        LogEntry.objects.log_actions(mona.pk, [sami], CHANGE, change_message=f"Wrote to {sami.email}")
        files = opened(a_copy(mona))
        assert len(json.loads(files["admin/log.json"])) == 1
        assert sami.email not in "".join(files.values())

    @pytest.mark.parametrize(("language", "title"), [("fr", "Ce que"), ("en", "holds of you")])
    def test_has_a_page_in_the_language_of_its_person(self, terms, language, title):
        page = opened(a_copy(a_person("lou@example.org", language=language)))["index.html"]
        assert f'<html lang="{language}">' in page
        assert title in page

    def test_calls_every_field_by_a_word_of_the_readers_language(self):
        same = {"ID", "clause", "message", "note", "occasion", "services", "type"}
        for holding in holdings():
            for name in holding.fields:
                english, french = (in_language(language, holding, name) for language in ("en", "fr"))
                assert english != french or english in same, (holding.name, name)

    def test_has_a_page_that_asks_for_nothing_from_elsewhere(self, sami):
        page = opened(a_copy(sami))["index.html"]
        assert "<script" not in page
        assert "src=" not in page
        assert "@import" not in page

    def test_shows_words_and_never_runs_them(self, sami):
        a_question(email=sami.email, message="<script>alert(1)</script> " + "🦊" * 10_000)
        files = opened(a_copy(sami))
        assert "<script" not in files["index.html"]
        assert "&lt;script&gt;" in files["index.html"]
        assert json.loads(files["abuse/messages.json"])[0]["body"].endswith("🦊" * 10_000)

    def test_is_announced_by_a_letter_that_holds_none_of_it(self, sami):
        a_copy(sami)
        letter = Letter.objects.get(kind="accounts_export_ready")
        assert letter.recipient == sami.email
        assert "/account/export/" in letter.body
        assert sami.email not in letter.body

    def test_is_two_lines_of_the_journal(self, sami):
        a_copy(sami)
        verbs_recorded = Entry.objects.about(sami).values_list("verb", flat=True)
        assert {"accounts.export_asked", "accounts.exported"} <= set(verbs_recorded)


class TestAsking:
    def test_again_while_it_is_made_is_the_same_copy(self, sami):
        first = verbs.ask_for_export(sami.pk, at=NOON)
        assert verbs.ask_for_export(sami.pk, at=later(seconds=1)) == first
        assert Export.objects.count() == 1

    def test_is_granted_once_a_day(self, sami):
        a_copy(sami)
        with pytest.raises(Refused, match="tomorrow"):
            verbs.ask_for_export(sami.pk, at=later(hours=23))
        verbs.ask_for_export(sami.pk, at=later(hours=24))
        assert Export.objects.count() == 2

    def test_for_somebody_who_is_gone_is_refused(self, sami):
        verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        with pytest.raises(Refused, match="erased"):
            verbs.ask_for_export(sami.pk, at=NOON)
        assert not Export.objects.exists()


class TestMaking:
    def test_shows_how_far_it_is(self, sami, monkeypatch):
        asked = verbs.ask_for_export(sami.pk, at=NOON)
        seen = []
        last = holdings()[-1]
        rows = last.rows

        def look(person):
            seen.append(Export.objects.values_list("parts_done", "parts").get(pk=asked.pk))
            return rows(person)

        monkeypatch.setitem(last.__dict__, "rows", look)
        verbs.make_exports(NOON)
        assert seen == [(len(holdings()) - 1, len(holdings()))]

    def test_is_begun_again_once_a_killed_worker_let_go_of_it(self, sami):
        verbs.ask_for_export(sami.pk, at=NOON)
        Export.objects.update(claimed_until=later(seconds=150), parts_done=3)
        assert verbs.make_exports(later(seconds=149)) == 0
        assert verbs.make_exports(later(seconds=150)) == 1
        assert Export.objects.get().claimed_until is None

    def test_is_done_once_when_two_workers_look(self, sami):
        a_copy(sami)
        assert verbs.make_exports(later(minutes=5)) == 0
        assert Letter.objects.filter(kind="accounts_export_ready").count() == 1

    def test_by_a_worker_that_lost_its_claim_hands_nothing_over(self, sami, monkeypatch):
        verbs.ask_for_export(sami.pk, at=NOON)

        def overtaken(content):
            Export.objects.update(claimed_until=later(hours=1))
            return check(content)

        monkeypatch.setattr("accounts.verbs.exporting.check", overtaken)
        assert verbs.make_exports(NOON) == 0
        assert Export.objects.get().done_at is None
        assert not Letter.objects.filter(kind="accounts_export_ready").exists()

    def test_for_somebody_who_is_erased_meanwhile_leaves_nothing(self, sami, monkeypatch):
        verbs.ask_for_export(sami.pk, at=NOON)

        def erased(content):
            verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON)
            return check(content)

        monkeypatch.setattr("accounts.verbs.exporting.check", erased)
        assert verbs.make_exports(NOON) == 0
        assert not Export.objects.exists()
        assert not Letter.objects.filter(kind="accounts_export_ready").exists()

    def test_is_done_by_the_clock(self, sami):
        verbs.ask_for_export(sami.pk, at=timezone.now())
        make_exports()
        assert Export.objects.get().done_at


class TestTheSelfTest:
    def broken(self, **files):
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, text in files.items():
                archive.writestr(name.replace("_", "."), text)
        return buffer.getvalue()

    def test_refuses_json_that_does_not_parse(self):
        with pytest.raises(Broken):
            check(self.broken(index_html="x", rows_json="[1,"))

    def test_refuses_a_copy_without_its_page(self):
        with pytest.raises(Broken, match="missing"):
            check(self.broken(rows_json="[]"))

    def test_refuses_what_is_no_zip(self):
        with pytest.raises(Broken):
            check(b"PK but not really")

    def test_refuses_a_file_with_a_bit_turned(self):
        content = bytearray(self.broken(index_html="a page", rows_json="[]"))
        content[content.index(b"a page")] ^= 1
        with pytest.raises(Broken, match="damaged"):
            check(bytes(content))

    def test_keeps_a_broken_copy_from_being_handed_out(self, sami, monkeypatch):
        monkeypatch.setattr("accounts.archive.Archive.write_page", lambda archive: None)
        verbs.ask_for_export(sami.pk, at=NOON)
        with pytest.raises(Broken):
            verbs.make_exports(NOON)
        assert Export.objects.get().done_at is None


class TestTheDailyTrial:
    def test_is_written_down_and_leaves_nobody(self, terms):
        now = timezone.now()
        assert verbs.try_export(now)
        assert Entry.objects.of("accounts.export_tried").get().details == {"files": len(holdings()) + 1}
        assert not User.objects.exists()

    def test_is_made_once_a_day(self, terms):
        now = timezone.now()
        verbs.try_export(now)
        assert not verbs.try_export(now + timedelta(hours=23))
        assert verbs.try_export(now + timedelta(hours=25))

    def test_that_fails_is_heard_and_not_written_down(self, terms, monkeypatch):
        monkeypatch.setattr("accounts.archive.Archive.write_page", lambda archive: None)
        with pytest.raises(Broken):
            try_export()
        assert not Entry.objects.of("accounts.export_tried").exists()
        assert not User.objects.exists()


class TestForgetting:
    def test_takes_a_copy_away_after_seven_days(self, sami):
        a_copy(sami)
        assert verbs.forget_exports(later(days=7, seconds=-1)) == 0
        assert verbs.forget_exports(later(days=400)) == 1
        assert not Export.objects.exists()

    def test_takes_away_what_was_never_finished(self, sami):
        verbs.ask_for_export(sami.pk, at=NOON)
        assert verbs.forget_exports(later(days=8)) == 1

    def test_is_done_by_the_clock(self, sami):
        a_copy(sami, at=timezone.now() - timedelta(days=8))
        forget()
        assert not Export.objects.exists()


@pytest.fixture
def at_the_door(as_sami, sami):
    return just_typed_the_password(as_sami, sami)


class TestThePage:
    def test_says_what_is_inside_before_anything_is_asked(self, as_sami):
        page = as_sami.get("/account/export/").content.decode()
        for holding in holdings():
            assert str(holding.title) in page

    def test_asks_for_the_password_before_it_makes_a_copy(self, as_sami, sami):
        answer = as_sami.post("/account/export/")
        assert "/accounts/reauthenticate/" in answer.url
        assert not Export.objects.exists()
        answer = as_sami.post(answer.url, {"password": PASSWORD}, follow=True)
        assert answer.redirect_chain[-1][0] == "/account/export/"
        assert Export.objects.of(sami).exists()

    def test_shows_how_far_the_copy_is_then_where_it_is(self, at_the_door):
        page = at_the_door.post("/account/export/", follow=True).content.decode()
        assert "<progress" in page
        assert "Make a copy" not in page
        make_exports()
        assert "Fetch the copy" in at_the_door.get("/account/export/").content.decode()

    def test_refuses_a_second_copy_on_one_day_in_words(self, at_the_door, sami):
        a_copy(sami, at=timezone.now())
        page = at_the_door.post("/account/export/", follow=True).content.decode()
        assert "ask again tomorrow" in page
        assert Export.objects.count() == 1

    def test_says_when_something_is_wrong(self, at_the_door, sami):
        verbs.ask_for_export(sami.pk, at=timezone.now() - timedelta(hours=1))
        assert "longer than it should" in at_the_door.get("/account/export/").content.decode()

    def test_opens_to_whoever_accepted_nothing(self, as_zoe, zoe):
        assert as_zoe.get("/account/export/").status_code == 200
        just_typed_the_password(as_zoe, zoe).post("/account/export/")
        assert Export.objects.of(zoe).exists()

    def test_lets_whoever_accepted_nothing_type_the_password(self, as_zoe):
        assert as_zoe.get("/accounts/reauthenticate/?next=/account/export/").status_code == 200


class TestFetching:
    def test_gives_the_owner_the_file(self, at_the_door, sami, settings):
        copy = a_copy(sami, at=timezone.now())
        answer = at_the_door.get(copy.get_absolute_url())
        assert answer["Content-Type"] == "application/zip"
        assert answer["Content-Disposition"].startswith('attachment; filename="chez-nous-')
        assert "no-store" in answer["Cache-Control"]
        assert check(answer.content)

    def test_asks_for_the_password_first(self, as_sami, sami):
        copy = a_copy(sami, at=timezone.now())
        assert "/accounts/reauthenticate/" in as_sami.get(copy.get_absolute_url()).url

    def test_gives_nobody_else_anything(self, as_zoe, zoe, sami, client):
        copy = a_copy(sami, at=timezone.now())
        just_typed_the_password(as_zoe, zoe)
        assert as_zoe.get(copy.get_absolute_url()).status_code == 410
        assert "/login/" in client.get(copy.get_absolute_url()).url

    def test_ends_after_seven_days_although_the_clock_stands_still(self, at_the_door, sami):
        copy = a_copy(sami, at=timezone.now() - timedelta(days=7, seconds=1))
        answer = at_the_door.get(copy.get_absolute_url())
        assert answer.status_code == 410
        assert "<h1" in answer.content.decode()

    def test_by_a_link_that_was_tampered_with_finds_a_page(self, at_the_door, sami):
        a_copy(sami, at=timezone.now())
        assert at_the_door.get(f"/account/export/{uuid.uuid4()}/").status_code == 410
        assert at_the_door.get("/account/export/made-up/").status_code == 404


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    @pytest.fixture
    def sami(self):
        published("terms")
        return a_person()

    def test_a_copy_asked_for_while_the_account_is_erased_is_refused(self, sami):
        refusal = meanwhile(
            lambda: verbs.erase(sami.pk, reason=Reason.CLOSED, at=NOON),
            lambda: refused(lambda: verbs.ask_for_export(sami.pk, at=NOON)),
        )
        assert isinstance(refusal, Refused)
        assert not Export.objects.exists()

    def test_two_clicks_are_one_copy(self, sami):
        other = meanwhile(
            lambda: verbs.ask_for_export(sami.pk, at=NOON), lambda: verbs.ask_for_export(sami.pk, at=NOON)
        )
        assert Export.objects.get() == other


def refused(verb):
    try:
        return verb()
    except Refused as refusal:
        return refusal
