"""Mona works the desk, Rita reports, Sami is a member, Zoe signed up and did nothing more."""

import pytest
from django.core.cache import cache
from django.test import Client, TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as examples
from whitenoise.middleware import WhiteNoiseMiddleware

from legal.models import Version
from tests import copied, swept
from tests.factories import NOON, a_person

# How long examples take says something about the machine, and nothing about what is tested.
examples.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("patient")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Gives the rows that the documents of the tests are made of."""
    with django_db_blocker.unblock():
        written = swept.tables()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: swept.sweep(written))
            yield copied.laid_down()


@pytest.fixture(scope="session", autouse=True)
def static_files_are_listed_once():
    """Each test client loads the middleware anew, and WhiteNoise would look at every static file each time."""
    look, listed = WhiteNoiseMiddleware.update_files_dictionary, {}

    def remember(self, root, prefix):
        if (root, prefix) not in listed:
            look(self, root, prefix)
            listed[root, prefix] = dict(self.files)
        self.files.update(listed[root, prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "update_files_dictionary", remember)
        yield


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture(autouse=True)
def speaking_english():
    """The tests quote the source strings; what is said in French is tested where it matters."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def letters_are_rows(settings):
    """Django's test runner puts letters in memory; ours go where they go in earnest."""
    settings.EMAIL_BACKEND = "outbox.backend.OutboxBackend"


@pytest.fixture
def noon():
    return NOON


@pytest.fixture
def terms(django_db_setup, db):
    """The Terms and the legal notice, in force since noon on 2 March 2026."""
    copied.copy(django_db_setup)
    return Version.objects.get(document__slug="terms")


@pytest.fixture
def mona(terms):
    return a_person("mona@example.org", staff=True)


@pytest.fixture
def sami(terms):
    return a_person("sami@example.org")


@pytest.fixture
def zoe(terms):
    return a_person("zoe@example.org", accepted=False, language="en")


@pytest.fixture
def as_mona(mona):
    client = Client(headers={"accept-language": "en"})
    client.force_login(mona)
    return client


@pytest.fixture
def as_sami(sami):
    client = Client(headers={"accept-language": "en"})
    client.force_login(sami)
    return client


@pytest.fixture
def as_zoe(zoe):
    client = Client(headers={"accept-language": "en"})
    client.force_login(zoe)
    return client
