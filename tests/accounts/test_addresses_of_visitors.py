"""Rate limits need to tell visitors apart; nothing else does."""

import pytest
from django.test import Client

from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-forwarded-for": ""}, {"x-forwarded-for": "nonsense"}, {"x-forwarded-for": "192.0.2.1"}],
)
def test_headers_of_a_proxy_that_do_not_fit_lock_nobody_out(sami, settings, headers):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    answer = Client(headers=headers).post("/accounts/login/", {"login": sami.email, "password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, "/account/")


def test_a_visitor_without_an_address_signs_in(sami):
    answer = Client(REMOTE_ADDR="").post("/accounts/login/", {"login": sami.email, "password": PASSWORD})
    assert answer.status_code == 302
