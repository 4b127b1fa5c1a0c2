import json
import zipfile
from io import BytesIO

import pytest

from accounts import verbs
from accounts.models import Refused
from outbox.models import Letter
from tests.accounts.leaving import a_copy, later

pytestmark = pytest.mark.django_db


def opened(export):
    archive = zipfile.ZipFile(BytesIO(bytes(export.content)))
    return {name: archive.read(name).decode() for name in archive.namelist()}


class TestACopy:
    def test_opens_and_every_json_parses(self, sami):
        files = opened(a_copy(sami))
        assert json.loads(files["accounts/account.json"])[0]["email"] == "sami@example.org"
        assert len(json.loads(files["legal/acceptances.json"])) == 2
        assert "sami@example.org" in files["index.html"]
        assert 'lang="fr"' in files["index.html"]
        assert "<script" not in files["index.html"]

    def test_is_announced_by_a_letter(self, sami):
        a_copy(sami)
        assert Letter.objects.get(kind="accounts_export_ready").recipient == sami.email

    def test_is_made_once_a_day(self, sami):
        a_copy(sami)
        with pytest.raises(Refused):
            verbs.ask_for_export(sami.pk, at=later(hours=23))
        assert verbs.ask_for_export(sami.pk, at=later(hours=25))
