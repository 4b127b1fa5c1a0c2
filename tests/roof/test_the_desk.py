from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from abuse.verbs import Sender, file_question
from services.verbs import open_outage
from tests.factories import a_person, a_second_factor, a_service

pytestmark = pytest.mark.django_db


def ask(at):
    file_question("Bonjour ?", sender=Sender(language="fr"), submission=str(at), at=at)


class TestTheFirstPage:
    def test_is_calm_when_nothing_waits(self, as_mona):
        assert "Nothing waits" in as_mona.get("/desk/").content.decode()

    def test_says_what_waits_most_pressing_first(self, as_mona):
        now = timezone.now()
        ask(now)
        ask(now - timedelta(days=30))
        open_outage(a_service().pk, started_at=now, at=now)
        waiting = [sentence for sentence, _url in as_mona.get("/desk/").context["waiting"]]
        assert waiting == ["1 ticket is late.", "2 new tickets wait for somebody.", "1 interruption is open."]

    def test_says_nothing_of_what_a_volunteer_may_not_see(self, terms):
        ask(timezone.now())
        vera = a_person("vera@example.org")
        vera.is_staff = True
        a_second_factor(vera)
        vera.save()
        vera.user_permissions.add(Permission.objects.get(codename="view_outage"))
        client = Client()
        client.force_login(vera)
        assert client.get("/desk/").context["waiting"] == []


class TestItsLists:
    """They are narrowed down by what they offer: no field that they do not show is read letter by letter."""

    @pytest.mark.parametrize("by", ["password__startswith", "email__startswith", "username__gt", "email__in"])
    def test_of_accounts_give_no_address_and_no_password_away(self, as_mona, sami, by):
        assert as_mona.get("/desk/accounts/user/", {by: "a"}).status_code == 400

    def test_are_called_by_what_they_hold(self, as_mona):
        assert "<h1>Accounts</h1>" in as_mona.get("/desk/accounts/user/").content.decode()

    def test_name_a_row_without_glued_words(self, as_mona):
        outage = open_outage(a_service().pk, started_at=timezone.now(), at=timezone.now())
        page = as_mona.get(f"/desk/services/outage/{outage.pk}/change/").content.decode()
        assert "<h1>Interruption</h1>" in page

    def test_are_narrowed_down_by_what_they_offer(self, as_mona):
        assert as_mona.get("/desk/accounts/user/?is_staff__exact=1&language=fr").status_code == 200
        assert as_mona.get("/desk/accounts/notice/?unreachable=yes").status_code == 200
        assert as_mona.get("/desk/outbox/letter/?channel=mastodon&state=waiting").status_code == 200

    def test_are_narrowed_down_by_a_choice_that_is_called_like_a_field(self, as_mona):
        assert as_mona.get("/desk/abuse/appeal/?answer=settled").status_code == 200
        assert as_mona.get("/desk/abuse/appeal/?answer__startswith=a").status_code == 400

    def test_are_narrowed_down_by_no_other_field(self, mona, rf):
        request = rf.get("/")
        request.user = mona
        for model in filter(admin.site.is_registered, apps.get_models()):
            site = admin.site.get_model_admin(model)
            offered = {each[0] if isinstance(each, tuple) else each for each in site.get_list_filter(request)}
            for field in model._meta.get_fields():
                if field.name not in {*offered, site.date_hierarchy, model._meta.pk.name}:
                    lookup = f"{field.name}__startswith"
                    assert not site.lookup_allowed(lookup, "a", request), (model, field.name)
