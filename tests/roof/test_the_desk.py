from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from abuse.verbs import file_question
from services.verbs import open_outage
from tests.factories import a_person, a_second_factor, a_service

pytestmark = pytest.mark.django_db


def ask(at):
    file_question(message="Bonjour ?", email="", language="fr", submission=str(at), at=at)


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
