"""What docs/documents.md shows can be done as it is shown."""

import re

import pytest
from django.conf import settings
from django.core.management import call_command, load_command_class

from legal.models import Version

GUIDE = (settings.BASE_DIR / "docs" / "documents.md").read_text()


def test_every_option_it_names_is_one_of_a_command():
    known = {
        option
        for name in ("legal_import", "legal_export", "legal_verify")
        for option in load_command_class("legal", name)
        .create_parser("manage.py", name)
        ._option_string_actions
    }
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", GUIDE)) <= known


@pytest.mark.django_db
def test_its_example_of_a_file_can_be_imported(tmp_path):
    example = re.findall(r"^```\n(---\n.*?)^```$", GUIDE, re.M | re.S)[0]
    path = tmp_path / "terms.md"
    path.write_text(
        example.replace("2027-03-01", "2999-03-01") + "\n## Personal data\n\nKept while needed.\n"
    )
    call_command("legal_import", path)
    assert Version.objects.get().text_in("en").clauses.filter(ref="c1").exists()
