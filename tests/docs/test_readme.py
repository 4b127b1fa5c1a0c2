"""What the documents of the project name exists."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands

ROOT: Path = settings.BASE_DIR
DOCUMENTS = sorted(str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
README = (ROOT / "README.md").read_text()

every_document = pytest.mark.parametrize("name", DOCUMENTS)


def rooms() -> set[str]:
    return {config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT}


def slug(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@every_document
def test_links_lead_somewhere(name):
    text = (ROOT / name).read_text()

    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", text):
        path = (ROOT / name).parent / target if target else ROOT / name
        assert path.exists(), target
        if anchor:
            assert anchor in map(slug, re.findall(r"^#+ (.+)$", path.read_text(), re.M))


@every_document
def test_make_knows_what_they_ask_of_it(name):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))

    assert set(re.findall(r"(?:`|^)make ([a-z]+)", (ROOT / name).read_text(), re.M)) <= targets


@every_document
def test_commands_they_name_exist(name):
    assert set(re.findall(r"manage\.py ([a-z_]+)", (ROOT / name).read_text())) - {"help"} <= set(
        get_commands()
    )


def test_variables_the_readme_names_are_in_the_example():
    example = (ROOT / ".env.example").read_text()

    for variable in set(re.findall(r"`([A-Z]+_[A-Z_]+)`", README)):
        assert re.search(rf"^#? ?{variable}=", example, re.M), variable


def test_the_readme_can_be_read_in_one_go():
    assert len(README.splitlines()) <= 150


def test_every_room_is_on_the_map():
    drawn = set(re.findall(r"^ *([a-z_]+)  ", README.split("```")[3], re.M))

    assert drawn == rooms()


def test_the_glossary_has_a_word_for_every_model():
    glossary = re.findall(r"^## Glossary$(.*?)^## ", README, re.M | re.S)[0].lower()
    ours = [model for model in apps.get_models() if model._meta.app_label in rooms()]

    assert [name for model in ours if (name := str(model._meta.verbose_name)) not in glossary] == []
